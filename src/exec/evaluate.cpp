// SPDX-License-Identifier: Apache-2.0
#include "exec/evaluate.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "base/error.h"
#include "base/parallel.h"

namespace emamba {
namespace {

// Calls answer(sample, row) for every sample, `threads` at a time; rows have all of its numbers.
template <class Answer>
Tensor<float> for_samples(const Program& program, const Tensor<float>& inputs, int threads,
                          const ProgressCallback& progress, const Answer& answer) {
  const std::size_t samples = inputs.shape.empty() ? 0 : inputs.shape[0];
  auto result = make_tensor<float>({samples, answer_size(program, program.input.vectors())});
  std::mutex mutex;
  std::size_t done = 0;
  parallel_for(samples, threads, [&](std::size_t i) {
    try {
      answer(inputs.row(i), result.row(i));
    } catch (const Error& e) {
      throw Error(fmt::format("sample {}, {}", i, e.what()), e.hint(), e.kind());
    }
    if (!progress) return;
    const std::lock_guard lock(mutex);
    progress(++done, samples, "");
  });
  return result;
}

// Golden or Fast.
template <class Engine>
Tensor<float> integer_answers(const Engine& engine, const Tensor<float>& inputs, int threads,
                              const ProgressCallback& progress) {
  const Program& program = engine.program();
  const int exp = program.edges.back().type.exp;
  return for_samples(program, inputs, threads, progress, [&](const float* sample, float* row) {
    const auto tokens = integer_tokens(program, sample);
    for (std::int32_t q : engine.run(tokens)) {
      *row++ = std::ldexp(static_cast<float>(q), exp);
    }
  });
}

}  // namespace

Tensor<float> answers(const FloatEngine& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress) {
  const Program& program = engine.program();
  return for_samples(program, inputs, threads, progress, [&](const float* sample, float* row) {
    const auto y = engine.run(tokens_of(program.input, sample));
    std::copy(y.begin(), y.end(), row);
  });
}

Tensor<float> answers(const Golden& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress) {
  return integer_answers(engine, inputs, threads, progress);
}

Tensor<float> answers(const Fast& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress) {
  return integer_answers(engine, inputs, threads, progress);
}

}  // namespace emamba

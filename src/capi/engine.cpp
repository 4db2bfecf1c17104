// SPDX-License-Identifier: Apache-2.0
#include "capi/engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "net/files.h"

namespace emamba {
namespace {

// The engine that steps, with golden's integers for golden and fast.
const Golden& stepper(const Fast& engine) {
  return engine.golden();
}
const Golden& stepper(const Golden& engine) {
  return engine;
}
const FloatEngine& stepper(const FloatEngine& engine) {
  return engine;
}

// Normalised vectors as an engine reads them.
template <class Number>
Tensor<Number> numbers_for(const Program& program, Tensor<float> vectors) {
  normalise(program.input, vectors.data.data(), vectors.size());
  if constexpr (std::is_same_v<Number, float>) {
    return vectors;
  } else {
    return quantise_tokens(vectors, program.edges[0].type);
  }
}

void write_real(const Program&, const std::vector<float>& values, float* answer) {
  std::copy(values.begin(), values.end(), answer);
}
void write_real(const Program& program, const std::vector<std::int32_t>& values, float* answer) {
  const int exp = program.edges.back().type.exp;
  for (std::int32_t q : values) *answer++ = std::ldexp(static_cast<float>(q), exp);
}

}  // namespace

const Program& LoadedEngine::program() const {
  return std::visit([](const auto& e) -> const Program& { return e.program(); }, engine);
}

LoadedEngine load_engine(const std::string& path, emamba_kind kind) {
  if (kind == EMAMBA_FLOAT) {
    Stored<FloatModel> model = read_float_model(path);
    return {FloatEngine(model.content), std::move(model.sha256)};
  }
  if (kind != EMAMBA_FAST && kind != EMAMBA_GOLDEN) {
    throw Failure(EMAMBA_ERROR_ARGUMENT, fmt::format("kind {} of engine", static_cast<int>(kind)),
                  "one of emamba_kind");
  }
  Stored<Program> program = read_program(path);
  if (kind == EMAMBA_FAST) return {Fast(std::move(program.content)), std::move(program.sha256)};
  return {Golden(std::move(program.content)), std::move(program.sha256)};
}

Tensor<float> usable(const Input& input, const float* numbers,
                     const std::vector<std::size_t>& shape, const std::string& what) {
  std::size_t count = 1;
  for (std::size_t d : shape) count *= d;
  Tensor<float> array{shape, {numbers, numbers + count}};
  make_usable(input, array.data.data(), count, [&](std::size_t i) {
    return fmt::format("{}, [{}]", what, fmt::join(index_of(shape, i), ", "));
  });
  return array;
}

void run(const AnyEngine& engine, Tensor<float> vectors, float* answer) {
  std::visit(
      [&](const auto& e) {
        using Number = typename std::decay_t<decltype(stepper(e))>::Number;
        const Program& program = e.program();
        write_real(program, e.run(numbers_for<Number>(program, std::move(vectors))), answer);
      },
      engine);
}

AnyState initial_state(const AnyEngine& engine) {
  return std::visit([](const auto& e) -> AnyState { return stepper(e).initial(); }, engine);
}

void step(const AnyEngine& engine, AnyState& state, Tensor<float> vector) {
  std::visit(
      [&](const auto& e) {
        using Stepper = std::decay_t<decltype(stepper(e))>;
        const auto numbers = numbers_for<typename Stepper::Number>(e.program(), std::move(vector));
        stepper(e).step(std::get<typename Stepper::State>(state), numbers.data.data());
      },
      engine);
}

int vectors_taken(const AnyState& state) {
  return std::visit([](const auto& s) { return s.token; }, state);
}

bool is_complete(const Program& program, const AnyState& state) {
  const int last =
      has_fixed_length(program) ? program.input.vectors() : std::numeric_limits<int>::max();
  return vectors_taken(state) >= last;
}

bool has_answer(const Program& program, const AnyState& state) {
  return program.edges.back().vectors == 0 ? vectors_taken(state) > 0 : is_complete(program, state);
}

void write_answer(const Program& program, const AnyState& state, float* answer) {
  std::visit([&](const auto& s) { write_real(program, s.answer(), answer); }, state);
}

}  // namespace emamba

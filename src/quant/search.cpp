// SPDX-License-Identifier: Apache-2.0
#include "quant/search.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"
#include "exec/evaluate.h"

namespace emamba {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kTrial = 64;       // samples after which a bad candidate is given up
constexpr double kTrialTolerance = 1.1;  // it may be this much worse on them
constexpr double kGain = 0.999;          // of the error: less of a gain is noise

// Samples first .. last-1.
Reference part(const Reference& all, std::size_t first, std::size_t last) {
  const auto rows = [&](const Tensor<float>& t) {
    Tensor<float> result{t.shape, {t.row(first), t.row(last)}};
    result.shape[0] = last - first;
    return result;
  };
  return {rows(all.inputs), rows(all.outputs)};
}

// The sum over samples of the squared error of the outputs.
double sum_of_errors(const Fast& engine, const Reference& reference, int threads) {
  const Tensor<float> outputs = answers(engine, reference.inputs, threads);
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double error = static_cast<double>(outputs.data[i]) - reference.outputs.data[i];
    sum += error * error;
  }
  return sum;
}

std::optional<Fast> engine_of(const FloatModel& model, const Formats& formats) {
  try {
    return Fast(build_program(model, formats));
  } catch (const Error&) {
    return std::nullopt;  // exponents too far apart
  }
}

// What was measured for the best formats so far: on the samples of the trial, and on all.
struct Score {
  double trial = kInfinity, all = kInfinity;
};

// One step of the search: scores `formats`, giving up early when they are clearly worse than
// `best`.
struct Scorer {
  const FloatModel& model;
  Reference trial, rest;
  int threads;

  Score operator()(const Formats& formats, const Score& best) const {
    const std::optional<Fast> engine = engine_of(model, formats);
    if (!engine) return {};
    Score score;
    score.trial = sum_of_errors(*engine, trial, threads);
    if (score.trial > kTrialTolerance * best.trial || score.trial >= best.all) return score;
    score.all = score.trial;
    if (!rest.inputs.empty()) score.all += sum_of_errors(*engine, rest, threads);
    return score;
  }
};

}  // namespace

double output_error(const FloatModel& model, const Formats& formats, const Reference& reference,
                    int threads) {
  const std::optional<Fast> engine = engine_of(model, formats);
  if (!engine) return kInfinity;
  return sum_of_errors(*engine, reference, threads) /
         static_cast<double>(reference.inputs.shape[0]);
}

Formats search_exponents(const FloatModel& model, const Formats& start, const Reference& reference,
                         const std::map<std::string, int>& least, int passes, int threads,
                         const ProgressCallback& progress) {
  const std::size_t samples = reference.inputs.shape[0], trial = std::min(kTrial, samples);
  const Scorer scorer{model, part(reference, 0, trial), part(reference, trial, samples), threads};
  Formats best = start;
  Score best_score = scorer(best, {});
  const std::size_t steps = static_cast<std::size_t>(passes) * start.exponent.size();
  std::size_t done = 0;
  bool changed = true;
  for (int pass = 0; pass < passes && changed; ++pass) {
    changed = false;
    for (const auto& [name, exponent] : start.exponent) {
      const auto limit = least.find(name);
      for (int direction : {-1, 1}) {
        // On in the same direction while it helps.
        for (bool better = true; better;) {
          Formats candidate = best;
          candidate.exponent[name] += direction;
          if (limit != least.end() && direction < 0 && candidate.exponent[name] < limit->second) {
            break;
          }
          const Score score = scorer(candidate, best_score);
          better = score.all < kGain * best_score.all;
          if (!better) continue;
          best = std::move(candidate);
          best_score = score;
          changed = true;
        }
      }
      if (progress) progress(++done, steps, name);
    }
  }
  return best;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Networks trained and measured, each in an arithmetic and with every seed: a runner that measures
// only what is missing, and goes on where it was stopped.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "flow/job.h"

namespace emamba {

enum class Arithmetic {
  kExact,      // floating point, exact functions
  kPiecewise,  // floating point, piecewise-linear functions that are not rounded
  kInteger,    // the integer program, before any fine-tuning
  kTuned       // the same, fine-tuned
};
const char* name_of(Arithmetic arithmetic);

// One that is measured. Where the overrides change the configuration of model or training it has a
// training of its own; else it is the model beside the configuration, if that was trained so.
struct Trial {
  std::string group, name;
  std::vector<std::string> overrides;  // "key=value" of the spec; none: as configured
  Arithmetic arithmetic = Arithmetic::kExact;
};

struct TrialOptions {
  std::string verb;  // of `emamba`, for what is said; numbers and models lie in OUT/verb
  int seeds = 3;     // trains with train.seed = 1 .. seeds
  std::string split = "test";
  bool needs_first = false;  // the first trial is what the others are compared with
};

struct TrialNumbers {
  // Of every trial, of every seed: the metric that models are compared by; null where it failed.
  nlohmann::json values = nlohmann::json::array();
  nlohmann::json measures;  // what the metrics are; models are compared by the last
  nlohmann::json failed = nlohmann::json::array();  // {group, name, seed, error}
  std::size_t samples = 0;
};

// Keeps every model and number in OUT/VERB, under the keys of what they depend on; OUT is the
// caller's (prepare_out). Says a line a number, seed by seed, so that what there is when it is
// interrupted is whole. Throws Error when the first trial fails where that is needed, and when the
// training is asked to stop.
TrialNumbers run_trials(const Job& base, const std::vector<Trial>& trials,
                        const TrialOptions& options);

// Mean, least and greatest of the numbers that are there; null without one.
nlohmann::json statistics(const nlohmann::json& values);

}  // namespace emamba

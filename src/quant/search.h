// SPDX-License-Identifier: Apache-2.0
// The exponent search: coordinate descent on the error of the integer program's outputs.
#pragma once

#include "base/progress.h"
#include "quant/formats.h"

namespace emamba {

// Samples to search on: their inputs, and the float engine's outputs for them.
struct Reference {
  Tensor<float> inputs;   // (samples, height, width, channels)
  Tensor<float> outputs;  // (samples, outputs)
};

// The mean over samples of the squared error of the program's outputs; infinite for formats that no
// valid program has.
double output_error(const FloatModel& model, const Formats& formats, const Reference& reference,
                    int threads);

// Changes one exponent at a time by one, and keeps what lowers output_error(), until nothing does
// or after `passes` passes over all exponents. An exponent that `least` names does not go below it.
// The result is never worse than `start`.
Formats search_exponents(const FloatModel& model, const Formats& start, const Reference& reference,
                         const std::map<std::string, int>& least, int passes, int threads,
                         const ProgressCallback& progress);

}  // namespace emamba

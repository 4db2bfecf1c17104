// SPDX-License-Identifier: Apache-2.0
// Runs an engine over many samples, several at a time.
#pragma once

#include "base/progress.h"
#include "base/tensor.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"

namespace emamba {

// Answers (samples, outputs) for raw samples (samples, height, width, channels), as real numbers:
// the program's integers times 2^exp, those of every vector where the last edge has several.
// `threads` samples run at a time; the result does not depend on it. Throws Error, naming the
// sample, on inputs that tokens_of() refuses, and on answers in floating point that are not finite.
Tensor<float> answers(const FloatEngine& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress = {});
Tensor<float> answers(const Golden& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress = {});
Tensor<float> answers(const Fast& engine, const Tensor<float>& inputs, int threads,
                      const ProgressCallback& progress = {});

}  // namespace emamba

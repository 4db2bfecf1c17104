// SPDX-License-Identifier: Apache-2.0
// Post-training quantisation: from a trained model and calibration samples to the integer program.
#pragma once

#include <map>
#include <string>

#include "approx/options.h"
#include "base/progress.h"
#include "data/dataset.h"
#include "ir/float_model.h"
#include "quant/options.h"
#include "quant/report.h"

namespace emamba {

struct QuantiseResult {
  Program program;
  QuantiseReport report;
};

// Throws Error for what exists in floating point only, layer and RMS norm and softplus, and for a
// table of a function whose input has too many bits for one.
void require_integer_form(const Program& network, const ApproxSpec& approx);

// The curves of `approx` as they are fitted to `calibration`, before any rounding; by op, of those
// that have lines.
std::map<std::string, PwlCurve> fit_curves(const FloatModel& model, const ApproxSpec& approx,
                                           const Split& calibration, int threads,
                                           const ProgressCallback& progress = {});

// Fits the curves that there are, and chooses every exponent on `calibration` (training samples),
// by the rule in `quant`, which also gives the widths of the answer and of the states.
// Deterministic. Throws Error as require_integer_form() does.
QuantiseResult quantise(const FloatModel& model, const ApproxSpec& approx, const QuantSpec& quant,
                        const Split& calibration, int threads,
                        const ProgressCallback& progress = {});

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Post-training quantisation: from a trained model and calibration samples to the integer program.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "approx/fit.h"
#include "base/progress.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "ir/float_model.h"
#include "ir/program.h"

namespace emamba {

// The free choices of a program: one exponent a number type, one curve a non-linear op.
struct Formats {
  // Exponents by name: of an edge, "OP" or "input"; of a weight, "OP.weight" (Scan: "OP.A",
  // "OP.D"); inside a Scan, "OP.z", "OP.bbar" and "OP.state" (of the working state).
  std::map<std::string, int> exponent;
  std::map<std::string, Tensor<std::int8_t>> weight_offset;  // by op name; where not all 0
  std::map<std::string, PwlCurve> curve;                     // by op name, for Pwl and Scan
};

// The program with these choices: parameters rounded half up and saturated, biases at the
// accumulator's exponent, tables made for their input's exponent.
Program build_program(const FloatModel& model, const Formats& formats);

// Other parameters (names of ir/float_model.h) for a program, at the number types it has.
void fill_weights(Program& program, const std::map<std::string, Tensor<float>>& parameters);

// One edge, or inner number type of a scan, in the report.
struct EdgeReport {
  std::string name;
  NumberType type;
  double min = 0, max = 0;  // in floating point, on the calibration samples
  double saturated = 0;     // share of values beyond the type's range, 0 .. 1
  double snr_db = 0;        // signal to quantisation noise when this edge alone is rounded
  double metric_lost = 0;   // of the metric that models are compared by, when this edge alone is
                            // rounded; NaN for number types inside a scan
};

struct CurveReport {
  std::string op;
  Function function;
  PwlMethod method;
  int segments;
  FitError error;
  bool used;  // the one in the program
};

struct QuantiseReport {
  std::size_t samples = 0;
  Metric float_metric, pwl_metric, golden_metric;  // on the calibration samples
  std::vector<EdgeReport> edges;
  std::vector<CurveReport> curves;  // every method at 4, 8, 11, 17 and 32 segments
};

struct QuantiseResult {
  Program program;
  QuantiseReport report;
};

// Throws Error for what exists in floating point only: layer and RMS norm, softplus.
void require_integer_form(const Spec& spec);

// The curves of model.spec.approx as they are fitted to `calibration`, before any rounding; by op.
std::map<std::string, PwlCurve> fit_curves(const FloatModel& model, const Split& calibration,
                                           int threads, const ProgressCallback& progress = {});

// Fits the curves and chooses every exponent on `calibration` (training samples), by the rule in
// model.spec.quant. Deterministic. Throws Error as require_integer_form() does.
QuantiseResult quantise(const FloatModel& model, const Split& calibration, int threads,
                        const ProgressCallback& progress = {});

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What quantisation costs, and where.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "approx/fit.h"
#include "data/metrics.h"
#include "quant/formats.h"
#include "quant/ranges.h"

namespace emamba {

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
  std::string method;  // of PwlMethod, or "table", which has no segments and misses nothing
  int segments;
  FitError error;
  bool used;  // the one in the program
};

struct QuantiseReport {
  std::size_t samples = 0;
  Metric float_metric, pwl_metric, golden_metric;  // on the calibration samples
  std::vector<EdgeReport> edges;
  std::vector<CurveReport> curves;  // every method at 4, 8, 11, 17 and 32 segments, and tables
};

// One entry a stream. `metric_lost` is measured on at most 512 samples, and for edges only: inside
// a scan it is NaN (null in JSON).
std::vector<EdgeReport> report_edges(const FloatModel& model, const Program& program,
                                     const std::vector<Stream>& streams,
                                     const std::vector<StreamRange>& ranges,
                                     const Split& calibration, int threads,
                                     const ProgressCallback& progress);

// All methods and segment counts for every function of the program, and the one that is used.
std::vector<CurveReport> report_curves(const ApproxSpec& approx, const Formats& formats,
                                       const std::vector<Stream>& streams,
                                       const std::vector<StreamRange>& ranges);

nlohmann::json to_json(const QuantiseReport& report);

}  // namespace emamba

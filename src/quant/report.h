// SPDX-License-Identifier: Apache-2.0
// What quantisation costs, and where.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "quant/quantise.h"
#include "quant/ranges.h"

namespace emamba {

// One entry a stream. `metric_lost` is measured on at most 512 samples, and for edges only: inside
// a scan it is NaN (null in JSON).
std::vector<EdgeReport> report_edges(const FloatModel& model, const Program& program,
                                     const std::vector<Stream>& streams,
                                     const std::vector<Range>& ranges, const Split& calibration,
                                     int threads, const ProgressCallback& progress);

// All methods and segment counts for every curve of the program, and the one that is used.
std::vector<CurveReport> report_curves(const Spec& spec, const Formats& formats,
                                       const std::vector<Stream>& streams,
                                       const std::vector<Range>& ranges);

nlohmann::json to_json(const QuantiseReport& report);

}  // namespace emamba

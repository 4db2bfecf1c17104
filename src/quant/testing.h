// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests.
#pragma once

#include <cmath>

#include "quant/formats.h"
#include "quant/ranges.h"

namespace emamba {

// The program by a rule, without search and report.
inline Program program_by(FloatModel model, const ApproxSpec& approx, const QuantSpec& quant,
                          const Split& samples, Calibration rule, int threads = 1) {
  set_widths(model.network, quant);
  const FloatEngine engine(model);
  const auto streams = streams_of(engine.program());
  const auto ranges = find_ranges(engine, streams, samples, threads, {});
  return build_program(model, choose_formats(model, approx, quant, streams, ranges, rule));
}

// A negative delta lets states grow without bound; trained models keep away from it.
inline void keep_delta_positive(FloatModel& model) {
  for (const Op& op : model.network.ops) {
    const auto* scan = std::get_if<Scan>(&op);
    if (scan == nullptr) continue;
    const auto& delta = std::get<Linear>(model.network.ops[scan->delta - 1]);
    if (delta.activation != Activation::kNone) continue;
    for (float& v : model.parameters.at(delta.name + ".bias").data) v = 0.5f + std::abs(v);
  }
}

}  // namespace emamba

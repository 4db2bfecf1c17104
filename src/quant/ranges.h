// SPDX-License-Identifier: Apache-2.0
// What calibration sees: the range and distribution of every stream, and the exponents they ask
// for.
#pragma once

#include <cstdint>

#include "approx/fit.h"
#include "approx/options.h"

#include "quant/formats.h"
#include "quant/options.h"
#include "quant/streams.h"

namespace emamba {

// What one stream carried.
struct StreamRange {
  float min = 0, max = 0;                 // 0 is always inside
  std::vector<std::uint64_t> magnitudes;  // (4096) numbers by exponent and 4 mantissa bits of |x|
  Histogram seen;                         // of the streams that enter a curve

  void see(std::span<const float> numbers);
  void merge(const StreamRange& other);
  // No more than a share 1 - percent/100 of the numbers have a larger magnitude, to within 1/16.
  double percentile(double percent) const;
};

// The ranges of all streams, in the order of streams_of(). Throws Error on non-finite numbers.
std::vector<StreamRange> find_ranges(const FloatEngine& engine, const std::vector<Stream>& streams,
                                     const Split& calibration, int threads,
                                     const ProgressCallback& progress);

// The smallest exponent with which every number in [min, max] is rounded without saturation; not
// below -24, or -36 for more than 16 bits, which keeps all shifts of a program within bounds.
int exponent_for(int bits, double min, double max);

// Exponents by the largest magnitude, or by the percentile of magnitudes that `quant` asks for, and
// curves fitted to what was seen where functions have lines. Weights never saturate, nor do biases;
// with exponents for every channel, each holds its channel's alone.
Formats choose_formats(const FloatModel& model, const ApproxSpec& approx, const QuantSpec& quant,
                       const std::vector<Stream>& streams, const std::vector<StreamRange>& ranges,
                       Calibration rule);

}  // namespace emamba

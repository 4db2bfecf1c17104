// SPDX-License-Identifier: Apache-2.0
#include "quant/ranges.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"

namespace emamba {
namespace {

constexpr int kDroppedBits = 19;  // of a float's 23 mantissa bits, all but 4
constexpr std::size_t kMagnitudes = std::size_t{1} << (31 - kDroppedBits);
constexpr double kSeenLimit = 32;  // histograms cover -32 .. 32 in bins of 1/64; what lies outside
constexpr std::size_t kSeenBins = 4096;  // counts in the first or last bin

struct AllRanges {
  std::vector<StreamRange> ranges;

  void see(std::size_t stream, std::span<const float> numbers) { ranges[stream].see(numbers); }
  void merge(const AllRanges& other) {
    for (std::size_t i = 0; i < ranges.size(); ++i) ranges[i].merge(other.ranges[i]);
  }
};

// What values reach to; 0 is always inside.
struct Extent {
  double min = 0, max = 0;

  void see(double v) { min = std::min(min, v), max = std::max(max, v); }
  bool nothing() const { return min == max; }
};

Extent extent_of(const std::vector<float>& values) {
  Extent extent;
  for (double v : values) extent.see(v);
  return extent;
}

// The smallest exponent that holds weights in 8 bits, and biases in 32 bits at an exponent that is
// `x_exp` larger.
int weight_exponent(Extent weights, Extent biases, int x_exp) {
  const int exp = exponent_for(8, weights.min, weights.max);
  if (biases.nothing()) return exp;
  return std::max(exp, exponent_for(32, biases.min, biases.max) - x_exp);
}

struct WeightRule {
  const FloatModel& model;
  WeightExponents exponents;
  Formats& formats;

  const std::vector<float>& parameter(const std::string& name) const {
    return model.parameters.at(name).data;
  }
  std::vector<float> bias_of(const std::string& op) const {
    const auto bias = model.parameters.find(op + ".bias");
    return bias == model.parameters.end() ? std::vector<float>{} : bias->second.data;
  }
  void add(const std::string& op, const std::string& weight, int x_exp) const {
    formats.exponent[op + ".weight"] =
        weight_exponent(extent_of(parameter(weight)), extent_of(bias_of(op)), x_exp);
  }
  // The same for every output channel of a Linear or DwConv, but at most kMaxWeightOffset below the
  // largest. A channel whose weights are all 0 asks for nothing.
  void add_channels(const std::string& op, int x_exp) const {
    add(op, op + ".weight", x_exp);
    if (exponents == WeightExponents::kPerTensor) return;
    const std::vector<float>&weights = parameter(op + ".weight"), biases = bias_of(op);
    const std::size_t channels = model.parameters.at(op + ".weight").shape[0];
    const std::size_t inputs = weights.size() / channels;
    int& exponent = formats.exponent[op + ".weight"];
    const int largest = exponent;
    std::vector<int> own(channels);
    for (std::size_t o = 0; o < channels; ++o) {
      Extent weight, bias;
      for (std::size_t i = 0; i < inputs; ++i) weight.see(weights[o * inputs + i]);
      for (std::size_t i = o; i < biases.size(); i += channels) bias.see(biases[i]);
      own[o] = weight.nothing()
                   ? largest
                   : std::max(weight_exponent(weight, bias, x_exp), largest - kMaxWeightOffset);
    }
    exponent = *std::min_element(own.begin(), own.end());
    if (exponent == largest) return;
    auto offsets = make_tensor<std::int8_t>({channels});
    for (std::size_t o = 0; o < channels; ++o) {
      offsets.data[o] = static_cast<std::int8_t>(own[o] - exponent);
    }
    formats.weight_offset[op] = std::move(offsets);
  }
  int exponent_of(EdgeIndex edge) const {
    return formats.exponent.at(edge_name(model.network, origin_of(model.network, edge)));
  }

  void operator()(const Embed& op) const { add(op.name, op.name + ".table", 0); }
  void operator()(const Linear& op) const { add_channels(op.name, exponent_of(op.x)); }
  void operator()(const DwConv& op) const { add_channels(op.name, exponent_of(op.x)); }
  void operator()(const RangeNorm& op) const {
    add(op.name, op.name + ".weight", -ratio_fraction(op));
  }
  void operator()(const Scan& op) const {
    std::vector<float> A = parameter(op.name + ".A_log");
    for (float& a : A) a = -std::exp(a);
    formats.exponent[op.name + ".A"] = weight_exponent(extent_of(A), {}, 0);
    formats.exponent[op.name + ".D"] = weight_exponent(extent_of(parameter(op.name + ".D")), {}, 0);
  }
  void operator()(const Pwl&) const {}
  void operator()(const Gate&) const {}
  void operator()(const Add&) const {}
  void operator()(const Pool&) const {}
  void operator()(const Window&) const {}
  void operator()(const Max&) const {}
  void operator()(const Attention&) const {}
};

}  // namespace

void StreamRange::see(std::span<const float> numbers) {
  for (float x : numbers) {
    min = std::min(min, x);
    max = std::max(max, x);
    // Positive floats are ordered as their bits are.
    ++magnitudes[std::bit_cast<std::uint32_t>(std::abs(x)) >> kDroppedBits];
  }
  if (seen.counts.empty()) return;
  for (float x : numbers) {
    if (std::isnan(x)) continue;
    const double bin = std::floor((x + kSeenLimit) * (kSeenBins / (2 * kSeenLimit)));
    ++seen.counts[static_cast<std::size_t>(std::clamp(bin, 0.0, kSeenBins - 1.0))];
  }
}

void StreamRange::merge(const StreamRange& other) {
  min = std::min(min, other.min);
  max = std::max(max, other.max);
  for (std::size_t i = 0; i < magnitudes.size(); ++i) magnitudes[i] += other.magnitudes[i];
  for (std::size_t i = 0; i < seen.counts.size(); ++i) seen.counts[i] += other.seen.counts[i];
}

double StreamRange::percentile(double percent) const {
  std::uint64_t total = 0;
  for (std::uint64_t count : magnitudes) total += count;
  const double enough = static_cast<double>(total) * percent / 100;
  std::uint64_t below = 0;
  std::size_t i = 0;
  while (i < magnitudes.size() && static_cast<double>(below) < enough) below += magnitudes[i++];
  // The upper end of the last bin that was needed.
  const double upper = std::bit_cast<float>(static_cast<std::uint32_t>(i) << kDroppedBits);
  return std::min(upper, static_cast<double>(std::max(max, -min)));
}

std::vector<StreamRange> find_ranges(const FloatEngine& engine, const std::vector<Stream>& streams,
                                     const Split& calibration, int threads,
                                     const ProgressCallback& progress) {
  AllRanges empty;
  for (const Stream& stream : streams) {
    StreamRange range{.magnitudes = std::vector<std::uint64_t>(kMagnitudes), .seen = {}};
    if (!stream.curve.empty()) {
      range.seen = {-kSeenLimit, kSeenLimit, std::vector<double>(kSeenBins)};
    }
    empty.ranges.push_back(std::move(range));
  }
  std::vector<StreamRange> ranges =
      sum_over_streams(engine, calibration.inputs, threads, empty, progress).ranges;
  constexpr std::size_t kInfinity = 0x7f800000u >> kDroppedBits;  // and NaN, in the bins from here
  for (std::size_t s = 0; s < streams.size(); ++s) {
    std::uint64_t bad = 0;
    for (std::size_t i = kInfinity; i < kMagnitudes; ++i) bad += ranges[s].magnitudes[i];
    if (bad > 0) {
      throw Error(fmt::format("calibration: {} numbers on '{}' are infinite or not a number", bad,
                              streams[s].name),
                  "the trained model overflows; train it again with a lower learning rate");
    }
  }
  return ranges;
}

int exponent_for(int bits, double min, double max) {
  if (min == 0 && max == 0) return 1 - bits;  // a range of 1 for what was never seen
  const double high = static_cast<double>(fx::max_of(bits)) + 0.5;  // excluded: it rounds up
  const double low = static_cast<double>(fx::min_of(bits)) - 0.5;   // included
  int exp = bits > 16 ? -36 : -24;
  while (std::ldexp(max, -exp) >= high || std::ldexp(min, -exp) < low) ++exp;
  return exp;
}

Formats choose_formats(const FloatModel& model, const ApproxSpec& approx, const QuantSpec& quant,
                       const std::vector<Stream>& streams, const std::vector<StreamRange>& ranges,
                       Calibration rule) {
  const Program& network = model.network;
  Formats formats;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const auto [name, bits, edge, curve, function] = streams[s];
    const bool copied = edge > 0 && keeps_type(network.ops[edge - 1]);
    const bool token_ids = edge == 0 && network.input.vocab > 0;
    double min = ranges[s].min, max = ranges[s].max;
    if (rule == Calibration::kPercentile) {
      const double limit = ranges[s].percentile(quant.percentile);
      min = std::max(min, -limit), max = std::min(max, limit);
    }
    if (!copied && !token_ids) formats.exponent[name] = exponent_for(bits, min, max);
    if (curve.empty() || approx.of(function).has_table(bits)) continue;
    formats.curve[curve] = fit_pwl(function, approx.of(function), ranges[s].seen);
  }
  const WeightRule rule_of_weights{model, quant.weight_exponents, formats};
  for (const Op& op : network.ops) std::visit(rule_of_weights, op);
  return formats;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "quant/report.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "data/metrics.h"
#include "exec/evaluate.h"

namespace emamba {
namespace {

constexpr std::size_t kLossSamples = 512;  // that metric_lost is measured on
constexpr std::uint64_t kLossSeed = 2;     // draws them from the calibration samples

// Sums over what one stream carries, and over what rounding to its type changes.
struct Noise {
  NumberType type;
  double signal = 0, noise = 0;  // sums of squares
  std::uint64_t saturated = 0, count = 0;

  void see(std::span<const float> numbers) {
    const auto low = static_cast<double>(fx::min_of(type.bits));
    const auto high = static_cast<double>(fx::max_of(type.bits));
    const double scale = std::ldexp(1.0, -type.exp);
    double squares = 0, errors = 0;  // in units of the type
    for (double x : numbers) {
      const double scaled = x * scale, q = std::floor(scaled + 0.5);
      const double rounded = std::clamp(q, low, high);
      saturated += rounded != q ? 1 : 0;
      squares += scaled * scaled;
      errors += (scaled - rounded) * (scaled - rounded);
    }
    count += numbers.size();
    signal += squares / scale / scale;
    noise += errors / scale / scale;
  }
  void merge(const Noise& other) {
    signal += other.signal;
    noise += other.noise;
    saturated += other.saturated;
    count += other.count;
  }
};

struct AllNoise {
  std::vector<Noise> streams;

  void see(std::size_t stream, std::span<const float> numbers) { streams[stream].see(numbers); }
  void merge(const AllNoise& other) {
    for (std::size_t i = 0; i < streams.size(); ++i) streams[i].merge(other.streams[i]);
  }
};

// Types of all streams, in the order of streams_of().
std::vector<NumberType> types_of(const Program& program) {
  std::vector<NumberType> types;
  for (const Edge& edge : program.edges) types.push_back(edge.type);
  for (const Op& op : program.ops) {
    if (const auto* attention = std::get_if<Attention>(&op)) types.push_back(attention->score_type);
    if (const auto* scan = std::get_if<Scan>(&op)) {
      const std::size_t first = types.size();
      types.resize(first + kScanStreams);
      types[first + kZ] = scan->z_type;
      types[first + kProduct] = scan->product_type;
      types[first + kState] = scan->state_type;
    }
  }
  return types;
}

// JSON has no NaN or infinity.
nlohmann::json number(double v) {
  return std::isfinite(v) ? nlohmann::json(v) : nlohmann::json(nullptr);
}

}  // namespace

std::vector<EdgeReport> report_edges(const FloatModel& model, const Program& program,
                                     const std::vector<Stream>& streams,
                                     const std::vector<StreamRange>& ranges,
                                     const Split& calibration, int threads,
                                     const ProgressCallback& progress) {
  const std::vector<NumberType> types = types_of(program);
  AllNoise sums;
  for (NumberType type : types) sums.streams.push_back({type});
  sums = sum_over_streams(FloatEngine(model), calibration.inputs, threads, sums, {});

  const Split some = draw_samples(calibration, kLossSamples, kLossSeed);
  const auto metric = [&](FloatOptions options) {
    const FloatEngine engine(model, std::move(options));
    return metrics_of(some, answers(engine, some.inputs, threads)).main();
  };
  const Metric unrounded = metric({});

  std::vector<EdgeReport> reports;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const Noise& noise = sums.streams[s];
    EdgeReport report{.name = streams[s].name, .type = types[s]};
    report.min = ranges[s].min;
    report.max = ranges[s].max;
    report.saturated = static_cast<double>(noise.saturated) / static_cast<double>(noise.count);
    report.snr_db = 10 * std::log10(noise.signal / noise.noise);
    report.metric_lost = std::numeric_limits<double>::quiet_NaN();
    if (const EdgeIndex edge = streams[s].edge; edge >= 0) {
      report.metric_lost = lost(unrounded, metric({.curves = {}, .rounded = {{edge, types[s]}}}));
    }
    reports.push_back(std::move(report));
    if (progress) progress(s + 1, streams.size(), streams[s].name);
  }
  return reports;
}

std::vector<CurveReport> report_curves(const ApproxSpec& approx, const Formats& formats,
                                       const std::vector<Stream>& streams,
                                       const std::vector<StreamRange>& ranges) {
  std::vector<CurveReport> reports;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    if (streams[s].curve.empty()) continue;
    const Function function = streams[s].function;
    const PwlSpec& used = approx.of(function);
    const Histogram& seen = ranges[s].seen;
    const auto add = [&](const PwlSpec& pwl, const PwlCurve& curve, bool is_used) {
      reports.push_back({streams[s].curve, function, name_of_key(pwl.method), pwl.segments,
                         fit_error(function, curve, pwl.lo, pwl.hi, seen), is_used});
    };
    const bool table = used.has_table(streams[s].bits);
    bool listed = table;
    for (PwlMethod method : {PwlMethod::kEqual, PwlMethod::kGreedy, PwlMethod::kData}) {
      for (int segments : {4, 8, 11, 17, 32}) {
        const PwlSpec pwl{method, segments, used.lo, used.hi};
        const bool is_used = !table && method == used.method && segments == used.segments;
        add(pwl, fit_pwl(function, pwl, seen), is_used);
        listed = listed || is_used;
      }
    }
    if (table) reports.push_back({streams[s].curve, function, "table", 0, {}, true});
    if (!listed) add(used, formats.curve.at(streams[s].curve), true);
  }
  return reports;
}

nlohmann::json to_json(const QuantiseReport& report) {
  nlohmann::json edges = nlohmann::json::array(), curves = nlohmann::json::array();
  for (const EdgeReport& edge : report.edges) {
    edges.push_back({{"name", edge.name},
                     {"bits", edge.type.bits},
                     {"exp", edge.type.exp},
                     {"min", number(edge.min)},
                     {"max", number(edge.max)},
                     {"saturated", number(edge.saturated)},
                     {"snr_db", number(edge.snr_db)},
                     {"metric_lost", number(edge.metric_lost)}});
  }
  for (const CurveReport& curve : report.curves) {
    curves.push_back({{"op", curve.op},
                      {"function", name_of_key(curve.function)},
                      {"method", curve.method},
                      {"segments", curve.segments},
                      {"error_max", number(curve.error.max)},
                      {"error_mean", number(curve.error.mean)},
                      {"error_on_data", number(curve.error.on_data)},
                      {"used", curve.used}});
  }
  return {{"samples", report.samples},
          {"measure", measures_of({{report.golden_metric}}).front()},
          {"float_metric", number(report.float_metric.value)},
          {"pwl_metric", number(report.pwl_metric.value)},
          {"golden_metric", number(report.golden_metric.value)},
          {"edges", std::move(edges)},
          {"curves", std::move(curves)}};
}

}  // namespace emamba

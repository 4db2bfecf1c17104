// SPDX-License-Identifier: Apache-2.0
// The steps of quantisation: ranges, formats, program, report.
#include "quant/quantise.h"

#include <algorithm>
#include <map>
#include <optional>

#include "base/error.h"
#include "data/metrics.h"
#include "exec/evaluate.h"
#include "ir/fields.h"
#include "quant/ranges.h"
#include "quant/report.h"
#include "quant/search.h"

namespace emamba {
namespace {

constexpr std::size_t kSearchSamples = 256;
constexpr std::uint64_t kSearchSeed = 1;  // draws them from the calibration samples
constexpr int kSearchPasses = 8;          // at most; it ends when a pass changes nothing
constexpr double kSearchHolds = 90;       // percent of an edge's values that its type must hold

// A model whose numbers lie too far apart gets exponents that no program may have.
void require_valid(const Program& program) {
  try {
    validate(program, program.name);
  } catch (const Error& e) {
    throw Error(e.what(),
                "the model's numbers span more powers of two than integers shift over; train it "
                "again with a higher train.weight_decay or a lower train.lr");
  }
}

// Shows a stage's progress as the part first .. last, in per mille, of the whole.
ProgressCallback stage(const ProgressCallback& progress, std::size_t first, std::size_t last,
                       const std::string& name) {
  if (!progress) return {};
  return [=](std::size_t done, std::size_t total, const std::string&) {
    progress(first + (last - first) * done / total, 1000, name);
  };
}

// The smallest exponents at which edges hold most of what they carry: where the outputs on a few
// samples do not tell, an edge is not given up.
std::map<std::string, int> least_exponents(const std::vector<Stream>& streams,
                                           const std::vector<StreamRange>& ranges) {
  std::map<std::string, int> least;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    if (streams[s].edge < 0) continue;
    const double limit = ranges[s].percentile(kSearchHolds);
    const double min = std::max<double>(ranges[s].min, -limit);
    least[streams[s].name] =
        exponent_for(streams[s].bits, min, std::min<double>(ranges[s].max, limit));
  }
  return least;
}

// Formats by the largest magnitude and by percentile, both improved by the search; the better ones.
Formats searched_formats(const FloatModel& model, const ApproxSpec& approx, const QuantSpec& quant,
                         const std::vector<Stream>& streams, const std::vector<StreamRange>& ranges,
                         const FloatEngine& engine, const Split& calibration, int threads,
                         const ProgressCallback& progress) {
  Reference reference;
  reference.inputs = draw_samples(calibration, kSearchSamples, kSearchSeed).inputs;
  reference.outputs = answers(engine, reference.inputs, threads);
  // One pass from either start tells which is worth the others.
  const std::map<std::string, int> least = least_exponents(streams, ranges);
  std::optional<Formats> best;
  double least_error = 0;
  std::size_t done = 0;  // per mille
  for (Calibration rule : {Calibration::kMax, Calibration::kPercentile}) {
    const Formats start = choose_formats(model, approx, quant, streams, ranges, rule);
    const Formats found = search_exponents(model, start, reference, least, 1, threads,
                                           stage(progress, done, done + 200, "search"));
    const double error = output_error(model, found, reference, threads);
    if (!best || error < least_error) best = found, least_error = error;
    done += 200;
  }
  return search_exponents(model, *best, reference, least, kSearchPasses, threads,
                          stage(progress, done, 1000, "search"));
}

}  // namespace

void require_integer_form(const Program& network, const ApproxSpec& approx) {
  for (const Op& op : network.ops) {
    const char* what = nullptr;
    if (const auto* norm = std::get_if<RangeNorm>(&op)) {
      if (norm->norm == Norm::kRms) what = "RMS norm";
      if (norm->norm == Norm::kBatch) what = "batch norm that cannot be folded";
    } else if (const auto* linear = std::get_if<Linear>(&op)) {
      if (linear->activation == Activation::kSoftplus) what = "softplus";
    }
    if (what == nullptr) continue;
    throw Error(
        fmt::format("{}: {}: {} exists in floating point only", network.name, name_of(op), what),
        "set model.norm to range or layer and model.delta_activation to relu-after, and train, to "
        "quantise");
  }
  for (const Stream& stream : streams_of(network)) {
    const bool fits = stream.bits <= fx::kMaxTableBits;
    if (stream.curve.empty() || fits || !approx.of(stream.function).has_table(stream.bits))
      continue;
    const char* function = name_of_key(stream.function);
    throw Error(fmt::format("approx.{}.form = \"table\": the input of {} has {} bits, a table at "
                            "most {}",
                            function, stream.curve, stream.bits, fx::kMaxTableBits),
                fmt::format("set approx.{}.form to lines or auto", function));
  }
}

std::map<std::string, PwlCurve> fit_curves(const FloatModel& model, const ApproxSpec& approx,
                                           const Split& calibration, int threads,
                                           const ProgressCallback& progress) {
  const FloatEngine engine(model);
  const std::vector<Stream> streams = streams_of(engine.program());
  const std::vector<StreamRange> ranges =
      find_ranges(engine, streams, calibration, threads, progress);
  return choose_formats(model, approx, {}, streams, ranges, Calibration::kMax).curve;
}

QuantiseResult quantise(const FloatModel& trained, const ApproxSpec& approx, const QuantSpec& quant,
                        const Split& calibration, int threads, const ProgressCallback& progress) {
  FloatModel model = trained;
  set_widths(model.network, quant);
  require_integer_form(model.network, approx);
  if (calibration.samples() == 0) throw Error("quantisation needs calibration samples");
  const FloatEngine engine(model);
  const std::vector<Stream> streams = streams_of(engine.program());
  const std::vector<StreamRange> ranges =
      find_ranges(engine, streams, calibration, threads, stage(progress, 0, 50, "ranges"));
  const Calibration rule = quant.calibration;
  const Formats formats =
      rule == Calibration::kSearch
          ? searched_formats(model, approx, quant, streams, ranges, engine, calibration, threads,
                             stage(progress, 50, 700, "search"))
          : choose_formats(model, approx, quant, streams, ranges, rule);

  QuantiseResult result{.program = build_program(model, formats), .report = {}};
  require_valid(result.program);
  const Fast integers(result.program);
  QuantiseReport& report = result.report;
  const auto metric = [&](const Tensor<float>& outputs) {
    return metrics_of(calibration, outputs).main();
  };
  report.samples = calibration.samples();
  report.float_metric = metric(answers(engine, calibration.inputs, threads));
  report.pwl_metric = metric(answers(FloatEngine(model, {.curves = formats.curve, .rounded = {}}),
                                     calibration.inputs, threads));
  report.golden_metric =
      metric(answers(integers, calibration.inputs, threads, stage(progress, 700, 800, "integers")));
  report.edges = report_edges(model, result.program, streams, ranges, calibration, threads,
                              stage(progress, 800, 1000, "report"));
  report.curves = report_curves(approx, formats, streams, ranges);
  return result;
}

}  // namespace emamba

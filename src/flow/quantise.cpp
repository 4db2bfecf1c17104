// SPDX-License-Identifier: Apache-2.0
// Quantisation, fine-tuning, and the choice between the programs before and after it.
#include "flow/quantise.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/machine.h"
#include "base/stopwatch.h"
#include "data/metrics.h"
#include "exec/evaluate.h"
#include "flow/data.h"
#include "flow/keys.h"
#include "flow/version.h"
#include "quant/fold.h"
#include "quant/quantise.h"
#include "quant/report.h"
#include "train/finetune.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::uint64_t kCalibrationSeed = 1;  // draws the calibration from the training samples
constexpr double kSaturationNoted = 0.01;      // shares of an edge's values beyond its type
constexpr double kSaturationRefused = 0.1;

// "NAME (12.3 %), ..." of those that saturate more than `share`, worst first; "" when there is
// none.
std::string saturating(std::vector<EdgeReport> edges, double share) {
  std::erase_if(edges, [&](const EdgeReport& edge) { return edge.saturated <= share; });
  std::stable_sort(edges.begin(), edges.end(), [](const EdgeReport& a, const EdgeReport& b) {
    return a.saturated > b.saturated;
  });
  std::string text;
  for (const EdgeReport& edge : edges) {
    text +=
        fmt::format("{}{} ({:.1f} %)", text.empty() ? "" : ", ", edge.name, 100 * edge.saturated);
  }
  return text;
}

void refuse_saturation(const QuantiseReport& report, std::size_t edges) {
  // What is inside scans comes last, and is noted alone: beyond the range of delta * A, the
  // exponential is near 0 and flat.
  const auto end = report.edges.begin() + static_cast<std::ptrdiff_t>(edges);
  const std::string text = saturating({report.edges.begin(), end}, kSaturationRefused);
  if (text.empty()) return;
  const Metric &real = report.float_metric, &integer = report.golden_metric;
  throw Error(
      fmt::format("more than {:.0f} % of the values on these edges lie beyond their integers: {}",
                  100 * kSaturationRefused, text),
      fmt::format("quant.calibration = \"max\" or a higher quant.percentile holds more of them; "
                  "--allow-saturation takes the program as it is ({} {:.2f}{} in floating point, "
                  "{:.2f} in integers on the calibration samples)",
                  real.name, real.value, real.unit.empty() ? "" : " " + real.unit, integer.value));
}

// How good a program is on samples for which the float model gives `exact` (samples, outputs).
struct Quality {
  Metric metric;              // that models are compared by
  double rms_difference = 0;  // of its outputs to the float model's
};

Quality quality_of(const Program& program, const Split& split, const Tensor<float>& exact,
                   int threads) {
  const Tensor<float> outputs = answers(Fast(program), split.inputs, threads);
  double sum = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const double difference = double{outputs.data[i]} - exact.data[i];
    sum += difference * difference;
  }
  return {metrics_of(split, outputs).main(), std::sqrt(sum / static_cast<double>(outputs.size()))};
}

// Fine-tunes `program`, made from `model`, and keeps the better one; `weights` are then those that
// it rounds. Returns what it did.
json finetune_program(const Job& job, const FloatModel& model, const Split& train,
                      const Split& calibration, Program& program,
                      std::optional<FloatModel>& weights) {
  const QuantSpec& quant = job.spec.quant;
  const bool held_out = has_val(job.spec);
  const Split check = held_out ? job_split(job, "val") : calibration;
  const Stopwatch watch;
  FinetuneResult tuned = finetune(model, program, job.spec.train, quant, train, job.threads,
                                  job.progress("fine-tune"));
  const Tensor<float> exact = answers(FloatEngine(model), check.inputs, job.threads);
  const Quality before = quality_of(program, check, exact, job.threads);
  const Quality after = quality_of(tuned.program, check, exact, job.threads);
  const bool kept = quant.finetune_target == FinetuneTarget::kFloat
                        ? after.rms_difference <= before.rms_difference
                        : lost(before.metric, after.metric) <= 0;
  if (kept) {
    tuned.model.network.origin += fmt::format("; fine-tuned for {} steps", quant.finetune_steps);
    weights = std::move(tuned.model);
    program = std::move(tuned.program);
  }
  return {{"steps", quant.finetune_steps},
          {"lr", quant.finetune_lr},
          {"target", name_of_key(quant.finetune_target)},
          {"loss", tuned.loss},
          {"split", held_out ? "val" : "calibration"},
          {"samples", check.samples()},
          {"before", before.metric.value},
          {"after", after.metric.value},
          {"difference_before", before.rms_difference},
          {"difference_after", after.rms_difference},
          {"kept", kept},
          {"seconds", watch.seconds()}};
}

}  // namespace

Split calibration_samples(const Job& job, const Split& train) {
  return draw_samples(train, static_cast<std::size_t>(job.spec.quant.samples), kCalibrationSeed);
}

std::string quantise_key(const Spec& spec, const std::string& model_sha256, const json& hashes) {
  return stage_key("quantize", {{"model", model_sha256},
                                {"spec", spec_sections(spec, program_sections())},
                                {"holdout", spec.train.holdout},
                                {"data", hashes}});
}

json quantise_stage(const Job& job, const Stored<FloatModel>& model, const json& hashes,
                    Saturation saturation) {
  const Stopwatch watch;
  const Split train = job_split(job, "train");
  const Split calibration = calibration_samples(job, train);
  const FloatModel trained = folded(model.content);
  QuantiseResult result = quantise(trained, job.spec.approx, job.spec.quant, calibration,
                                   job.threads, job.progress("quantize"));
  if (saturation == Saturation::kLimited) {
    refuse_saturation(result.report, result.program.edges.size());
  }
  json finetuned;
  std::optional<FloatModel> weights;
  if (job.spec.quant.finetune_steps > 0) {
    finetuned = finetune_program(job, trained, train, calibration, result.program, weights);
  }
  const std::string path = job.out + "/" + kProgramFile;
  result.program.name = job.spec.name;
  result.program.config = stored_config(job.spec);
  result.program.origin = program_origin(model.sha256);
  const std::string finetuned_path = job.out + "/" + kFinetunedFile;
  if (weights) write_float_model(finetuned_path, *weights);
  write_program(path, result.program);
  if (!weights) std::filesystem::remove(finetuned_path);  // of an earlier program
  json summary = {{"key", quantise_key(job.spec, model.sha256, hashes)},
                  {"command", "emamba quantize " + job.settings},
                  {"version", version()},
                  {"model", model.path},
                  {"model_sha256", model.sha256},
                  {"program", path},
                  {"program_sha256", sha256_file(path)},
                  {"machine", machine_name()},
                  {"seconds", watch.seconds()},
                  {"warnings", json::array()},
                  {"report", to_json(result.report)}};
  const std::string noted = saturating(result.report.edges, kSaturationNoted);
  if (!noted.empty()) {
    summary["warnings"].push_back(fmt::format("more than {:.0f} % of the values saturate: {}",
                                              100 * kSaturationNoted, noted));
  }
  if (!finetuned.is_null()) summary["finetune"] = finetuned;
  write_result(job, "quantize.json", summary);
  return summary;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// `emamba quantize`: from a trained model to the integer program.
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "cli/stages.h"
#include "exec/evaluate.h"
#include "quant/quantise.h"
#include "quant/report.h"
#include "report/text_table.h"
#include "train/finetune.h"

namespace emamba {
namespace {

constexpr std::uint64_t kCalibrationSeed = 1;  // draws the calibration from the training samples

void print_edges(const nlohmann::json& edges, const std::string& lost) {
  TextTable table({"edge", "bits", "exp", "min", "max", "saturated %", "SNR dB", lost});
  for (const auto& edge : edges) {
    table.add({edge.at("name"), fmt::format("{}", edge.at("bits").get<int>()),
               fmt::format("{}", edge.at("exp").get<int>()), number(edge.at("min"), "{:.3g}"),
               number(edge.at("max"), "{:.3g}"),
               fmt::format("{:.3f}", 100 * edge.at("saturated").get<double>()),
               number(edge.at("snr_db"), "{:.1f}"), number(edge.at("metric_lost"), "{:+.2f}")});
  }
  fmt::print("{}", table.text());
}

// Of all methods and sizes that were measured, a row a method and size, used ones marked.
void print_curves(const nlohmann::json& curves) {
  TextTable table({"op", "function", "method", "segments", "error max", "mean", "on data", ""});
  for (const auto& curve : curves) {
    table.add({curve.at("op"), curve.at("function"), curve.at("method"),
               fmt::format("{}", curve.at("segments").get<int>()),
               number(curve.at("error_max"), "{:.5f}"), number(curve.at("error_mean"), "{:.5f}"),
               number(curve.at("error_on_data"), "{:.6f}"),
               curve.at("used").get<bool>() ? "used" : ""});
  }
  fmt::print("{}", table.text());
}

void print_report(const Job& job, const nlohmann::json& result) {
  const bool regression = job.spec.shape().regression;
  const char* unit = regression ? "cm RMSE" : "% accuracy";
  const auto& report = result.at("report");
  fmt::print("Functions: absolute errors of the piecewise-linear fits\n");
  print_curves(report.at("curves"));
  fmt::print("\nEdges: what rounding each one alone does\n");
  print_edges(report.at("edges"), regression ? "cm lost" : "points lost");
  fmt::print("\nOn the {} calibration samples, {}: float {}, piecewise linear {}, integer {}\n",
             report.at("samples").get<std::size_t>(), unit,
             number(report.at("float_metric"), "{:.2f}"), number(report.at("pwl_metric"), "{:.2f}"),
             number(report.at("golden_metric"), "{:.2f}"));
  if (result.contains("finetune")) {
    const auto& tuned = result.at("finetune");
    const auto real = [&](const char* key) { return tuned.at(key).get<double>(); };
    fmt::print(
        "Fine-tuned for {} steps; integer on {} {} samples: {:.2f} before, {:.2f} after; RMS "
        "difference to the float outputs {:.4f} before, {:.4f} after{}\n",
        tuned.at("steps").get<int>(), tuned.at("samples").get<std::size_t>(),
        tuned.at("split").get<std::string>(), real("before"), real("after"),
        real("difference_before"), real("difference_after"),
        tuned.at("kept").get<bool>() ? "" : ", so the program before it is kept");
  }
  fmt::print("wrote {} ({:.0f} s)\n", result.at("program").get<std::string>(),
             result.at("seconds").get<double>());
}

// How good a program is on samples for which the float model gives `exact` (samples, outputs).
struct Quality {
  double metric = 0;
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
  return {metrics_of(split, outputs).value(), std::sqrt(sum / static_cast<double>(outputs.size()))};
}

// Fine-tunes `program`, made from `model`, and keeps the result if the integers are no worse with
// it on the held-out samples (without any: on the calibration samples): by the metric, or by the
// difference to the float model where that is the target. Writes OUT/finetuned.safetensors then.
// Returns what it did.
nlohmann::json finetune_program(const Job& job, const FloatModel& model, const Split& train,
                                const Split& calibration, Program& program) {
  const QuantSpec& quant = job.spec.quant;
  const bool held_out = job.spec.train.holdout > 0;
  const Split check = held_out ? load_split(job.spec, job.data, "val") : calibration;
  const Stopwatch watch;
  FinetuneResult tuned;
  {
    ProgressLine line("fine-tune");
    tuned = finetune(model, program, train, job.threads, line.callback());
  }
  const Tensor<float> exact =
      answers(FloatEngine(model), model.normalisation, check.inputs, job.threads);
  const Quality before = quality_of(program, check, exact, job.threads);
  const Quality after = quality_of(tuned.program, check, exact, job.threads);
  const bool kept = quant.finetune_target == FinetuneTarget::kFloat
                        ? after.rms_difference <= before.rms_difference
                    : job.spec.shape().regression ? after.metric <= before.metric
                                                  : after.metric >= before.metric;
  if (kept) {
    tuned.model.origin += fmt::format("; fine-tuned for {} steps", quant.finetune_steps);
    write_float_model(job.out + "/" + kFinetunedFile, tuned.model);
    program = std::move(tuned.program);
  }
  return {{"steps", quant.finetune_steps},
          {"lr", quant.finetune_lr},
          {"target", to_json(job.spec).at("quant").at("finetune_target")},
          {"loss", tuned.loss},
          {"split", held_out ? "val" : "calibration"},
          {"samples", check.samples()},
          {"before", before.metric},
          {"after", after.metric},
          {"difference_before", before.rms_difference},
          {"difference_after", after.rms_difference},
          {"kept", kept},
          {"seconds", watch.seconds()}};
}

}  // namespace

std::string program_origin(const std::string& settings, const std::string& model_sha256) {
  return fmt::format("emamba quantize {}; emamba {}; model sha256 {}", settings, EMAMBA_VERSION,
                     model_sha256);
}

bool made_from(const Program& program, const std::string& model_sha256) {
  return program.origin.ends_with("model sha256 " + model_sha256);
}

Split calibration_samples(const Job& job, const Split& train) {
  return draw_samples(train, static_cast<std::size_t>(job.spec.quant.samples), kCalibrationSeed);
}

std::string quantize_key(const Job& job, const std::string& model_sha256,
                         const nlohmann::json& hashes) {
  return stage_key("quantize", {{"model", model_sha256},
                                {"spec", spec_sections(job.spec, program_sections())},
                                {"holdout", job.spec.train.holdout},
                                {"data", hashes}});
}

nlohmann::json quantize_stage(const Job& job, const Stored<FloatModel>& model,
                              const nlohmann::json& hashes) {
  const Stopwatch watch;
  FloatModel configured = model.content;
  configured.spec = job.spec;  // differs from the model's in what a weight file does not depend on
  const Split train = load_split(job.spec, job.data, "train");
  const Split calibration = calibration_samples(job, train);
  QuantiseResult result;
  {
    ProgressLine line("quantize");
    result = quantise(configured, calibration, job.threads, line.callback());
  }
  nlohmann::json finetuned;
  std::filesystem::remove(job.out + "/" + kFinetunedFile);  // of an earlier program
  if (job.spec.quant.finetune_steps > 0) {
    finetuned = finetune_program(job, configured, train, calibration, result.program);
  }
  const std::string path = job.out + "/" + kProgramFile;
  result.program.origin = program_origin(job.settings, model.sha256);
  write_program(path, result.program);
  nlohmann::json summary = {{"key", quantize_key(job, model.sha256, hashes)},
                            {"command", "emamba quantize " + job.settings},
                            {"version", EMAMBA_VERSION},
                            {"model", model.path},
                            {"model_sha256", model.sha256},
                            {"program", path},
                            {"program_sha256", sha256_file(path)},
                            {"machine", machine_name()},
                            {"seconds", watch.seconds()},
                            {"report", to_json(result.report)}};
  if (!finetuned.is_null()) summary["finetune"] = finetuned;
  write_result(job, "quantize.json", summary);
  return summary;
}

void add_quantize(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("quantize", "Make the integer program from the trained model");
  auto options = std::make_shared<CommonOptions>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  verb->footer(
      "Writes OUT/program.safetensors and quantize.json, and after fine-tuning\n"
      "(quant.finetune_steps) the tuned weights before rounding as finetuned.safetensors. The\n"
      "result does not depend on --threads.\n\n"
      "Example: emamba quantize models/mars/config.toml --out out/mars");
  verb->callback([options] {
    const Job job = open_job(*options);
    prepare_out(job);
    const Stored<FloatModel> model = require_model(job);
    const nlohmann::json result = quantize_stage(job, model, data_hashes(job));
    if (options->json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      print_report(job, result);
    }
  });
}

}  // namespace emamba

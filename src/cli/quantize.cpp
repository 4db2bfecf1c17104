// SPDX-License-Identifier: Apache-2.0
// `emamba quantize`: from a trained model to the integer program.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/data.h"
#include "flow/files.h"
#include "flow/quantise.h"
#include "report/measures.h"
#include "report/text_table.h"

namespace emamba {
namespace {

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

void print_report(const nlohmann::json& result) {
  const auto& report = result.at("report");
  const Measure measure = measure_of(report.at("measure"));
  fmt::print("Functions: absolute errors of piecewise-linear fits; a table has none\n");
  print_curves(report.at("curves"));
  fmt::print("\nEdges: what rounding each one alone does\n");
  print_edges(report.at("edges"), measure.unit.empty() ? "lost" : measure.change_unit() + " lost");
  fmt::print("\nOn the {} calibration samples, {}: float {}, piecewise linear {}, integer {}\n",
             report.at("samples").get<std::size_t>(), measure.label(),
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
  for (const auto& warning : result.at("warnings")) {
    fmt::print("warning: {}\n", warning.get<std::string>());
  }
  fmt::print("wrote {} ({:.0f} s)\n", result.at("program").get<std::string>(),
             result.at("seconds").get<double>());
}

}  // namespace

void add_quantize(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("quantize", "Make the integer program from the trained model");
  struct Options : CommonOptions {
    Saturation saturation = Saturation::kLimited;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  add_saturation_option(*verb, options->saturation);
  verb->footer(
      "Writes OUT/program.safetensors and quantize.json, and after fine-tuning\n"
      "(quant.finetune_steps) the tuned weights before rounding as finetuned.safetensors. The\n"
      "result does not depend on --threads.\n\n"
      "Example: emamba quantize models/mars/config.toml --out out/mars");
  verb->callback([options] {
    const Job job = job_of(*options);
    const FolderLock lock = prepare_out(job, {kProgramFile, kFinetunedFile, "quantize.json"});
    const Stored<FloatModel> model = require_model(job);
    print_result(*options, quantise_stage(job, model, data_hashes(job), options->saturation),
                 print_report);
  });
}

}  // namespace emamba

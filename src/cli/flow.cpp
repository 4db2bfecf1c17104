// SPDX-License-Identifier: Apache-2.0
// `emamba flow`: data, training, quantisation, evaluation, hardware and report in one go. A stage
// whose inputs have not changed since its result was written is skipped.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "cli/result.h"
#include "cli/stages.h"
#include "cli/summary.h"
#include "hw/emit.h"
#include "hw/json.h"
#include "report/report.h"
#include "target/estimate.h"

namespace emamba {
namespace {

using nlohmann::json;

// 0 for a model that was found.
double seconds_of(const json& result) {
  return result.value("seconds", 0.0);
}

// Where a stage's result came from.
enum class Status { kRun, kUnchanged, kFound };

const char* name_of(Status status) {
  switch (status) {
    case Status::kRun:
      return "run";
    case Status::kUnchanged:
      return "unchanged";
    case Status::kFound:
      return "found";
  }
  return "";
}

class Flow {
 public:
  // `frames`: how many to simulate; 0: no hardware.
  Flow(Job job, bool resume, bool quiet, std::size_t frames)
      : job_(std::move(job)), resume_(resume), quiet_(quiet), frames_(frames) {}

  // {"name", "out", "stages", "summary"}
  json run() {
    prepare_out(job_);
    // Folding that is not feasible is said before hours of training.
    if (frames_ > 0) choose_folds(lower(job_.spec), job_.spec.hardware);
    hashes_ = data_hashes(job_);
    data();
    train();
    const EvalChoice exact{}, pwl{.pwl = true}, golden{.kind = Engine::kGolden};
    evaluate("eval-float", exact);
    quantize();
    evaluate("eval-pwl", pwl);
    evaluate("eval-golden", golden);
    if (frames_ > 0) {
      const Plan plan = hardware();
      verify(plan);
      report(plan);
    }
    return {{"name", job_.spec.name},         {"out", job_.out},   {"model", files_.model.path},
            {"program", files_.program.path}, {"stages", stages_}, {"summary", summary()}};
  }

 private:
  std::string out(const std::string& name) const { return job_.out + "/" + name; }

  void say(const std::string& text) const {
    if (quiet_) return;
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

  void finish(const std::string& stage, Status status, json result, const std::string& remark) {
    result["status"] = name_of(status);
    say(fmt::format(
        "{:<12} {:<10} {}", stage,
        status == Status::kRun ? fmt::format("{:.1f} s", seconds_of(result)) : name_of(status),
        remark));
    stages_[stage] = std::move(result);
  }

  static std::string samples_text(const json& result) {
    std::string text;
    for (const auto& [name, samples] : result.at("samples").items()) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", samples.get<std::size_t>(), name);
    }
    for (const auto& warning : result.at("warnings")) text += "\n" + warning.get<std::string>();
    return text;
  }

  void data() {
    const std::optional<json> earlier = read_result(out("data.json"), samples_text);
    const bool unchanged = has(earlier, "key", data_key(job_, hashes_));
    const json result = unchanged ? *earlier : data_stage(job_, hashes_);
    if (!unchanged) write_result(job_, "data.json", result);
    finish("data", unchanged ? Status::kUnchanged : Status::kRun, result, samples_text(result));
  }

  // A model that was trained from this very task, model and training configuration.
  bool find_model() {
    for (const std::string& path : find_files(job_, kModelFile)) {
      files_.model = load_or_explain(load_model, path);
      const Spec& spec = files_.model.content.spec;
      if (spec_differences(spec, job_.spec, train_sections()).empty()) return true;
    }
    return false;
  }

  void train() {
    const std::string key = train_key(job_, hashes_);
    std::optional<json> earlier = read_result(out("train.json"), seconds_of);
    Status status = Status::kRun;
    if (find_model()) {
      const bool ours = has(earlier, "model_sha256", files_.model.sha256);
      if (ours && has(earlier, "key", key)) {
        status = Status::kUnchanged;
      } else if (!ours || !earlier->contains("command")) {
        // Trained elsewhere, e.g. shipped beside the config.
        status = Status::kFound;
        earlier = json{{"key", key},
                       {"model", files_.model.path},
                       {"model_sha256", files_.model.sha256},
                       {"origin", files_.model.content.origin}};
        write_result(job_, "train.json", *earlier);
      }
    }
    if (status == Status::kRun) {
      const bool resume = can_resume(job_);
      if (resume) say("the training goes on from " + out(kCheckpointFile));
      earlier = train_stage(job_, hashes_, resume || resume_);
      files_.model = load_model(out(kModelFile));
    }
    finish("train", status, *earlier, files_.model.path);
  }

  // A program that was made from the flow's model with this approximation and quantisation.
  bool find_program() {
    for (const std::string& path : find_files(job_, kProgramFile)) {
      files_.program = load_or_explain(load_program, path);
      const Program& program = files_.program.content;
      if (made_from(program, files_.model.sha256) &&
          program.spec.train.holdout == job_.spec.train.holdout &&
          spec_differences(program.spec, job_.spec, program_sections()).empty()) {
        return true;
      }
    }
    return false;
  }

  void quantize() {
    const std::string key = quantize_key(job_, files_.model.sha256, hashes_);
    Status status = Status::kRun;
    json report = json::object();
    if (find_program()) {
      // The report that was written with it stands beside it.
      const std::string& path = files_.program.path;
      const std::optional<json> earlier =
          read_result(path.substr(0, path.size() - std::strlen(kProgramFile)) + "quantize.json",
                      costliest_edges);
      const bool belongs = has(earlier, "program_sha256", files_.program.sha256);
      if (belongs) report = *earlier;
      if (path != out(kProgramFile) || !belongs) {
        status = Status::kFound;
      } else if (has(earlier, "key", key)) {
        status = Status::kUnchanged;
      }
    }
    if (status == Status::kRun) {
      report = quantize_stage(job_, files_.model, hashes_);
      files_.program = load_program(out(kProgramFile));
    }
    finish("quantize", status, report, files_.program.path);
  }

  void evaluate(const std::string& stage, const EvalChoice& choice) {
    const std::string key = eval_key(job_, choice, files_, hashes_);
    const auto use = [&](const json& result) {
      metric_text(result);
      result.at("samples").get<std::size_t>();
      result.at("seconds").get<double>();
      result.at("details").size();
    };
    const std::optional<json> earlier = read_result(out(stage + ".json"), use);
    const bool unchanged = has(earlier, "key", key);
    json result = unchanged ? *earlier : eval_stage(job_, choice, files_);
    result["key"] = key;
    if (!unchanged) write_result(job_, stage + ".json", result);
    finish(stage, unchanged ? Status::kUnchanged : Status::kRun, result, metric_text(result));
  }

  Plan hardware() {
    const Stopwatch watch;
    Plan plan = job_plan(job_, files_.program.content);
    json result = estimate_json(plan, device_of(job_));
    design_hash_ = design_hash(plan);
    result["folder"] = emit_stage(job_, plan, files_.program.content);
    result["clock_mhz"] = job_.spec.hardware.clock_mhz;
    result["seconds"] = watch.seconds();
    const auto number = [&](const char* key) { return result.at(key).get<std::int64_t>(); };
    finish("hardware", Status::kRun, result,
           fmt::format("{} multipliers, {} LUT; latency {} cycles, a frame every {}",
                       number("multipliers"), number("lut"), number("latency_cycles"),
                       number("cycles_per_frame")));
    const std::string shortage = stages_.at("hardware").at("device").at("shortage");
    if (!shortage.empty()) {
      say(fmt::format("warning: does not fit a {}: {}", device_of(job_).name, shortage));
    }
    return plan;
  }

  void verify(const Plan& plan) {
    const std::string key = stage_key("verify", {{"program", files_.program.sha256},
                                                 {"design", design_hash_},
                                                 {"frames", frames_},
                                                 {"data", hashes_}});
    const auto use = [](const json& result) {
      require_verified(result);
      verified_text(result);
    };
    const std::optional<json> earlier = read_result(out("verify.json"), use);
    const bool unchanged = has(earlier, "key", key);
    json result;
    if (unchanged) {
      result = *earlier;
    } else {
      // A failure must not leave an earlier success behind.
      std::error_code code;
      for (const char* name : {"verify.json", "report.md", "report.html"}) {
        std::filesystem::remove(out(name), code);
      }
      result = verify_stage(job_, plan, files_.program.content,
                            stages_.at("hardware").at("folder").get<std::string>(), frames_);
      require_verified(result);
      result["key"] = key;
      result["seconds"] =
          result.at("build_seconds").get<double>() + result.at("run_seconds").get<double>();
      write_result(job_, "verify.json", result);
    }
    finish("verify", unchanged ? Status::kUnchanged : Status::kRun, result, verified_text(result));
  }

  static std::string verified_text(const json& result) {
    return fmt::format("{} frames, {} values on {} edges equal golden's, cycles as planned",
                       result.at("frames").get<std::int64_t>(),
                       result.at("values_checked").get<std::int64_t>(),
                       result.at("edges_checked").get<std::int64_t>());
  }

  void report(const Plan& plan) {
    // A synthesis of this very design.
    std::optional<json> synth =
        read_result(out("synth.json"), [](const json& result) { result.at("units").at(0); });
    if (!has(synth, "design", design_hash_)) synth.reset();
    json planned = plan_json(plan);
    planned.update(estimate_json(plan, device_of(job_)));
    const ReportInput input{.config = job_.config,
                            .spec = to_json(job_.spec),
                            .summary = summary(),
                            .details = stages_.at("eval-golden").at("details"),
                            .training = epochs(),
                            .plan = planned,
                            .verify = stages_.at("verify"),
                            .synth = synth.value_or(json())};
    const Stopwatch watch;
    write_file(out("report.md"), report_markdown(input));
    write_file(out("report.html"), report_html(input));
    finish("report", Status::kRun,
           {{"markdown", out("report.md")},
            {"html", out("report.html")},
            {"with_synthesis", synth.has_value()},
            {"seconds", watch.seconds()}},
           out("report.html"));
  }

  // The lines of the train.jsonl beside the model; none when it is of another model, or damaged.
  std::vector<json> epochs() const {
    const std::filesystem::path model = files_.model.path;
    const auto beside = [&](const char* name) {
      return std::filesystem::path(model).replace_filename(name).string();
    };
    const std::optional<json> trained = read_result(beside("train.json"), seconds_of);
    if (!has(trained, "model_sha256", files_.model.sha256)) return {};
    const std::string path = beside("train.jsonl");
    if (!file_exists(path)) return {};
    std::vector<json> lines;
    std::istringstream text(read_file(path, 64 << 20));
    try {
      for (std::string line; std::getline(text, line);) lines.push_back(parse_json(line, path));
    } catch (const Error&) {
      return {};
    }
    return lines;
  }

  bool regression() const { return job_.spec.shape().regression; }

  std::string metric_text(const json& result) const {
    const json& metrics = result.at("metrics");
    return regression()
               ? fmt::format("MAE {:.2f} cm, RMSE {:.2f} cm", metrics.at("mae_cm").get<double>(),
                             metrics.at("rmse_cm").get<double>())
               : fmt::format("{:.2f} %", metrics.at("accuracy").get<double>());
  }

  // The number that models are compared by.
  double metric(const char* stage) const {
    return stages_.at(stage).at("metrics").at(regression() ? "rmse_cm" : "accuracy");
  }

  json summary() const {
    const double sign = regression() ? 1 : -1;  // of a loss in the metric
    const std::vector<std::size_t> bytes = integer_bytes(files_.program);
    json result = {{"samples", stages_.at("eval-golden").at("samples")},
                   {"parameters", parameter_count(job_.spec)},
                   {"program_bytes", std::accumulate(bytes.begin(), bytes.end(), std::size_t{0})},
                   {"float", stages_.at("eval-float").at("metrics")},
                   {"pwl", stages_.at("eval-pwl").at("metrics")},
                   {"golden", stages_.at("eval-golden").at("metrics")},
                   {"lost_by_pwl", sign * (metric("eval-pwl") - metric("eval-float"))},
                   {"lost_by_rounding", sign * (metric("eval-golden") - metric("eval-pwl"))}};
    result["costliest_edges"] = costliest_edges(stages_.at("quantize"));
    return result;
  }

  // The three edges whose rounding alone costs most, on the calibration samples.
  static json costliest_edges(const json& quantized) {
    json edges = json::array();
    if (!quantized.contains("report")) return edges;
    for (const json& edge : quantized.at("report").at("edges")) {
      const json& lost = edge.at("metric_lost");
      if (lost.is_number() && lost.get<double>() > 0) {
        edges.push_back({{"name", edge.at("name").get<std::string>()}, {"lost", lost}});
      }
    }
    std::stable_sort(edges.begin(), edges.end(), [](const json& a, const json& b) {
      return a.at("lost").get<double>() > b.at("lost").get<double>();
    });
    while (edges.size() > 3) edges.erase(edges.size() - 1);
    return edges;
  }

  Job job_;
  bool resume_, quiet_;
  std::size_t frames_;
  json hashes_;
  EvalFiles files_;
  std::string design_hash_;  // of the planned hardware
  json stages_ = json::object();
};

}  // namespace

void add_flow(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "flow", "From data to a verified accelerator and its report: all that has not been done");
  struct Options : CommonOptions {
    bool resume = false;
    std::size_t frames = 256;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; 1 for training");
  verb->add_flag("--resume", options->resume, "Only go on with a training, never start one");
  verb->add_option("--frames", options->frames,
                   "Test frames to simulate the hardware on; 0: no hardware; default: 256")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->type_name("N");
  verb->footer(
      "Every stage writes OUT/STAGE.json. A stage is skipped when its inputs have not changed, "
      "and\n"
      "the training also when a model trained from this config stands beside it. A training that\n"
      "was stopped goes on from its checkpoint. The report includes a synthesis that `emamba "
      "synth`\n"
      "made of the same design.\n\n"
      "Example: emamba flow models/fashion-mnist/config.toml");
  verb->callback([options] {
    Flow flow(open_job(*options), options->resume, options->json, options->frames);
    const json result = flow.run();
    if (options->json) return fmt::print("{}\n", result.dump(2));
    print_summary(result);
  });
}

}  // namespace emamba

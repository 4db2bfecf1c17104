// SPDX-License-Identifier: Apache-2.0
// The stages one after the other, and when one may be skipped.
#include "flow/flow.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/stopwatch.h"
#include "data/metrics.h"
#include "flow/data.h"
#include "flow/emit.h"
#include "flow/estimate.h"
#include "flow/eval.h"
#include "flow/files.h"
#include "flow/keys.h"
#include "flow/train.h"
#include "flow/verify.h"
#include "hw/emit.h"
#include "hw/json.h"
#include "quant/quantise.h"
#include "report/measures.h"
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
enum class Status { kRun, kUnchanged, kFound, kSkipped };

const char* name_of(Status status) {
  switch (status) {
    case Status::kRun:
      return "run";
    case Status::kUnchanged:
      return "unchanged";
    case Status::kFound:
      return "found";
    case Status::kSkipped:
      return "skipped";
  }
  return "";
}

class Flow {
 public:
  Flow(const Job& job, const FlowChoice& choice) : job_(job), choice_(choice) {}

  json run() {
    std::vector<std::string> files = train_files();
    for (const char* file :
         {kProgramFile, kFinetunedFile, "data.json", "quantize.json", "eval-float.json",
          "eval-pwl.json", "eval-golden.json", "verify.json", "report.md", "report.html"}) {
      files.emplace_back(file);
    }
    const FolderLock lock = prepare_out(job_, files);
    // What cannot become integers or hardware is said before hours of training.
    const Program network = folded_network_of(job_.spec);
    require_integer_form(network, job_.spec.approx);
    if (choice_.frames > 0) {
      if (job_.spec.hardware.goal == Goal::kNone) {
        choose_folds(network, job_.spec.hardware, units_of(network, job_.spec.hardware));
      } else {
        job_plan(job_, program_to_plan(job_).program);
      }
    }
    hashes_ = data_hashes(job_);
    data();
    train();
    const EvalChoice exact{}, pwl{.pwl = true}, golden{.engine = Engine::kGolden};
    evaluate("eval-float", exact);
    quantise();
    evaluate("eval-pwl", pwl);
    evaluate("eval-golden", golden);
    if (choice_.frames > 0) {
      const Plan plan = hardware();
      verify(plan);
      report(plan_json(plan));
    } else {
      report({});
    }
    return {{"name", job_.spec.name},         {"out", job_.out},   {"model", files_.model.path},
            {"program", files_.program.path}, {"stages", stages_}, {"summary", summary()}};
  }

 private:
  std::string out(const std::string& name) const { return job_.out + "/" + name; }

  void finish(const std::string& stage, Status status, json result, const std::string& remark) {
    result["status"] = name_of(status);
    job_.say(fmt::format(
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
    for (const auto& warning : result.at("warnings"))
      text += fmt::format("\n{}", warning.get<std::string>());
    return text;
  }

  void data() {
    const std::optional<json> earlier = read_result(out("data.json"), samples_text);
    const bool unchanged = has(earlier, "key", data_key(job_.spec, hashes_));
    const json result = unchanged ? *earlier : data_stage(job_, hashes_);
    if (!unchanged) write_result(job_, "data.json", result);
    finish("data", unchanged ? Status::kUnchanged : Status::kRun, result, samples_text(result));
  }

  void train() {
    const std::string key = train_key(job_.spec, hashes_);
    std::optional<json> earlier = read_result(out("train.json"), seconds_of);
    Status status = Status::kRun;
    if (auto found = find_model(job_, train_sections())) {
      files_.model = std::move(*found);
      const bool ours = has(earlier, "model_sha256", files_.model.sha256);
      if (ours && has(earlier, "key", key)) {
        status = Status::kUnchanged;
      } else if (ours && earlier->value("data", json()) == hashes_) {
        // Trained by another build: hours of work that are not replaced unasked.
        status = Status::kFound;
      } else if (!ours || !earlier->contains("command")) {
        // Trained elsewhere, e.g. shipped beside the config.
        status = Status::kFound;
        earlier = json{{"key", key},
                       {"model", files_.model.path},
                       {"model_sha256", files_.model.sha256},
                       {"origin", files_.model.content.network.origin}};
        write_result(job_, "train.json", *earlier);
      }
    }
    if (status == Status::kRun) {
      const bool resume = !choice_.force && can_resume(job_);
      if (resume) job_.say(fmt::format("the training goes on from {}", out(kCheckpointFile)));
      earlier = train_stage(job_, hashes_,
                            choice_.force              ? TrainStart::kReplace
                            : resume || choice_.resume ? TrainStart::kResume
                                                       : TrainStart::kFresh);
      files_.model = load_model(out(kModelFile));
    }
    finish("train", status, *earlier, files_.model.path);
  }

  void quantise() {
    const std::string key = quantise_key(job_.spec, files_.model.sha256, hashes_);
    Status status = Status::kRun;
    json report = json::object();
    if (auto found = find_program(job_, files_.model.sha256)) {
      files_.program = std::move(*found);
      // The report that was written with it stands beside it.
      const std::string& path = files_.program.path;
      const std::optional<json> earlier =
          read_result(beside(path, "quantize.json"), costliest_edges);
      const bool belongs = has(earlier, "program_sha256", files_.program.sha256);
      if (belongs) report = *earlier;
      if (path != out(kProgramFile) || !belongs) {
        status = Status::kFound;
      } else if (has(earlier, "key", key)) {
        status = Status::kUnchanged;
      }
    }
    if (status == Status::kRun) {
      report = quantise_stage(job_, files_.model, hashes_, choice_.saturation);
      files_.program = load_program(out(kProgramFile));
    }
    finish("quantize", status, report, files_.program.path);
    for (const auto& warning : report.value("warnings", json::array())) {
      job_.say(fmt::format("warning: {}", warning.get<std::string>()));
    }
  }

  void evaluate(const std::string& stage, const EvalChoice& choice) {
    const std::string key = eval_key(job_.spec, choice, files_, hashes_);
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
      job_.say(fmt::format("warning: does not fit a {}: {}", device_of(job_).name, shortage));
    }
    return plan;
  }

  void verify(const Plan& plan) {
    const std::string key = stage_key("verify", {{"program", files_.program.sha256},
                                                 {"design", design_hash_},
                                                 {"frames", choice_.frames},
                                                 {"data", hashes_}});
    const auto use = [](const json& result) {
      require_verified(result);
      verified_text(result);
    };
    const std::optional<json> earlier = read_result(out("verify.json"), use);
    const bool unchanged = has(earlier, "key", key);
    if (unchanged) return finish("verify", Status::kUnchanged, *earlier, verified_text(*earlier));
    // A failure must not leave the report of an earlier success behind.
    std::error_code code;
    for (const char* name : {"report.md", "report.html"}) std::filesystem::remove(out(name), code);
    json result;
    try {
      result = verify_stage(job_, plan, files_.program.content,
                            stages_.at("hardware").at("folder").get<std::string>(), choice_.frames);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::kMissing) throw;
      return finish("verify", Status::kSkipped, {{"error", e.what()}, {"hint", e.hint()}},
                    e.what());
    }
    require_verified(result);
    result["key"] = key;
    write_result(job_, "verify.json", result);
    finish("verify", Status::kRun, result, verified_text(result));
  }

  static std::string verified_text(const json& result) {
    return fmt::format("{} frames, {} values on {} edges equal golden's, cycles as planned",
                       result.at("frames").get<std::int64_t>(),
                       result.at("values_checked").get<std::int64_t>(),
                       result.at("edges_checked").get<std::int64_t>());
  }

  // A synthesis of this very design, for the same family; null if there is none.
  json synthesis() const {
    const std::optional<json> synth =
        read_result(out("synth.json"), [](const json& result) { result.at("units").at(0); });
    const std::string family = stages_.at("hardware").at("device").at("family");
    return has(synth, "design", design_hash_) && has(synth, "family", family) ? *synth : json();
  }

  // A result of this very design with standard cells, and if it is not the first, for the same
  // target; null if there is none.
  json in_cells(const char* file, const json& target) const {
    const std::optional<json> result =
        read_result(out(file), [](const json& read) { read.at("units").at(0); });
    if (!has(result, "design", design_hash_)) return {};
    return target.is_null() || has(result, "target", target) ? *result : json();
  }

  // `plan` is null when there is to be no hardware.
  void report(json plan) {
    ReportInput input{.config = job_.config,
                      .spec = to_json(job_.spec),
                      .summary = summary(),
                      .details = stages_.at("eval-golden").at("details"),
                      .training = epochs(),
                      .plan = {},
                      .verify = {},
                      .synth = {},
                      .asic = {},
                      .energy = {},
                      .layout = {}};
    if (!plan.is_null()) {
      plan.update(stages_.at("hardware"));  // with what it takes of the device
      input.plan = std::move(plan);
      const json& verified = stages_.at("verify");
      if (!verified.contains("error")) input.verify = verified;
      input.synth = synthesis();
      input.asic = in_cells("asic.json", nullptr);
      if (!input.asic.is_null()) {
        const json& target = input.asic.at("target").at("key");
        input.energy = in_cells("energy.json", target);
        input.layout = in_cells("layout.json", target);
      }
    }
    const Stopwatch watch;
    write_file(out("report.md"), report_markdown(input));
    write_file(out("report.html"), report_html(input));
    finish("report", Status::kRun,
           {{"markdown", out("report.md")},
            {"html", out("report.html")},
            {"with_synthesis", !input.synth.is_null()},
            {"seconds", watch.seconds()}},
           out("report.html"));
  }

  // The lines of the train.jsonl beside the model; none when it is of another model, or damaged.
  std::vector<json> epochs() const {
    const std::string& model = files_.model.path;
    const std::optional<json> trained = read_result(beside(model, "train.json"), seconds_of);
    if (!has(trained, "model_sha256", files_.model.sha256)) return {};
    const std::string path = beside(model, "train.jsonl");
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

  static std::string metric_text(const json& result) {
    return metrics_text(measures_at(result), result.at("metrics"));
  }

  // By how much the metric that models are compared by is worse in the second stage.
  double lost_between(const char* before, const char* after) const {
    const auto main = [&](const char* stage) {
      const json& result = stages_.at(stage);
      return metrics_from_json(result.at("metrics"), result.at("measures")).main();
    };
    return lost(main(before), main(after));
  }

  json summary() const {
    const std::vector<std::size_t> bytes = integer_bytes(files_.program);
    json result = {{"samples", stages_.at("eval-golden").at("samples")},
                   {"parameters", parameter_count(job_.spec)},
                   {"program_bytes", std::accumulate(bytes.begin(), bytes.end(), std::size_t{0})},
                   {"float", stages_.at("eval-float").at("metrics")},
                   {"pwl", stages_.at("eval-pwl").at("metrics")},
                   {"golden", stages_.at("eval-golden").at("metrics")},
                   {"lost_by_pwl", lost_between("eval-float", "eval-pwl")},
                   {"lost_by_rounding", lost_between("eval-pwl", "eval-golden")},
                   {"measures", stages_.at("eval-golden").at("measures")}};
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

  const Job& job_;
  const FlowChoice choice_;
  json hashes_;
  EvalFiles files_;
  std::string design_hash_;  // of the planned hardware
  json stages_ = json::object();
};

}  // namespace

json run_flow(const Job& job, const FlowChoice& choice) {
  return Flow(job, choice).run();
}

void require_simulated(const json& result) {
  const json& stages = result.at("stages");
  if (!stages.contains("verify") || !stages.at("verify").contains("error")) return;
  const json& skipped = stages.at("verify");
  throw Error("the hardware is not simulated: " + skipped.at("error").get<std::string>(),
              skipped.at("hint").get<std::string>() + "; --frames 0 leaves the hardware out",
              ErrorKind::kMissing);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Measuring, and holding what was measured against the files.
#include "flow/results.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/machine.h"
#include "data/gaps.h"
#include "flow/data.h"
#include "flow/estimate.h"
#include "flow/eval.h"
#include "flow/files.h"
#include "flow/version.h"
#include "hw/json.h"
#include "report/results.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::size_t kSubset = 1000;  // samples that tests of slow models run

// `result` without the fields that are not named.
json only(const json& result, const std::vector<const char*>& fields) {
  json some = json::object();
  for (const char* field : fields) some[field] = result.at(field);
  return some;
}

// Fields of train.json or quantize.json, if it is of the file whose hash it must have under `key`.
json made_by(const Job& job, const char* name, const char* key, const std::string& hash,
             const std::string& verb, const std::vector<const char*>& fields) {
  const std::string path = beside(job.config, name);
  const std::string remedy =
      fmt::format("make both with `emamba {} {}{}`", verb, job.settings, job.folders);
  if (!file_exists(path)) throw Error(path + ": there is no such file", remedy);
  const json result = parse_json(read_file(path, 64 << 20), path);
  if (!result.contains(key) || result.at(key) != hash) {
    throw Error(fmt::format("{}: is not of the file beside it: its {} is not {}", path, key, hash),
                remedy);
  }
  for (const char* field : fields) {
    if (!result.contains(field)) throw Error(fmt::format("{}: lacks {}", path, field), remedy);
  }
  return only(result, fields);
}

json hardware_results(const Job& job, const Program& program) {
  return only(summary_json(job_plan(job, program)),
              {"latency_cycles", "cycles_per_frame", "multipliers"});
}

json evaluated(const Job& job, const EvalChoice& choice, const EvalFiles& files) {
  const json result = eval_stage(job, choice, files);
  json some = only(result, {"metrics", "details", "seconds", "samples"});
  some["seconds"] = rounded(some["seconds"].get<double>(), 1);
  some["command"] =
      fmt::format("emamba eval {} --engine {}{} --split {}", job.settings, name_of(choice.engine),
                  choice.pwl ? " --functions pwl" : "", choice.split);
  return some;
}

// Throws Error when what would be measured now cannot stand for what was measured or published.
void require_whole_data(const Job& job, const json& hashes) {
  const std::string hint =
      "`emamba data` says what is missing; --force measures all the same and replaces the results";
  const Split test = job_split(job, "test");
  if (!test.warnings.empty()) {
    throw Error(fmt::format("{}: the test split is incomplete: {}", job.config,
                            fmt::join(test.warnings, "; ")),
                hint);
  }
  const std::string path = beside(job.config, kResultsFile);
  const auto earlier = read_result(path, [](const json& result) { result.at("data").size(); });
  if (!earlier || earlier->at("data") == hashes) return;
  std::vector<std::string> names;
  for (const auto& [name, hash] : hashes.items()) {
    if (earlier->at("data").value(name, "") != hash) names.push_back(name);
  }
  throw Error(fmt::format("{}: was measured on other data; these files differ: {}", path,
                          fmt::join(names, ", ")),
              hint);
}

json measured(const Job& job, const json& hashes) {
  const EvalFiles files{require_model(job), require_program(job)};
  const json training =
      made_by(job, "train.json", "model_sha256", files.model.sha256, "train",
              {"command", "seed", "epochs", "samples", "seconds", "threads", "machine"});
  const json quantize = made_by(job, "quantize.json", "program_sha256", files.program.sha256,
                                "quantize", {"command", "seconds", "machine"});
  const std::vector<std::size_t> bytes = integer_bytes(files.program);
  const EvalChoice exact{}, pwl{.pwl = true}, golden{.engine = Engine::kGolden};
  json result = {
      {"config", job.config},
      {"command", "emamba results " + job.settings},
      {"version", version()},
      {"machine", machine_name()},
      {"threads", job.threads},
      {"name", job.spec.name},
      {"task", job.spec.task.name},
      {"spec", to_json(job.spec)},
      {"parameters", parameter_count(job.spec)},
      {"program_bytes", std::accumulate(bytes.begin(), bytes.end(), std::size_t{0})},
      {"files", {{kModelFile, files.model.sha256}, {kProgramFile, files.program.sha256}}},
      {"data", hashes},
      {"notes", known_gaps(hashes.get<std::map<std::string, std::string>>())},
      {"training", training},
      {"quantize", quantize},
      {"hardware", hardware_results(job, files.program.content)},
      {"float", evaluated(job, exact, files)},
      {"pwl", evaluated(job, pwl, files)},
      {"golden", evaluated(job, golden, files)}};
  result["samples"] = result["golden"]["samples"];
  result["subset"] = {{"samples", std::min(kSubset, result["samples"].get<std::size_t>())}};
  for (EvalChoice choice : {exact, golden}) {
    choice.limit = kSubset;
    const json first = eval_stage(job, choice, files);
    result["subset"][name_of(choice.engine)] = first.at("metrics");
    result["measures"] = first.at("measures");
  }
  return result;
}

json read_results(const std::string& config) {
  const std::string path = beside(config, kResultsFile);
  if (!file_exists(path)) {
    throw Error(path + ": there is no such file",
                fmt::format("measure with `emamba results {}`", config));
  }
  return parse_json(read_file(path, 64 << 20), path);
}

// Which file beside it a results.json is not of; empty when it is of both.
std::string other_files(const std::string& config, const json& results) {
  const std::string path = beside(config, kResultsFile);
  for (const char* file : {kModelFile, kProgramFile}) {
    const std::string recorded = results.at("files").at(file);
    const std::string hash = sha256_file(beside(config, file));
    if (recorded != hash) {
      return fmt::format("{}: files.{} is {}, but the file has {}", path, file, recorded, hash);
    }
  }
  return "";
}

// What a model's results.json says that its files do not; empty when it is up to date.
std::string stale_results(const std::string& config, const json& results) {
  const std::string path = beside(config, kResultsFile);
  try {
    if (const std::string other = other_files(config, results); !other.empty()) return other;
    if (results.at("config") != config) return path + ": of another config than the one beside it";
    const Job job = shipped_job(config, {});
    const json all = to_json(job.spec);
    std::vector<std::string> sections;
    for (const auto& [section, value] : all.items()) {
      if (section != "name") sections.push_back(section);
    }
    const auto keys = spec_differences(results.at("spec"), job.spec, sections);
    if (!keys.empty()) {
      return fmt::format("{}: of another configuration than {}; these keys differ: {}", path,
                         config, fmt::join(keys, ", "));
    }
    const json hardware = hardware_results(job, require_program(job).content);
    for (const auto& [key, value] : hardware.items()) {
      if (results.at("hardware").at(key) != value) {
        return fmt::format("{}: hardware.{} is {}, but the plan has {}", path, key,
                           results.at("hardware").at(key).dump(), value.dump());
      }
    }
  } catch (const json::exception& e) {
    return fmt::format("{}: {}", path, e.what());
  }
  return "";
}

// The configs of the models that come with the project, in alphabetical order.
std::vector<std::string> shipped_configs() {
  std::vector<std::string> configs;
  std::error_code code;
  for (const auto& entry : std::filesystem::directory_iterator("models", code)) {
    const std::string config = (entry.path() / "config.toml").string();
    if (file_exists(config)) configs.push_back(config);
  }
  if (configs.empty()) {
    throw Error("there is no models/NAME/config.toml here", "run it in the project's top folder");
  }
  std::sort(configs.begin(), configs.end());
  return configs;
}

struct Page {
  std::string path, text, expected;
};

// The pages with tables: as they are, and as the results make them.
std::vector<Page> pages(const std::vector<json>& results) {
  const std::string overview = fmt::format("\n{}\n", results_overview(results));
  std::vector<Page> list = {{"README.md", "", overview},
                            {"docs/results.md", "", overview + results_details(results) + "\n"}};
  for (Page& page : list) {
    page.text = read_file(page.path, 64 << 20);
    page.expected = with_results(page.text, page.expected, page.path);
  }
  return list;
}

}  // namespace

Job shipped_job(const std::string& config, Workplace workplace) {
  const auto path = std::filesystem::path(config).lexically_normal();
  workplace.out = path.has_parent_path() ? path.parent_path().string() : ".";
  return open_job(path.string(), {}, workplace);
}

json current_results(const Job& job) {
  const json results = read_results(job.config);
  if (const std::string other = other_files(job.config, results); !other.empty()) {
    throw Error(other, fmt::format("measure with `emamba results {}`", job.config));
  }
  return results;
}

json measure(const Job& job, bool force) {
  const FolderLock lock = prepare_out(job, {kResultsFile});
  const json hashes = data_hashes(job);
  if (!force) require_whole_data(job, hashes);
  json result = measured(job, hashes);
  write_result(job, kResultsFile, result);
  return result;
}

std::vector<WrittenPage> write_tables() {
  std::vector<json> results;
  for (const std::string& config : shipped_configs()) results.push_back(read_results(config));
  std::vector<WrittenPage> written;
  for (const Page& page : pages(results)) {
    const bool changed = page.text != page.expected;
    if (changed) write_file(page.path, page.expected);
    written.push_back({page.path, changed});
  }
  return written;
}

std::size_t check_results() {
  const std::vector<std::string> configs = shipped_configs();
  std::vector<json> results;
  for (const std::string& config : configs) {
    results.push_back(read_results(config));
    const std::string stale = stale_results(config, results.back());
    if (!stale.empty()) {
      throw Error(stale, fmt::format("measure again with `emamba results {}`", config),
                  ErrorKind::kMismatch);
    }
  }
  for (const Page& page : pages(results)) {
    const std::string difference = first_difference(page.text, page.expected);
    if (!difference.empty()) {
      throw Error(fmt::format("{}: {}", page.path, difference),
                  "write it again with `emamba results --tables`", ErrorKind::kMismatch);
    }
  }
  return configs.size();
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// `emamba results`: measures models into results.json, and keeps the tables of README.md and
// docs/results.md equal to them.
#include "report/results.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "cli/machine.h"
#include "cli/stages.h"
#include "data/gaps.h"
#include "hw/json.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kResultsFile[] = "results.json";
constexpr std::size_t kSubset = 1000;  // samples that tests of slow models run

std::string beside(const std::string& config, const char* name) {
  return std::filesystem::path(config).replace_filename(name).string();
}

// The job of a config whose model and program stand beside it.
Job open_shipped(CommonOptions options, const std::string& config) {
  options.config = std::filesystem::path(config).lexically_normal().string();
  options.out = std::filesystem::path(options.config).parent_path().string();
  if (options.out.empty()) options.out = ".";
  return open_job(options);
}

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
      fmt::format("emamba eval {} --engine {}{} --split {}", job.settings, choice.engine(),
                  choice.pwl ? " --functions pwl" : "", choice.split);
  return some;
}

json measure(const Job& job) {
  const EvalFiles files{require_model(job), require_program(job)};
  const json training =
      made_by(job, "train.json", "model_sha256", files.model.sha256, "train",
              {"command", "seed", "epochs", "samples", "seconds", "threads", "machine"});
  const json quantize = made_by(job, "quantize.json", "program_sha256", files.program.sha256,
                                "quantize", {"command", "seconds", "machine"});
  if (!made_from(files.program.content, files.model.sha256)) {
    throw Error(fmt::format("{}: not made from {}", files.program.path, files.model.path),
                fmt::format("make it with `emamba quantize {}{}`", job.settings, job.folders));
  }
  const json hashes = data_hashes(job);
  const std::vector<std::size_t> bytes = integer_bytes(files.program);
  const EvalChoice exact{}, pwl{.pwl = true}, golden{.kind = Engine::kGolden};
  json result = {
      {"config", job.config},
      {"command", "emamba results " + job.settings},
      {"version", EMAMBA_VERSION},
      {"machine", machine_name()},
      {"threads", job.threads},
      {"name", job.spec.name},
      {"task", to_json(job.spec).at("task")},
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
    result["subset"][choice.engine()] = eval_stage(job, choice, files).at("metrics");
  }
  return result;
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

json read_results(const std::string& config) {
  const std::string path = beside(config, kResultsFile);
  if (!file_exists(path)) {
    throw Error(path + ": there is no such file",
                fmt::format("measure with `emamba results {}`", config));
  }
  return parse_json(read_file(path, 64 << 20), path);
}

// What a model's results.json says that its files do not; empty when it is up to date.
std::string stale_results(const std::string& config, const json& results) {
  const std::string path = beside(config, kResultsFile);
  try {
    for (const char* file : {kModelFile, kProgramFile}) {
      const std::string recorded = results.at("files").at(file);
      const std::string hash = sha256_file(beside(config, file));
      if (recorded != hash) {
        return fmt::format("{}: files.{} is {}, but the file has {}", path, file, recorded, hash);
      }
    }
    if (results.at("config") != config) return path + ": of another config than the one beside it";
    const Job job = open_shipped({}, config);
    const json all = to_json(job.spec);
    std::vector<std::string> sections;
    for (const auto& [section, value] : all.items()) {
      if (section != "name") sections.push_back(section);
    }
    const auto keys =
        spec_differences(spec_from_json(results.at("spec"), path), job.spec, sections);
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

struct Page {
  std::string path, text, expected;
};

// The pages with tables: as they are, and as the results make them.
std::vector<Page> pages(const std::vector<json>& results) {
  const std::string overview = "\n" + results_overview(results) + "\n";
  std::vector<Page> list = {{"README.md", "", overview},
                            {"docs/results.md", "", overview + results_details(results) + "\n"}};
  for (Page& page : list) {
    page.text = read_file(page.path, 64 << 20);
    page.expected = with_results(page.text, page.expected, page.path);
  }
  return list;
}

void write_tables() {
  std::vector<json> results;
  for (const std::string& config : shipped_configs()) results.push_back(read_results(config));
  for (const Page& page : pages(results)) {
    if (page.text == page.expected) {
      fmt::print("{} is up to date\n", page.path);
    } else {
      write_file(page.path, page.expected);
      fmt::print("wrote {}\n", page.path);
    }
  }
}

void check() {
  const std::vector<std::string> configs = shipped_configs();
  std::vector<json> results;
  for (const std::string& config : configs) {
    results.push_back(read_results(config));
    const std::string stale = stale_results(config, results.back());
    if (!stale.empty()) {
      throw Error(stale, fmt::format("measure again with `emamba results {}`", config));
    }
  }
  for (const Page& page : pages(results)) {
    const std::string difference = first_difference(page.text, page.expected);
    if (!difference.empty()) {
      throw Error(fmt::format("{}: {}", page.path, difference),
                  "write it again with `emamba results --tables`");
    }
  }
  fmt::print("{} and the tables of them are up to date\n",
             configs.size() == 1 ? "the results of 1 model"
                                 : fmt::format("the results of {} models", configs.size()));
}

std::string metrics_text(const json& result) {
  std::string text;
  for (const auto& [name, value] : result.at("metrics").items()) {
    text += fmt::format("{}{} {:.2f}", text.empty() ? "" : ", ", name, value.get<double>());
  }
  return text;
}

}  // namespace

void add_results(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "results", "Measure models on their whole test splits, and keep the tables of it");
  struct Options : CommonOptions {
    std::vector<std::string> configs;
    bool tables = false, check = false;
  };
  auto options = std::make_shared<Options>();
  CLI::Option* configs =
      verb->add_option("configs", options->configs, "Configs with model and program beside them")
          ->type_name("config.toml");
  CLI::Option* tables =
      verb->add_flag("--tables", options->tables,
                     "Rewrite the tables of README.md and docs/results.md from all "
                     "models/*/results.json");
  CLI::Option* checked =
      verb->add_flag("--check", options->check,
                     "Fail when a results.json is not of its model, program and config, or a "
                     "table not of the results");
  add_data_option(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  tables->excludes(checked);
  for (CLI::Option* option : {tables, checked}) {
    for (CLI::Option* other :
         {configs, verb->get_option("--data"), verb->get_option("--threads")}) {
      option->excludes(other);
    }
  }
  verb->footer(
      "Writes results.json beside each config: metrics of both engines with details, cycles, how\n"
      "the files were made, and their hashes.\n\n"
      "Example: emamba results models/mars/config.toml && emamba results --tables");
  verb->callback([options] {
    if (options->tables) return write_tables();
    if (options->check) return check();
    if (options->configs.empty()) {
      throw Error("results: no config is named",
                  "name one, e.g. models/mars/config.toml, or use --tables or --check");
    }
    for (const std::string& config : options->configs) {
      const Job job = open_shipped(*options, config);
      const json result = measure(job);
      write_file(beside(job.config, kResultsFile), result.dump(2) + "\n");
      fmt::print("{}: float {}; integers {}\nwrote {}\n", job.config,
                 metrics_text(result.at("float")), metrics_text(result.at("golden")),
                 beside(job.config, kResultsFile));
      std::fflush(stdout);
    }
  });
}

}  // namespace emamba

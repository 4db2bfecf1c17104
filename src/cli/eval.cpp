// SPDX-License-Identifier: Apache-2.0
// `emamba eval`: how good a model or a program is on a split, and where the two part.
#include <CLI/CLI.hpp>
#include <filesystem>
#include <limits>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "cli/stages.h"
#include "data/details.h"
#include "data/metrics.h"
#include "exec/compare.h"
#include "exec/evaluate.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

// The program's tables as the curves that the float engine runs.
std::map<std::string, PwlCurve> curves_of(const Program& program) {
  std::map<std::string, PwlCurve> curves;
  for (const Op& op : program.ops) {
    if (const auto* pwl = std::get_if<Pwl>(&op)) {
      curves[pwl->name] = curve_of(pwl->table, program.edges[pwl->x].type.exp);
    } else if (const auto* scan = std::get_if<Scan>(&op)) {
      curves[scan->name] = curve_of(scan->exp, scan->z_type.exp);
    }
  }
  return curves;
}

// A row for each true class: recall, and how many samples were taken for which class.
void print_confusion(const json& details) {
  const json& classes = details.at("classes");
  std::vector<std::string> header = {"class", "label", "recall %"};
  for (std::size_t c = 0; c < classes.size(); ++c) header.push_back(fmt::format("as {}", c));
  TextTable table(header);
  for (std::size_t c = 0; c < classes.size(); ++c) {
    std::vector<std::string> row = {classes[c], fmt::format("{}", c),
                                    number(details.at("recall")[c], "{:.2f}")};
    for (const json& count : details.at("confusion")[c]) row.push_back(count.dump());
    table.add(row);
  }
  fmt::print("{}", table.text());
}

void print_errors(const json& details) {
  TextTable table({"of", "", "MAE cm", "RMSE cm", "samples"});
  const auto add = [&](const char* key, const char* what) {
    for (const json& part : details.at(key)) {
      table.add({what, part.at("name"), number(part.at("mae_cm"), "{:.2f}"),
                 number(part.at("rmse_cm"), "{:.2f}"),
                 part.contains("samples") ? part.at("samples").dump() : "-"});
    }
  };
  add("axes", "axis");
  add("joints", "joint");
  add("subjects", "subject");
  fmt::print("{}", table.text());
}

void print_result(const json& result) {
  const auto text = [&](const char* key) { return result.at(key).get<std::string>(); };
  fmt::print("engine      {} ({} functions)\n", text("engine"), text("functions"));
  for (const char* file : {"model", "program"}) {
    if (result.contains(file)) fmt::print("{:<11} {}\n", file, text(file));
  }
  fmt::print("parameters  {}\n", result.at("parameters").get<std::size_t>());
  fmt::print("samples     {} of {}, {:.1f} s\n", result.at("samples").get<std::size_t>(),
             text("split"), result.at("seconds").get<double>());
  for (const auto& [name, value] : result.at("metrics").items()) {
    fmt::print("{:<11} {:.2f}{}\n", name, value.get<double>(), name == "accuracy" ? " %" : "");
  }
  for (const auto& warning : result.at("warnings")) {
    fmt::print("warning     {}\n", warning.get<std::string>());
  }
  fmt::print("\n");
  const json& details = result.at("details");
  details.contains("confusion") ? print_confusion(details) : print_errors(details);
}

json to_json(const EdgeComparison& edge) {
  return {{"name", edge.name},         {"bits", edge.type.bits},      {"exp", edge.type.exp},
          {"drift", edge.drift},       {"token", edge.token},         {"channel", edge.channel},
          {"float", edge.float_value}, {"golden", edge.golden_value}, {"bound", edge.bound},
          {"beyond", edge.beyond}};
}

// The float model whose parameters `program` holds: the fine-tuned one beside it, if there is one.
Stored<FloatModel> model_behind(const Job& job, const Stored<Program>& program) {
  const auto folder = std::filesystem::path(program.path).parent_path();
  const std::string finetuned = folder / kFinetunedFile;
  return file_exists(finetuned) ? load_model(finetuned) : require_model(job);
}

// Compares golden and float on one sample, edge by edge. Throws Error after printing when they
// part.
void trace(const Job& job, const EvalChoice& choice, std::size_t sample, bool as_json) {
  const Stored<Program> program = require_program(job);
  const Stored<FloatModel> model = model_behind(job, program);
  const Split split = load_split(job.spec, job.data, choice.split);
  if (sample >= split.samples()) {
    throw Error(fmt::format("--sample {}: the split {} has {} samples", sample, choice.split,
                            split.samples()),
                "count from 0");
  }
  const std::vector<EdgeComparison> edges =
      compare_engines(model.content, program.content, split.inputs.row(sample));
  const auto parted =
      std::find_if(edges.begin(), edges.end(), [](const EdgeComparison& e) { return e.beyond; });
  if (as_json) {
    json list = json::array();
    for (const EdgeComparison& edge : edges) list.push_back(to_json(edge));
    const json result = {{"split", choice.split},
                         {"sample", sample},
                         {"model", model.path},
                         {"program", program.path},
                         {"edges", list},
                         {"first_beyond", parted == edges.end() ? json() : json(parted->name)}};
    fmt::print("{}\n", result.dump(2));
  } else {
    fmt::print("{:<24} {:>4} {:>4} {:>11}   {:>5} {:>7} {:>11} {:>11} {:>11} {:>11}\n", "edge",
               "bits", "exp", "drift", "token", "channel", "float op", "golden", "difference",
               "bound");
    for (const EdgeComparison& e : edges) {
      fmt::print(
          "{:<24} {:>4} {:>4} {:>11.4g}   {:>5} {:>7} {:>11.4g} {:>11.4g} {:>11.4g} "
          "{:>11.4g}{}\n",
          e.name, e.type.bits, e.type.exp, e.drift, e.token, e.channel, e.float_value,
          e.golden_value, std::abs(e.float_value - e.golden_value), e.bound,
          e.beyond ? "  BEYOND" : "");
    }
    fmt::print(
        "drift: largest difference of the two engines, each running by itself\n"
        "bound: what rounding on this edge alone can explain, on golden's own inputs\n");
  }
  if (parted != edges.end()) {
    throw Error(fmt::format("edge {} parts beyond its bound at token {}, channel {}: float {:g}, "
                            "golden {:g}, bound {:g}",
                            parted->name, parted->token, parted->channel, parted->float_value,
                            parted->golden_value, parted->bound),
                "model and program may not belong together: `emamba quantize` makes the program");
  }
  if (!as_json) fmt::print("no edge parts beyond its bound\n");
}

}  // namespace

std::string EvalChoice::engine() const {
  switch (kind) {
    case Engine::kFloat:
      return "float";
    case Engine::kGolden:
      return "golden";
    case Engine::kFast:
      return "fast";
  }
  return "";
}

std::string eval_key(const Job& job, const EvalChoice& choice, const EvalFiles& files,
                     const json& hashes) {
  return stage_key("eval", {{"engine", choice.engine()},
                            {"functions", choice.functions()},
                            {"split", choice.split},
                            {"limit", choice.limit},
                            {"holdout", job.spec.train.holdout},
                            {"task", spec_sections(job.spec, {"task"})},
                            {"model", choice.needs_model() ? files.model.sha256 : ""},
                            {"program", choice.needs_program() ? files.program.sha256 : ""},
                            {"data", hashes}});
}

json eval_stage(const Job& job, const EvalChoice& choice, const EvalFiles& files) {
  const Split split = first_samples(load_split(job.spec, job.data, choice.split), choice.limit);
  ProgressLine line(fmt::format("eval {}, {} functions", choice.engine(), choice.functions()));
  const Stopwatch watch;
  Tensor<float> outputs;
  if (choice.kind == Engine::kGolden) {
    outputs = answers(Golden(files.program.content), split.inputs, job.threads, line.callback());
  } else if (choice.kind == Engine::kFast) {
    outputs = answers(Fast(files.program.content), split.inputs, job.threads, line.callback());
  } else {
    FloatOptions options;
    if (choice.pwl) options.curves = curves_of(files.program.content);
    outputs = answers(FloatEngine(files.model.content, options), files.model.content.normalisation,
                      split.inputs, job.threads, line.callback());
  }
  json result = {{"engine", choice.engine()},
                 {"functions", choice.functions()},
                 {"split", choice.split},
                 {"samples", split.samples()},
                 {"parameters", parameter_count(job.spec)},
                 {"metrics", to_json(metrics_of(split, outputs))},
                 {"details", to_json(details_of(split, outputs), job.spec.task)},
                 {"seconds", watch.seconds()},
                 {"threads", job.threads},
                 {"warnings", split.warnings}};
  if (choice.needs_model()) result["model"] = files.model.path;
  if (choice.needs_program()) result["program"] = files.program.path;
  return result;
}

void add_eval(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("eval", "Run the model or the integer program over a split of the data");
  struct Options : CommonOptions {
    std::string engine = "float", functions = "exact", split = "test";
    std::size_t limit = 0, sample = 0;
    bool trace = false;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  CLI::Option* engine =
      verb->add_option("--engine", options->engine,
                       "float: the model; golden: the program, integers, plain loops that check "
                       "every overflow; fast: the same integers sooner")
          ->check(CLI::IsMember({"float", "golden", "fast"}))
          ->type_name("float|golden|fast");
  CLI::Option* functions =
      verb->add_option("--functions", options->functions,
                       "Of the float engine: exact, or the program's piecewise-linear ones")
          ->check(CLI::IsMember({"exact", "pwl"}))
          ->type_name("exact|pwl");
  verb->add_option("--split", options->split, "test (default), val or train")
      ->check(CLI::IsMember({"test", "val", "train"}))
      ->type_name("test|val|train");
  CLI::Option* limit =
      verb->add_option("--limit", options->limit, "Only the first N samples; 0: all")
          ->check(CLI::Range(0, std::numeric_limits<int>::max()))
          ->type_name("N");
  CLI::Option* trace_flag =
      verb->add_flag("--trace", options->trace,
                     "Compare golden and float on one sample, edge by edge, and stop at "
                     "the first that parts beyond its quantisation bound");
  verb->add_option("--sample", options->sample, "Which sample --trace looks at, from 0")
      ->needs(trace_flag)
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->type_name("I");
  trace_flag->excludes(limit);
  trace_flag->excludes(functions);
  trace_flag->excludes(engine);
  trace_flag->excludes(verb->get_option("--threads"));
  verb->footer(
      "Files are looked up in the output folder, then beside config.toml.\n\n"
      "Example: emamba eval models/mars/config.toml --engine golden --split test --json");
  verb->callback([options, functions] {
    if (options->engine != "float" && functions->count() > 0 && options->functions == "exact") {
      throw Error(fmt::format("--engine {} has no exact functions: the program's tables are all "
                              "it knows",
                              options->engine),
                  "leave --functions out, or use --engine float");
    }
    const Job job = open_job(*options);
    const EvalChoice choice{.kind = options->engine == "golden" ? Engine::kGolden
                                    : options->engine == "fast" ? Engine::kFast
                                                                : Engine::kFloat,
                            .pwl = options->functions == "pwl",
                            .split = options->split,
                            .limit = options->limit};
    if (options->trace) return trace(job, choice, options->sample, options->json);
    EvalFiles files;
    if (choice.needs_model()) files.model = require_model(job);
    if (choice.needs_program()) files.program = require_program(job);
    const json result = eval_stage(job, choice, files);
    if (options->json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      print_result(result);
    }
  });
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// `emamba eval`: how good a model or a program is on a split, and where the two part.
#include <CLI/CLI.hpp>
#include <cmath>
#include <limits>
#include <memory>

#include "base/error.h"
#include "cli/cli.h"
#include "flow/eval.h"
#include "flow/trace.h"
#include "report/measures.h"
#include "report/quality.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

// Recall by class, and beside it how many samples were taken for which class; or errors.
void print_parts(const json& result) {
  const json& details = result.at("details");
  ReportTable table = parts_table({{"", details}}, measures_at(result));
  if (details.contains("confusion")) {
    table.columns.insert(table.columns.begin() + 1, {"label"});
    std::vector<Row>& rows = table.groups.front().rows;
    for (std::size_t c = 0; c < rows.size(); ++c) {
      table.columns.push_back({fmt::format("as {}", c)});
      rows[c].insert(rows[c].begin() + 1, {fmt::format("{}", c)});
      for (const json& count : details.at("confusion")[c]) rows[c].push_back({count.dump()});
    }
  }
  fmt::print("\n{}:\n\n{}", table.caption, TextTable(table).text());
}

void print_evaluation(const json& result) {
  const auto text = [&](const char* key) { return result.at(key).get<std::string>(); };
  fmt::print("engine      {} ({} functions)\n", text("engine"), text("functions"));
  for (const char* file : {"model", "program"}) {
    if (result.contains(file)) fmt::print("{:<11} {}\n", file, text(file));
  }
  fmt::print("parameters  {}\n", result.at("parameters").get<std::size_t>());
  fmt::print("samples     {} of {}, {:.1f} s\n", result.at("samples").get<std::size_t>(),
             text("split"), result.at("seconds").get<double>());
  for (const Measure& measure : measures_at(result)) {
    fmt::print("{:<11} {}\n", measure.name, metrics_text({measure}, result.at("metrics")));
  }
  for (const auto& warning : result.at("warnings")) {
    fmt::print("warning     {}\n", warning.get<std::string>());
  }
  print_parts(result);
}

void print_trace(const json& result) {
  fmt::print("{:<24} {:>4} {:>4} {:>11}   {:>5} {:>7} {:>11} {:>11} {:>11} {:>11}\n", "edge",
             "bits", "exp", "drift", "token", "channel", "float op", "golden", "difference",
             "bound");
  for (const json& edge : result.at("edges")) {
    const auto whole = [&](const char* key) { return edge.at(key).get<int>(); };
    const auto real = [&](const char* key) { return edge.at(key).get<double>(); };
    fmt::print(
        "{:<24} {:>4} {:>4} {:>11.4g}   {:>5} {:>7} {:>11.4g} {:>11.4g} {:>11.4g} {:>11.4g}{}\n",
        edge.at("name").get<std::string>(), whole("bits"), whole("exp"), real("drift"),
        whole("token"), whole("channel"), real("float"), real("golden"),
        std::abs(real("float") - real("golden")), real("bound"),
        edge.at("beyond").get<bool>() ? "  BEYOND" : "");
  }
  fmt::print(
      "drift: largest difference of the two engines, each running by itself\n"
      "bound: what rounding on this edge alone can explain, on golden's own inputs\n{}",
      result.at("first_beyond").is_null() ? "no edge parts beyond its bound\n" : "");
}

}  // namespace

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
      verb->add_option("--frames", options->limit, "Only the first N samples; 0: all")
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
                  "leave --functions out, or use --engine float", ErrorKind::kUsage);
    }
    const Job job = job_of(*options);
    if (options->trace) {
      const json result = trace_stage(job, options->split, options->sample);
      print_result(*options, result, print_trace);
      return require_within_bounds(result);
    }
    const EvalChoice choice{.engine = engine_called(options->engine),
                            .pwl = options->functions == "pwl",
                            .split = options->split,
                            .limit = options->limit};
    print_result(*options, eval_stage(job, choice, require_files(job, choice)), print_evaluation);
  });
}

}  // namespace emamba

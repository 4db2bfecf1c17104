// SPDX-License-Identifier: Apache-2.0
// Evaluations: metrics and their parts.
#include "flow/eval.h"

#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "data/details.h"
#include "data/metrics.h"
#include "exec/evaluate.h"
#include "flow/data.h"
#include "flow/keys.h"

namespace emamba {
namespace {

using nlohmann::json;

// The program's lines as the curves that the float engine runs. What has a table is exact.
std::map<std::string, PwlCurve> curves_of(const Program& program) {
  std::map<std::string, PwlCurve> curves;
  const auto add = [&](const std::string& op, const FunctionIntegers& function, int x_exp) {
    if (const auto* lines = std::get_if<PwlTable>(&function)) curves[op] = curve_of(*lines, x_exp);
  };
  for (const Op& op : program.ops) {
    if (const auto* pwl = std::get_if<Pwl>(&op)) {
      add(pwl->name, pwl->table, program.edges[pwl->x].type.exp);
    } else if (const auto* scan = std::get_if<Scan>(&op)) {
      add(scan->name, scan->exp, scan->z_type.exp);
    }
  }
  return curves;
}

}  // namespace

const char* name_of(Engine engine) {
  switch (engine) {
    case Engine::kFloat:
      return "float";
    case Engine::kGolden:
      return "golden";
    case Engine::kFast:
      return "fast";
  }
  return "";
}

Engine engine_called(const std::string& name) {
  for (Engine engine : {Engine::kFloat, Engine::kGolden, Engine::kFast}) {
    if (name == name_of(engine)) return engine;
  }
  throw Error(fmt::format("engine \"{}\" is not known", name), "known are float, golden and fast");
}

EvalFiles require_files(const Job& job, const EvalChoice& choice) {
  EvalFiles files;
  if (choice.needs_model()) files.model = require_model(job);
  if (choice.needs_program()) files.program = require_program(job);
  return files;
}

const Program& network_of(Engine engine, const EvalFiles& files) {
  return engine == Engine::kFloat ? files.model.content.network : files.program.content;
}

Tensor<float> engine_answers(Engine engine, const EvalFiles& files, const Tensor<float>& samples,
                             int threads, const ProgressCallback& progress,
                             const FloatOptions& options) {
  switch (engine) {
    case Engine::kFloat:
      return answers(FloatEngine(files.model.content, options), samples, threads, progress);
    case Engine::kGolden:
      return answers(Golden(files.program.content), samples, threads, progress);
    case Engine::kFast:
      return answers(Fast(files.program.content), samples, threads, progress);
  }
  return {};
}

std::string eval_key(const Spec& spec, const EvalChoice& choice, const EvalFiles& files,
                     const json& hashes) {
  return stage_key("eval", {{"engine", name_of(choice.engine)},
                            {"functions", choice.functions()},
                            {"split", choice.split},
                            {"limit", choice.limit},
                            {"holdout", spec.train.holdout},
                            {"task", spec_sections(spec, {"task"})},
                            {"model", choice.needs_model() ? files.model.sha256 : ""},
                            {"program", choice.needs_program() ? files.program.sha256 : ""},
                            {"data", hashes}});
}

json eval_stage(const Job& job, const EvalChoice& choice, const EvalFiles& files) {
  const Split split = first_samples(job_split(job, choice.split), choice.limit);
  const ProgressCallback progress = job.progress(
      fmt::format("eval {}, {} functions", name_of(choice.engine), choice.functions()));
  const Stopwatch watch;
  FloatOptions options;
  if (choice.pwl) options.curves = curves_of(files.program.content);
  Tensor<float> outputs;
  try {
    outputs = engine_answers(choice.engine, files, split.inputs, job.threads, progress, options);
  } catch (const Error& e) {
    throw Error(fmt::format("split {}: {}", split.name, e.what()), e.hint(), e.kind());
  }
  const Metrics metrics = metrics_of(split, outputs);
  json result = {{"engine", name_of(choice.engine)},
                 {"functions", choice.functions()},
                 {"split", choice.split},
                 {"samples", split.samples()},
                 {"parameters", parameter_count(job.spec)},
                 {"metrics", to_json(metrics)},
                 {"measures", measures_of(metrics)},
                 {"details", to_json(details_of(split, outputs))},
                 {"seconds", watch.seconds()},
                 {"threads", job.threads},
                 {"warnings", split.warnings}};
  if (choice.needs_model()) result["model"] = files.model.path;
  if (choice.needs_program()) result["program"] = files.program.path;
  return result;
}

}  // namespace emamba

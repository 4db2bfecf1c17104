// SPDX-License-Identifier: Apache-2.0
// Both engines on one sample.
#include "flow/trace.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/dataset.h"
#include "exec/compare.h"
#include "flow/data.h"
#include "flow/files.h"
#include "ir/graph.h"
#include "ir/structure.h"
#include "quant/fold.h"
#include "quant/formats.h"

namespace emamba {
namespace {

using nlohmann::json;

json to_json(const EdgeComparison& edge) {
  return {{"name", edge.name},         {"bits", edge.type.bits},      {"exp", edge.type.exp},
          {"drift", edge.drift},       {"token", edge.token},         {"channel", edge.channel},
          {"float", edge.float_value}, {"golden", edge.golden_value}, {"bound", edge.bound},
          {"beyond", edge.beyond}};
}

// Whether the integers of `program` are the model's parameters, rounded.
bool holds(const Program& program, const FloatModel& model) {
  if (!first_difference(program, model.network).empty()) return false;
  Program rounded = program;
  fill_weights(rounded, model.parameters);
  SafeTensors a, b;
  write_graph(program, GraphContent::kIntegers, a);
  write_graph(rounded, GraphContent::kIntegers, b);
  return std::equal(a.tensors.begin(), a.tensors.end(), b.tensors.begin(), b.tensors.end(),
                    [](const auto& x, const auto& y) { return x.second.bytes == y.second.bytes; });
}

// The float model whose parameters `program` holds: that of the training, or else the fine-tuned
// one beside it.
Stored<FloatModel> model_behind(const Job& job, const Stored<Program>& program) {
  const std::string path = beside(program.path, kFinetunedFile);
  Stored<FloatModel> model = require_model(job);
  model.content = folded(std::move(model.content));
  if (!file_exists(path) || holds(program.content, model.content)) return model;
  return load_model(path);
}

}  // namespace

json trace_stage(const Job& job, const std::string& split_name, std::size_t sample) {
  const Stored<Program> program = require_program(job);
  const Stored<FloatModel> model = model_behind(job, program);
  const Split split = job_split(job, split_name);
  if (sample >= split.samples()) {
    throw Error(
        fmt::format("sample {}: the split {} has {} samples", sample, split_name, split.samples()),
        "count from 0");
  }
  json edges = json::array(), first_beyond;
  for (const EdgeComparison& edge :
       compare_engines(model.content, program.content, split.inputs.row(sample))) {
    if (edge.beyond && first_beyond.is_null()) first_beyond = edge.name;
    edges.push_back(to_json(edge));
  }
  return {{"split", split_name},     {"sample", sample}, {"model", model.path},
          {"program", program.path}, {"edges", edges},   {"first_beyond", first_beyond}};
}

void require_within_bounds(const json& trace) {
  const json& edges = trace.at("edges");
  const auto parted = std::find_if(edges.begin(), edges.end(),
                                   [](const json& edge) { return edge.at("beyond").get<bool>(); });
  if (parted == edges.end()) return;
  const auto real = [&](const char* key) { return parted->at(key).get<double>(); };
  throw Error(
      fmt::format("edge {} parts beyond its bound at token {}, channel {}: float {:g}, "
                  "golden {:g}, bound {:g}",
                  parted->at("name").get<std::string>(), parted->at("token").get<int>(),
                  parted->at("channel").get<int>(), real("float"), real("golden"), real("bound")),
      "model and program may not belong together: `emamba quantize` makes the program",
      ErrorKind::kMismatch);
}

}  // namespace emamba

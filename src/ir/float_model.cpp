// SPDX-License-Identifier: Apache-2.0
#include "ir/float_model.h"

#include <cmath>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/safetensors.h"

namespace emamba {
namespace {

constexpr char kFormat[] = "emamba-float-1";

std::string shape_text(const std::vector<std::size_t>& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

Tensor<float> take(const SafeTensors& file, const std::string& path, const std::string& name,
                   const std::vector<std::size_t>& shape) {
  const auto it = file.tensors.find(name);
  if (it == file.tensors.end()) {
    throw Error(fmt::format("{}: parameter '{}' is missing", path, name),
                "train the model again with `emamba train`");
  }
  Tensor<float> tensor = to_tensor<float>(it->second, path + ": " + name);
  if (tensor.shape != shape) {
    throw Error(fmt::format("{}: parameter '{}' has shape {}, the spec needs {}", path, name,
                            shape_text(tensor.shape), shape_text(shape)));
  }
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.data[i])) {
      throw Error(
          fmt::format("{}: parameter '{}' holds {} at element {}", path, name, tensor.data[i], i));
    }
  }
  return tensor;
}

}  // namespace

std::vector<ParameterShape> parameter_shapes(const Spec& spec) {
  const ModelSpec& m = spec.model;
  const TaskShape task = spec.shape();
  const std::size_t D = m.D, ED = spec.ED(), N = m.N, K = m.K, R = spec.R(), L = spec.L();
  const bool bias = m.projection_bias;
  std::vector<ParameterShape> list;
  const auto add = [&](const std::string& name, std::vector<std::size_t> shape) {
    list.push_back({name, std::move(shape)});
  };
  if (task.vocab > 0) {
    add("embed.table", {static_cast<std::size_t>(task.vocab), D});
  } else {
    add("embed.weight", {D, static_cast<std::size_t>(spec.token_width())});
  }
  add("embed.bias", {m.position == Position::kLearned ? L : 1, D});
  for (int i = 0; i < m.M; ++i) {
    const std::string block = fmt::format("blocks.{}.", i);
    add(block + "norm.weight", {D});
    if (m.norm != Norm::kRms) add(block + "norm.bias", {D});
    add(block + "gate_proj.weight", {ED, D});
    if (bias) add(block + "gate_proj.bias", {ED});
    add(block + "in_proj.weight", {ED, D});
    if (bias) add(block + "in_proj.bias", {ED});
    add(block + "conv.weight", {ED, K});
    add(block + "conv.bias", {ED});
    add(block + "dt_in.weight", {R, ED});
    if (bias) add(block + "dt_in.bias", {R});
    add(block + "dt_proj.weight", {ED, R});
    add(block + "dt_proj.bias", {ED});
    add(block + "b_proj.weight", {N, ED});
    add(block + "c_proj.weight", {N, ED});
    add(block + "scan.A_log", {ED, N});
    add(block + "scan.D", {ED});
    add(block + "out_proj.weight", {D, ED});
    if (bias) add(block + "out_proj.bias", {D});
  }
  std::size_t width = m.head == Head::kMeanLinear ? D : L * D;
  if (m.head == Head::kFlattenMlp) {
    const std::size_t hidden = m.head_hidden;
    add("head.hidden.weight", {hidden, width});
    add("head.hidden.bias", {hidden});
    width = hidden;
  }
  const std::size_t outputs = task.outputs;
  add("head.out.weight", {outputs, width});
  add("head.out.bias", {outputs});
  return list;
}

std::size_t parameter_count(const Spec& spec) {
  std::size_t count = 0;
  for (const ParameterShape& parameter : parameter_shapes(spec)) {
    std::size_t size = 1;
    for (std::size_t d : parameter.shape) size *= d;
    count += size;
  }
  return count;
}

FloatModel read_float_model(const std::string& path) {
  const SafeTensors file = read_safetensors(path);
  const auto meta = [&](const std::string& key) {
    const auto it = file.metadata.find(key);
    if (it == file.metadata.end()) {
      throw Error(fmt::format("{}: no '{}' in the header's metadata", path, key),
                  "this is not a float model written by `emamba train`");
    }
    return it->second;
  };
  if (meta("format") != kFormat) {
    throw Error(fmt::format("{}: format '{}', expected '{}'", path, meta("format"), kFormat),
                "this is not a float model written by `emamba train`");
  }
  FloatModel model;
  model.spec = spec_from_json(parse_json(meta("spec"), path + ": spec"), path + ": spec");
  model.origin = meta("origin");
  std::set<std::string> expected = {"normalisation.mean", "normalisation.std"};
  for (const ParameterShape& parameter : parameter_shapes(model.spec)) {
    model.parameters[parameter.name] = take(file, path, parameter.name, parameter.shape);
    expected.insert(parameter.name);
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!expected.contains(name)) {
      throw Error(fmt::format("{}: parameter '{}' is not part of the spec's network", path, name));
    }
  }
  const std::size_t channels = model.spec.shape().channels;
  model.normalisation.mean = take(file, path, "normalisation.mean", {channels}).data;
  model.normalisation.std = take(file, path, "normalisation.std", {channels}).data;
  for (float std : model.normalisation.std) {
    if (!(std > 0)) throw Error(fmt::format("{}: normalisation.std = {}, must be > 0", path, std));
  }
  return model;
}

void write_float_model(const std::string& path, const FloatModel& model) {
  SafeTensors file;
  file.metadata["format"] = kFormat;
  file.metadata["spec"] = to_json(model.spec).dump();
  file.metadata["origin"] = model.origin;
  for (const auto& [name, tensor] : model.parameters) file.tensors[name] = store(tensor);
  const std::size_t channels = model.normalisation.mean.size();
  file.tensors["normalisation.mean"] = store(Tensor<float>{{channels}, model.normalisation.mean});
  file.tensors["normalisation.std"] = store(Tensor<float>{{channels}, model.normalisation.std});
  write_safetensors(path, file);
}

}  // namespace emamba

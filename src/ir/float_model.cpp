// SPDX-License-Identifier: Apache-2.0
// model.safetensors: the network as JSON in the header, the parameters as plain tensors.
#include "ir/float_model.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "ir/graph.h"
#include "ir/lower.h"

namespace emamba {
namespace {

constexpr char kFormat[] = "emamba-float-2";
constexpr char kFormat1[] = "emamba-float-1";

using Shape = std::vector<std::size_t>;

std::string shape_text(const Shape& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

// `tensor` in the shape that the network wants; format 1 stored a bias with one row as a matrix.
void give_shape(Tensor<float>& tensor, const Shape& shape, const std::string& where) {
  if (shape.size() == 1 && tensor.shape == Shape{1, shape[0]}) tensor.shape = shape;
  if (tensor.shape == shape) return;
  throw Error(fmt::format("{} has shape {}, the network needs {}", where, shape_text(tensor.shape),
                          shape_text(shape)));
}

Tensor<float> take(const SafeTensors& file, const std::string& path, const std::string& name,
                   const Shape& shape) {
  const auto it = file.tensors.find(name);
  if (it == file.tensors.end()) {
    throw Error(fmt::format("{}: parameter '{}' is missing", path, name),
                "train the model again with `emamba train`");
  }
  Tensor<float> tensor = to_tensor<float>(it->second, path + ": " + name);
  give_shape(tensor, shape, fmt::format("{}: parameter '{}'", path, name));
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.data[i])) {
      throw Error(
          fmt::format("{}: parameter '{}' holds {} at element {}", path, name, tensor.data[i], i));
    }
  }
  return tensor;
}

// The network of a file of format 1, which holds its spec alone.
Program network_1(const SafeTensors& file, std::set<std::string>& used, const std::string& path) {
  Program network = lower(spec_from_json(
      parse_json(metadata_of(file, "spec", path), path + ": spec"), path + ": spec"));
  const std::size_t channels = network.input.channels;
  network.config = metadata_of(file, "spec", path);
  network.input.normalisation = {take(file, path, "normalisation.mean", {channels}).data,
                                 take(file, path, "normalisation.std", {channels}).data};
  used.insert({"normalisation.mean", "normalisation.std"});
  return network;
}

}  // namespace

FloatModel read_float_model(const std::string& path) {
  const SafeTensors file = read_safetensors(path);
  const std::string& format = metadata_of(file, "format", path);
  std::set<std::string> used;
  FloatModel model;
  if (format == kFormat) {
    model.network = read_graph(parse_json(metadata_of(file, "network", path), path + ": network"),
                               GraphContent::kSkeleton, file, used, path);
    model.network.config = metadata_of(file, "config", path);
  } else if (format == kFormat1) {
    model.network = network_1(file, used, path);
  } else {
    throw Error(
        fmt::format("{}: format '{}', expected '{}'", path, format.substr(0, 40), kFormat),
        "this is not a float model written by `emamba train`, or of a later version");
  }
  model.network.origin = metadata_of(file, "origin", path);
  validate_network(model.network, path);
  for (const Parameter& parameter : parameters_of(model.network)) {
    model.parameters[parameter.name] = take(file, path, parameter.name, parameter.shape);
    used.insert(parameter.name);
  }
  for (const auto& [name, tensor] : file.tensors) {
    if (!used.contains(name)) {
      throw Error(fmt::format("{}: parameter '{}' is not part of the network", path, name));
    }
  }
  return model;
}

void write_float_model(const std::string& path, const FloatModel& model) {
  validate_network(model.network, path);
  SafeTensors file;
  file.metadata["format"] = kFormat;
  file.metadata["network"] = write_graph(model.network, GraphContent::kSkeleton, file).dump();
  file.metadata["config"] = model.network.config;
  file.metadata["origin"] = model.network.origin;
  for (const auto& [name, tensor] : model.parameters) file.tensors[name] = store(tensor);
  write_safetensors(path, file);
}

}  // namespace emamba

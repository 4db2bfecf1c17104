// SPDX-License-Identifier: Apache-2.0
// model.safetensors: the network as JSON in the header, the parameters as plain tensors.
#include "ir/float_model.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "ir/files.h"

namespace emamba {
namespace {

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
  Tensor<float> tensor = to_floats(it->second, path + ": " + name);
  give_shape(tensor, shape, fmt::format("{}: parameter '{}'", path, name));
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    if (!std::isfinite(tensor.data[i])) {
      throw Error(
          fmt::format("{}: parameter '{}' holds {} at element {}", path, name, tensor.data[i], i));
    }
  }
  return tensor;
}

}  // namespace

std::map<std::string, Tensor<float>> read_parameters(const Program& network,
                                                     const SafeTensors& file,
                                                     std::set<std::string>& used,
                                                     const std::string& source) {
  std::map<std::string, Tensor<float>> parameters;
  for (const ParameterSpec& parameter : parameters_of(network)) {
    parameters[parameter.name] = take(file, source, parameter.name, parameter.shape);
    used.insert(parameter.name);
  }
  return parameters;
}

void require_all_used(const SafeTensors& file, const std::set<std::string>& used,
                      const std::string& source) {
  for (const auto& [name, tensor] : file.tensors) {
    if (used.contains(name)) continue;
    throw Error(fmt::format("{}: tensor '{}' is not part of the network", source, name),
                "this is no file written by emamba, or it is damaged");
  }
}

FloatModel decode_model(const SafeTensors& file, const std::string& source) {
  std::set<std::string> used;
  FloatModel model;
  model.network = read_graph(parse_json(metadata_of(file, "network", source), source + ": network"),
                             GraphContent::kSkeleton, file, used, source);
  model.network.config = metadata_of(file, "config", source);
  model.network.origin = metadata_of(file, "origin", source);
  validate_network(model.network, source);
  model.parameters = read_parameters(model.network, file, used, source);
  require_all_used(file, used, source);
  return model;
}

void write_float_model(const std::string& path, const FloatModel& model) {
  validate_network(model.network, path);
  SafeTensors file;
  file.metadata["format"] = kModelFormat;
  file.metadata["network"] = write_graph(model.network, GraphContent::kSkeleton, file).dump();
  file.metadata["config"] = model.network.config;
  file.metadata["origin"] = model.network.origin;
  for (const auto& [name, tensor] : model.parameters) file.tensors[name] = store_short(tensor);
  write_safetensors(path, file);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoint.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/keys.h"
#include "base/safetensors.h"
#include "base/toml.h"
#include "data/metrics.h"
#include "ir/parameters.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr const char* kHint =
    "start afresh in another output folder, or with the checkpoint moved away";
const std::string kVal = "val_";  // before the metrics of an epoch

EpochRecord record_from_json(const json& j, const json& measures) {
  EpochRecord record{j.at("epoch"), j.at("step"), j.at("loss"), j.at("lr"), {}, j.at("seconds")};
  json values = json::object();
  for (const auto& [key, value] : j.items()) {
    if (key.starts_with(kVal)) values[key.substr(kVal.size())] = value;
  }
  if (!values.empty()) record.val = metrics_from_json(values, measures);
  return record;
}

Tensor<float> take(const SafeTensors& file, const std::string& path, const std::string& name,
                   const std::vector<std::size_t>& shape) {
  const auto stored = file.tensors.find(name);
  if (stored == file.tensors.end()) {
    throw Error(fmt::format("{}: tensor \"{}\" is missing", path, name), kHint);
  }
  if (stored->second.shape != shape) {
    throw Error(fmt::format("{}: tensor \"{}\" has shape [{}], expected [{}]", path, name,
                            fmt::join(stored->second.shape, ", "), fmt::join(shape, ", ")),
                kHint);
  }
  return to_tensor<float>(stored->second, name);
}

}  // namespace

json to_json(const EpochRecord& record) {
  json j{{"epoch", record.epoch},
         {"step", record.step},
         {"loss", record.loss},
         {"lr", record.lr},
         {"seconds", record.seconds}};
  if (!record.val) return j;
  for (const Metric& metric : record.val->all) j[kVal + metric.key()] = metric.value;
  return j;
}

void write_checkpoint(const std::string& path, const Checkpoint& checkpoint) {
  json meta{{"config", checkpoint.config},
            {"mean", checkpoint.normalisation.mean},
            {"std", checkpoint.normalisation.std},
            {"smallest", checkpoint.normalisation.saturate.smallest},
            {"largest", checkpoint.normalisation.saturate.largest},
            {"samples", checkpoint.samples},
            {"rng", checkpoint.rng.state},
            {"history", json::array()},
            {"measures", json::array()}};
  for (const EpochRecord& record : checkpoint.history) meta["history"].push_back(to_json(record));
  const bool measured = !checkpoint.history.empty() && checkpoint.history.back().val;
  if (measured) meta["measures"] = measures_of(*checkpoint.history.back().val);
  SafeTensors file;
  file.metadata[kCheckpointKey] = meta.dump();
  for (const auto& [name, tensor] : checkpoint.parameters) file.tensors[name] = store(tensor);
  file.tensors["adamw.m"] = store(Tensor<float>{{checkpoint.m.size()}, checkpoint.m});
  file.tensors["adamw.v"] = store(Tensor<float>{{checkpoint.v.size()}, checkpoint.v});
  write_safetensors(path, file);
}

std::vector<std::string> training_differences(const std::string& a, const std::string& b) {
  const json flat_a = flattened(parse_json(a, "configuration"));
  const json flat_b = flattened(parse_json(b, "configuration"));
  json all = flat_a;
  all.update(flat_b);
  // Name, approximation, quantisation and hardware do not decide how a training goes.
  return key_differences(flat_a, flat_b, all, {"task", "model", "train"});
}

Checkpoint read_checkpoint(const std::string& path, const Program& network,
                           const Checkpoint& expected) {
  if (!file_exists(path))
    throw Error(fmt::format("{}: there is no checkpoint", path),
                "leave out --resume to start the training");
  const SafeTensors file = read_safetensors(path);
  const auto text = file.metadata.find(kCheckpointKey);
  if (text == file.metadata.end()) {
    throw Error(fmt::format("{}: no training checkpoint (metadata \"{}\" is missing)", path,
                            kCheckpointKey),
                kHint);
  }
  Checkpoint checkpoint;
  try {
    const json meta = parse_json(text->second, path);
    checkpoint.config = meta.at("config");
    checkpoint.normalisation = {
        meta.at("mean"), meta.at("std"), {meta.at("smallest"), meta.at("largest")}};
    checkpoint.samples = meta.at("samples");
    checkpoint.rng.state = meta.at("rng");
    for (const json& record : meta.at("history")) {
      checkpoint.history.push_back(record_from_json(record, meta.at("measures")));
    }
  } catch (const json::exception& e) {
    throw Error(fmt::format("{}: damaged checkpoint metadata: {}", path, e.what()), kHint);
  }
  const auto keys = training_differences(expected.config, checkpoint.config);
  if (!keys.empty()) {
    throw Error(fmt::format("{}: made with another configuration; these keys differ: {}", path,
                            fmt::join(keys, ", ")),
                kHint);
  }
  if (checkpoint.samples != expected.samples ||
      checkpoint.normalisation != expected.normalisation) {
    throw Error(fmt::format("{}: made with other training data ({} samples, now {})", path,
                            checkpoint.samples, expected.samples),
                kHint);
  }
  for (const ParameterSpec& parameter : parameters_of(network)) {
    checkpoint.parameters[parameter.name] = take(file, path, parameter.name, parameter.shape);
  }
  const std::size_t count = parameter_count(network);
  checkpoint.m = take(file, path, "adamw.m", {count}).data;
  checkpoint.v = take(file, path, "adamw.v", {count}).data;
  return checkpoint;
}

}  // namespace emamba

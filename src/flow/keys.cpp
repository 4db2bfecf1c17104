// SPDX-License-Identifier: Apache-2.0
// What a result depends on, as one hash.
#include "flow/keys.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "flow/version.h"

namespace emamba {

std::string stage_key(const std::string& stage, const nlohmann::json& inputs) {
  return stage_key(stage, inputs, source_hash());
}

std::string stage_key(const std::string& stage, const nlohmann::json& inputs,
                      const std::string& sources) {
  const nlohmann::json all = {{"stage", stage}, {"sources", sources}, {"inputs", inputs}};
  return sha256(all.dump());
}

nlohmann::json spec_sections(const Spec& spec, const std::vector<std::string>& sections) {
  const nlohmann::json all = to_json(spec);
  nlohmann::json some = nlohmann::json::object();
  for (const std::string& section : sections) some[section] = all.at(section);
  // Of own data, what it is belongs to the task.
  if (some.contains("task") && all.contains("data")) some["data"] = all.at("data");
  return some;
}

const std::vector<std::string>& train_sections() {
  static const std::vector<std::string> sections = {"task", "model", "train"};
  return sections;
}

const std::vector<std::string>& model_sections() {
  static const std::vector<std::string> sections = {"task", "model"};
  return sections;
}

const std::vector<std::string>& program_sections() {
  static const std::vector<std::string> sections = {"task", "model", "approx", "quant"};
  return sections;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "cli/stages.h"

#include "base/files.h"

namespace emamba {

std::string stage_key(const std::string& stage, const nlohmann::json& inputs) {
  const nlohmann::json all = {{"stage", stage}, {"version", EMAMBA_VERSION}, {"inputs", inputs}};
  return sha256(all.dump());
}

nlohmann::json spec_sections(const Spec& spec, const std::vector<std::string>& sections) {
  const nlohmann::json all = to_json(spec);
  nlohmann::json some = nlohmann::json::object();
  for (const std::string& section : sections) some[section] = all.at(section);
  return some;
}

nlohmann::json to_json(const Metrics& metrics) {
  if (!metrics.regression) return {{"accuracy", metrics.accuracy}};
  return {{"mae_cm", metrics.mae_cm}, {"rmse_cm", metrics.rmse_cm}};
}

std::string train_key(const Job& job, const nlohmann::json& hashes) {
  return stage_key("train",
                   {{"spec", spec_sections(job.spec, train_sections())}, {"data", hashes}});
}

}  // namespace emamba

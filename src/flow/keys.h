// SPDX-License-Identifier: Apache-2.0
// Keys of results: hashes of everything that a result depends on, so that two results with one key
// are the same.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "flow/spec.h"

namespace emamba {

// SHA-256 over a stage's name and inputs, and over the sources of this build (flow/version.h):
// what another build has computed is computed again.
std::string stage_key(const std::string& stage, const nlohmann::json& inputs);
// The same for a build from the sources with another hash.
std::string stage_key(const std::string& stage, const nlohmann::json& inputs,
                      const std::string& sources);

// The named parts of a spec, as JSON.
nlohmann::json spec_sections(const Spec& spec, const std::vector<std::string>& sections);

// The sections of a spec on which a training, the use of its model, and a program depend.
const std::vector<std::string>& train_sections();
const std::vector<std::string>& model_sections();
const std::vector<std::string>& program_sections();

}  // namespace emamba

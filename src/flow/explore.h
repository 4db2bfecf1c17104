// SPDX-License-Identifier: Apache-2.0
// The stage "explore": every accelerator of a program that no other one beats.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "flow/job.h"

namespace emamba {

// The designs of explore() (target/explore.h) within the job's device: what docs/formats.md says of
// `emamba explore --json`.
nlohmann::json explore_stage(const Job& job);

// Writes explore.json, explore.csv and explore.html, a page to choose from, into the job's folder.
void write_exploration(const Job& job, const nlohmann::json& result);

}  // namespace emamba

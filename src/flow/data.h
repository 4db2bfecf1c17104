// SPDX-License-Identifier: Apache-2.0
// The stage "data": which files a job's samples come from, and how many samples there are.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/catalogue.h"
#include "flow/job.h"

namespace emamba {

// The data set that a task reads; null for synthetic tasks, which need no files.
const DataSet* data_set_of(Task task);
// {file name: SHA-256} of the data files of the job's task. Throws Error when one is missing.
nlohmann::json data_hashes(const Job& job);

// {"key", "version", "data", "samples", "warnings", "seconds"}: reads every split. `hashes` are
// those of data_hashes().
std::string data_key(const Spec& spec, const nlohmann::json& hashes);
nlohmann::json data_stage(const Job& job, const nlohmann::json& hashes);

}  // namespace emamba

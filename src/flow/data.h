// SPDX-License-Identifier: Apache-2.0
// The stage "data": which files a job's samples come from, and how many samples there are.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "data/catalogue.h"
#include "data/dataset.h"
#include "flow/job.h"

namespace emamba {

// The public data set that a task reads; null for tasks that read none.
const DataSet* data_set_of(const Task& task);
// One split of the job's data: "train", "val" or "test"; and whether there is a val.
Split job_split(const Job& job, const std::string& split);
bool has_val(const Spec& spec);
// {file name: SHA-256} of the data files of the job's task. Throws Error when one is missing.
nlohmann::json data_hashes(const Job& job);

// {"key", "version", "data", "samples", "warnings", "seconds"}: reads every split. `hashes` are
// those of data_hashes().
std::string data_key(const Spec& spec, const nlohmann::json& hashes);
nlohmann::json data_stage(const Job& job, const nlohmann::json& hashes);

}  // namespace emamba

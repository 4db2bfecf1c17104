// SPDX-License-Identifier: Apache-2.0
// The results of the models that come with the project: a results.json beside each config, and the
// tables of README.md and docs/results.md that are made of them. Paths are relative to the
// project's top folder.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "flow/job.h"

namespace emamba {

inline constexpr char kResultsFile[] = "results.json";

// The job of a config whose model and program stand beside it: its results go there too.
Job shipped_job(const std::string& config, Workplace workplace);

// Measures the model and program beside the job's config on the whole test split. Writes
// results.json there and returns it: what docs/formats.md says of it. Throws Error when model,
// program and the records of how they were made do not belong together; and, without `force`, when
// the test split is incomplete or the results there are of other data.
nlohmann::json measure(const Job& job, bool force);

// The results beside a job's config. Throws Error when there are none, or they are of another model
// or program than those beside them.
nlohmann::json current_results(const Job& job);

// Makes the tables of all models/NAME/results.json again.
struct WrittenPage {
  std::string path;
  bool changed;
};
std::vector<WrittenPage> write_tables();

// How many models have results that are those of their files, and are what the tables say. Throws
// Error naming the first difference.
std::size_t check_results();

}  // namespace emamba

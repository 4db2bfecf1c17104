// SPDX-License-Identifier: Apache-2.0
// Hashes of data files, and a first reading of every split.
#include "flow/data.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "data/own_data.h"
#include "flow/keys.h"
#include "flow/version.h"

namespace emamba {

const DataSet* data_set_of(const Task& task) {
  return task.data_set.empty() ? nullptr : &data_set(task.data_set);
}

Split job_split(const Job& job, const std::string& split) {
  return load_split(job.spec.task, job.data, job.spec.train.holdout, split);
}

nlohmann::json data_hashes(const Job& job) {
  std::vector<std::pair<std::string, std::string>> files;  // names and paths
  if (const DataSet* set = data_set_of(job.spec.task)) {
    for (const std::string& file : set->files) {
      files.emplace_back(file, require_data_file(*set, job.data, file));
    }
  } else if (job.spec.task.own) {
    for (const std::string part : {"train", "val", "test"}) {
      const ArrayFiles& own = files_of(job.spec.task.own->data, part);
      if (own.inputs.empty()) continue;
      files.emplace_back(part + ".inputs", own.inputs);
      files.emplace_back(part + ".targets", own.targets);
    }
  }
  nlohmann::json hashes = nlohmann::json::object();
  const ProgressCallback progress = job.progress("data files");
  for (const auto& [name, path] : files) {
    if (progress) progress(hashes.size(), files.size(), name);
    hashes[name] = sha256_file(path);
  }
  return hashes;
}

bool has_val(const Spec& spec) {
  const bool files = spec.task.own && !spec.task.own->data.val.inputs.empty();
  return files || spec.train.holdout > 0;
}

std::string data_key(const Spec& spec, const nlohmann::json& hashes) {
  return stage_key(
      "data",
      {{"task", spec_sections(spec, {"task"})}, {"holdout", spec.train.holdout}, {"data", hashes}});
}

nlohmann::json data_stage(const Job& job, const nlohmann::json& hashes) {
  const Stopwatch watch;
  nlohmann::json samples = nlohmann::json::object(), warnings = nlohmann::json::array();
  const ProgressCallback progress = job.progress("data");
  for (const std::string name : {"train", "val", "test"}) {
    if (name == "val" && !has_val(job.spec)) continue;
    if (progress) progress(samples.size(), 3, name);
    const Split split = job_split(job, name);
    samples[name] = split.samples();
    for (const std::string& warning : split.warnings) {
      if (std::find(warnings.begin(), warnings.end(), warning) == warnings.end()) {
        warnings.push_back(warning);
      }
    }
  }
  return {{"key", data_key(job.spec, hashes)},
          {"version", version()},
          {"data", hashes},
          {"samples", samples},
          {"warnings", warnings},
          {"seconds", watch.seconds()}};
}

}  // namespace emamba

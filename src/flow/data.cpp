// SPDX-License-Identifier: Apache-2.0
// Hashes of data files, and a first reading of every split.
#include "flow/data.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "flow/keys.h"
#include "flow/version.h"

namespace emamba {

const DataSet* data_set_of(Task task) {
  switch (task) {
    case Task::kFashionMnist:
      return &data_set("fashion-mnist");
    case Task::kCifar10:
      return &data_set("cifar-10");
    case Task::kMars:
      return &data_set("mars");
    case Task::kSyntheticImages:
    case Task::kSyntheticTokens:
      return nullptr;
  }
  return nullptr;
}

nlohmann::json data_hashes(const Job& job) {
  nlohmann::json hashes = nlohmann::json::object();
  const DataSet* set = data_set_of(job.spec.task);
  if (set == nullptr) return hashes;
  std::vector<std::string> paths;
  for (const std::string& file : set->files) {
    paths.push_back(require_data_file(*set, job.data, file));
  }
  const ProgressCallback progress = job.progress("data files");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (progress) progress(i, paths.size(), set->files[i]);
    hashes[set->files[i]] = sha256_file(paths[i]);
  }
  return hashes;
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
    if (name == "val" && job.spec.train.holdout == 0) continue;
    if (progress) progress(samples.size(), 3, name);
    const Split split = load_split(job.spec, job.data, name);
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

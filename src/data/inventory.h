// SPDX-License-Identifier: Apache-2.0
// What is there of the public data sets: found, complete, readable.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "data/catalogue.h"

namespace emamba {

struct DataSetState {
  std::string name;
  std::vector<std::pair<std::string, std::string>> files;  // name, path or "" when missing
  // When all files are there and sound, what reading them gave:
  std::size_t training_samples = 0, test_samples = 0;
  std::vector<std::string> warnings;
  // Otherwise what is wrong, and what to do about it.
  std::string problem, remedy;
  bool damaged = false;  // a file was read and is not what it should be

  bool usable() const { return problem.empty(); }
};

// Reads `set` if it is complete in `folder`.
DataSetState inspect_data_set(const DataSet& set, const std::string& folder);
// All of the catalogue; a few seconds when all are there.
std::vector<DataSetState> find_data_sets(const std::string& folder,
                                         const ProgressCallback& progress = {});

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/inventory.h"

#include <algorithm>

#include "base/files.h"
#include "data/catalogue.h"
#include "data/readers.h"

namespace emamba {
DataSetState inspect_data_set(const DataSet& set, const std::string& folder) {
  DataSetState state;
  state.name = set.name;
  std::vector<std::string> missing;
  for (const std::string& file : set.files) {
    state.files.emplace_back(file, find_data_file(set, folder, file));
    if (state.files.back().second.empty()) missing.push_back(file);
  }
  if (!missing.empty()) {
    state.problem = missing.size() == set.files.size()
                        ? "not found"
                        : fmt::format("missing: {}", fmt::join(missing, ", "));
    state.remedy = how_to_get(set, folder);
    return state;
  }
  try {
    for (const Part part : {Part::kTraining, Part::kTest}) {
      const Split split = read_part(set.task, folder, part);
      (part == Part::kTraining ? state.training_samples : state.test_samples) = split.samples();
      state.warnings.insert(state.warnings.end(), split.warnings.begin(), split.warnings.end());
    }
  } catch (const ReadError& e) {
    state.problem = e.what();
    state.remedy = e.hint();
  } catch (const Error& e) {
    state.problem = e.what();
    state.remedy = "Remove the damaged file. " + how_to_get(set, folder);
    state.damaged = true;
  }
  return state;
}

std::vector<DataSetState> find_data_sets(const std::string& folder,
                                         const ProgressCallback& progress) {
  std::vector<DataSetState> states;
  for (const DataSet& set : data_sets()) {
    if (progress) progress(states.size(), data_sets().size(), set.name);
    states.push_back(inspect_data_set(set, folder));
  }
  return states;
}

}  // namespace emamba

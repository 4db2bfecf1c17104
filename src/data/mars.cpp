// SPDX-License-Identifier: Apache-2.0
// MARS: from 64 points of a millimetre-wave radar (8 x 8; x, y, z, Doppler velocity, intensity) to
// the coordinates of 19 joints of a person (x of all, y of all, z of all; metres).
#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/npy.h"
#include "data/catalogue.h"
#include "data/readers.h"

namespace emamba {
namespace {

constexpr std::size_t kFeatures = 8 * 8 * 5;
constexpr std::size_t kCoordinates = 57;

// First of `count` numbers for which `bad` holds, or null.
template <class Predicate>
const float* find(const float* row, std::size_t count, Predicate bad) {
  const float* end = row + count;
  const float* found = std::find_if(row, end, bad);
  return found == end ? nullptr : found;
}

// The published parts hold the frames of subject 1, then 2, 3 and 4: so many of each, in which the
// published intensities have mean 0 and standard deviation 1.
const std::map<std::string, std::array<std::size_t, 4>> kSubjectFrames = {
    {"train", {7112, 7008, 5338, 4608}},
    {"validate", {2374, 2338, 1783, 1538}},
    {"test", {2362, 2327, 1769, 1526}}};

// The subject of every frame of a part; empty when it has not as many frames as were published.
std::vector<int> subjects_of(const std::string& part, std::size_t frames) {
  std::vector<int> subjects;
  for (const std::size_t count : kSubjectFrames.at(part)) {
    const int subject = subjects.empty() ? 1 : subjects.back() + 1;
    subjects.insert(subjects.end(), count, subject);
  }
  if (subjects.size() != frames) subjects.clear();
  return subjects;
}

// Appends the frames of one pair of files.
void append(const std::string& folder, const std::string& part, Split& split) {
  const DataSet& set = data_set("mars");
  const std::string features_path = require_data_file(set, folder, "featuremap_" + part + ".npy");
  const std::string labels_path = require_data_file(set, folder, "labels_" + part + ".npy");
  const Tensor<float> features = read_npy(features_path);
  const Tensor<float> labels = read_npy(labels_path);

  const std::size_t frames = labels.shape.empty() ? 0 : labels.shape[0];
  if (labels.shape != std::vector<std::size_t>{frames, kCoordinates}) {
    throw Error(fmt::format("{}: shape ({}), expected (frames, {})", labels_path,
                            fmt::join(labels.shape, ", "), kCoordinates));
  }
  if (features.shape != std::vector<std::size_t>{frames, 8, 8, 5}) {
    throw Error(fmt::format("{}: shape ({}), expected ({}, 8, 8, 5) for the {} frames of {}",
                            features_path, fmt::join(features.shape, ", "), frames, frames,
                            labels_path));
  }

  const auto is_nan = [](float x) { return std::isnan(x); };
  const auto not_finite = [](float x) { return !std::isfinite(x); };
  const std::vector<int> subjects = subjects_of(part, frames);
  std::size_t skipped = 0;
  for (std::size_t i = 0; i < frames; ++i) {
    const float* feature = features.row(i);
    const float* label = labels.row(i);
    if (const float* x = find(feature, kFeatures, not_finite)) {
      throw Error(fmt::format("{}: row {}: feature {} is {}", features_path, i, x - feature, *x));
    }
    if (find(label, kCoordinates, is_nan)) {
      ++skipped;
      continue;
    }
    if (const float* x = find(label, kCoordinates, not_finite)) {
      throw Error(fmt::format("{}: row {}: coordinate {} is {}", labels_path, i, x - label, *x));
    }
    split.inputs.data.insert(split.inputs.data.end(), feature, feature + kFeatures);
    split.targets.data.insert(split.targets.data.end(), label, label + kCoordinates);
    if (!subjects.empty()) split.subjects.push_back(subjects[i]);
  }
  if (skipped > 0) {
    split.warnings.push_back(fmt::format("{}: {} of {} frames have no label (NaN) and are skipped",
                                         labels_path, skipped, frames));
  }
}

}  // namespace

Split read_mars(const std::string& folder, Part part) {
  Split split;
  if (part == Part::kTraining) {
    append(folder, "train", split);
    append(folder, "validate", split);
  } else {
    append(folder, "test", split);
  }
  const std::size_t frames = split.targets.data.size() / kCoordinates;
  if (frames == 0) {
    throw Error(
        fmt::format("mars: no frame with a label in {}", download_folder(data_set("mars"), folder)),
        how_to_get(data_set("mars"), folder));
  }
  if (split.subjects.size() != frames) split.subjects.clear();
  split.inputs.shape = {frames, 8, 8, 5};
  split.targets.shape = {frames, kCoordinates};
  return split;
}

}  // namespace emamba

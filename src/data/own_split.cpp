// SPDX-License-Identifier: Apache-2.0
// The numbers of users' own data, each checked before it is used.
#include "data/own_split.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/npy.h"

namespace emamba {
namespace {

// The numbers of the file, each checked to lie in 0 .. end - 1.
Tensor<std::int64_t> read_indices(const std::string& path, std::int64_t end, const char* what,
                                  const char* hint) {
  Tensor<std::int64_t> numbers = read_npy_integers(path);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers.data[i] >= 0 && numbers.data[i] < end) continue;
    throw Error(
        fmt::format("{}: [{}] is {}, but {} lie in 0 .. {}", path,
                    fmt::join(index_of(numbers.shape, i), ", "), numbers.data[i], what, end - 1),
        hint);
  }
  return numbers;
}

void check_classes_have_samples(const OwnTask& task, Split& split) {
  if (task.shape.regression) return;
  const std::string& path = files_of(task.data, split.name).targets;
  std::vector<std::size_t> samples(task.data.classes.size());
  for (int label : split.labels) ++samples[static_cast<std::size_t>(label)];
  for (std::size_t c = 0; c < samples.size(); ++c) {
    if (samples[c] > 0) continue;
    const std::string what =
        fmt::format("{}: no sample is of class {} ({})", path, c, task.data.classes[c]);
    if (split.name == "train") {
      throw Error(what, c == 0 ? "Classes count from 0: do these count from 1?"
                               : "Without one it cannot be learned: number the others without a "
                                 "gap, and remove its name from data.classes.");
    }
    split.warnings.push_back(what);
  }
}

void read_targets(const OwnTask& task, const std::string& path, Split& split) {
  if (task.data.answer == TargetKind::kClasses) {
    const Tensor<std::int64_t> numbers =
        read_classes(path, static_cast<std::int64_t>(task.data.classes.size()));
    split.labels.assign(numbers.data.begin(), numbers.data.end());
    return;
  }
  split.targets = read_npy(path);
  const std::vector<float>& x = split.targets.data;
  const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  if (bad != x.end()) {
    const auto position = static_cast<std::size_t>(bad - x.begin());
    throw Error(fmt::format("{}: [{}] is {}, which cannot be learned", path,
                            fmt::join(index_of(split.targets.shape, position), ", "), *bad),
                "Leave the sample out of inputs and targets.");
  }
  split.targets.shape = {split.targets.shape[0], x.size() / split.targets.shape[0]};
}

// Of the finite inputs of each channel; 0 when a channel has none.
struct Extremes {
  std::vector<float> smallest, largest;
};

Extremes extremes_of(const Tensor<float>& inputs) {
  constexpr float kLimit = std::numeric_limits<float>::max();
  const std::size_t channels = inputs.shape[3];
  Extremes e{std::vector<float>(channels, kLimit), std::vector<float>(channels, -kLimit)};
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!std::isfinite(inputs.data[i])) continue;
    e.smallest[i % channels] = std::min(e.smallest[i % channels], inputs.data[i]);
    e.largest[i % channels] = std::max(e.largest[i % channels], inputs.data[i]);
  }
  for (std::size_t c = 0; c < channels; ++c) {
    if (e.smallest[c] > e.largest[c]) e.smallest[c] = e.largest[c] = 0;
  }
  return e;
}

void saturate(Tensor<float>& inputs, const Extremes& extremes) {
  const std::size_t channels = inputs.shape[3];
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    float& x = inputs.data[i];
    if (std::isnan(x)) {
      x = 0;
    } else if (std::isinf(x)) {
      x = (x > 0 ? extremes.largest : extremes.smallest)[i % channels];
    }
  }
}

void treat_nonfinite(const OwnTask& task, Split& split) {
  const std::string& path = files_of(task.data, split.name).inputs;
  const std::size_t samples = split.samples(), width = split.inputs.size() / samples;
  std::size_t first = split.inputs.size(), numbers = 0;
  std::vector<std::size_t> sound;  // samples
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t before = numbers;
    const float* sample = split.inputs.row(i);
    for (std::size_t j = 0; j < width; ++j) {
      if (std::isfinite(sample[j])) continue;
      first = std::min(first, i * width + j);
      ++numbers;
    }
    if (numbers == before) sound.push_back(i);
  }
  if (numbers == 0) return;
  const std::string count = fmt::format("numbers that are NaN or infinite: {}, in {} of {} samples",
                                        numbers, samples - sound.size(), samples);
  switch (task.data.nonfinite) {
    case NonFinite::kRefuse: {
      const std::vector<std::size_t> shape = read_npy_header(path).shape;
      throw Error(fmt::format("{}: [{}] is {}; {}", path, fmt::join(index_of(shape, first), ", "),
                              split.inputs.data[first], count),
                  "data.nonfinite = \"drop\" leaves such samples out, \"saturate\" makes NaN 0 and "
                  "infinities the largest finite number of their channel.");
    }
    case NonFinite::kDrop:
      if (sound.empty()) {
        throw Error(fmt::format("{}: {}; without those none is left", path, count),
                    "data.nonfinite = \"saturate\" keeps them.");
      }
      select_samples(split, sound, split);
      split.warnings.push_back(fmt::format("{}: {}, which are left out", path, count));
      return;
    case NonFinite::kSaturate:
      saturate(
          split.inputs,
          extremes_of(split.name == "train" ? split.inputs : read_own_part(task, "train").inputs));
      split.warnings.push_back(fmt::format("{}: {}; the numbers are saturated", path, count));
      return;
  }
}

}  // namespace

Tensor<std::int64_t> read_classes(const std::string& path, std::int64_t classes) {
  return read_indices(path, classes, "classes",
                      "Classes count from 0. data.classes names them all, and data.answer = "
                      "\"numbers\" makes them numbers to learn.");
}

Tensor<std::int64_t> read_tokens(const std::string& path, std::int64_t vocab) {
  return read_indices(path, vocab, "token ids", "Ids count from 0. data.vocab says how many are.");
}

Split read_own_part(const OwnTask& task, const std::string& part) {
  const ArrayFiles& files = files_of(task.data, part);
  Split split;
  split.name = part;
  read_targets(task, files.targets, split);
  if (task.data.kind == InputKind::kTokens) {
    const Tensor<std::int64_t> ids = read_tokens(files.inputs, task.data.vocab);
    split.inputs.data.assign(ids.data.begin(), ids.data.end());
  } else {
    split.inputs = read_npy(files.inputs);
  }
  const auto size = [](int n) { return static_cast<std::size_t>(n); };
  const TaskShape& s = task.shape;
  const std::size_t width = size(s.height) * size(s.width) * size(s.channels);
  const std::size_t samples = task.shape.regression ? split.targets.shape[0] : split.labels.size();
  if (split.inputs.size() != samples * width) {
    throw Error(fmt::format("{} and {} are no longer what they were when they were opened",
                            files.inputs, files.targets),
                "Try again when nothing writes them any more.");
  }
  split.inputs.shape = {samples, size(s.height), size(s.width), size(s.channels)};
  return split;
}

Split load_own_split(const OwnTask& task, double holdout, const std::string& name) {
  const bool of_train = name == "val" && task.data.val.inputs.empty();
  const bool divided = task.data.val.inputs.empty() && name != "test";
  Split split = read_own_part(task, of_train ? "train" : name);
  treat_nonfinite(task, split);
  check_classes_have_samples(task, split);
  return divided ? hold_out(std::move(split), holdout, name) : split;
}

}  // namespace emamba

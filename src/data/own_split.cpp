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
  const std::size_t channels = extremes.smallest.size();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    float& x = inputs.data[i];
    if (std::isnan(x)) {
      x = 0;
    } else if (std::isinf(x)) {
      x = (x > 0 ? extremes.largest : extremes.smallest)[i % channels];
    }
  }
}

// Of inputs that are NaN or infinite.
struct NotFinite {
  std::size_t first = 0, numbers = 0;
  std::vector<std::size_t> sound;  // samples without any
};

NotFinite find_not_finite(const Tensor<float>& inputs) {
  NotFinite found;
  const std::size_t samples = inputs.shape[0], width = inputs.size() / samples;
  for (std::size_t i = 0; i < samples; ++i) {
    const std::size_t before = found.numbers;
    const float* sample = inputs.row(i);
    for (std::size_t j = 0; j < width; ++j) {
      if (std::isfinite(sample[j])) continue;
      if (found.numbers++ == 0) found.first = i * width + j;
    }
    if (found.numbers == before) found.sound.push_back(i);
  }
  return found;
}

std::string count_text(const NotFinite& found, const Tensor<float>& inputs) {
  const std::size_t samples = inputs.shape[0];
  return fmt::format("numbers that are NaN or infinite: {}, in {} of {} samples", found.numbers,
                     samples - found.sound.size(), samples);
}

[[noreturn]] void refuse(const NotFinite& found, const Tensor<float>& inputs,
                         const std::string& path, const char* hint) {
  const std::vector<std::size_t> index = index_of(read_npy_header(path).shape, found.first);
  throw Error(fmt::format("{}: [{}] is {}; {}", path, fmt::join(index, ", "),
                          inputs.data[found.first], count_text(found, inputs)),
              hint);
}

void treat_nonfinite(const OwnTask& task, Split& split) {
  const std::string& path = files_of(task.data, split.name).inputs;
  const NotFinite found = find_not_finite(split.inputs);
  if (found.numbers == 0) return;
  const std::string warning = fmt::format("{}: {}", path, count_text(found, split.inputs));
  switch (task.data.nonfinite) {
    case NonFinite::kRefuse:
      refuse(found, split.inputs, path,
             "data.nonfinite = \"drop\" leaves such samples out, \"saturate\" makes NaN 0 and "
             "infinities the largest finite number of their channel.");
    case NonFinite::kDrop:
      if (found.sound.empty()) {
        throw Error(warning + "; without those none is left",
                    "data.nonfinite = \"saturate\" keeps them.");
      }
      select_samples(split, found.sound, split);
      split.warnings.push_back(warning + ", which are left out");
      return;
    case NonFinite::kSaturate:
      saturate(
          split.inputs,
          extremes_of(split.name == "train" ? split.inputs : read_own_part(task, "train").inputs));
      split.warnings.push_back(warning + "; the numbers are saturated");
      return;
  }
}

// Inputs as the file holds them; their samples must have the task's shape.
Tensor<float> read_inputs(const OwnTask& task, const std::string& path) {
  const auto size = [](int n) { return static_cast<std::size_t>(n); };
  const TaskShape& s = task.shape;
  std::vector<std::size_t> shape = read_npy_header(path).shape;
  std::vector<std::size_t> expected = {size(s.width)};
  if (task.data.kind == InputKind::kImages) expected.insert(expected.begin(), size(s.height));
  if (task.data.kind != InputKind::kTokens) expected.push_back(size(s.channels));
  // A dimension of one channel may be left out.
  if (s.channels == 1 && shape.size() == expected.size()) shape.push_back(1);
  if (shape.empty() ||
      !std::equal(shape.begin() + 1, shape.end(), expected.begin(), expected.end())) {
    throw Error(fmt::format("{}: shape ({}), where (samples, {}) is needed", path,
                            fmt::join(shape, ", "), fmt::join(expected, ", ")),
                "One sample, too, has a dimension of samples before its own.");
  }
  Tensor<float> inputs;
  if (task.data.kind == InputKind::kTokens) {
    const Tensor<std::int64_t> ids = read_tokens(path, task.data.vocab);
    inputs.data.assign(ids.data.begin(), ids.data.end());
  } else {
    inputs = read_npy(path);
  }
  inputs.shape = {shape[0], size(s.height), size(s.width), size(s.channels)};
  return inputs;
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
  split.inputs = read_inputs(task, files.inputs);
  read_targets(task, files.targets, split);
  const std::size_t targets = task.shape.regression ? split.targets.shape[0] : split.labels.size();
  if (targets != split.samples()) {
    throw Error(fmt::format("{} has {} samples, but {} has {}", files.inputs, split.samples(),
                            files.targets, targets),
                "They had as many when they were opened: is something writing them?");
  }
  return split;
}

void add_extremes(const OwnTask& task, Normalisation& normalisation) {
  if (task.data.nonfinite != NonFinite::kSaturate || task.data.kind == InputKind::kTokens) return;
  if (!normalisation.saturate.largest.empty()) return;
  normalisation.saturate = extremes_of(read_own_part(task, "train").inputs);
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

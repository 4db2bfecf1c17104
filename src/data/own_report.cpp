// SPDX-License-Identifier: Apache-2.0
#include "data/own_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <unordered_set>

#include "base/npy.h"
#include "data/own_split.h"

namespace emamba {
namespace {

using nlohmann::json;
using Warnings = std::vector<std::string>;

// Beyond these a warning is given.
constexpr std::size_t kImbalance = 10;  // samples of the largest class for one of the smallest
constexpr double kFarFromZero = 1000;   // mean of a channel, in its standard deviations
constexpr double kDrift = 1;            // of it between two parts, in those of train
constexpr double kSmallest = 0.01, kLargest = 100;  // standard deviation of a number to learn

// Of one column of a table, over the numbers that are finite.
struct Summary {
  std::size_t count = 0;
  double min = std::numeric_limits<double>::infinity(), max = -min;
  double mean = 0, std = 0;

  bool constant() const { return count > 0 && min == max; }
};

// Of each of the `columns` that the numbers are in, row after row.
std::vector<Summary> summaries(const std::vector<float>& numbers, std::size_t columns) {
  std::vector<Summary> result(columns);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (!std::isfinite(numbers[i])) continue;
    Summary& s = result[i % columns];
    const double x = numbers[i], before = x - s.mean;
    s.min = std::min(s.min, x);
    s.max = std::max(s.max, x);
    s.mean += before / static_cast<double>(++s.count);
    s.std += before * (x - s.mean);  // the sum of squares, so far
  }
  for (Summary& s : result) {
    if (s.count > 0) s.std = std::sqrt(s.std / static_cast<double>(s.count));
  }
  return result;
}

// The bytes of sample `i`.
std::string_view bytes_of(const Tensor<float>& inputs, std::size_t i) {
  return {reinterpret_cast<const char*>(inputs.row(i)),
          inputs.size() / inputs.shape[0] * sizeof(float)};
}

using Samples = std::unordered_set<std::string_view>;  // into the tensor they were made of

Samples different_samples(const Tensor<float>& inputs) {
  Samples samples;
  for (std::size_t i = 0; i < inputs.shape[0]; ++i) samples.insert(bytes_of(inputs, i));
  return samples;
}

struct PartFacts {
  std::string name;
  ArrayFiles files;
  std::size_t samples = 0, repeated = 0, in_train = 0;
  std::size_t nan = 0, infinite = 0, not_finite = 0;  // the last: samples with any
  std::vector<Summary> channels;                      // not of tokens
  int largest_token = 0;
  std::size_t different_tokens = 0;
  std::vector<std::size_t> classes;  // samples of each
  std::vector<Summary> outputs;
};

void count_not_finite(const Tensor<float>& inputs, PartFacts& facts) {
  const std::size_t width = inputs.size() / inputs.shape[0];
  for (std::size_t i = 0; i < inputs.shape[0]; ++i) {
    const float* x = inputs.row(i);
    const auto nan = std::count_if(x, x + width, [](float v) { return std::isnan(v); });
    const auto infinite = std::count_if(x, x + width, [](float v) { return std::isinf(v); });
    facts.nan += static_cast<std::size_t>(nan);
    facts.infinite += static_cast<std::size_t>(infinite);
    facts.not_finite += nan + infinite > 0;
  }
}

PartFacts facts_of(const OwnTask& task, const Split& split, const Samples& train) {
  PartFacts facts;
  facts.name = split.name;
  facts.files = files_of(task.data, split.name);
  facts.samples = split.samples();
  facts.repeated = facts.samples - different_samples(split.inputs).size();
  for (std::size_t i = 0; i < facts.samples; ++i) {
    facts.in_train += train.contains(bytes_of(split.inputs, i));
  }
  count_not_finite(split.inputs, facts);
  const std::vector<float>& x = split.inputs.data;
  if (task.data.kind == InputKind::kTokens) {
    facts.largest_token = static_cast<int>(*std::max_element(x.begin(), x.end()));
    facts.different_tokens = std::set<float>(x.begin(), x.end()).size();
  } else {
    facts.channels = summaries(x, split.inputs.shape[3]);
  }
  if (task.data.answer == TargetKind::kNumbers) {
    facts.outputs = summaries(split.targets.data, split.targets.shape[1]);
  } else {
    facts.classes.resize(task.data.classes.size());
    for (int label : split.labels) ++facts.classes[static_cast<std::size_t>(label)];
  }
  return facts;
}

// --- Warnings ------------------------------------------------------------------------------------

void warn_of_samples(const PartFacts& part, Warnings& warnings) {
  const auto warn = [&](std::size_t count, const std::string& what) {
    if (count == 0) return;
    warnings.push_back(
        fmt::format("{}: {} of {} samples {}", part.files.inputs, count, part.samples, what));
  };
  warn(part.not_finite, "hold NaN or infinities; data.nonfinite says what becomes of them");
  warn(part.repeated, "are equal to an earlier one");
  if (part.name == "train") return;
  warn(part.in_train, "are also in train, so that the result is better than on new ones");
}

void warn_of_classes(const OwnData& data, const PartFacts& part, Warnings& warnings) {
  if (part.classes.empty()) return;
  for (std::size_t c = 0; c < part.classes.size(); ++c) {
    if (part.classes[c] > 0) continue;
    warnings.push_back(
        fmt::format("{}: no sample is of class {} ({})", part.files.targets, c, data.classes[c]));
  }
  const auto [least, most] = std::minmax_element(part.classes.begin(), part.classes.end());
  if (*most > kImbalance * *least && *least > 0) {
    warnings.push_back(
        fmt::format("{}: the largest class has {} samples and the smallest {}: look "
                    "at the recall of each class, not only at the accuracy",
                    part.files.targets, *most, *least));
  }
}

void warn_of_channels(const PartFacts& train, const PartFacts& part, Warnings& warnings) {
  for (std::size_t c = 0; c < part.channels.size(); ++c) {
    const Summary &s = part.channels[c], &t = train.channels[c];
    const auto warn = [&](const std::string& what) {
      warnings.push_back(fmt::format("{}: channel {} {}", part.files.inputs, c, what));
    };
    if (s.count == 0) {
      warn("has no finite number");
    } else if (s.constant() && part.name == "train") {
      warn(fmt::format("is always {}: it tells nothing, leave it out", s.mean));
    } else if (std::abs(s.mean) > kFarFromZero * s.std && !s.constant()) {
      warn(
          fmt::format("has mean {:.6g} and standard deviation {:.4g}, of which float32 keeps few "
                      "digits: subtract a constant before saving it",
                      s.mean, s.std));
    } else if (!t.constant() && std::abs(s.mean - t.mean) > kDrift * t.std) {
      warn(
          fmt::format("has mean {:.4g}, but {:.4g} in train, where its standard deviation is "
                      "{:.4g}: is it scaled in the same way?",
                      s.mean, t.mean, t.std));
    }
  }
}

void warn_of_outputs(const OwnData& data, const PartFacts& train, Warnings& warnings) {
  for (std::size_t i = 0; i < train.outputs.size(); ++i) {
    const Summary& s = train.outputs[i];
    const auto warn = [&](const std::string& what) {
      warnings.push_back(
          fmt::format("{}: output {} {}", train.files.targets, data.outputs[i], what));
    };
    if (s.constant()) {
      warn(fmt::format("is always {}: there is nothing to learn", s.mean));
    } else if (s.std < kSmallest || s.std > kLargest) {
      warn(
          fmt::format("has standard deviation {:.4g}: choose a unit in which it is near 1, as all "
                      "outputs share one number format",
                      s.std));
    }
  }
}

// Samples whose dimensions seem to mean something else.
void warn_of_layout(const OwnTask& task, Warnings& warnings) {
  const TaskShape& s = task.shape;
  const std::string& file = task.data.train.inputs;
  if (may_be_images(task)) {
    warnings.push_back(
        fmt::format("{}: {} steps of {} channels; if these are grey images, set data.kind = "
                    "\"images\"",
                    file, s.width, s.channels));
  }
  if (task.data.kind == InputKind::kImages && s.height <= 4 && s.width >= 8 && s.channels >= 8) {
    warnings.push_back(fmt::format(
        "{}: images of {} x {} pixels with {} channels; if the channels come first in the file, "
        "save numpy.transpose(inputs, (0, 2, 3, 1))",
        file, s.height, s.width, s.channels));
  }
}

// --- JSON ----------------------------------------------------------------------------------------

json to_json(const Summary& s) {
  json result = {{"min", s.min}, {"max", s.max}, {"mean", s.mean}, {"std", s.std}};
  if (s.count == 0) {
    for (json& value : result) value = nullptr;
  }
  result["constant"] = s.constant();
  return result;
}

json file_json(const std::string& path) {
  const NpyHeader header = read_npy_header(path);
  return {{"file", path}, {"dtype", header.dtype()}, {"shape", header.shape}};
}

json to_json(const PartFacts& facts, const OwnData& data) {
  json part = {{"inputs", file_json(facts.files.inputs)},
               {"targets", file_json(facts.files.targets)},
               {"samples", facts.samples},
               {"nan", facts.nan},
               {"infinite", facts.infinite},
               {"not_finite", facts.not_finite},
               {"repeated", facts.repeated}};
  if (facts.name != "train") part["in_train"] = facts.in_train;
  if (data.kind == InputKind::kTokens) {
    part["tokens"] = {{"largest", facts.largest_token}, {"different", facts.different_tokens}};
  } else {
    part["channels"] = json::array();
    for (const Summary& s : facts.channels) part["channels"].push_back(to_json(s));
  }
  for (std::size_t c = 0; c < facts.classes.size(); ++c) {
    part["classes"].push_back({{"name", data.classes[c]}, {"samples", facts.classes[c]}});
  }
  for (std::size_t i = 0; i < facts.outputs.size(); ++i) {
    part["outputs"].push_back(to_json(facts.outputs[i]));
    part["outputs"].back()["name"] = data.outputs[i];
  }
  return part;
}

}  // namespace

bool may_be_images(const OwnTask& task) {
  const TaskShape& s = task.shape;
  return task.data.kind == InputKind::kSequence && s.width == s.channels && s.width >= 8;
}

json inspect_own_data(const OwnTask& task) {
  const OwnData& data = task.data;
  const Split train = read_own_part(task, "train");
  const Samples train_samples = different_samples(train.inputs);
  std::vector<PartFacts> parts = {facts_of(task, train, train_samples)};
  for (const std::string name : {"val", "test"}) {
    if (files_of(data, name).inputs.empty()) continue;
    parts.push_back(facts_of(task, read_own_part(task, name), train_samples));
  }

  Warnings warnings;
  warn_of_layout(task, warnings);
  json parts_json = json::object();
  for (const PartFacts& part : parts) {
    warn_of_samples(part, warnings);
    warn_of_classes(data, part, warnings);
    warn_of_channels(parts[0], part, warnings);
    parts_json[part.name] = to_json(part, data);
  }
  warn_of_outputs(data, parts[0], warnings);

  const TaskShape& s = task.shape;
  json result = {
      {"kind", name_of_key(data.kind)},
      {"sample",
       {{"height", s.height}, {"width", s.width}, {"channels", s.channels}, {"vocab", s.vocab}}},
      {"answer", name_of_key(data.answer)},
      {"parts", parts_json},
      {"warnings", warnings}};
  if (s.regression) result["unit"] = data.unit;
  return result;
}

}  // namespace emamba

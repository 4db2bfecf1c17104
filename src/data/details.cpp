// SPDX-License-Identifier: Apache-2.0
#include "data/details.h"

#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"
#include "data/metrics.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::array<const char*, 3> kAxes = {"x", "y", "z"};

// The mean over `count` outputs: `first`, `first + step`, ...
PartError mean(const OutputErrors& errors, std::size_t first, std::size_t step, std::size_t count) {
  PartError part;
  for (std::size_t i = 0; i < count; ++i) {
    part.mae_cm += errors.mae_cm[first + i * step] / static_cast<double>(count);
    part.rmse_cm += errors.rmse_cm[first + i * step] / static_cast<double>(count);
  }
  return part;
}

Tensor<std::size_t> confusion_of(const Split& split, const Tensor<float>& outputs) {
  const std::size_t classes = outputs.shape[1];
  auto confusion = make_tensor<std::size_t>({classes, classes});
  for (std::size_t i = 0; i < split.samples(); ++i) {
    const auto label = static_cast<std::size_t>(split.labels[i]);
    if (label >= classes) {
      throw Error(fmt::format("split \"{}\": sample {} is of class {}, but there are {} outputs",
                              split.name, i, split.labels[i], classes));
    }
    ++confusion.row(label)[predicted_class(outputs.row(i), classes)];
  }
  return confusion;
}

json error_json(const std::string& name, const PartError& error) {
  return {{"name", name}, {"mae_cm", error.mae_cm}, {"rmse_cm", error.rmse_cm}};
}

}  // namespace

Details details_of(const Split& split, const Tensor<float>& outputs) {
  Details details;
  if (!metrics_of(split, outputs).regression) {
    details.confusion = confusion_of(split, outputs);
    return details;
  }
  const std::size_t width = outputs.shape[1];
  if (width % kAxes.size() != 0) {
    throw Error(fmt::format("{} outputs are not x, y and z of joints", width));
  }
  const std::size_t joints = width / kAxes.size();
  std::vector<std::size_t> all(split.samples());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const OutputErrors errors = output_errors(split, outputs, all);
  for (std::size_t axis = 0; axis < kAxes.size(); ++axis) {
    details.axes.push_back(mean(errors, axis * joints, 1, joints));
  }
  for (std::size_t joint = 0; joint < joints; ++joint) {
    details.joints.push_back(mean(errors, joint, joints, kAxes.size()));
  }
  std::map<int, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < split.subjects.size(); ++i) rows[split.subjects[i]].push_back(i);
  for (const auto& [subject, own] : rows) {
    details.subjects.push_back(
        {subject, own.size(), mean(output_errors(split, outputs, own), 0, 1, width)});
  }
  return details;
}

double recall_percent(const Tensor<std::size_t>& confusion, std::size_t label) {
  const std::size_t* row = confusion.row(label);
  const std::size_t samples = std::accumulate(row, row + confusion.shape[1], std::size_t{0});
  if (samples == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100 * static_cast<double>(row[label]) / static_cast<double>(samples);
}

json to_json(const Details& details, const Task& task) {
  if (details.axes.empty()) {
    const std::size_t classes = details.confusion.shape[0];
    json confusion = json::array(), recall = json::array();
    for (std::size_t c = 0; c < classes; ++c) {
      const std::size_t* row = details.confusion.row(c);
      confusion.push_back(std::vector<std::size_t>(row, row + classes));
      const double percent = recall_percent(details.confusion, c);
      recall.push_back(std::isnan(percent) ? json() : json(percent));
    }
    return {{"classes", names_or_numbers(task.classes, classes)},
            {"confusion", confusion},
            {"recall", recall}};
  }
  json axes = json::array(), joints = json::array(), subjects = json::array();
  for (std::size_t a = 0; a < details.axes.size(); ++a) {
    axes.push_back(error_json(kAxes[a], details.axes[a]));
  }
  const std::vector<std::string> names = names_or_numbers(task.outputs, details.joints.size());
  for (std::size_t j = 0; j < details.joints.size(); ++j) {
    joints.push_back(error_json(names[j], details.joints[j]));
  }
  for (const SubjectError& subject : details.subjects) {
    subjects.push_back(error_json(fmt::format("{}", subject.subject), subject.error));
    subjects.back()["samples"] = subject.samples;
  }
  return {{"axes", axes}, {"joints", joints}, {"subjects", subjects}};
}

}  // namespace emamba

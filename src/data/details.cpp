// SPDX-License-Identifier: Apache-2.0
// Confusion of classes, and errors of quantities by what they belong to.
#include "data/details.h"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "base/error.h"

namespace emamba {
namespace {

using nlohmann::json;

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

// Every output by itself.
std::vector<OutputGroup> single_outputs(const Answer& answer, std::size_t width) {
  std::vector<OutputGroup> groups;
  for (std::size_t j = 0; j < width; ++j) groups.push_back({"output", answer.name(j), {j}});
  return groups;
}

std::vector<PartGroup> errors_by_group(const Split& split, const Tensor<float>& outputs) {
  const std::size_t width = outputs.shape[1];
  std::vector<std::size_t> all(split.samples());
  std::iota(all.begin(), all.end(), std::size_t{0});
  const OutputErrors errors = output_errors(split, outputs, all);
  const std::vector<OutputGroup> groups =
      split.answer.groups.empty() ? single_outputs(split.answer, width) : split.answer.groups;
  std::vector<PartGroup> result;
  for (const OutputGroup& group : groups) {
    for (const std::size_t output : group.outputs) {
      if (output < width) continue;
      throw Error(fmt::format("the {} {} is made of output {} among others, but there are {}",
                              group.by, group.name, output, width));
    }
    if (result.empty() || result.back().by != group.by) result.push_back({group.by, {}});
    result.back().parts.push_back({group.name, {}, errors.mean(group.outputs)});
  }
  return result;
}

PartGroup errors_by_subject(const Split& split, const Tensor<float>& outputs) {
  std::vector<std::size_t> all(outputs.shape[1]);
  std::iota(all.begin(), all.end(), std::size_t{0});
  std::map<int, std::vector<std::size_t>> rows;
  for (std::size_t i = 0; i < split.subjects.size(); ++i) rows[split.subjects[i]].push_back(i);
  PartGroup subjects{"subject", {}};
  for (const auto& [subject, own] : rows) {
    subjects.parts.push_back(
        {fmt::format("{}", subject), own.size(), output_errors(split, outputs, own).mean(all)});
  }
  return subjects;
}

}  // namespace

Details details_of(const Split& split, const Tensor<float>& outputs) {
  require_outputs(split, outputs);
  Details details;
  if (split.targets.empty()) {
    details.confusion = confusion_of(split, outputs);
    details.classes = split.answer.all_names(outputs.shape[1]);
    return details;
  }
  details.errors = errors_by_group(split, outputs);
  if (!split.subjects.empty()) details.errors.push_back(errors_by_subject(split, outputs));
  return details;
}

double recall_percent(const Tensor<std::size_t>& confusion, std::size_t label) {
  const std::size_t* row = confusion.row(label);
  const std::size_t samples = std::accumulate(row, row + confusion.shape[1], std::size_t{0});
  if (samples == 0) return std::numeric_limits<double>::quiet_NaN();
  return 100 * static_cast<double>(row[label]) / static_cast<double>(samples);
}

json to_json(const Details& details) {
  if (!details.errors.empty()) {
    json groups = json::array();
    for (const PartGroup& group : details.errors) {
      json parts = json::array();
      for (const Part& part : group.parts) {
        json item = to_json(part.metrics);
        item["name"] = part.name;
        if (part.samples) item["samples"] = *part.samples;
        parts.push_back(std::move(item));
      }
      groups.push_back({{"by", group.by}, {"parts", std::move(parts)}});
    }
    return {{"errors", std::move(groups)}};
  }
  const std::size_t classes = details.classes.size();
  json confusion = json::array(), recall = json::array();
  for (std::size_t c = 0; c < classes; ++c) {
    const std::size_t* row = details.confusion.row(c);
    confusion.push_back(std::vector<std::size_t>(row, row + classes));
    const double percent = recall_percent(details.confusion, c);
    recall.push_back(std::isnan(percent) ? json() : json(percent));
  }
  return {{"classes", details.classes}, {"confusion", confusion}, {"recall", recall}};
}

}  // namespace emamba

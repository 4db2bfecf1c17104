// SPDX-License-Identifier: Apache-2.0
#include "report/quality.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/fields.h"

namespace emamba {
namespace {

using nlohmann::json;

// Epochs without the number are left out.
Curve curve_of(const std::vector<json>& training, const char* key, const std::string& name) {
  Curve curve{"", name, {}, {}};
  for (const json& epoch : training) {
    if (!epoch.contains(key)) continue;
    curve.epochs.push_back(count_at(epoch, "epoch"));
    curve.values.push_back(real_at(epoch, key));
  }
  if (curve.values.empty()) return curve;
  curve.caption =
      fmt::format("{}, from {:.4g} to {:.4g}", name, curve.values.front(), curve.values.back());
  return curve;
}

ReportTable recall_table(const json& details) {
  ReportTable table{"Recall by class",
                    {{"class", ColumnKind::kText}, {"samples"}, {"recall", ColumnKind::kBar}},
                    {{}}};
  for (std::size_t c = 0; c < details.at("classes").size(); ++c) {
    std::int64_t samples = 0;
    for (const json& count : details.at("confusion").at(c)) samples += count.get<std::int64_t>();
    const json& recall = details.at("recall").at(c);
    Cell cell{kNone};
    if (!recall.is_null()) {
      const double share = recall.get<double>() / 100;
      cell = {percent(share), share};
    }
    table.groups.front().rows.push_back(
        {{one_line(details.at("classes").at(c))}, {thousands(samples)}, cell});
  }
  return table;
}

ConfusionMatrix confusion_matrix(const json& details) {
  ConfusionMatrix matrix{
      "Confusion matrix: samples by true class (row) and predicted class (column, in the same "
      "order, from 0).",
      {},
      {}};
  for (const json& name : details.at("classes")) matrix.classes.push_back(one_line(name));
  for (const json& row : details.at("confusion")) {
    matrix.counts.push_back(row.get<std::vector<std::int64_t>>());
  }
  return matrix;
}

ReportTable error_table(const json& details) {
  ReportTable table{"Means over the coordinates concerned of each one's error over the frames",
                    {{"of", ColumnKind::kText},
                     {"frames"},
                     {"MAE, cm", ColumnKind::kBar},
                     {"RMSE, cm", ColumnKind::kBar}},
                    {}};
  double most = 0;
  for (const char* key : {"axes", "joints", "subjects"}) {
    for (const json& part : details.at(key)) most = std::max(most, real_at(part, "rmse_cm"));
  }
  const auto add = [&](const char* key, const char* title) {
    if (details.at(key).empty()) return;
    RowGroup group{{{title}, {}, {}, {}}, {}};
    for (const json& part : details.at(key)) {
      Row row = {{text_at(part, "name")},
                 {part.contains("samples") ? thousands(count_at(part, "samples")) : kNone}};
      for (const char* error : {"mae_cm", "rmse_cm"}) {
        const double value = real_at(part, error);
        row.push_back({fmt::format("{:.2f}", value), ratio(value, most)});
      }
      group.rows.push_back(std::move(row));
    }
    table.groups.push_back(std::move(group));
  };
  add("axes", "axis");
  add("joints", "joint");
  add("subjects", "subject");
  return table;
}

}  // namespace

Section training_section(const std::vector<json>& training) {
  Section section{"Training", {}};
  double seconds = 0;
  for (const json& epoch : training) seconds += real_at(epoch, "seconds");
  section.blocks.emplace_back(Paragraph{fmt::format(
      "{} in {:.0f} s.", counted(static_cast<std::int64_t>(training.size()), "epoch"), seconds)});
  const std::pair<const char*, const char*> quantities[] = {
      {"loss", "training loss"},
      {"val_accuracy", "validation accuracy, %"},
      {"val_rmse_cm", "validation RMSE, cm"}};
  for (const auto& [key, name] : quantities) {
    Curve curve = curve_of(training, key, name);
    if (!curve.values.empty()) section.blocks.emplace_back(std::move(curve));
  }
  return section;
}

Section details_section(const json& details) {
  if (details.contains("confusion")) {
    return {"Accuracy by class, integers only", {recall_table(details), confusion_matrix(details)}};
  }
  return {"Errors by axis, joint and subject, integers only", {error_table(details)}};
}

}  // namespace emamba

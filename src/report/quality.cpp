// SPDX-License-Identifier: Apache-2.0
// Learning curves, recall, confusion and errors, out of results.
#include "report/quality.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/fields.h"

namespace emamba {
namespace {

using nlohmann::json;

// Epochs without the number are left out.
Curve curve_of(const std::vector<json>& training, const std::string& key, const std::string& name) {
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

// "axis, joint and subject"
std::string groups_text(const json& errors) {
  std::string text;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (i > 0) text += i + 1 < errors.size() ? ", " : " and ";
    text += text_at(errors.at(i), "by");
  }
  return text;
}

}  // namespace

ReportTable recall_table(const std::vector<Evaluation>& evaluations) {
  ReportTable table{"Recall by class, percent", {{"class", ColumnKind::kText}, {"samples"}}, {{}}};
  for (const Evaluation& evaluation : evaluations) {
    table.columns.push_back(
        {evaluation.name.empty() ? "recall" : evaluation.name, ColumnKind::kBar});
  }
  const json& first = evaluations.front().details;
  for (std::size_t c = 0; c < first.at("classes").size(); ++c) {
    std::int64_t samples = 0;
    for (const json& count : first.at("confusion").at(c)) samples += count_of(count);
    Row row = {{one_line(first.at("classes").at(c))}, {thousands(samples)}};
    for (const Evaluation& evaluation : evaluations) {
      const json& recall = evaluation.details.at("recall").at(c);
      if (recall.is_null()) {
        row.push_back({kNone});
      } else {
        const auto percent = recall.get<double>();
        row.push_back({fmt::format("{:.2f}", percent), percent / 100});
      }
    }
    table.groups.front().rows.push_back(std::move(row));
  }
  return table;
}

ReportTable error_table(const std::vector<Evaluation>& evaluations,
                        const std::vector<Measure>& measures) {
  ReportTable table{"Means over the outputs concerned of each one's error over the samples",
                    {{"of", ColumnKind::kText}, {"samples"}},
                    {}};
  for (const Measure& measure : measures) {
    for (const Evaluation& evaluation : evaluations) {
      const std::string name = evaluation.name.empty() ? "" : ": " + evaluation.name;
      table.columns.push_back({measure.label() + name, ColumnKind::kBar});
    }
  }
  const json& first = evaluations.front().details.at("errors");
  double most = 0;  // of the metric that models are compared by
  for (const json& group : first) {
    for (const json& part : group.at("parts")) {
      most = std::max(most, real_at(part, measures.back().key));
    }
  }
  for (std::size_t g = 0; g < first.size(); ++g) {
    RowGroup group;
    group.head.resize(table.columns.size());
    group.head.front() = {text_at(first.at(g), "by")};
    const json& parts = first.at(g).at("parts");
    for (std::size_t p = 0; p < parts.size(); ++p) {
      const bool some = parts.at(p).contains("samples");
      Row row = {{text_at(parts.at(p), "name")},
                 {some ? thousands(count_at(parts.at(p), "samples")) : kNone}};
      for (const Measure& measure : measures) {
        for (const Evaluation& evaluation : evaluations) {
          const double value =
              real_at(evaluation.details.at("errors").at(g).at("parts").at(p), measure.key);
          row.push_back({fmt::format("{:.2f}", value), ratio(value, most)});
        }
      }
      group.rows.push_back(std::move(row));
    }
    table.groups.push_back(std::move(group));
  }
  return table;
}

ReportTable parts_table(const std::vector<Evaluation>& evaluations,
                        const std::vector<Measure>& measures) {
  const bool classes = evaluations.front().details.contains("confusion");
  return classes ? recall_table(evaluations) : error_table(evaluations, measures);
}

Section training_section(const std::vector<json>& training, const Measure& compared) {
  Section section{"Training", {}};
  double seconds = 0;
  for (const json& epoch : training) seconds += real_at(epoch, "seconds");
  section.blocks.emplace_back(Paragraph{fmt::format(
      "{} in {:.0f} s.", counted(static_cast<std::int64_t>(training.size()), "epoch"), seconds)});
  for (Curve curve :
       {curve_of(training, "loss", "training loss"),
        curve_of(training, "val_" + compared.key, "validation " + compared.label())}) {
    if (!curve.values.empty()) section.blocks.emplace_back(std::move(curve));
  }
  return section;
}

Section details_section(const json& details, const std::vector<Measure>& measures) {
  const ReportTable parts = parts_table({{"", details}}, measures);
  if (details.contains("confusion")) {
    return {"Accuracy by class, integers only", {parts, confusion_matrix(details)}};
  }
  return {fmt::format("Errors by {}, integers only", groups_text(details.at("errors"))), {parts}};
}

}  // namespace emamba

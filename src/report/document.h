// SPDX-License-Identifier: Apache-2.0
// A report as plain data, before it becomes Markdown or HTML: whatever is computed or worded is so
// once, and both pages say the same. Texts are not escaped yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "report/report.h"

namespace emamba {

enum class ColumnKind : std::uint8_t { kText, kNumber, kBar };

struct Column {
  std::string name;
  ColumnKind kind = ColumnKind::kNumber;
};

struct Cell {
  std::string text;
  std::optional<double> share = {};  // 0 to 1: how long a bar to draw, in a column of bars
};
using Row = std::vector<Cell>;  // as many cells as the table has columns

struct RowGroup {
  Row head;  // empty: a group without one
  std::vector<Row> rows;
};

struct ReportTable {
  std::string caption;
  std::vector<Column> columns;
  std::vector<RowGroup> groups;
};

enum class Tone : std::uint8_t { kPlain, kGood, kBad };

struct Fact {
  std::string label, value, note;
  Tone tone = Tone::kPlain;
};

// A vector's way through a unit, from its first step to its last.
struct TimelineSpan {
  std::int64_t begin = 0, end = 0;  // cycles, both counted
  std::string what;
};

struct TimelineRow {
  std::string group, label, unit;
  std::vector<TimelineSpan> spans;
};

// Which unit is busy when.
struct Timeline {
  std::string caption;
  std::int64_t cycles = 1;
  std::vector<TimelineRow> rows;
};

// A quantity by epoch.
struct Curve {
  std::string caption, name;         // of the quantity, with its unit
  std::vector<std::int64_t> epochs;  // ascending; one at least
  std::vector<double> values;        // one an epoch
};

// How many samples of each class were taken for which.
struct ConfusionMatrix {
  std::string caption;
  std::vector<std::string> classes;
  std::vector<std::vector<std::int64_t>> counts;  // by true class, then by predicted class
};

struct Paragraph {
  std::string text;
};
struct Facts {
  std::vector<Fact> facts;
};
struct Commands {
  std::vector<std::string> lines;
};

using Block =
    std::variant<Paragraph, Facts, ReportTable, Timeline, Curve, ConfusionMatrix, Commands>;

struct Section {
  std::string title;
  std::vector<Block> blocks;
};

struct Document {
  std::string title, subtitle;
  std::string notice_title;
  std::vector<std::string> notice;  // what a reader must know before any number
  std::vector<Section> sections;
};

// Throws Error when a result lacks something.
Document report_document(const ReportInput& input);

// The whole page; self-contained: no script, font, or picture.
std::string document_html(const Document& document);

}  // namespace emamba

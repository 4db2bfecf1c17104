// SPDX-License-Identifier: Apache-2.0
// Blocks of a document in Markdown.
#include "report/markdown.h"

#include <fmt/format.h>

#include <cctype>
#include <string_view>

#include "report/chart.h"
#include "report/confusion.h"
#include "report/curve.h"
#include "report/document.h"

namespace emamba {
namespace {

std::string table_line(const Row& row, bool bold) {
  std::string line = "|";
  for (const Cell& cell : row) {
    const std::string text = markdown_text(cell.text);
    line += bold && !text.empty() ? fmt::format(" **{}** |", text) : fmt::format(" {} |", text);
  }
  return line + "\n";
}

std::string markdown(const Paragraph& paragraph) {
  return markdown_text(paragraph.text) + "\n";
}

std::string markdown(const Facts& facts) {
  std::string text = "| what | value | |\n| --- | --- | --- |\n";
  for (const Fact& fact : facts.facts) {
    text += fmt::format("| {} | **{}** | {} |\n", markdown_text(fact.label),
                        markdown_text(fact.value), markdown_text(fact.note));
  }
  return text;
}

std::string markdown(const ReportTable& table) {
  return markdown_table(table);
}

std::string picture(const std::string& caption, const std::string& text) {
  return fmt::format("{}\n\n```text\n{}```\n", markdown_text(caption), text);
}

std::string markdown(const Timeline& timeline) {
  return picture(timeline.caption, text_timeline(timeline));
}

std::string markdown(const Curve& curve) {
  return picture(curve.caption, text_curve(curve));
}

std::string markdown(const ConfusionMatrix& matrix) {
  return picture(matrix.caption, text_confusion(matrix));
}

std::string markdown(const Commands& commands) {
  std::string text = "```sh\n";
  for (const std::string& line : commands.lines) text += line + "\n";
  return text + "```\n";
}

}  // namespace

// Leaves underscores within words, which mean nothing there: unit names are full of them.
std::string markdown_text(std::string_view text) {
  const auto word = [&](std::size_t i) {
    return i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0;
  };
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool inside = text[i] == '_' && i > 0 && word(i - 1) && word(i + 1);
    if (!inside && std::string_view("\\`*_{}[]<>|&~#!").find(text[i]) != std::string_view::npos) {
      result += '\\';
    }
    result += text[i];
  }
  return result;
}

std::string markdown_table(const ReportTable& table) {
  std::string text, rule = "|";
  if (!table.caption.empty()) text = markdown_text(table.caption) + ":\n\n";
  Row header;
  for (const Column& column : table.columns) {
    header.push_back({column.name});
    rule += column.kind == ColumnKind::kText ? " --- |" : " ---: |";
  }
  text += table_line(header, false) + rule + "\n";
  for (const RowGroup& group : table.groups) {
    if (!group.head.empty()) text += table_line(group.head, true);
    for (const Row& row : group.rows) text += table_line(row, false);
  }
  return text;
}

std::string report_markdown(const ReportInput& input) {
  const Document document = report_document(input);
  std::string text =
      fmt::format("# {}\n\n{}\n\n**{}**\n\n", markdown_text(document.title),
                  markdown_text(document.subtitle), markdown_text(document.notice_title));
  for (const std::string& point : document.notice)
    text += fmt::format("* {}\n", markdown_text(point));
  for (const Section& section : document.sections) {
    text += fmt::format("\n## {}\n", markdown_text(section.title));
    for (const Block& block : section.blocks) {
      text += fmt::format("\n{}", std::visit([](const auto& b) { return markdown(b); }, block));
    }
  }
  return text;
}

}  // namespace emamba

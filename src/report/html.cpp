// SPDX-License-Identifier: Apache-2.0
// A report's document as one page of HTML.
#include <fmt/format.h>

#include <algorithm>

#include "report/chart.h"
#include "report/confusion.h"
#include "report/curve.h"
#include "report/document.h"
#include "report/escape.h"
#include "report/style.h"

namespace emamba {
namespace {

const char* class_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kText:
      return "text";
    case ColumnKind::kNumber:
      return "number";
    case ColumnKind::kBar:
      return "bar";
  }
  return "";
}

// The bar repeats the number beside it, so that readers of screens need not hear of it.
std::string cell_html(const Cell& cell, ColumnKind kind) {
  const std::string text = html_text(cell.text);
  if (kind != ColumnKind::kBar) {
    return fmt::format("<td class=\"{}\">{}</td>", class_of(kind), text);
  }
  if (!cell.share) return fmt::format("<td class=\"bar\"><div><span>{}</span></div></td>", text);
  return fmt::format(
      "<td class=\"bar\"><div><span>{}</span><svg aria-hidden=\"true\"><rect class=\"room\" "
      "width=\"100%\" height=\"9\"/><rect width=\"{:.2f}%\" height=\"9\"/></svg></div></td>",
      text, 100 * std::clamp(*cell.share, 0.0, 1.0));
}

std::string row_html(const ReportTable& table, const Row& row, bool head) {
  std::string html = fmt::format("<tr{}><th scope=\"{}\">{}</th>", head ? " class=\"head\"" : "",
                                 head ? "rowgroup" : "row", html_text(row.front().text));
  for (std::size_t c = 1; c < row.size(); ++c) html += cell_html(row[c], table.columns[c].kind);
  return html + "</tr>\n";
}

std::string html(const Paragraph& paragraph) {
  return fmt::format("<p>{}</p>\n", html_text(paragraph.text));
}

std::string html(const Facts& facts) {
  std::string text = "<dl class=\"facts\">\n";
  for (const Fact& fact : facts.facts) {
    const char* tone = fact.tone == Tone::kGood ? " good" : fact.tone == Tone::kBad ? " bad" : "";
    text += fmt::format(
        "<div class=\"fact{}\"><dt>{}</dt><dd class=\"value\">{}</dd><dd>{}</dd></div>\n", tone,
        html_text(fact.label), html_text(fact.value), html_text(fact.note));
  }
  return text + "</dl>\n";
}

// Wide tables scroll inside their own box, which the keyboard can reach.
std::string html(const ReportTable& table) {
  const std::string caption = html_text(table.caption);
  std::string text = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">\n"
      "<table>\n<caption>{0}</caption>\n<thead><tr>",
      caption);
  for (const Column& column : table.columns) {
    text += fmt::format("<th scope=\"col\" class=\"{}\">{}</th>", class_of(column.kind),
                        html_text(column.name));
  }
  text += "</tr></thead>\n";
  for (const RowGroup& group : table.groups) {
    text += group.head.empty() ? "<tbody>\n" : "<tbody class=\"group\">\n";
    if (!group.head.empty()) text += row_html(table, group.head, true);
    for (const Row& row : group.rows) text += row_html(table, row, false);
    text += "</tbody>\n";
  }
  return text + "</table>\n</div>\n";
}

std::string html(const Timeline& timeline) {
  return fmt::format(
      "<figure>\n{}<figcaption>{} Neighbours differ in shade; pointing at a mark shows its token "
      "and "
      "cycles.</figcaption>\n</figure>\n",
      svg_timeline(timeline), html_text(timeline.caption));
}

std::string html(const Curve& curve) {
  return fmt::format("<figure class=\"half\">\n{}<figcaption>{}</figcaption>\n</figure>\n",
                     svg_curve(curve), html_text(curve.caption));
}

std::string html(const ConfusionMatrix& matrix) {
  return fmt::format("<figure>\n{}<figcaption>{}</figcaption>\n</figure>\n", svg_confusion(matrix),
                     html_text(matrix.caption));
}

std::string html(const Commands& commands) {
  std::string text = "<pre tabindex=\"0\"><code>";
  for (const std::string& line : commands.lines) text += html_text(line) + "\n";
  return text + "</code></pre>\n";
}

}  // namespace

std::string document_html(const Document& document) {
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style>\n</head>\n<body>\n<main>\n"
      "<header>\n<h1>{0}</h1>\n<p>{2}</p>\n</header>\n"
      "<section class=\"notice\">\n<h2>{3}</h2>\n<ul>\n",
      html_text(document.title), kReportStyle, html_text(document.subtitle),
      html_text(document.notice_title));
  for (const std::string& point : document.notice) {
    page += fmt::format("<li>{}</li>\n", html_text(point));
  }
  page += "</ul>\n</section>\n";
  for (const Section& section : document.sections) {
    page += fmt::format("<section>\n<h2>{}</h2>\n", html_text(section.title));
    for (const Block& block : section.blocks) {
      page += std::visit([](const auto& b) { return html(b); }, block);
    }
    page += "</section>\n";
  }
  return page + "</main>\n</body>\n</html>\n";
}

std::string report_html(const ReportInput& input) {
  return document_html(report_document(input));
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Drawing a timeline, in SVG and in characters.
#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/escape.h"
#include "report/fields.h"

namespace emamba {
namespace {

constexpr int kRow = 16, kMark = 11, kHead = 20, kAxis = 20;  // heights in pixels
constexpr double kThinnest = 0.15;                            // % of the width, to stay visible
constexpr int kColumns = 64;

// Round numbers, at most 7, from 0 on.
std::vector<std::int64_t> ticks(std::int64_t cycles) {
  constexpr std::int64_t kMost = 6;
  std::int64_t step = 1;
  for (std::int64_t decade = 1; step * kMost < cycles; decade *= 10) {
    for (std::int64_t factor : {1, 2, 5}) {
      step = factor * decade;
      if (step * kMost >= cycles) break;
    }
  }
  std::vector<std::int64_t> result;
  for (std::int64_t at = 0; at <= cycles; at += step) result.push_back(at);
  return result;
}

// How much of [from, to) the spans cover, 0 to 1.
double covered(const std::vector<TimelineSpan>& spans, double from, double to) {
  double sum = 0;
  for (const TimelineSpan& span : spans) {
    const double begin = std::max(from, static_cast<double>(span.begin));
    const double end = std::min(to, static_cast<double>(span.end + 1));
    sum += std::max(0.0, end - begin);
  }
  return sum / (to - from);
}

}  // namespace

std::string svg_timeline(const Timeline& timeline) {
  const auto x = [&](std::int64_t cycle) {
    return 100 * static_cast<double>(cycle) / static_cast<double>(timeline.cycles);
  };
  std::string rows, group;
  int y = kAxis;
  for (const TimelineRow& row : timeline.rows) {
    if (row.group != group) {
      if (!row.group.empty()) {
        rows += fmt::format("<text class=\"head\" x=\"-8\" y=\"{}\">{}</text>\n", y + kHead - 5,
                            html_text(row.group));
      }
      y += row.group.empty() ? 0 : kHead;
      group = row.group;
    }
    rows += fmt::format("<text class=\"name\" x=\"-8\" y=\"{}\">{}</text>\n<g>\n", y + kRow - 4,
                        html_text(row.label));
    for (const TimelineSpan& span : row.spans) {
      rows += fmt::format(
          "<rect x=\"{:.3f}%\" y=\"{}\" width=\"{:.3f}%\" height=\"{}\"><title>{}</title></rect>\n",
          x(span.begin), y + 2, std::max(kThinnest, x(span.end + 1 - span.begin)), kMark,
          html_text(span.what));
    }
    rows += "</g>\n";
    y += kRow;
  }
  std::string axis;
  for (std::int64_t at : ticks(timeline.cycles)) {
    axis += fmt::format("<line x1=\"{0:.3f}%\" x2=\"{0:.3f}%\" y1=\"{1}\" y2=\"{2}\"/>\n", x(at),
                        kAxis - 4, y + 4);
    for (int text_y : {kAxis - 8, y + 16}) {
      axis += fmt::format("<text class=\"tick\" x=\"{:.3f}%\" y=\"{}\">{}</text>\n", x(at), text_y,
                          thousands(at));
    }
  }
  return fmt::format(
      "<svg class=\"timeline\" height=\"{}\" role=\"img\" aria-label=\"{}\">\n{}{}</svg>\n",
      y + kAxis, html_text(timeline.caption), axis, rows);
}

std::string text_timeline(const Timeline& timeline) {
  std::size_t width = 0;
  for (const TimelineRow& row : timeline.rows) width = std::max(width, row.unit.size());
  const double step = static_cast<double>(timeline.cycles) / kColumns;
  std::string text =
      fmt::format("{:<{}}  0{:>{}}\n", "cycle", width, thousands(timeline.cycles), kColumns - 1);
  for (const TimelineRow& row : timeline.rows) {
    text += fmt::format("{:<{}}  ", row.unit, width);
    for (int c = 0; c < kColumns; ++c) {
      const double part = covered(row.spans, c * step, (c + 1) * step);
      text += part >= 0.5 ? '#' : part > 0 ? '-' : '.';
    }
    text += "\n";
  }
  return text +
         fmt::format(
             "\nA column is {:.4g} cycles: '#' at least half of them, '-' some, '.' none.\n", step);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Drawing a confusion matrix, in SVG and in characters.
#include "report/confusion.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/escape.h"
#include "report/fields.h"

namespace emamba {
namespace {

// In units of the picture.
constexpr int kCell = 46, kRow = 24, kLeft = 120, kTop = 40;
constexpr double kOpaque = 0.55;  // from here on, numbers are in the colour of the page

double share_of(const std::vector<std::int64_t>& row, std::int64_t count) {
  return ratio(static_cast<double>(count),
               static_cast<double>(std::accumulate(row.begin(), row.end(), std::int64_t{0})));
}

}  // namespace

std::string svg_confusion(const ConfusionMatrix& matrix) {
  const auto size = static_cast<int>(matrix.classes.size());
  std::string cells;
  for (int r = 0; r < size; ++r) {
    const auto& row = matrix.counts[static_cast<std::size_t>(r)];
    const std::string name = html_text(matrix.classes[static_cast<std::size_t>(r)]);
    const int y = kTop + r * kRow;
    cells += fmt::format("<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\n", kLeft - 8,
                         y + kRow - 8, name);
    cells += fmt::format("<text class=\"tick\" x=\"{}\" y=\"{}\">{}</text>\n",
                         kLeft + r * kCell + kCell / 2, kTop - 6, r);
    for (int c = 0; c < size; ++c) {
      const std::int64_t count = row[static_cast<std::size_t>(c)];
      const double share = share_of(row, count);
      // Few samples must still be seen.
      const double shade = std::sqrt(share);
      const int x = kLeft + c * kCell;
      cells += fmt::format(
          "<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
          "fill-opacity=\"{:.3f}\"><title>{} taken for {}: {} ({})</title></rect>\n",
          r == c ? "hit" : "miss", x + 1, y + 1, kCell - 2, kRow - 2, shade, name,
          html_text(matrix.classes[static_cast<std::size_t>(c)]), thousands(count), percent(share));
      if (count == 0) continue;
      cells += fmt::format("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>\n",
                           shade > kOpaque ? "over" : "count", x + kCell / 2, y + kRow - 8, count);
    }
  }
  return fmt::format(
      "<svg class=\"confusion\" viewBox=\"0 0 {0} {1}\" style=\"max-width:{0}px\" role=\"img\" "
      "aria-label=\"{2}\">\n"
      "<text class=\"name\" x=\"{3}\" y=\"{4}\">true class</text>\n"
      "<text class=\"tick\" x=\"{5}\" y=\"14\">predicted class</text>\n{6}</svg>\n",
      kLeft + size * kCell, kTop + size * kRow, html_text(matrix.caption), kLeft - 8, kTop - 6,
      kLeft + size * kCell / 2, cells);
}

std::string text_confusion(const ConfusionMatrix& matrix) {
  std::size_t width = 1, names = 10;  // of "true class"
  for (std::size_t r = 0; r < matrix.classes.size(); ++r) {
    names = std::max(names, matrix.classes[r].size());
    width = std::max(width, fmt::format("{}", r).size());
    for (std::int64_t count : matrix.counts[r]) {
      width = std::max(width, fmt::format("{}", count).size());
    }
  }
  std::string text = fmt::format("{:<{}}", "true class", names);
  for (std::size_t c = 0; c < matrix.classes.size(); ++c) text += fmt::format("  {:>{}}", c, width);
  text += "\n";
  for (std::size_t r = 0; r < matrix.classes.size(); ++r) {
    text += fmt::format("{:<{}}", matrix.classes[r], names);
    for (std::int64_t count : matrix.counts[r]) {
      text +=
          count == 0 ? fmt::format("  {:>{}}", ".", width) : fmt::format("  {:>{}}", count, width);
    }
    text += "\n";
  }
  return text;
}

}  // namespace emamba

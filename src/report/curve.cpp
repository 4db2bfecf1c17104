// SPDX-License-Identifier: Apache-2.0
// Drawing a curve, in SVG and in characters.
#include "report/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/escape.h"
#include "report/ticks.h"

namespace emamba {
namespace {

// In units of the picture: the picture, and the plot within it.
constexpr double kWidth = 480, kHeight = 230, kLeft = 48, kRight = 470, kTop = 10, kBottom = 190;
constexpr std::size_t kColumns = 64, kLines = 12;

// What the axes reach over.
struct Extent {
  double first = 0, last = 1;  // epochs
  double low = 0, high = 1;    // values
};

Extent extent_of(const Curve& curve) {
  const auto [low, high] = std::minmax_element(curve.values.begin(), curve.values.end());
  Extent extent{static_cast<double>(curve.epochs.front()), static_cast<double>(curve.epochs.back()),
                *low, *high};
  if (extent.last == extent.first) extent.last += 1;
  if (extent.high == extent.low) extent.high += std::max(1e-9, std::abs(extent.low));
  return extent;
}

std::string number(double value) {
  return fmt::format("{:.4g}", value);
}

}  // namespace

std::string svg_curve(const Curve& curve) {
  Extent extent = extent_of(curve);
  const double margin = 0.05 * (extent.high - extent.low);
  extent.low -= margin;
  extent.high += margin;
  const auto x = [&](double epoch) {
    return kLeft + (kRight - kLeft) * (epoch - extent.first) / (extent.last - extent.first);
  };
  const auto y = [&](double value) {
    return kBottom - (kBottom - kTop) * (value - extent.low) / (extent.high - extent.low);
  };
  std::string axes, points, marks;
  for (double at : ticks(extent.low, extent.high)) {
    axes += fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>\n", kLeft, kRight,
                        y(at), y(at));
    axes += fmt::format("<text class=\"value\" x=\"{}\" y=\"{:.1f}\">{}</text>\n", kLeft - 6,
                        y(at) + 4, number(at));
  }
  for (double at : ticks(extent.first, extent.last)) {
    if (at != std::floor(at)) continue;
    axes += fmt::format("<text class=\"epoch\" x=\"{:.1f}\" y=\"{}\">{}</text>\n", x(at),
                        kBottom + 18, number(at));
  }
  axes += fmt::format("<text class=\"epoch\" x=\"{}\" y=\"{}\">epoch</text>\n",
                      (kLeft + kRight) / 2, kHeight - 6);
  for (std::size_t i = 0; i < curve.values.size(); ++i) {
    const double px = x(static_cast<double>(curve.epochs[i])), py = y(curve.values[i]);
    points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", px, py);
    marks += fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.2\"><title>epoch {}: {}</title></circle>\n", px,
        py, curve.epochs[i], number(curve.values[i]));
  }
  return fmt::format(
      "<svg class=\"curve\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n{}"
      "<polyline points=\"{}\"/>\n{}</svg>\n",
      kWidth, kHeight, html_text(curve.caption), axes, points, marks);
}

std::string text_curve(const Curve& curve) {
  const Extent extent = extent_of(curve);
  std::vector<std::string> lines(kLines, std::string(kColumns, ' '));
  // The nearest epoch's value in every column.
  std::size_t nearest = 0;
  for (std::size_t column = 0; column < kColumns; ++column) {
    const double epoch =
        extent.first + (extent.last - extent.first) * static_cast<double>(column) / (kColumns - 1);
    const auto distance = [&](std::size_t i) {
      return std::abs(static_cast<double>(curve.epochs[i]) - epoch);
    };
    while (nearest + 1 < curve.epochs.size() && distance(nearest + 1) < distance(nearest)) {
      ++nearest;
    }
    const double share = (curve.values[nearest] - extent.low) / (extent.high - extent.low);
    lines[static_cast<std::size_t>(std::lround((1 - share) * (kLines - 1)))][column] = '*';
  }
  const std::string top = number(extent.high), bottom = number(extent.low);
  const std::size_t width = std::max(top.size(), bottom.size());
  std::string text;
  for (std::size_t i = 0; i < kLines; ++i) {
    lines[i].erase(lines[i].find_last_not_of(' ') + 1);
    text += fmt::format("{:>{}} |{}\n",
                        i == 0            ? top
                        : i + 1 == kLines ? bottom
                                          : "",
                        width, lines[i]);
  }
  return text + fmt::format("{:>{}}  {:<{}}{}\n", "epoch", width, extent.first,
                            kColumns - number(extent.last).size(), extent.last);
}

}  // namespace emamba

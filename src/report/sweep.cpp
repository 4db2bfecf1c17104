// SPDX-License-Identifier: Apache-2.0
#include "report/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "report/escape.h"
#include "report/fields.h"
#include "report/measures.h"
#include "report/ticks.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string mean_and_range(const json& values) {
  if (values.at("mean").is_null()) return "-";
  const std::string mean = number(values.at("mean"), "{:.2f}");
  if (values.at("values").size() == 1) return mean;
  return fmt::format("{} ({} to {})", mean, number(values.at("min"), "{:.2f}"),
                     number(values.at("max"), "{:.2f}"));
}

// The size with the fewest parameters that is at least as good as `bound` in integers.
std::optional<std::int64_t> fewest(const json& family, double bound, bool larger_is_better) {
  std::optional<std::int64_t> least;
  for (const json& size : family.at("sizes")) {
    const json& mean = size.at("integers").at("mean");
    if (mean.is_null()) continue;
    if (larger_is_better ? mean.get<double>() < bound : mean.get<double>() > bound) continue;
    const std::int64_t parameters = size.at("parameters");
    if (!least || parameters < *least) least = parameters;
  }
  return least;
}

// A point of the picture.
struct Point {
  double parameters, mean, min, max;
};

std::vector<Point> points_of(const json& family) {
  std::vector<Point> points;
  for (const json& size : family.at("sizes")) {
    const json& values = size.at("integers");
    if (values.at("mean").is_null()) continue;
    points.push_back(
        {size.at("parameters"), values.at("mean"), values.at("min"), values.at("max")});
  }
  std::sort(points.begin(), points.end(),
            [](const Point& a, const Point& b) { return a.parameters < b.parameters; });
  return points;
}

// In units of the picture: the picture, and the plot within it.
constexpr double kWidth = 640, kHeight = 360, kLeft = 56, kRight = 620, kTop = 30, kBottom = 310;
// Distinct with every kind of colour vision, and by their marks' shapes.
constexpr std::array<const char*, 6> kColours = {"#0072b2", "#d55e00", "#009e73",
                                                 "#cc79a7", "#e69f00", "#56b4e9"};

std::string mark(std::size_t family, double x, double y, const std::string& title) {
  const char* colour = kColours[family % kColours.size()];
  const std::string inside = fmt::format("<title>{}</title>", html_text(title));
  switch (family % 3) {
    case 0:
      return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\">{}</circle>\n", x,
                         y, colour, inside);
    case 1:
      return fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"8\" height=\"8\" fill=\"{}\">{}</rect>\n", x - 4,
          y - 4, colour, inside);
    default:
      return fmt::format("<path d=\"M{:.1f} {:.1f}l5 9h-10z\" fill=\"{}\">{}</path>\n", x, y - 6,
                         colour, inside);
  }
}

}  // namespace

TextTable sweep_table(const json& result) {
  const std::string label = measures_at(result).back().label();
  TextTable table({"family", "parameters", "float: " + label, "integers: " + label, "keys"});
  for (const json& family : result.at("families")) {
    for (const json& size : family.at("sizes")) {
      const auto keys = size.at("set").get<std::vector<std::string>>();
      table.add({family.at("name"), size.at("parameters").dump(), mean_and_range(size.at("float")),
                 mean_and_range(size.at("integers")),
                 keys.empty() ? "as configured" : fmt::format("{}", fmt::join(keys, ", "))});
    }
  }
  return table;
}

TextTable sweep_equals(const json& result) {
  const Measure measure = measures_at(result).back();
  const json &families = result.at("families"), &first = families.front();
  std::vector<std::string> header = {first.at("name").get<std::string>() + ", parameters",
                                     "integers: " + measure.label()};
  for (std::size_t i = 1; i < families.size(); ++i) {
    header.push_back(families[i].at("name").get<std::string>() + ", parameters");
    header.emplace_back("times");
  }
  TextTable table(header);
  for (const json& size : first.at("sizes")) {
    const json& mean = size.at("integers").at("mean");
    if (mean.is_null()) continue;
    const std::int64_t own = size.at("parameters");
    std::vector<std::string> row = {fmt::format("{}", own), number(mean, "{:.2f}")};
    for (std::size_t i = 1; i < families.size(); ++i) {
      const auto least = fewest(families[i], mean, measure.larger_is_better);
      row.push_back(least ? fmt::format("{}", *least) : "-");
      row.push_back(
          least ? fmt::format("{:.2f}", static_cast<double>(*least) / static_cast<double>(own))
                : "-");
    }
    table.add(std::move(row));
  }
  return table;
}

std::string sweep_caption(const json& result) {
  const int seeds = result.at("seeds");
  const std::string first = result.at("families").front().at("name");
  const std::string text = fmt::format(
      "`{}`: {} samples of the split {}; {}. Below for every size of {} the fewest parameters of "
      "the sizes of another family that are at least as good in integers, and how many times its "
      "own that is.",
      result.at("command").get<std::string>(), result.at("samples").get<std::size_t>(),
      result.at("split").get<std::string>(),
      seeds == 1 ? "seed 1 alone"
                 : fmt::format("mean, least and greatest over the seeds 1 to {}", seeds),
      first);
  return text + not_counted(result.at("failed"));
}

std::string sweep_markdown(const json& result) {
  return fmt::format("{}\n\n{}\n{}", sweep_caption(result), sweep_table(result).markdown(),
                     sweep_equals(result).markdown());
}

std::string sweep_svg(const json& result) {
  const Measure measure = measures_at(result).back();
  std::vector<std::vector<Point>> families;
  double least = 1e300, most = 0, low = 1e300, high = -1e300;
  for (const json& family : result.at("families")) {
    families.push_back(points_of(family));
    for (const Point& p : families.back()) {
      least = std::min(least, p.parameters), most = std::max(most, p.parameters);
      low = std::min(low, p.min), high = std::max(high, p.max);
    }
  }
  const double margin = std::max(0.05 * (high - low), 1e-3);
  low -= margin, high += margin;
  const double first = std::log10(least) - 0.1, last = std::log10(most) + 0.1;
  const auto x = [&](double parameters) {
    return kLeft + (kRight - kLeft) * (std::log10(parameters) - first) / (last - first);
  };
  const auto y = [&](double value) {
    return kBottom - (kBottom - kTop) * (value - low) / (high - low);
  };
  std::string axes, drawn, legend;
  for (double at : ticks(low, high)) {
    axes += fmt::format(
        "<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"#8886\"/>\n"
        "<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.4g}</text>\n",
        kLeft, kRight, y(at), y(at), kLeft - 6, y(at) + 4, at);
  }
  for (int decade = static_cast<int>(first) - 1; decade <= last; ++decade) {
    for (int factor : {1, 2, 5}) {
      const double at = factor * std::pow(10, decade);
      if (std::log10(at) < first || std::log10(at) > last) continue;
      axes += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" stroke=\"#8886\"/>\n"
          "<text x=\"{0:.1f}\" y=\"{3}\" text-anchor=\"middle\">{4}</text>\n",
          x(at), kTop, kBottom, kBottom + 18,
          at >= 1e6   ? fmt::format("{:g} M", at / 1e6)
          : at >= 1e3 ? fmt::format("{:g} k", at / 1e3)
                      : fmt::format("{:g}", at));
    }
  }
  for (std::size_t f = 0; f < families.size(); ++f) {
    const std::string name = result.at("families")[f].at("name");
    const char* colour = kColours[f % kColours.size()];
    std::string line, marks;
    for (const Point& p : families[f]) {
      line += fmt::format("{}{:.1f},{:.1f}", line.empty() ? "" : " ", x(p.parameters), y(p.mean));
      marks += fmt::format(
          "<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\" stroke=\"{3}\"/>\n",
          x(p.parameters), y(p.min), y(p.max), colour);
      marks += mark(f, x(p.parameters), y(p.mean),
                    fmt::format("{}, {:.0f} parameters: {:.2f} {}", name, p.parameters, p.mean,
                                measure.unit));
    }
    drawn += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\"/>\n{}", line, colour,
                         marks);
    const double at = kLeft + 12 + 130 * static_cast<double>(f);
    legend += mark(f, at, kTop - 16, name) + fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n",
                                                         at + 10, kTop - 12, html_text(name));
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" "
      "font-size=\"12\" fill=\"#57606a\" role=\"img\" aria-label=\"{2}\">\n{3}"
      "<text x=\"{4}\" y=\"{5}\" text-anchor=\"middle\">parameters</text>\n"
      "<text x=\"{6}\" y=\"{7}\">{8}</text>\n{9}{10}</svg>\n",
      kWidth, kHeight,
      html_text(fmt::format("{} by parameters, task {}", measure.label(),
                            result.at("task").get<std::string>())),
      axes, (kLeft + kRight) / 2, kHeight - 12, 4, kTop - 12, html_text(measure.label()), legend,
      drawn);
}

}  // namespace emamba

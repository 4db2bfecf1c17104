// SPDX-License-Identifier: Apache-2.0
#include "approx/fit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace emamba {
namespace {

using std::size_t;

constexpr size_t kCells = 512;          // of the grid that kData chooses its knots from
constexpr size_t kSamplesPerCell = 4;   // where the function is evaluated
constexpr size_t kErrorSamples = 4096;  // of fit_error
constexpr size_t kGreedySamples = 256;  // of a segment, to find its largest error
constexpr double kUniformShare = 0.05;  // of the weight, so that unseen regions stay sane

struct Line {
  double slope, intercept;
  double operator()(double x) const { return slope * x + intercept; }
};

// The middle of part `i` of [lo, hi] cut into `parts` equal ones.
double middle(double lo, double hi, size_t i, size_t parts) {
  return lo + (hi - lo) * (static_cast<double>(i) + 0.5) / static_cast<double>(parts);
}

double total(const Histogram& seen) {
  double sum = 0;
  for (double count : seen.counts) sum += count;
  return sum;
}

// The count of the bin that x falls in; 0 outside.
double count_at(const Histogram& seen, double x) {
  const double at = (x - seen.lo) / (seen.hi - seen.lo) * static_cast<double>(seen.counts.size());
  return at >= 0 && at < static_cast<double>(seen.counts.size())
             ? seen.counts[static_cast<size_t>(at)]
             : 0;
}

Line secant(Function function, double x0, double x1) {
  const double y0 = evaluate(function, x0), y1 = evaluate(function, x1);
  const double slope = (y1 - y0) / (x1 - x0);
  return {slope, y0 - slope * x0};
}

std::vector<double> equal_knots(const PwlSpec& spec) {
  std::vector<double> knots;
  for (int i = 0; i <= spec.segments; ++i) {
    knots.push_back(spec.lo + (spec.hi - spec.lo) * i / spec.segments);
  }
  return knots;
}

std::vector<double> greedy_knots(Function function, const PwlSpec& spec) {
  std::vector<double> knots = {spec.lo, spec.hi};
  while (knots.size() < static_cast<size_t>(spec.segments) + 1) {
    double worst = -1, where = 0;
    size_t before = 0;  // the new knot goes before this one
    for (size_t k = 1; k < knots.size(); ++k) {
      const Line line = secant(function, knots[k - 1], knots[k]);
      for (size_t i = 0; i < kGreedySamples; ++i) {
        const double x = middle(knots[k - 1], knots[k], i, kGreedySamples);
        const double error = std::abs(line(x) - evaluate(function, x));
        if (error > worst) worst = error, where = x, before = k;
      }
    }
    knots.insert(knots.begin() + static_cast<std::ptrdiff_t>(before), where);
  }
  return knots;
}

// Weighted least squares of y = slope * x + intercept, one point at a time. Means and sums of
// products of deviations from them, which stay accurate where plain sums of squares cancel.
struct Regression {
  double weight = 0, mean_x = 0, mean_y = 0, xx = 0, xy = 0, yy = 0;

  void add(double x, double y, double w) {
    if (w <= 0) return;
    weight += w;
    const double dx = x - mean_x, dy = y - mean_y;  // from the old means
    mean_x += dx * w / weight;
    mean_y += dy * w / weight;
    xx += w * dx * (x - mean_x);
    xy += w * dx * (y - mean_y);
    yy += w * dy * (y - mean_y);
  }
  Line line() const {
    const double slope = xx > 0 ? xy / xx : 0;
    return {slope, mean_y - slope * mean_x};
  }
  // The weighted sum of squared errors of that line.
  double error() const { return std::max(0.0, xx > 0 ? yy - xy * xy / xx : yy); }
};

// The segmentation of the grid with the least weighted squared error. With E(a, b) the error of the
// best line over cells a .. b-1, the best s segments that end at cell b have the error
//   best(s, b) = min over a of best(s - 1, a) + E(a, b).
void fit_data(Function function, const PwlSpec& spec, const Histogram& seen, PwlCurve& curve) {
  constexpr size_t kSamples = kCells * kSamplesPerCell;
  std::vector<double> x(kSamples), y(kSamples), weight(kSamples);
  double sum = 0;
  for (size_t i = 0; i < kSamples; ++i) {
    x[i] = middle(spec.lo, spec.hi, i, kSamples);
    y[i] = evaluate(function, x[i]);
    weight[i] = count_at(seen, x[i]);
    sum += weight[i];
  }
  for (double& w : weight) {
    w = (sum > 0 ? (1 - kUniformShare) * w / sum : 0) + kUniformShare / kSamples;
  }
  const auto regression = [&](size_t a, size_t b) {
    Regression r;
    for (size_t i = a * kSamplesPerCell; i < b * kSamplesPerCell; ++i) r.add(x[i], y[i], weight[i]);
    return r;
  };

  std::vector<double> error((kCells + 1) * (kCells + 1));  // E(a, b)
  for (size_t a = 0; a < kCells; ++a) {
    Regression r;
    for (size_t b = a + 1; b <= kCells; ++b) {
      for (size_t i = (b - 1) * kSamplesPerCell; i < b * kSamplesPerCell; ++i) {
        r.add(x[i], y[i], weight[i]);
      }
      error[a * (kCells + 1) + b] = r.error();
    }
  }

  const auto segments = static_cast<size_t>(spec.segments);
  constexpr double kNever = std::numeric_limits<double>::infinity();
  std::vector<double> best(kCells + 1, kNever);                 // of the segments so far
  std::vector<size_t> start((segments + 1) * (kCells + 1), 0);  // the a of best(s, b)
  best[0] = 0;
  for (size_t s = 1; s <= segments; ++s) {
    std::vector<double> next(kCells + 1, kNever);
    for (size_t b = s; b <= kCells; ++b) {
      for (size_t a = s - 1; a < b; ++a) {
        const double candidate = best[a] + error[a * (kCells + 1) + b];
        if (candidate < next[b]) next[b] = candidate, start[s * (kCells + 1) + b] = a;
      }
    }
    best = std::move(next);
  }

  std::vector<size_t> cells(segments + 1, kCells);  // the knots
  for (size_t s = segments; s > 0; --s) cells[s - 1] = start[s * (kCells + 1) + cells[s]];
  for (size_t s = 0; s <= segments; ++s) {
    curve.knots.push_back(spec.lo + (spec.hi - spec.lo) * static_cast<double>(cells[s]) / kCells);
    if (s == segments) break;
    const Line line = regression(cells[s], cells[s + 1]).line();
    curve.slopes.push_back(line.slope);
    curve.intercepts.push_back(line.intercept);
  }
}

}  // namespace

PwlCurve fit_pwl(Function function, const PwlSpec& spec, const Histogram& seen) {
  PwlCurve curve{.knots = {}, .slopes = {0}, .intercepts = {0}};  // the left tail
  if (spec.method == PwlMethod::kData) {
    fit_data(function, spec, seen, curve);
  } else {
    curve.knots =
        spec.method == PwlMethod::kEqual ? equal_knots(spec) : greedy_knots(function, spec);
    for (size_t k = 1; k < curve.knots.size(); ++k) {
      const Line line = secant(function, curve.knots[k - 1], curve.knots[k]);
      curve.slopes.push_back(line.slope);
      curve.intercepts.push_back(line.intercept);
    }
  }
  curve.slopes.push_back(function == Function::kSilu ? 1 : 0);
  curve.intercepts.push_back(function == Function::kSilu ? 0 : std::exp(spec.hi));
  return curve;
}

FitError fit_error(Function function, const PwlCurve& curve, double lo, double hi,
                   const Histogram& seen) {
  const auto error = [&](double x) { return std::abs(curve(x) - evaluate(function, x)); };
  FitError result{0, 0, 0};
  for (size_t i = 0; i < kErrorSamples; ++i) {
    const double e = error(middle(lo, hi, i, kErrorSamples));
    result.max = std::max(result.max, e);
    result.mean += e / kErrorSamples;
  }
  const double weight = total(seen);
  if (weight == 0) {
    result.on_data = result.mean;
    return result;
  }
  for (size_t i = 0; i < seen.counts.size(); ++i) {
    if (seen.counts[i] == 0) continue;
    const double x = middle(seen.lo, seen.hi, i, seen.counts.size());
    result.on_data += seen.counts[i] / weight * error(x);
  }
  return result;
}

}  // namespace emamba

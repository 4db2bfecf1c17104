// SPDX-License-Identifier: Apache-2.0
#include "approx/fit.h"

#include <gtest/gtest.h>

#include <cmath>

namespace emamba {
namespace {

constexpr Function kFunctions[] = {Function::kSilu, Function::kExp};
constexpr PwlMethod kMethods[] = {PwlMethod::kEqual, PwlMethod::kGreedy, PwlMethod::kData};

PwlSpec spec_of(Function function, PwlMethod method, int segments) {
  return function == Function::kSilu ? PwlSpec{method, segments, -7, 7}
                                     : PwlSpec{method, segments, -4, 1};
}

// A bell of standard deviation `sigma` around `mean`.
Histogram bell(double mean, double sigma) {
  Histogram seen{-8, 8, std::vector<double>(1024)};
  for (std::size_t i = 0; i < seen.counts.size(); ++i) {
    const double x = -8 + (static_cast<double>(i) + 0.5) / 64;
    seen.counts[i] = 1000 * std::exp(-0.5 * std::pow((x - mean) / sigma, 2));
  }
  return seen;
}

// The mean of the squared error on [lo, hi].
double squared_error(Function function, const PwlCurve& curve, double lo, double hi) {
  constexpr int kSamples = 1 << 14;
  double sum = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double x = lo + (hi - lo) * (i + 0.5) / kSamples;
    sum += std::pow(curve(x) - evaluate(function, x), 2) / kSamples;
  }
  return sum;
}

TEST(Fit, FunctionsHaveTheirKnownValues) {
  EXPECT_DOUBLE_EQ(evaluate(Function::kExp, 1), std::exp(1.0));
  EXPECT_DOUBLE_EQ(evaluate(Function::kSilu, 0), 0);
  EXPECT_NEAR(evaluate(Function::kSilu, 1), 0.7310585786300049, 1e-15);
  EXPECT_NEAR(evaluate(Function::kSilu, -1000), 0, 1e-300);
}

TEST(Fit, MoreSegmentsErrLess) {
  for (Function function : kFunctions) {
    for (PwlMethod method : kMethods) {
      double before = 1e9;
      for (int segments : {1, 4, 8, 11, 17, 32, 64}) {
        const PwlSpec spec = spec_of(function, method, segments);
        const PwlCurve curve = fit_pwl(function, spec);
        ASSERT_EQ(curve.knots.size(), segments + 1u);
        ASSERT_EQ(curve.slopes.size(), segments + 2u);
        ASSERT_EQ(curve.intercepts.size(), segments + 2u);
        const double mean = fit_error(function, curve, spec.lo, spec.hi).mean;
        EXPECT_LT(mean, before) << "function " << static_cast<int>(function) << ", method "
                                << static_cast<int>(method) << ", " << segments << " segments";
        before = mean;
      }
      EXPECT_LT(before, 1e-3);
    }
  }
}

TEST(Fit, KnotsAscendFromLowToHigh) {
  const Histogram spike = bell(0.1, 0.02);
  for (Function function : kFunctions) {
    for (PwlMethod method : kMethods) {
      const PwlSpec spec = spec_of(function, method, 17);
      const PwlCurve curve = fit_pwl(function, spec, spike);
      EXPECT_DOUBLE_EQ(curve.knots.front(), spec.lo);
      EXPECT_DOUBLE_EQ(curve.knots.back(), spec.hi);
      for (std::size_t k = 1; k < curve.knots.size(); ++k) {
        EXPECT_LT(curve.knots[k - 1], curve.knots[k]);
      }
    }
  }
}

TEST(Fit, TailsAreThoseOfThePaper) {
  for (PwlMethod method : kMethods) {
    const PwlCurve silu = fit_pwl(Function::kSilu, spec_of(Function::kSilu, method, 8));
    EXPECT_EQ(silu(-7.001), 0);
    EXPECT_EQ(silu(-1e6), 0);
    EXPECT_EQ(silu(7), 7);
    EXPECT_EQ(silu(1e6), 1e6);
    const PwlCurve exp = fit_pwl(Function::kExp, spec_of(Function::kExp, method, 8));
    EXPECT_EQ(exp(-4.001), 0);
    EXPECT_EQ(exp(1), std::exp(1.0));
    EXPECT_EQ(exp(50), std::exp(1.0));
  }
}

TEST(Fit, EqualAndGreedyMeetTheFunctionAtTheirKnots) {
  for (Function function : kFunctions) {
    for (PwlMethod method : {PwlMethod::kEqual, PwlMethod::kGreedy}) {
      const PwlCurve curve = fit_pwl(function, spec_of(function, method, 11));
      for (std::size_t k = 0; k + 1 < curve.knots.size(); ++k) {
        EXPECT_NEAR(curve(curve.knots[k]), evaluate(function, curve.knots[k]), 1e-12);
      }
    }
  }
}

TEST(Fit, GreedyHasASmallerLargestErrorThanEqual) {
  for (Function function : kFunctions) {
    for (int segments : {8, 11, 17, 32}) {
      const PwlSpec equal = spec_of(function, PwlMethod::kEqual, segments);
      const PwlSpec greedy = spec_of(function, PwlMethod::kGreedy, segments);
      EXPECT_LT(fit_error(function, fit_pwl(function, greedy), equal.lo, equal.hi).max,
                fit_error(function, fit_pwl(function, equal), equal.lo, equal.hi).max)
          << segments << " segments";
    }
  }
}

// Equal knots lie on the grid of kData when their number divides it, so the optimum over the grid
// cannot err more.
TEST(Fit, WithoutDataTheLeastSquaresFitIsTheBestOfAll) {
  for (Function function : kFunctions) {
    for (int segments : {1, 2, 4, 8, 16, 32, 64}) {
      const PwlSpec data = spec_of(function, PwlMethod::kData, segments);
      const PwlSpec equal = spec_of(function, PwlMethod::kEqual, segments);
      EXPECT_LE(squared_error(function, fit_pwl(function, data), data.lo, data.hi),
                squared_error(function, fit_pwl(function, equal), data.lo, data.hi))
          << segments << " segments";
    }
  }
}

TEST(Fit, DataFitsBeatTheOthersWhereTheDataIs) {
  const struct {
    Function function;
    Histogram seen;
  } kCases[] = {{Function::kSilu, bell(-0.5, 0.4)},
                {Function::kSilu, bell(3, 0.5)},
                {Function::kExp, bell(-0.3, 0.2)}};
  for (const auto& test : kCases) {
    const auto on_data = [&](PwlMethod method) {
      const PwlSpec spec = spec_of(test.function, method, 11);
      const PwlCurve curve = fit_pwl(test.function, spec, test.seen);
      return fit_error(test.function, curve, spec.lo, spec.hi, test.seen).on_data;
    };
    const double data = on_data(PwlMethod::kData);
    EXPECT_LT(data, 0.3 * on_data(PwlMethod::kEqual));
    EXPECT_LT(data, 0.3 * on_data(PwlMethod::kGreedy));
  }
}

TEST(Fit, DataFitsStaySaneWhereNothingWasSeen) {
  const PwlSpec spec = spec_of(Function::kSilu, PwlMethod::kData, 17);
  const PwlCurve curve = fit_pwl(Function::kSilu, spec, bell(-0.5, 0.1));
  EXPECT_LT(fit_error(Function::kSilu, curve, spec.lo, spec.hi).max, 0.15);
}

TEST(Fit, ErrorsOfAKnownCurve) {
  // y = 0 for exp on [0, 1]: the error is exp(x).
  const PwlCurve zero{{0, 1}, {0, 0, 0}, {0, 0, 0}};
  const FitError plain = fit_error(Function::kExp, zero, 0, 1);
  EXPECT_NEAR(plain.max, std::exp(1.0), 1e-3);
  EXPECT_NEAR(plain.mean, std::exp(1.0) - 1, 1e-6);
  EXPECT_EQ(plain.on_data, plain.mean);
  // All that was seen lies in the middle of the first of two bins, at 0.25.
  const FitError seen = fit_error(Function::kExp, zero, 0, 1, {0, 1, {5, 0}});
  EXPECT_NEAR(seen.on_data, std::exp(0.25), 1e-12);
}

}  // namespace
}  // namespace emamba

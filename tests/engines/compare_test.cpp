// SPDX-License-Identifier: Apache-2.0
// The golden engine against the float engine, edge by edge: never farther apart than quantisation
// explains, and a defect is found where it stands.
#include "exec/compare.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/testing.h"
#include "net/testing.h"
#include "quant/testing.h"

namespace emamba {
namespace {

struct Case {
  FloatModel model;
  Program program;
  Split samples;
};

// A random model of a random spec, a transformer if asked for, quantised on synthetic samples.
Case random_case(std::uint64_t seed, bool vit = false) {
  Rng rng{seed};
  Case c;
  NetSpec spec = random_net(rng);
  if (vit) {
    spec = random_vit(rng);
    spec.sample = image_samples();
    spec.model.P = {rng.below(2) ? 2 : 4, spec.model.layers.empty() ? 4 : 2};
    spec.model.D = std::max(spec.model.D, 2 * spec.model.heads);
  }
  spec.model.D = std::max(spec.model.D, 4);  // the norm of one channel is its bias alone
  QuantSpec quant;
  quant.weight_exponents =
      seed % 2 == 0 ? WeightExponents::kPerTensor : WeightExponents::kPerChannel;
  const Task& task = task_called(spec.sample.vocab > 0 ? "synthetic-tokens" : "synthetic-images");
  c.samples = first_samples(load_split(task, "", 0.1, "train"), 32);
  quant.scan_order = seed % 5 < 2 ? ScanOrder::kDeltaX : ScanOrder::kDeltaB;
  c.model = random_model(spec, rng.next(), fit_normalisation(spec.sample, c.samples));
  keep_delta_positive(c.model);
  ApproxSpec approx;
  approx.silu.form = seed % 4 < 2 ? FunctionForm::kTable : FunctionForm::kLines;
  approx.exp.form = seed % 3 > 0 ? FunctionForm::kTable : FunctionForm::kLines;
  c.program = program_by(c.model, approx, quant, c.samples, Calibration::kMax);
  return c;
}

TEST(Compare, NoEdgePartsBeyondItsBound) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Case c = random_case(seed, seed >= 25);
    for (std::size_t i = 0; i < 4; ++i) {
      for (const EdgeComparison& edge :
           compare_engines(c.model, c.program, c.samples.inputs.row(i))) {
        EXPECT_FALSE(edge.beyond) << "seed " << seed << ", sample " << i << ", edge " << edge.name
                                  << ": float " << edge.float_value << ", golden "
                                  << edge.golden_value << ", bound " << edge.bound;
      }
    }
  }
}

// Both engines of a defect-free program drift apart a little, and not much.
TEST(Compare, DriftIsSeenAndSmall) {
  const Case c = random_case(3);
  const auto edges = compare_engines(c.model, c.program, c.samples.inputs.row(0));
  const EdgeComparison& last = edges.back();
  EXPECT_GT(last.drift, 0);
  EXPECT_LT(last.drift, std::ldexp(1.0, last.type.exp + last.type.bits - 3));
}

// Damages the first such op of a program; the comparison must name its edge, and none before it.
template <class AnyOp, class Change>
void expect_found(const Change& change) {
  int found = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Case c = random_case(seed);
    const auto damaged = std::find_if(c.program.ops.begin(), c.program.ops.end(), [](const Op& op) {
      return std::holds_alternative<AnyOp>(op);
    });
    if (damaged == c.program.ops.end()) continue;
    change(std::get<AnyOp>(*damaged));
    const auto edges = compare_engines(c.model, c.program, c.samples.inputs.row(1));
    const auto first = std::find_if(edges.begin(), edges.end(),
                                    [](const EdgeComparison& edge) { return edge.beyond; });
    ASSERT_NE(first, edges.end()) << "seed " << seed;
    EXPECT_EQ(first->name, name_of(*damaged)) << "seed " << seed;
    ++found;
  }
  EXPECT_GT(found, 0);
}

TEST(Compare, FindsAWrongWeightExponent) {
  expect_found<Linear>([](Linear& op) { op.weight_type.exp += 1; });
  expect_found<DwConv>([](DwConv& op) { op.weight_type.exp += 1; });
  expect_found<RangeNorm>([](RangeNorm& op) { op.weight_type.exp += 1; });
}

TEST(Compare, FindsAWrongBias) {
  expect_found<DwConv>([](DwConv& op) { op.bias.data[0] += 1 << 14; });
}

TEST(Compare, FindsAWrongSkip) {
  expect_found<Scan>([](Scan& op) { op.D_type.exp += 3; });
}

TEST(Compare, FindsWrongEntriesOfATable) {
  expect_found<Pwl>([](Pwl& op) {
    if (auto* table = std::get_if<LookupTable>(&op.table)) {
      for (std::int32_t& v : table->values) v += v < 126 ? 2 : -2;
    } else {
      op.table = LookupTable{std::vector<std::int32_t>(256)};
    }
  });
}

TEST(Compare, RefusesAnotherNetwork) {
  const Case c = random_case(3), other = random_case(4);
  expect_error([&] { compare_engines(c.model, other.program, c.samples.inputs.row(0)); },
               "they differ at 'input'");
}

TEST(Compare, NamesWhereTheNetworksPart) {
  const Case c = random_case(3);
  const auto refuse = [&](const Program& program, const std::string& op) {
    expect_error([&] { compare_engines(c.model, program, c.samples.inputs.row(0)); },
                 "they differ at '" + op + "'");
  };
  Program longer = c.program;
  const int last = static_cast<int>(longer.ops.size());
  longer.ops.push_back(Add{"more", last, last, longer.edges.back().width});
  longer.edges.push_back(longer.edges.back());
  refuse(longer, "more");

  Program other = c.program;
  for (Op& op : other.ops) {
    auto* conv = std::get_if<DwConv>(&op);
    if (conv == nullptr) continue;
    conv->taps += 1;
    conv->weight = make_tensor<std::int8_t>({conv->weight.shape[0], conv->weight.shape[1] + 1});
    break;
  }
  refuse(other, "blocks.0.conv");
}

}  // namespace
}  // namespace emamba

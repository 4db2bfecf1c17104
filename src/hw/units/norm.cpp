// SPDX-License-Identifier: Apache-2.0
// Range and layer norm in hardware: while a token waits, its sum and its range or variance are
// taken and the reciprocal is made of them; then fold.out units, as the paper calls them, normalise
// it.
#include <bit>

#include "fx/layer_norm.h"
#include "hw/units/reciprocals.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

using fx::kRatioBits;
using fx::kReciprocalBits;

std::vector<Fold> folds(const Program&, const RangeNorm&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost cost(const Program&, const RangeNorm& op, const HardwareSpec& hardware, Fold fold) {
  std::int64_t steps = beats_of(op.width, fold.out);
  // Of layer norm, the squares of channels and of their sum beside.
  if (op.norm == Norm::kLayer) return {std::int64_t{fold.out} * 3 + 1, steps};
  if (hardware.reciprocal == Reciprocal::kDivider) {
    steps = std::max<std::int64_t>(steps, divider_steps(op.width));
  }
  return {std::int64_t{fold.out} * 2, steps};
}

// Sum and range of each token on stream `x`, as one number.
int add_statistics(Site& site, int x, int width, int sum_bits) {
  const int par = site.fold.out;
  const std::int64_t beats = beats_of(width, par);
  const int out = add_stream(site.graph, 1, 8 + sum_bits);
  Instance& stats = add_instance(site.graph, "em_norm_stats", site.name + "_stats", {x}, {out});
  stats.parameters = {{"Par", number(par)}, {"Width", number(width)}};
  const int depth = tree_latency(par) + 2;
  stats.timing = Steps{.depth = depth, .active = beats, .emit_every = beats};
  // Every number of a beat joins a sum, a least and a most, and the beat those of its token.
  stats.parts.add(Control{beats, depth});
  stats.parts.add(adder_tree(par, 8, sum_bits));
  stats.parts.add(Adder{sum_bits});
  stats.parts.add(Adder{8}, 2 * par);
  stats.parts.add(Multiplexer{2, 8}, 2 * par);
  stats.parts.add(Adder{8});  // the range
  stats.parts.add(Register{2 * sum_bits + 24});
  for (int terms = par; terms > 1;) {
    terms = (terms + 3) / 4;
    stats.parts.add(Register{16}, terms);
  }
  return out;
}

// From sum and range to sum and reciprocal.
int add_reciprocal(Site& site, int statistics, int width, int sum_bits) {
  const std::string name = site.name + "_reciprocal";
  const int out = add_stream(site.graph, 1, kReciprocalBits + sum_bits);
  if (site.hardware.reciprocal == Reciprocal::kTable) {
    std::vector<std::string> table;
    pack(table, 256, 1, kReciprocalBits,
         [&](std::int64_t range) { return fx::norm_reciprocal(width, range); });
    Instance& r = add_instance(site.graph, "em_reciprocal_table", name, {statistics}, {out});
    r.parameters = {{"SumBits", number(sum_bits)},
                    {"TableInit", add_memory(site.graph, name, kReciprocalBits, std::move(table))}};
    r.timing = Steps{};
    r.parts.add(Rom{.words = 256, .width = kReciprocalBits, .smooth = true});
    r.parts.add(Register{sum_bits + 2});
    return out;
  }
  // Buffered on both sides: it holds its input for all its steps, as its consumer does.
  const int steps = divider_steps(width);
  const int operands = add_buffer(site.graph, site.name + "_operands", statistics);
  Instance& r = add_instance(site.graph, "em_reciprocal_divider", name, {operands}, {out});
  r.parameters = {{"Width", number(width)}};
  r.timing = Steps{.active = steps, .pop_every = {steps}, .emit_every = steps};
  r.parts.add(Control{steps, 1});
  r.parts.add(Adder{sum_bits + 1}, 5);
  r.parts.add(Multiplexer{steps, 1});
  r.parts.add(Register{2 * sum_bits + kReciprocalBits});
  return out;
}

// The same two of layer norm.
int add_moments(Site& site, int x, int width, int sum_bits) {
  const int par = site.fold.out, square_bits = 16 + index_bits(width);
  const std::int64_t beats = beats_of(width, par);
  const int out = add_stream(site.graph, 1, square_bits + sum_bits);
  Instance& moments = add_instance(site.graph, "em_moments", site.name + "_moments", {x}, {out});
  moments.parameters = {{"Par", number(par)}, {"Width", number(width)}};
  const int depth = kMulLatency + tree_latency(par) + 1;
  moments.timing = Steps{.depth = depth, .active = beats, .emit_every = beats};
  moments.products = moments.vectors * width;
  moments.parts.add(Control{beats, depth});
  moments.parts.add(Multiplier{8, 8}, par);
  moments.parts.add(Delay{8, kMulLatency}, par);
  moments.parts.add(adder_tree(par, 8, sum_bits));
  moments.parts.add(adder_tree(par, 16, square_bits));
  moments.parts.add(Adder{sum_bits});
  moments.parts.add(Adder{square_bits});
  moments.parts.add(Choice{sum_bits + square_bits});
  moments.parts.add(Register{sum_bits + square_bits});
  return out;
}

int add_deviation(Site& site, int moments, int width, int sum_bits) {
  const std::string name = site.name + "_reciprocal";
  const int out = add_stream(site.graph, 1, kReciprocalBits + sum_bits);
  const int depth = kMulLatency + 1 + kLeadingLatency;
  Instance& r = add_instance(site.graph, "em_deviation", name, {moments}, {out});
  r.parameters = {
      {"Width", number(width)},
      {"TableInit", add_memory(site.graph, name, kLeadingEntryBits, leading_table(true))}};
  r.timing = Steps{.depth = depth};
  r.products = r.vectors;
  r.parts.add(Control{1, depth});
  r.parts.add(Multiplier{sum_bits, sum_bits});
  r.parts.add(Delay{16 + index_bits(width), kMulLatency});
  r.parts.add(Adder{2 * sum_bits}, std::popcount(static_cast<unsigned>(width)));
  r.parts.add(Register{2 * sum_bits});
  r.parts.add(Delay{sum_bits, depth});
  r.parts.add(
      leading_reciprocal(2 * sum_bits, kReciprocalBits, fx::reciprocal_fraction(width), true));
  return out;
}

int build(Site& site) {
  const auto contexts = contexts_of<RangeNorm>(site);
  const RangeNorm& op = *contexts.front();
  const int par = site.fold.out, D = op.width, count = site.contexts();
  const int y_bits = site.y_type().bits, acc = acc_bits(site, kRatioBits + 8);
  const std::int64_t beats = beats_of(D, par);
  const int sum_bits = 8 + index_bits(D);

  const int x = narrow(site.graph, site.name + "_in", site.inputs[0], par, D);
  const std::vector<int> ways = add_fork(site.graph, site.name + "_halves", x, 2);
  const int waiting = add_buffer(site.graph, site.name + "_token", ways[0]);
  const int reciprocal =
      op.norm == Norm::kLayer
          ? add_deviation(site, add_moments(site, ways[1], D, sum_bits), D, sum_bits)
          : add_reciprocal(site, add_statistics(site, ways[1], D, sum_bits), D, sum_bits);
  const int ready = add_buffer(site.graph, site.name + "_ready", reciprocal);

  std::vector<std::string> weights, bias;
  for (const RangeNorm* o : contexts) {
    pack(weights, D, par, 8, [&](std::int64_t i) { return o->weight.data[i]; });
    pack(bias, D, par, acc, [&](std::int64_t i) { return o->bias.data[i]; });
  }
  const auto words = static_cast<std::int64_t>(weights.size());
  const int depth = 4 + 2 * kMulLatency;
  const int out = add_stream(site.graph, par, y_bits);
  Instance& core =
      add_instance(site.graph, "em_norm_apply", site.name + "_apply", {waiting, ready}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth, .active = beats, .pop_every = {1, beats}};
  core.products = core.vectors * D * 2;
  Parts& parts = core.parts;
  parts.add(Control{words, depth});
  parts.add(Multiplier{sum_bits + 1, kReciprocalBits + 1}, par);
  parts.add(Multiplier{kRatioBits, 8}, par);
  // D * x, by one addition for every bit of D that is set.
  parts.add(Adder{sum_bits + 1}, std::int64_t{par} * std::popcount(static_cast<unsigned>(D)));
  parts.add(Adder{acc}, par);
  parts.add(Requantiser{sum_bits + 23, kRatioBits}, par);
  parts.add(Requantiser{acc, y_bits, count}, par);
  parts.add(Register{par * (sum_bits + 17 + acc + y_bits) + kReciprocalBits});
  parts.add(Rom{words, par * (8 + acc)});
  core.parameters = {
      {"Par", number(par)},
      {"Width", number(D)},
      {"YBits", number(y_bits)},
      {"AccBits", number(acc)},
      {"RatioFraction", number(ratio_fraction(op))},
      {"Contexts", number(count)},
      {"Shift", shifts(site, contexts,
                       [](const RangeNorm& o) { return o.weight_type.exp - ratio_fraction(o); })},
      {"WeightInit", add_memory(site.graph, site.name + "_weight", par * 8, std::move(weights))},
      {"BiasInit", add_memory(site.graph, site.name + "_bias", par * acc, std::move(bias))}};
  return to_lanes(site.graph, site.name, out, D, beats);
}

}  // namespace

OpUnit<RangeNorm> unit_of(const RangeNorm&) {
  return {folds, cost, build};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Pool in hardware: the mean, fold.out channels at a time. Flattening has none (flattening() in
// hw/edges.h).
#include "fx/mean.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::vector<Fold> folds(const Program&, const Pool&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost cost(const Program&, const Pool& op, const HardwareSpec& hardware, Fold fold) {
  if (op.kind == PoolKind::kFlatten) return {0, beats_of(op.width, hardware.lanes)};
  return {fold.out, beats_of(op.width, fold.out)};
}

int build(Site& site) {
  const auto contexts = contexts_of<Pool>(site);
  const Pool& op = *contexts.front();
  const int par = site.fold.out, sum_bits = acc_bits(site);
  const int x_bits = site.type(op.x).bits, y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  const int depth = 2 + kMulLatency;
  // The serialiser takes every token as a vector, the core all tokens together.
  const int in = narrow(site.graph, site.name + "_in", site.inputs[0], par, op.width);
  const int out = add_stream(site.graph, par, y_bits);
  site.graph.vectors = 1;
  Instance& core = add_instance(site.graph, "em_mean_pool", site.name, {in}, {out});
  core.core = true;
  core.timing =
      Steps{.depth = depth, .active = op.tokens * beats, .emit_from = (op.tokens - 1) * beats};
  core.products = op.width;
  core.parts.add(Control{op.tokens * beats, depth});
  core.parts.add(Multiplier{sum_bits, 16}, par);
  core.parts.add(Adder{sum_bits}, par);
  core.parts.add(Requantiser{sum_bits + 16, y_bits}, par);
  core.parts.add(Register{sum_bits + y_bits}, par);
  core.parts.add(Ram{beats, par * sum_bits});
  Bits reciprocal;
  reciprocal.put(fx::mean_reciprocal(op.tokens), 16);
  core.parameters = {{"Par", number(par)},
                     {"Beats", number(beats)},
                     {"Tokens", number(op.tokens)},
                     {"XBits", number(x_bits)},
                     {"YBits", number(y_bits)},
                     {"SumBits", number(sum_bits)},
                     {"Reciprocal", reciprocal.literal()},
                     {"Shift", shifts(site, contexts, [&](const Pool& o) {
                        return site.type(o.x).exp - fx::mean_fraction(o.tokens);
                      })}};
  return to_lanes(site.graph, site.name, out, op.width, beats);
}

}  // namespace

OpUnit<Pool> unit_of(const Pool&) {
  return {folds, cost, build};
}

}  // namespace emamba

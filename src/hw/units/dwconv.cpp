// SPDX-License-Identifier: Apache-2.0
// DwConv in hardware: fold.out channels at a time, each with all its taps.
#include "hw/units/channel_shift.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::vector<Fold> folds(const Program&, const DwConv&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost cost(const Program&, const DwConv& op, const HardwareSpec&, Fold fold) {
  return {std::int64_t{fold.out} * op.taps, beats_of(op.width, fold.out)};
}

int build(Site& site) {
  const auto contexts = contexts_of<DwConv>(site);
  const DwConv& op = *contexts.front();
  const int par = site.fold.out, count = site.contexts();
  const int x_bits = site.type(op.x).bits, y_bits = site.y_type().bits;
  const int acc = acc_bits(site, x_bits + 8);
  const std::int64_t beats = beats_of(op.width, par);
  std::vector<std::string> weights, bias;
  for (const DwConv* o : contexts) {
    pack(weights, std::int64_t{op.width} * op.taps, par * op.taps, 8,
         [&](std::int64_t i) { return o->weight.data[i]; });
    pack(bias, op.width, par, acc, [&](std::int64_t i) { return o->bias.data[i]; });
  }
  const auto words = static_cast<std::int64_t>(weights.size());
  const int depth = 3 + kMulLatency + tree_latency(op.taps);

  const int in = narrow(site.graph, site.name + "_in", site.inputs[0], par, op.width);
  const int out = add_stream(site.graph, par, y_bits);
  Instance& core = add_instance(site.graph, "em_dwconv", site.name, {in}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth, .active = beats};
  core.products = core.vectors * op.width * op.taps;
  Parts& parts = core.parts;
  parts.add(Control{words, depth});
  parts.add(Multiplier{x_bits, 8}, std::int64_t{par} * op.taps);
  parts.add(adder_tree(op.taps, x_bits + 8, acc), par);
  parts.add(Adder{acc}, par);
  parts.add(Register{par * (op.taps * x_bits + acc + y_bits)});
  parts.add(Requantiser{acc, y_bits, count}, par);
  parts.add(Rom{words, par * op.taps * 8});
  parts.add(Rom{words, par * acc});
  if (op.taps > 1) {
    parts.add(Ram{beats, par * (op.taps - 1) * x_bits});
    parts.add(Choice{par * (op.taps - 1) * x_bits});  // zeros before the first token
  }
  core.parameters = {
      {"Par", number(par)},
      {"Taps", number(op.taps)},
      {"Beats", number(beats)},
      {"XBits", number(x_bits)},
      {"YBits", number(y_bits)},
      {"AccBits", number(acc)},
      {"Contexts", number(count)},
      {"Shift", shifts(site, contexts,
                       [&](const DwConv& o) { return o.weight_type.exp + site.type(o.x).exp; })},
      {"WeightInit",
       add_memory(site.graph, site.name + "_weight", par * op.taps * 8, std::move(weights))},
      {"BiasInit", add_memory(site.graph, site.name + "_bias", par * acc, std::move(bias))}};
  add_channel_shift(site, core, contexts, op.width, par, acc);
  return to_lanes(site.graph, site.name, out, op.width, beats);
}

}  // namespace

OpUnit<DwConv> unit_of(const DwConv&) {
  return {folds, cost, build};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Gate and Add in hardware: two streams element by element, fold.out elements at a time.
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::vector<Fold> gate_folds(const Program&, const Gate&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost gate_cost(const Program&, const Gate& op, const HardwareSpec&, Fold fold) {
  return {fold.out, beats_of(op.width, fold.out)};
}

// There is no multiplier to save.
std::vector<Fold> add_folds(const Program&, const Add&, const HardwareSpec& hardware) {
  return {{1, hardware.lanes}};
}

FoldCost add_cost(const Program&, const Add& op, const HardwareSpec&, Fold fold) {
  return {0, beats_of(op.width, fold.out)};
}

// The core of either, without its parts; `depth` registers.
Instance& add_core(Site& site, const char* module, int width, int depth) {
  const int par = site.fold.out;
  const int x0 = narrow(site.graph, site.name + "_x0", site.inputs[0], par, width);
  const int x1 = narrow(site.graph, site.name + "_x1", site.inputs[1], par, width);
  const int out = add_stream(site.graph, par, site.y_type().bits);
  const std::int64_t beats = beats_of(width, par);
  Instance& core = add_instance(site.graph, module, site.name, {x0, x1}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth, .active = beats, .pop_every = {1, 1}};
  core.parts.add(Control{beats, depth});
  return core;
}

int build_gate(Site& site) {
  const auto contexts = contexts_of<Gate>(site);
  const Gate& op = *contexts.front();
  const int par = site.fold.out, count = site.contexts();
  const int x0_bits = site.type(op.x0).bits, x1_bits = site.type(op.x1).bits;
  const int y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  Instance& core = add_core(site, "em_gate", op.width, 2 + kMulLatency);
  core.products = core.vectors * op.width;
  core.parts.add(Multiplier{x0_bits, x1_bits}, par);
  core.parts.add(Requantiser{x0_bits + x1_bits, y_bits, count}, par);
  core.parts.add(Register{x0_bits + x1_bits + y_bits}, par);
  core.parameters = {{"Par", number(par)},
                     {"Beats", number(beats)},
                     {"X0Bits", number(x0_bits)},
                     {"X1Bits", number(x1_bits)},
                     {"YBits", number(y_bits)},
                     {"Contexts", number(count)},
                     {"Shift", shifts(site, contexts, [&](const Gate& o) {
                        return site.type(o.x0).exp + site.type(o.x1).exp;
                      })}};
  return to_lanes(site.graph, site.name, core.outputs[0], op.width, beats);
}

int build_add(Site& site) {
  const auto contexts = contexts_of<Add>(site);
  const Add& op = *contexts.front();
  const int par = site.fold.out, acc = acc_bits(site), count = site.contexts();
  const int x0_bits = site.type(op.x0).bits, x1_bits = site.type(op.x1).bits;
  const int y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  Instance& core = add_core(site, "em_add", op.width, 2);
  core.parts.add(Adder{acc}, par);
  core.parts.add(Requantiser{acc, y_bits, count}, par);
  core.parts.add(Register{acc + y_bits}, par);
  const auto exp0 = [&](const Add& o) { return site.type(o.x0).exp; };
  const auto exp1 = [&](const Add& o) { return site.type(o.x1).exp; };
  const auto common = [&](const Add& o) { return std::min(exp0(o), exp1(o)); };
  core.parameters = {{"Par", number(par)},
                     {"Beats", number(beats)},
                     {"X0Bits", number(x0_bits)},
                     {"X1Bits", number(x1_bits)},
                     {"YBits", number(y_bits)},
                     {"AccBits", number(acc)},
                     {"Contexts", number(count)},
                     {"Left0", bytes(contexts, [&](const Add& o) { return exp0(o) - common(o); })},
                     {"Left1", bytes(contexts, [&](const Add& o) { return exp1(o) - common(o); })},
                     {"Shift", shifts(site, contexts, common)}};
  return to_lanes(site.graph, site.name, core.outputs[0], op.width, beats);
}

}  // namespace

OpUnit<Gate> unit_of(const Gate&) {
  return {gate_folds, gate_cost, build_gate};
}

OpUnit<Add> unit_of(const Add&) {
  return {add_folds, add_cost, build_add};
}

}  // namespace emamba

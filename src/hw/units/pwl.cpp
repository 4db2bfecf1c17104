// SPDX-License-Identifier: Apache-2.0
// Pwl in hardware: fold.out elements at a time, each with a line's choice and a multiplier.
#include "hw/units/pwl_tables.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::vector<Fold> folds(const Program&, const Pwl&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost cost(const Program&, const Pwl& op, const HardwareSpec&, Fold fold) {
  return {fold.out, beats_of(op.width, fold.out)};
}

int build(Site& site) {
  const auto contexts = contexts_of<Pwl>(site);
  const Pwl& op = *contexts.front();
  const int par = site.fold.out, count = site.contexts();
  const int x_bits = site.type(op.x).bits, y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  std::vector<const PwlTable*> all;
  for (const Pwl* o : contexts) all.push_back(&lines_of(o->table, o->name));
  const PwlTables t = pwl_tables(all, x_bits);
  const int acc = std::max(x_bits + t.slope_bits, t.intercept_bits) + 1;
  const int depth = 3 + kMulLatency;

  const int in = narrow(site.graph, site.name + "_in", site.inputs[0], par, op.width);
  const int out = add_stream(site.graph, par, y_bits);
  Instance& core = add_instance(site.graph, "em_pwl", site.name, {in}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth, .active = beats};
  core.products = core.vectors * op.width;
  core.parts.add(Control{beats, depth});
  core.parts.add(Multiplier{t.slope_bits, x_bits}, par);
  core.parts.add(PwlLine{x_bits, t.knots, t.slope_bits, t.intercept_bits, count}, par);
  core.parts.add(Adder{acc}, par);
  core.parts.add(Register{x_bits + t.slope_bits + 3 * t.intercept_bits + acc + y_bits}, par);
  core.parts.add(Requantiser{acc, y_bits, count}, par);
  const auto acc_exp = [&](const Pwl& o) {
    return lines_of(o.table, o.name).slope.exp + site.type(o.x).exp;
  };
  core.parameters = {{"Par", number(par)},
                     {"Beats", number(beats)},
                     {"XBits", number(x_bits)},
                     {"YBits", number(y_bits)},
                     {"Knots", number(t.knots)},
                     {"SlopeBits", number(t.slope_bits)},
                     {"InterceptBits", number(t.intercept_bits)},
                     {"Contexts", number(count)},
                     {"Shift", shifts(site, contexts, acc_exp)},
                     {"KnotTable", t.knot_table},
                     {"SlopeTable", t.slope_table},
                     {"InterceptTable", t.intercept_table}};
  return to_lanes(site.graph, site.name, out, op.width, beats);
}

}  // namespace

OpUnit<Pwl> unit_of(const Pwl&) {
  return {folds, cost, build};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Pwl in hardware, fold.out elements at a time: each with a table of all values, or with a line's
// choice and a multiplier.
#include "hw/units/pwl_tables.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::vector<Fold> folds(const Program&, const Pwl&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost cost(const Program& program, const Pwl& op, const HardwareSpec& hardware, Fold fold) {
  const std::int64_t steps = beats_of(op.width, fold.out);
  if (as_table(hardware, op.table, program.edges[op.x].type.bits)) {
    return {.multipliers = 0, .steps = steps, .tables = fold.out};
  }
  return {.multipliers = fold.out, .steps = steps};
}

int build_table(Site& site) {
  const auto contexts = contexts_of<Pwl>(site);
  const int par = site.fold.out, width = contexts.front()->width, count = site.contexts();
  const int x_bits = site.type(contexts.front()->x).bits, y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(width, par);
  std::vector<std::string> words;
  for (int c = 0; c < count; ++c) {
    const Pwl& op = *contexts[c];
    pack_values(words, fx::tabulate(op.table, site.type(op.x), site.y_type(c)), y_bits);
  }
  const int in = narrow(site.graph, site.name + "_in", site.inputs[0], par, width);
  const int out = add_stream(site.graph, par, y_bits);
  Instance& core = add_instance(site.graph, "em_table", site.name, {in}, {out});
  core.core = true;
  core.timing = Steps{.depth = 1, .active = beats};
  core.parts.add(Control{beats, 1});
  core.parts.add(Rom{std::ssize(words), y_bits}, par);
  core.parameters = {
      {"Par", number(par)},
      {"Beats", number(beats)},
      {"XBits", number(x_bits)},
      {"YBits", number(y_bits)},
      {"Contexts", number(count)},
      {"Init", add_memory(site.graph, site.name + "_values", y_bits, std::move(words))}};
  return to_lanes(site.graph, site.name, out, width, beats);
}

int build_lines(Site& site) {
  const auto contexts = contexts_of<Pwl>(site);
  const Pwl& op = *contexts.front();
  const int par = site.fold.out, count = site.contexts();
  const int x_bits = site.type(op.x).bits, y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  std::vector<const PwlTable*> all;
  for (const Pwl* o : contexts) all.push_back(&std::get<PwlTable>(o->table));
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
    return std::get<PwlTable>(o.table).slope.exp + site.type(o.x).exp;
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

int build(Site& site) {
  const Pwl& op = *contexts_of<Pwl>(site).front();
  return as_table(site.hardware, op.table, site.type(op.x).bits) ? build_table(site)
                                                                 : build_lines(site);
}

}  // namespace

OpUnit<Pwl> unit_of(const Pwl&) {
  return {folds, cost, build};
}

}  // namespace emamba

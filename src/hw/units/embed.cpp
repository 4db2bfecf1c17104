// SPDX-License-Identifier: Apache-2.0
// Embed in hardware: a table's row and a bias, Lanes numbers at a time.
#include "hw/units/unit.h"

namespace emamba {
namespace {

// There is no multiplier to save.
std::vector<Fold> folds(const Program&, const Embed&, const HardwareSpec& hardware) {
  return {{1, hardware.lanes}};
}

FoldCost cost(const Program&, const Embed& op, const HardwareSpec& hardware, Fold) {
  return {0, beats_of(op.out, hardware.lanes)};
}

int build(Site& site) {
  const auto contexts = contexts_of<Embed>(site);
  const Embed& op = *contexts.front();
  const int lanes = site.lanes(), y_bits = site.y_type().bits, acc = acc_bits(site);
  const std::int64_t beats = beats_of(op.out, lanes);
  const int out = add_stream(site.graph, lanes, y_bits);
  std::vector<std::string> table, bias;
  for (int id = 0; id < op.vocab; ++id) {
    pack(table, op.out, lanes, 8, [&](std::int64_t i) { return op.table.row(id)[i]; });
  }
  for (int row = 0; row < op.bias_rows; ++row) {
    pack(bias, op.out, lanes, acc, [&](std::int64_t i) { return op.bias.row(row)[i]; });
  }
  const auto table_words = static_cast<std::int64_t>(table.size());
  const auto bias_words = static_cast<std::int64_t>(bias.size());
  const bool block = site.rule.wants_block(table_words, lanes * 8);

  Instance& core = add_instance(site.graph, "em_embed", site.name, site.inputs, {out});
  core.core = true;
  core.timing = Steps{.depth = 4, .active = beats, .pop_every = {beats}};
  core.parts.add(Control{beats, 4});
  core.parts.add(Rom{table_words, lanes * 8, block});
  core.parts.add(Rom{bias_words, lanes * acc});
  core.parts.add(Adder{acc}, lanes);
  core.parts.add(Requantiser{acc, y_bits}, lanes);
  core.parameters = {
      {"InPar", number(lanes)},
      {"OutPar", number(lanes)},
      {"OutBeats", number(beats)},
      {"XBits", number(site.type(op.x).bits)},
      {"YBits", number(y_bits)},
      {"AccBits", number(acc)},
      {"Vocab", number(op.vocab)},
      {"BiasRows", number(op.bias_rows)},
      {"Shift", shifts(site, contexts, [](const Embed& o) { return o.table_type.exp; })},
      {"BlockTable", flag(block)},
      {"TableInit", add_memory(site.graph, site.name + "_table", lanes * 8, std::move(table))},
      {"BiasInit", add_memory(site.graph, site.name + "_bias", lanes * acc, std::move(bias))}};
  return out;
}

}  // namespace

OpUnit<Embed> unit_of(const Embed&) {
  return {folds, cost, build};
}

}  // namespace emamba

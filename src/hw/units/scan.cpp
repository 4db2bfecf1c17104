// SPDX-License-Identifier: Apache-2.0
// Scan in hardware: fold.out channels by fold.in states at a time, which divide N.
#include <optional>

#include "fx/scan.h"
#include "hw/units/pwl_tables.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// Cycles from a state to the same state: its register, a multiplier and an addition.
constexpr int kRecurrence = kMulLatency + 2;

std::vector<Fold> folds(const Program&, const Scan& op, const HardwareSpec& hardware) {
  std::vector<Fold> folds;
  for (int in : divisors(op.states)) {
    for (int out : multiples(hardware.lanes, beats_of(op.width, hardware.lanes))) {
      folds.push_back({in, out});
    }
  }
  return folds;
}

// Of z = delta * A.
constexpr int kZBits = 8;

// Multipliers of a state, and of a channel besides.
int cell_products(const HardwareSpec& hardware, const Scan& op) {
  return (as_table(hardware, op.exp, kZBits) ? 4 : 5) + (op.order == ScanOrder::kDeltaB ? 1 : 0);
}
int channel_products(const Scan& op) {
  return op.order == ScanOrder::kDeltaX ? 2 : 1;
}

FoldCost cost(const Program&, const Scan& op, const HardwareSpec& hardware, Fold fold) {
  const std::int64_t steps = beats_of(op.width, fold.out) * (op.states / fold.in);
  return {std::int64_t{fold.out} * (cell_products(hardware, op) * fold.in + channel_products(op)),
          std::max({steps, std::int64_t{kRecurrence}, beats_of(op.width, hardware.lanes),
                    beats_of(op.states, hardware.lanes)})};
}

// Bits of the numbers that a unit works on.
struct Widths {
  int x, delta, b, c, y, state, increment, acc;
  int stored() const { return state - fx::kStateDrop; }
};

int increment_shift(const Site& site, const Scan& op) {
  return op.state_type.exp - (op.product_type.exp + site.type(product_of(op).second).exp);
}

Widths widths(const Site& site, const Contexts<Scan>& contexts) {
  const Scan& op = *contexts.front();
  const auto bits = [&](EdgeIndex edge) { return site.type(edge).bits; };
  return {.x = bits(op.x),
          .delta = bits(op.delta),
          .b = bits(op.B),
          .c = bits(op.C),
          .y = site.y_type().bits,
          .state = most(contexts, [](const Scan& o) { return o.state_type.bits; }),
          .increment =
              bits(product_of(op).second) + 8 +
              most(contexts, [&](const Scan& o) { return std::max(0, -increment_shift(site, o)); }),
          .acc = acc_bits(site)};
}

struct Memories {
  std::vector<std::string> a, d;
};

// A as (contexts, d_beats, n_beats) words of (d_par, n_par), D as (contexts, d_beats) words.
Memories memories(const Contexts<Scan>& contexts, int d_par, int n_par) {
  Memories result;
  for (const Scan* o : contexts) {
    for (int first = 0; first < o->width; first += d_par) {
      for (int n = 0; n < o->states; n += n_par) {
        Bits word;
        for (int channel = first; channel < first + d_par; ++channel) {
          for (int k = 0; k < n_par; ++k) {
            word.put(channel < o->width ? o->A.row(channel)[n + k] : 0, 8);
          }
        }
        result.a.push_back(word.hex());
      }
    }
    pack(result.d, o->width, d_par, 8, [&](std::int64_t i) { return o->D.data[i]; });
  }
  return result;
}

// The states of a channel that are worked on at a time (em_scan_cell), with exp from a table or
// from lines. `pairs` of them share multipliers.
Parts cells_parts(const Widths& w, const Scan& op, const std::optional<PwlTables>& lines,
                  int contexts, int cells, int pairs) {
  Parts parts;
  const auto multiply = [&](int shared, int own) {
    parts.add(MultiplierPair{shared, own}, pairs);
    parts.add(Multiplier{shared, own}, cells - 2 * pairs);
  };
  const bool delta_x = op.order == ScanOrder::kDeltaX;
  const int second = delta_x ? w.b : w.x;  // bits of the factor that meets what is rounded
  multiply(w.delta, 8);
  if (delta_x) {
    multiply(8, w.b);
  } else {
    multiply(w.delta, w.b);
    multiply(w.x, 8);
  }
  Parts cell;
  cell.add(Multiplier{8, w.stored(), true});
  cell.add(Multiplier{w.c, w.state, true});
  // An increment is a product shifted: the bits that the shift fills take no adder and no delay.
  const int moved = std::min(w.increment, second + 8);
  cell.add(Adder{moved + 1});
  cell.add(Requantiser{w.delta + 8, 8, contexts});
  if (!delta_x) cell.add(Requantiser{w.delta + w.b, 8, contexts});
  cell.add(Requantiser{second + 8, moved, contexts});
  cell.add(Requantiser{std::max(w.state + 1, w.increment) + 1, w.state, 1});
  cell.add(Register{8 + (delta_x ? 0 : 8) + moved});
  if (!lines) {
    cell.add(Rom{256 * contexts, 7});
  } else {
    const PwlTables& t = *lines;
    const int line = std::max(8 + t.slope_bits, t.intercept_bits) + 1;
    cell.add(Multiplier{t.slope_bits, 8});
    cell.add(PwlLine{8, t.knots, t.slope_bits, t.intercept_bits, contexts});
    cell.add(Adder{line});
    cell.add(Requantiser{line, 8, contexts});
    cell.add(Register{8 + t.slope_bits + 3 * t.intercept_bits});
    cell.add(Delay{moved, kMulLatency + 1});
  }
  parts.add(cell, cells);
  return parts;
}

// What the states of a channel share: their factor of the increment, the sum of their terms, and
// the skip.
Parts channel_parts(const Widths& w, const Scan& op, int n_par, int depth, int contexts) {
  Parts channel = adder_tree(n_par, w.c + w.state, w.acc);
  channel.add(Multiplier{8, w.x});
  channel.add(Adder{w.acc});
  channel.add(Requantiser{w.x + 8, w.x + 8, contexts});
  channel.add(Requantiser{w.acc, w.y, contexts});
  channel.add(Register{w.acc + w.y + w.x + w.delta});
  if (op.order == ScanOrder::kDeltaX) {
    channel.add(Multiplier{w.delta, w.x});
    channel.add(Requantiser{w.delta + w.x, 8, contexts});
    channel.add(Register{8});
  } else {
    channel.add(Delay{w.x, kMulLatency + 1});
  }
  channel.add(Delay{w.x, depth - 5});
  return channel;
}

int build(Site& site) {
  const auto contexts = contexts_of<Scan>(site);
  const Scan& op = *contexts.front();
  const int d_par = site.fold.out, n_par = site.fold.in, count = site.contexts();
  const int lanes = site.lanes(), cells = d_par * n_par;
  const std::int64_t d_beats = beats_of(op.width, d_par), n_beats = op.states / n_par;
  const Widths w = widths(site, contexts);
  const bool table = as_table(site.hardware, op.exp, kZBits);
  std::optional<PwlTables> lines;
  std::vector<std::string> values;
  if (table) {
    for (const Scan* o : contexts) {
      pack_values(values, fx::tabulate_abar(o->exp, o->z_type), 7);
    }
  } else {
    std::vector<const PwlTable*> all;
    for (const Scan* o : contexts) all.push_back(&std::get<PwlTable>(o->exp));
    lines = pwl_tables(all, kZBits);
  }
  Memories words = memories(contexts, d_par, n_par);
  const auto a_words = static_cast<std::int64_t>(words.a.size());
  const auto d_words = static_cast<std::int64_t>(words.d.size());
  const bool block = site.rule.wants_block(a_words, cells * 8);
  const int depth = scan_read(table) + 2 * kMulLatency + tree_latency(n_par) + 3;
  const std::int64_t steps = d_beats * n_beats;
  const int idle = static_cast<int>(std::max<std::int64_t>(0, kRecurrence - steps));

  // B and C come as one beat each.
  const std::int64_t channel_beats = beats_of(op.width, lanes);
  const std::int64_t state_beats = beats_of(op.states, lanes);
  const int state_words = static_cast<int>(state_beats) * lanes;
  const int x = widen(site.graph, site.name + "_x", site.inputs[0], d_par, channel_beats, d_beats);
  const int delta =
      widen(site.graph, site.name + "_delta", site.inputs[1], d_par, channel_beats, d_beats);
  const int B = widen(site.graph, site.name + "_b", site.inputs[2], state_words, state_beats, 1);
  const int C = widen(site.graph, site.name + "_c", site.inputs[3], state_words, state_beats, 1);
  const int out = add_stream(site.graph, d_par, w.y);
  Instance& core = add_instance(site.graph, "em_scan", site.name, {x, delta, B, C}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth,
                      .active = steps,
                      .idle = idle,
                      .pop_every = {n_beats, n_beats, steps, steps},
                      .emit_every = n_beats};
  core.products = core.vectors * op.width *
                  (cell_products(site.hardware, op) * op.states + channel_products(op));
  Parts& parts = core.parts;
  parts.add(Control{a_words, depth});
  const int pairs = site.hardware.paired_products ? n_par / 2 : 0;
  parts.add(cells_parts(w, op, lines, count, n_par, pairs), d_par);
  parts.add(channel_parts(w, op, n_par, depth, count), d_par);
  parts.add(Delay{w.c, scan_read(table) + kMulLatency}, n_par);
  if (op.order == ScanOrder::kDeltaX) parts.add(Delay{w.b, kMulLatency + 1}, n_par);
  parts.add(Register{n_par * (w.b + w.c)});
  parts.add(Multiplexer{n_beats, n_par * (w.b + w.c)});
  parts.add(Rom{a_words, cells * 8, block});
  parts.add(Rom{d_words, d_par * 8});
  parts.add(Ram{steps, cells * w.stored()});
  parts.add(Logic{cells * w.stored()});  // zeros for the first token

  // Without lines, their parameters say nothing.
  const PwlTables t = lines.value_or(PwlTables{1, 2, 2, "'0", "'0", "'0"});
  const auto exp = [&](EdgeIndex edge) { return site.type(edge).exp; };
  const auto shift = [&](const auto& value) { return bytes(contexts, value); };
  core.parameters = {
      {"Pairs", flag(pairs > 0)},
      {"DeltaX", flag(op.order == ScanOrder::kDeltaX)},
      {"DPar", number(d_par)},
      {"NPar", number(n_par)},
      {"DBeats", number(d_beats)},
      {"NBeats", number(n_beats)},
      {"BWords", number(state_words)},
      {"XBits", number(w.x)},
      {"DeltaBits", number(w.delta)},
      {"BBits", number(w.b)},
      {"CBits", number(w.c)},
      {"YBits", number(w.y)},
      {"StateBits", number(w.state)},
      {"IncrementBits", number(w.increment)},
      {"AccBits", number(w.acc)},
      {"ExpTable", flag(table)},
      {"ExpInit",
       table ? add_memory(site.graph, site.name + "_exp", 7, std::move(values)) : "\"\""},
      {"Knots", number(t.knots)},
      {"SlopeBits", number(t.slope_bits)},
      {"InterceptBits", number(t.intercept_bits)},
      {"Contexts", number(count)},
      {"ZShift",
       shift([&](const Scan& o) { return o.z_type.exp - (exp(o.delta) + o.A_type.exp); })},
      {"AbarShift", shift([&](const Scan& o) {
         return table ? 0
                      : fx::kAbarType.exp - (std::get<PwlTable>(o.exp).slope.exp + o.z_type.exp);
       })},
      {"ProductShift", shift([&](const Scan& o) {
         return o.product_type.exp - (exp(o.delta) + exp(product_of(o).first));
       })},
      {"IncrementShift", shift([&](const Scan& o) { return increment_shift(site, o); })},
      {"SkipShift", shift([&](const Scan& o) {
         return exp(o.C) + o.state_type.exp - (o.D_type.exp + exp(o.x));
       })},
      {"Shift", shifts(site, contexts, [&](const Scan& o) { return exp(o.C) + o.state_type.exp; })},
      {"KnotTable", t.knot_table},
      {"SlopeTable", t.slope_table},
      {"InterceptTable", t.intercept_table},
      {"BlockWeights", flag(block)},
      {"AInit", add_memory(site.graph, site.name + "_a", cells * 8, std::move(words.a))},
      {"DInit", add_memory(site.graph, site.name + "_d", d_par * 8, std::move(words.d))}};
  return to_lanes(site.graph, site.name, out, op.width, d_beats);
}

}  // namespace

OpUnit<Scan> unit_of(const Scan&) {
  return {folds, cost, build};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Attention in hardware: keys and values of a whole sequence wait on the chip, and are given again
// for every query. fold.in channels of fold.out keys at a time, for scores and for sums of values.
#include "fx/attention.h"

#include "hw/units/largest.h"
#include "hw/units/reciprocals.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// How a query's work is laid out in steps: for every group of keys all parts of the channels. A
// beat has channels of several heads, or a part of one's.
struct Layout {
  int par = 1;       // channels in a beat, with padding
  int keys = 1;      // at a time
  int heads = 1;     // in a beat
  int channels = 1;  // of each of these
  int steps = 1;     // beats a head
  int parts = 1;     // beats a vector
  int groups = 1;    // of keys

  int head_beats() const { return parts / steps; }
  std::int64_t query_steps() const { return std::int64_t{groups} * parts; }
};

Layout layout_of(const Attention& op, Fold fold) {
  Layout layout{.par = fold.in, .keys = fold.out, .groups = op.tokens / fold.out};
  const int own = op.head_width();
  layout.heads = std::max(1, std::min(fold.in, op.width) / own);
  layout.channels = std::min(fold.in, own);
  layout.steps = own / layout.channels;
  layout.parts = static_cast<int>(beats_of(op.width, fold.in));
  return layout;
}

std::vector<Fold> folds(const Program&, const Attention& op, const HardwareSpec& hardware) {
  std::vector<Fold> folds;
  const int own = op.head_width();
  for (int par : multiples(hardware.lanes, beats_of(op.width, hardware.lanes))) {
    if (par < op.width && (op.width % par != 0 || (par % own != 0 && own % par != 0))) continue;
    folds.push_back({par, 1});
    if (par < op.width) continue;
    for (int keys : divisors(op.tokens)) {
      if (keys > 1) folds.push_back({par, keys});
    }
    break;
  }
  return folds;
}

// Numbers at a time in which answers are divided: few, as they come once for many steps.
int answers_at_once(const Attention& op, int lanes, const Layout& layout) {
  for (int par : multiples(lanes, beats_of(op.width, lanes))) {
    if (layout.par % par == 0 && beats_of(op.width, par) <= layout.query_steps()) return par;
  }
  return layout.par;
}

FoldCost cost(const Program&, const Attention& op, const HardwareSpec& hardware, Fold fold) {
  const Layout layout = layout_of(op, fold);
  const std::int64_t products = std::int64_t{layout.heads} * layout.channels * layout.keys;
  return {.multipliers = 2 * products + answers_at_once(op, hardware.lanes, layout),
          .steps = std::max(layout.query_steps(), beats_of(op.width, hardware.lanes)),
          .tables = std::int64_t{layout.heads} * layout.keys};
}

// The beats of `in`, `beats` at a time, `times` times over.
int add_replay(Site& site, const std::string& name, int in, std::int64_t beats,
               std::int64_t times) {
  const StreamType s = site.graph.design.streams[in];
  const int out = add_stream(site.graph, s.words, s.bits);
  Instance& replay = add_instance(site.graph, "em_replay", name, {in}, {out});
  const bool block = site.rule.wants_block(2 * beats, s.data_bits());
  replay.timing = Replay{beats, times};
  replay.parameters = {{"Width", number(s.data_bits())},
                       {"Beats", number(beats)},
                       {"Times", number(times)},
                       {"Block", flag(block)}};
  replay.parts.add(Ram{2 * beats, s.data_bits(), block});
  replay.parts.add(Register{(block ? 0 : s.data_bits()) + 2});
  replay.parts.add(Control{beats * times, 1});
  replay.parts.add(Control{beats, 0});
  return out;
}

// All keys, or values, of a sequence for each of its queries.
int add_store(Site& site, const std::string& name, int in, const Attention& op,
              const Layout& layout) {
  const std::int64_t beats = beats_of(op.width, site.lanes());
  const std::int64_t vectors = site.graph.vectors;
  site.graph.vectors = vectors / layout.keys;  // those of several keys come together
  const int words = resize(site.graph, name + "_in", in, layout.par * layout.keys,
                           beats * layout.keys, layout.parts);
  site.graph.vectors = vectors;
  return add_replay(site, name, words, layout.query_steps(), op.tokens);
}

// From query and keys to beats of (keys, heads) scores.
int add_scores(Site& site, const Contexts<Attention>& contexts, const Layout& layout, int queries,
               int keys) {
  const Attention& op = *contexts.front();
  const int count = site.contexts(), scores = layout.keys * layout.heads;
  const int sum_bits = 16 + fx::ceil_log2(op.head_width());
  const int depth = kMulLatency + tree_latency(layout.channels) + 2;
  const int out = add_stream(site.graph, scores, 8);
  Instance& core =
      add_instance(site.graph, "em_scores", site.name + "_scores", {queries, keys}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth,
                      .active = layout.query_steps(),
                      .pop_every = {layout.parts == 1 ? layout.query_steps() : 1, 1},
                      .emit_every = layout.steps};
  core.products = core.vectors * op.tokens * op.width;
  const bool pairs = site.hardware.paired_products && layout.keys > 1;
  const int paired = pairs ? layout.keys / 2 : 0;
  const std::int64_t channels = std::int64_t{layout.heads} * layout.channels;
  Parts& parts = core.parts;
  parts.add(Control{layout.query_steps(), depth});
  parts.add(MultiplierPair{8, 8}, channels * paired);
  parts.add(Multiplier{8, 8}, channels * (layout.keys - 2 * paired));
  parts.add(adder_tree(layout.channels, 16, sum_bits), scores);
  if (layout.steps > 1) {
    parts.add(Adder{sum_bits}, scores);
    parts.add(Choice{sum_bits}, scores);
  }
  parts.add(Register{sum_bits + 8}, scores);
  parts.add(Requantiser{sum_bits, 8, count}, scores);
  core.parameters = {{"Pairs", flag(pairs)},
                     {"Par", number(layout.par)},
                     {"Keys", number(layout.keys)},
                     {"Heads", number(layout.heads)},
                     {"HeadChannels", number(layout.channels)},
                     {"Steps", number(layout.steps)},
                     {"Parts", number(layout.parts)},
                     {"Groups", number(layout.groups)},
                     {"Contexts", number(count)},
                     {"Shift", bytes(contexts, [&](const Attention& o) {
                        return o.score_type.exp - site.type(o.queries).exp - site.type(o.keys).exp;
                      })}};
  return out;
}

// From scores to beats of (keys, heads) weights.
int add_softmax(Site& site, const Contexts<Attention>& contexts, const Layout& layout, int scores) {
  const int words = layout.keys * layout.heads, head_beats = layout.head_beats();
  const std::int64_t steps = std::int64_t{layout.groups} * head_beats;
  const std::vector<int> ways = add_fork(site.graph, site.name + "_scores_fork", scores, 2);
  const int waiting = add_buffer(site.graph, site.name + "_row", ways[0]);

  int largest = add_max(site.graph, site.name + "_max", ways[1],
                        {.par = layout.heads,
                         .together = layout.keys,
                         .beats = head_beats,
                         .terms = layout.groups,
                         .bits = 8});
  if (head_beats > 1) {
    largest = add_replay(site, site.name + "_max_again", largest, head_beats, layout.groups);
  }
  largest = add_buffer(site.graph, site.name + "_max_ready", largest);

  std::vector<std::string> table;
  for (const Attention* op : contexts) {
    pack(table, std::ssize(op->weights), 1, 8, [&](std::int64_t i) { return op->weights[i]; });
  }
  const int out = add_stream(site.graph, words, 8);
  Instance& core =
      add_instance(site.graph, "em_softmax", site.name + "_softmax", {waiting, largest}, {out});
  core.timing = Steps{
      .depth = 2, .active = steps, .pop_every = {1, head_beats == 1 ? steps : std::int64_t{1}}};
  core.parts.add(Control{steps, 2});
  core.parts.add(Adder{8}, words);
  core.parts.add(Register{8}, words);
  core.parts.add(Rom{.words = std::ssize(table), .width = 8, .smooth = true}, words);
  core.parameters = {{"Keys", number(layout.keys)},
                     {"Heads", number(layout.heads)},
                     {"HeadBeats", number(head_beats)},
                     {"Groups", number(layout.groups)},
                     {"Contexts", number(site.contexts())},
                     {"Init", add_memory(site.graph, site.name + "_weights", 8, std::move(table))}};
  return out;
}

// Of a query's weights of all keys, unsigned.
int weight_sum_bits(const Attention& op) {
  return 8 + fx::ceil_log2(op.tokens);  // em_pkg::weight_sum_bits
}

// From weights and values to beats {sums of weights, sums of values}.
int add_sums(Site& site, const Attention& op, const Layout& layout, int weights, int values,
             int acc) {
  const int weight_sum = weight_sum_bits(op);
  const int depth = kMulLatency + tree_latency(layout.keys) + 1;
  const int out = add_stream(site.graph, 1, layout.heads * weight_sum + layout.par * acc);
  Instance& core =
      add_instance(site.graph, "em_weighted_sum", site.name + "_sums", {weights, values}, {out});
  core.timing = Steps{.depth = depth,
                      .active = layout.query_steps(),
                      .pop_every = {1, 1},
                      .emit_from = layout.query_steps() - layout.parts};
  core.products = core.vectors * op.tokens * op.width;
  const bool pairs = site.hardware.paired_products && layout.channels > 1;
  const int paired = pairs ? layout.channels / 2 : 0;
  const std::int64_t used = std::int64_t{layout.heads} * layout.channels;
  const std::int64_t sums = std::int64_t{layout.heads} * layout.keys;
  Parts& parts = core.parts;
  parts.add(Control{layout.query_steps(), depth});
  parts.add(MultiplierPair{9, 8}, sums * paired);
  parts.add(Multiplier{9, 8}, sums * (layout.channels - 2 * paired));
  parts.add(adder_tree(layout.keys, 17, acc), used);
  parts.add(adder_tree(layout.keys, 9, weight_sum), layout.heads);
  parts.add(Delay{9, kMulLatency}, sums);
  parts.add(Adder{acc}, used);
  parts.add(Adder{weight_sum}, layout.heads);
  parts.add(Choice{used * acc + layout.heads * weight_sum});
  parts.add(Register{used * acc + layout.heads * weight_sum});
  parts.add(Ram{layout.parts, used * acc + layout.heads * weight_sum});
  core.parameters = {{"Pairs", flag(pairs)},
                     {"Par", number(layout.par)},
                     {"Keys", number(layout.keys)},
                     {"Heads", number(layout.heads)},
                     {"HeadChannels", number(layout.channels)},
                     {"Parts", number(layout.parts)},
                     {"Groups", number(layout.groups)},
                     {"AccBits", number(acc)}};
  return out;
}

// From these to words {reciprocal, sum of values}, several at a time.
int add_reciprocals(Site& site, const Attention& op, const Layout& layout, int sums, int acc,
                    int par) {
  const int bits = fx::weight_reciprocal_bits(op.tokens);
  const int weight_sum = weight_sum_bits(op);
  const std::string name = site.name + "_reciprocal";
  const int out = add_stream(site.graph, layout.par, bits + acc);
  Instance& core = add_instance(site.graph, "em_weight_reciprocal", name, {sums}, {out});
  core.timing = Steps{.depth = kLeadingLatency, .active = layout.parts};
  core.parts.add(Control{layout.parts, kLeadingLatency});
  core.parts.add(Delay{acc, kLeadingLatency}, std::int64_t{layout.heads} * layout.channels);
  core.parts.add(leading_reciprocal(weight_sum, bits, fx::weight_sum_fraction(op.tokens), false),
                 layout.heads);
  core.parameters = {
      {"Par", number(layout.par)},
      {"Heads", number(layout.heads)},
      {"HeadChannels", number(layout.channels)},
      {"Beats", number(layout.parts)},
      {"Keys", number(op.tokens)},
      {"AccBits", number(acc)},
      {"TableInit", add_memory(site.graph, name, kLeadingEntryBits, leading_table(false))}};
  return resize(site.graph, name + "_out", add_buffer(site.graph, name + "_ready", out), par,
                layout.parts, beats_of(op.width, par));
}

int build(Site& site) {
  const auto contexts = contexts_of<Attention>(site);
  const Attention& op = *contexts.front();
  const Layout layout = layout_of(op, site.fold);
  const int acc = acc_bits(site, 17), lanes = site.lanes(), y_bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, lanes);

  int queries =
      widen(site.graph, site.name + "_queries", site.inputs[0], layout.par, beats, layout.parts);
  if (layout.parts > 1) {
    queries = add_replay(site, site.name + "_query", queries, layout.parts, layout.groups);
  }
  const int keys = add_store(site, site.name + "_keys", site.inputs[1], op, layout);
  const int values = add_store(site, site.name + "_values", site.inputs[2], op, layout);
  int weights =
      add_softmax(site, contexts, layout, add_scores(site, contexts, layout, queries, keys));
  if (layout.steps > 1) {
    weights = add_replay(site, site.name + "_weight", weights, 1, layout.steps);
  }
  const int par = answers_at_once(op, lanes, layout);
  const int words =
      add_reciprocals(site, op, layout, add_sums(site, op, layout, weights, values, acc), acc, par);
  const int reciprocal = fx::weight_reciprocal_bits(op.tokens);
  const std::int64_t answer_beats = beats_of(op.width, par);
  const int out = add_stream(site.graph, par, y_bits);
  Instance& mean =
      add_instance(site.graph, "em_weighted_mean", site.name + "_mean", {words}, {out});
  mean.timing = Steps{.depth = kMulLatency + 1, .active = answer_beats};
  mean.products = mean.vectors * op.width;
  mean.parts.add(Control{answer_beats, kMulLatency + 1});
  mean.parts.add(Multiplier{acc, reciprocal + 1}, par);
  mean.parts.add(Requantiser{acc + reciprocal + 1, y_bits, site.contexts()}, par);
  mean.parts.add(Register{y_bits}, par);
  mean.parameters = {{"Par", number(par)},
                     {"Beats", number(answer_beats)},
                     {"AccBits", number(acc)},
                     {"ReciprocalBits", number(reciprocal)},
                     {"YBits", number(y_bits)},
                     {"Contexts", number(site.contexts())},
                     {"Shift", shifts(site, contexts, [&](const Attention& o) {
                        return site.type(o.values).exp - fx::weight_sum_fraction(o.tokens);
                      })}};
  return to_lanes(site.graph, site.name, out, op.width, answer_beats);
}

}  // namespace

OpUnit<Attention> unit_of(const Attention&) {
  return {folds, cost, build};
}

}  // namespace emamba

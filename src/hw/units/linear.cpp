// SPDX-License-Identifier: Apache-2.0
// Linear in hardware: fold.in inputs by fold.out outputs at a time; also on a flattened sequence or
// a window, which it works on while its pieces arrive.
#include "hw/units/channel_shift.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// Beats of `in` numbers in which the input is taken.
std::int64_t input_beats(const Program& program, const Linear& op, int lanes, int in) {
  const std::int64_t beats = arriving_beats(program, op.x, lanes);
  if (in >= lanes) return beats_of(beats, in / lanes);
  return pieces_of(program, op.x).count > 1 ? beats * (lanes / in) : beats_of(op.in, in);
}

// The window that a Linear reads, if its vectors are of one beat, so that several may come at once;
// else null.
const Window* wide_window(const Program& program, const Linear& op, int lanes) {
  const auto* window = op.x > 0 ? std::get_if<Window>(&program.ops[op.x - 1]) : nullptr;
  return window != nullptr && window->width <= lanes ? window : nullptr;
}

std::vector<int> input_widths(const Program& program, const Linear& op, int lanes) {
  const Window* window = wide_window(program, op, lanes);
  if (window == nullptr) return multiples(lanes, arriving_beats(program, op.x, lanes));
  // A row of the kernel, or all of it.
  std::vector<int> widths = divisors(lanes);
  for (int at_once : {window->kernel.width, window->taps()}) {
    if (at_once * lanes > widths.back()) widths.push_back(at_once * lanes);
  }
  return widths;
}

std::vector<Fold> folds(const Program& program, const Linear& op, const HardwareSpec& hardware) {
  const int lanes = hardware.lanes;
  std::vector<Fold> folds;
  for (int in : input_widths(program, op, lanes)) {
    for (int out : multiples(lanes, beats_of(op.out, lanes))) folds.push_back({in, out});
  }
  return folds;
}

FoldCost cost(const Program& program, const Linear& op, const HardwareSpec& hardware, Fold fold) {
  const int lanes = hardware.lanes;
  const std::int64_t groups = input_beats(program, op, lanes, fold.in);
  const std::int64_t arriving =
      wide_window(program, op, lanes) != nullptr ? 1 : arriving_beats(program, op.x, lanes);
  const std::int64_t steps =
      std::max({groups * beats_of(op.out, fold.out), arriving, beats_of(op.out, lanes)});
  return {std::int64_t{fold.in} * fold.out, steps};
}

struct Memories {
  std::vector<std::string> weights, bias;
};

// Weights as (contexts, in_beats, out_beats) words of (out_par, in_par); biases as (contexts, rows,
// out_beats) words of out_par.
Memories memories(const Site& site, const Contexts<Linear>& contexts, std::int64_t in_beats,
                  std::int64_t out_beats, int acc) {
  const Linear& op = *contexts.front();
  const Pieces pieces = pieces_of(site.program, op.x);
  // The input that stands at place `at` of the arriving numbers; -1 for padding.
  const std::int64_t padded = beats_of(pieces.width, site.lanes()) * site.lanes();
  const auto input_at = [&](std::int64_t at) -> std::int64_t {
    const std::int64_t piece = at / padded, channel = at % padded;
    return piece < pieces.count && channel < pieces.width ? piece * pieces.width + channel : -1;
  };
  const int in_par = site.fold.in, out_par = site.fold.out;
  Memories result;
  for (const Linear* o : contexts) {
    for (std::int64_t i = 0; i < in_beats; ++i) {
      for (std::int64_t g = 0; g < out_beats; ++g) {
        Bits word;
        for (int y = 0; y < out_par; ++y) {
          for (int x = 0; x < in_par; ++x) {
            const std::int64_t row = g * out_par + y, column = input_at(i * in_par + x);
            word.put(row < op.out && column >= 0 ? o->weight.row(row)[column] : 0, 8);
          }
        }
        result.weights.push_back(word.hex());
      }
    }
    for (int row = 0; row < op.bias_rows; ++row) {
      pack(result.bias, op.out, out_par, acc, [&](std::int64_t i) { return o->bias.row(row)[i]; });
    }
  }
  return result;
}

int build(Site& site) {
  const auto contexts = contexts_of<Linear>(site);
  const Linear& op = *contexts.front();
  const int in_par = site.fold.in, out_par = site.fold.out, count = site.contexts();
  const int x_bits = site.type(op.x).bits, y_bits = site.y_type().bits;
  const int acc = acc_bits(site, x_bits + 8);
  const std::int64_t in_beats = input_beats(site.program, op, site.lanes(), in_par);
  const std::int64_t out_beats = beats_of(op.out, out_par);
  const std::int64_t weight_words = count * in_beats * out_beats;
  const std::int64_t bias_words = count * op.bias_rows * out_beats;
  Memories words;
  if (site.graph.contents) words = memories(site, contexts, in_beats, out_beats, acc);
  const int weight_bits = in_par * out_par * 8;
  const bool block = site.rule.wants_block(weight_words, weight_bits);
  const int depth = 3 + kMulLatency + tree_latency(in_par);

  const int at_once = site.graph.design.streams[site.inputs[0]].words / site.lanes();
  const int in = widen(site.graph, site.name + "_in", site.inputs[0], in_par,
                       arriving_beats(site.program, op.x, site.lanes()) / at_once, in_beats);
  const int out = add_stream(site.graph, out_par, y_bits);
  Instance& core = add_instance(site.graph, "em_linear", site.name, {in}, {out});
  core.core = true;
  core.timing = Steps{.depth = depth,
                      .active = in_beats * out_beats,
                      .pop_every = {out_beats},
                      .emit_from = (in_beats - 1) * out_beats};
  core.products = core.vectors * op.in * op.out;
  Parts& parts = core.parts;
  parts.add(Control{weight_words, depth});
  const int pairs = site.hardware.paired_products ? out_par / 2 : 0;
  parts.add(MultiplierPair{x_bits, 8}, std::int64_t{in_par} * pairs);
  parts.add(Multiplier{x_bits, 8}, std::int64_t{in_par} * (out_par - 2 * pairs));
  parts.add(adder_tree(in_par, x_bits + 8, acc), out_par);
  parts.add(Adder{acc}, out_par);
  parts.add(Register{out_par * (acc + y_bits) + in_par * x_bits});
  parts.add(Requantiser{acc, y_bits, count}, out_par);
  parts.add(Rom{weight_words, weight_bits, block});
  if (bias_words > 0) parts.add(Rom{bias_words, out_par * acc});
  if (in_beats > 1) {
    parts.add(Ram{out_beats, out_par * acc});
    parts.add(Choice{out_par * acc});  // between bias and partial sum
  }
  core.parameters = {
      {"Pairs", flag(pairs > 0)},
      {"InPar", number(in_par)},
      {"OutPar", number(out_par)},
      {"InBeats", number(in_beats)},
      {"OutBeats", number(out_beats)},
      {"XBits", number(x_bits)},
      {"YBits", number(y_bits)},
      {"AccBits", number(acc)},
      {"BiasRows", number(op.bias_rows)},
      {"Relu", flag(op.activation == Activation::kRelu)},
      {"LastOnAll", flag(!site.merged.empty())},
      {"Contexts", number(count)},
      {"Shift", shifts(site, contexts,
                       [&](const Linear& o) { return o.weight_type.exp + site.type(o.x).exp; })},
      {"BlockWeights", flag(block)},
      {"WeightInit",
       add_memory(site.graph, site.name + "_weight", weight_bits, std::move(words.weights))}};
  if (bias_words > 0) {
    core.parameters.push_back({"BiasInit", add_memory(site.graph, site.name + "_bias",
                                                      out_par * acc, std::move(words.bias))});
  }
  add_channel_shift(site, core, contexts, op.out, out_par, acc);
  return to_lanes(site.graph, site.name, out, op.out, out_beats);
}

}  // namespace

OpUnit<Linear> unit_of(const Linear&) {
  return {folds, cost, build};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "hw/plan.h"

#include <algorithm>
#include <bit>
#include <deque>
#include <map>

#include "base/error.h"
#include "fx/mean.h"
#include "fx/range_norm.h"
#include "fx/scan.h"
#include "hw/memory_image.h"

namespace emamba {
namespace {

using fx::kRatioBits;
using fx::kReciprocalBits;

// em_pkg::index_bits and em_pkg::tree_latency.
int index_bits(std::int64_t n) {
  return n > 1 ? fx::ceil_log2(n) : 1;
}
int tree_latency(int n) {
  return (fx::ceil_log2(n) + 1) / 2;
}

template <class T>
std::string number(T value) {
  return fmt::format("{}", value);
}
std::string quoted(const std::string& text) {
  return '"' + text + '"';
}

// One operation in all the blocks that share its hardware; else a list of one.
template <class T>
using Contexts = std::vector<const T*>;

// One signed byte for each context.
template <class T, class F>
std::string bytes(const Contexts<T>& contexts, const F& value) {
  Bits bits;
  for (const T* op : contexts) bits.put(value(*op), 8);
  return bits.literal();
}

template <class T, class F>
int most(const Contexts<T>& contexts, const F& value) {
  int result = value(*contexts.front());
  for (const T* op : contexts) result = std::max<int>(result, value(*op));
  return result;
}

class Planner {
 public:
  Planner(const Program& program, const HardwareSpec& hardware)
      : program_(program), hardware_(hardware), lanes_(hardware.lanes) {
    design_.name = program.name;
    design_.lanes = lanes_;
  }

  Plan program(std::vector<Fold> folds) {
    folds_ = std::move(folds);
    const Group* shared = shared_group(program_, hardware_);
    const int M = shared ? shared->times : 1;
    const std::size_t block_begin = shared ? shared->first : 0;
    const std::size_t block_size = shared ? shared->ops : 0;
    // Operations of later blocks run on the first block's hardware.
    const auto in_first = [&](std::size_t i) {
      return shared && i >= block_begin && i < block_begin + block_size;
    };
    const auto planned = [&](std::size_t i) {
      return !shared || !in_group(*shared, i) || in_first(i);
    };
    for (std::size_t i = 0; i < program_.ops.size(); ++i) {
      const Op& op = program_.ops[i];
      if (!planned(i) || flattens(i)) continue;
      for (EdgeIndex x : inputs_of(op)) ++consumers_[resolved(x)];
    }
    // The edge into shared blocks has one consumer, their entrance.
    if (shared) consumers_[inputs_of(program_.ops[block_begin])[0]] = 1;

    external_input(0);
    for (std::size_t i = 0; i < program_.ops.size(); ++i) {
      const Op& op = program_.ops[i];
      if (!planned(i) || flattens(i)) continue;
      if (shared && i == block_begin) enter_shared(inputs_of(op)[0], M);
      const bool in_shared = in_first(i);
      std::vector<std::size_t> indices;
      for (int m = 0; m < (in_shared ? M : 1); ++m) indices.push_back(i + m * block_size);
      const int stream = operation(indices);
      if (in_shared && i + 1 == block_begin + block_size) {
        leave_shared(stream, M);
      } else {
        distribute(stream);
      }
    }
    return finish();
  }

  Plan operation_alone(std::size_t index, Fold fold) {
    folds_.resize(program_.ops.size());
    folds_[index] = fold;
    for (EdgeIndex x : inputs_of(program_.ops[index])) {
      ++consumers_[resolved(x)];
      external_input(resolved(x));
    }
    distribute(operation({index}));
    return finish();
  }

 private:
  // --- Streams, instances, memories
  // ---------------------------------------------------------------

  int stream(int words, int bits) {
    design_.streams.push_back({words, bits});
    return static_cast<int>(design_.streams.size() - 1);
  }

  Instance& add(const std::string& module, const std::string& name, std::vector<int> inputs,
                std::vector<int> outputs) {
    Instance instance;
    instance.module = module;
    instance.name = "u_" + name;
    instance.unit = static_cast<int>(design_.units.size()) - 1;
    instance.inputs = std::move(inputs);
    instance.outputs = std::move(outputs);
    instance.vectors = vectors_;
    design_.instances.push_back(std::move(instance));
    return design_.instances.back();
  }

  std::string memory(const std::string& name, int width, std::vector<std::string> words) {
    const std::string file = "mem/" + name + ".hex";
    design_.memories.push_back({file, width, std::move(words)});
    return quoted(file);
  }

  // Appends a vector of `width` numbers as words of `par`; value(i) is number i, padding is 0.
  template <class F>
  static void pack(std::vector<std::string>& words, std::int64_t width, int par, int bits,
                   const F& value) {
    for (std::int64_t first = 0; first < width; first += par) {
      Bits word;
      for (std::int64_t i = first; i < first + par; ++i) word.put(i < width ? value(i) : 0, bits);
      words.push_back(word.hex());
    }
  }

  void unit(const std::string& name, const std::string& kind) {
    design_.units.push_back({name, kind});
  }

  // A buffer behind `in`, which finish() makes as deep as it will be filled.
  int buffer(const std::string& name, int in) {
    const StreamType s = design_.streams[in];
    const int out = stream(s.words, s.bits);
    add("em_fifo", name, {in}, {out}).timing = Fifo{};
    unlimited_.resize(design_.instances.size());
    unlimited_.back() = true;
    return out;
  }

  std::vector<int> fork(const std::string& name, int in, int outputs) {
    const StreamType s = design_.streams[in];
    std::vector<int> outs;
    for (int i = 0; i < outputs; ++i) outs.push_back(stream(s.words, s.bits));
    Instance& f = add("em_fork", name, {in}, outs);
    f.parameters = {{"Width", number(s.data_bits())}, {"Outputs", number(outputs)}};
    f.timing = Fork{outputs};
    f.resources = {.lut = 3 * outputs, .ff = outputs};
    return outs;
  }

  // The same numbers in beats of `words`: vectors of `beats_in` beats become vectors of
  // `beats_out`.
  int resize(const std::string& name, int in, int words, std::int64_t beats_in,
             std::int64_t beats_out) {
    const StreamType s = design_.streams[in];
    if (words == s.words) return in;
    const int out = stream(words, s.bits);
    if (words > s.words) {
      const int factor = words / s.words;
      Instance& g = add("em_gather", name + "_gather", {in}, {out});
      g.parameters = {{"Width", number(s.data_bits())},
                      {"Factor", number(factor)},
                      {"Beats", number(beats_in)}};
      g.timing = Steps{.depth = 1, .active = beats_in, .emit_every = factor};
      g.resources = control(beats_in, 1);
      g.resources += registers(words * s.bits);
    } else {
      const int factor = s.words / words;
      Instance& g = add("em_serialise", name + "_serialise", {in}, {out});
      g.parameters = {{"Width", number(words * s.bits)},
                      {"Factor", number(factor)},
                      {"Beats", number(beats_out)}};
      g.timing = Steps{.depth = 0, .active = beats_out, .pop_every = {factor}};
      g.resources = control(beats_out, 0);
      g.resources += multiplexer(factor, words * s.bits);
    }
    return out;
  }

  // The same for the input of a core that holds a beat for several steps: while it does, the next
  // wide beat is gathered.
  int widen(const std::string& name, int in, int words, std::int64_t beats_in,
            std::int64_t beats_out) {
    const int out = resize(name, in, words, beats_in, beats_out);
    return words > design_.streams[in].words ? buffer(name + "_wide", out) : out;
  }

  // What a core gives in beats of `words`, `emissions` a vector, as a stream of Lanes numbers.
  int to_lanes(const std::string& name, int in, int width, std::int64_t emissions) {
    // A core must not stand still while its wide beats leave one piece after the other.
    if (design_.streams[in].words > lanes_) in = buffer(name + "_out_wide", in);
    return resize(name + "_out", in, lanes_, emissions, beats_of(width, lanes_));
  }

  // --- Edges
  // --------------------------------------------------------------------------------------

  // A flattened edge is its input, told otherwise: it has no hardware.
  EdgeIndex resolved(EdgeIndex edge) const {
    const Pool* pool = flattening(program_, edge);
    return pool ? pool->x : edge;
  }
  bool flattens(std::size_t op) const {
    return flattening(program_, static_cast<EdgeIndex>(op + 1)) != nullptr;
  }
  const Edge& edge(EdgeIndex index) const { return program_.edges[index]; }
  // Vectors in a sequence.
  int length() const { return program_.input.vectors(); }
  NumberType type(EdgeIndex index) const { return edge(index).type; }

  Port port(const std::string& name, int at, std::vector<EdgeIndex> edges) const {
    const Edge& e = edge(edges.front());
    return {name, at, e.width, beats_of(e.width, lanes_), rows_of(e, length()), std::move(edges)};
  }

  void external_input(EdgeIndex index) {
    unit(edge_name(program_, index), "Input");
    vectors_ = rows_of(edge(index), length());
    const int in = stream(lanes_, type(index).bits);
    design_.inputs.push_back(port(edge_name(program_, index), in, {index}));
    deliver(index, in);
  }

  // Gives an edge's stream to its consumers, each behind a buffer; without one, to the outside.
  void deliver(EdgeIndex index, int from) {
    const std::string name = identifier(edge_name(program_, index));
    const int count = consumers_[index];
    if (count <= 1) {
      waiting_[index].push_back(buffer(name + "_buffer", from));
      return;
    }
    const std::vector<int> ways = fork(name + "_fork", from, count);
    for (int i = 0; i < count; ++i) {
      waiting_[index].push_back(buffer(fmt::format("{}_buffer_{}", name, i), ways[i]));
    }
  }

  // The edges of the operation just planned, on `from`, to their consumers.
  void distribute(int from) {
    probe(from);
    const auto index = static_cast<EdgeIndex>(indices_.front() + 1);
    deliver(index, from);
    if (consumers_[index] == 0) {
      design_.outputs.push_back(port(edge_name(program_, index), take(index), {index}));
    }
  }
  void probe(int at) {
    std::vector<EdgeIndex> edges;
    for (std::size_t i : indices_) edges.push_back(static_cast<EdgeIndex>(i + 1));
    design_.probes.push_back(port(design_.units.back().name, at, edges));
  }

  // The next consumer's stream of an edge.
  int take(EdgeIndex index) {
    std::deque<int>& ways = waiting_[resolved(index)];
    const int way = ways.front();
    ways.pop_front();
    return way;
  }

  // --- Shared blocks
  // ------------------------------------------------------------------------------

  std::int64_t sequence_beats(EdgeIndex index) const {
    return length() * beats_of(edge(index).width, lanes_);
  }

  void enter_shared(EdgeIndex index, int passes) {
    unit("blocks", "Loop");
    // The buffer behind the edge was made for one consumer, the entrance.
    const int outside = take(index);
    const StreamType s = design_.streams[outside];
    feedback_ = stream(s.words, s.bits);
    const int in = stream(s.words, s.bits);
    vectors_ = std::int64_t{length()} * passes;
    Instance& merge = add("em_merge", "blocks_enter", {outside, feedback_}, {in});
    merge.parameters = {{"Width", number(s.data_bits())}, {"Passes", number(passes)}};
    merge.timing = LoopEntry{passes, sequence_beats(index)};
    merge.resources = multiplexer(2, s.data_bits());
    merge.resources += control(passes, 0);
    const std::vector<int> ways = fork("blocks_fork", in, 2);
    for (int i = 0; i < 2; ++i) {
      waiting_[index].push_back(buffer(fmt::format("blocks_buffer_{}", i), ways[i]));
    }
  }

  void leave_shared(int from, int passes) {
    probe(from);
    const auto index = static_cast<EdgeIndex>(indices_.back() + 1);
    const StreamType s = design_.streams[from];
    const int out = stream(s.words, s.bits), back = stream(s.words, s.bits);
    Instance& split = add("em_split", "blocks_leave", {from}, {out, back});
    split.parameters = {{"Width", number(s.data_bits())}, {"Passes", number(passes)}};
    split.timing = LoopExit{passes, sequence_beats(index)};
    split.resources = control(passes, 0);
    // Holds a whole sequence, which must be in before the first of its tokens comes out.
    Instance& fifo = add("em_fifo", "blocks_feedback", {back}, {feedback_});
    fifo.timing = Fifo{sequence_beats(index)};
    unlimited_.resize(design_.instances.size());
    deliver(index, out);
  }

  // --- Operations
  // ---------------------------------------------------------------------------------

  // Plans one operation, which stands at these places of the program; returns its output stream.
  int operation(const std::vector<std::size_t>& indices) {
    const Op& op = program_.ops[indices.front()];
    fold_ = folds_[indices.front()];
    indices_ = indices;
    std::string name = name_of(op);
    // "blocks.0.norm" stands for all of them as "blocks.norm".
    if (indices.size() > 1) name = "blocks" + name.substr(name.rfind('.'));
    unit(name, kind_of(op));
    name_ = identifier(name);
    const bool flat = flattening(program_, inputs_of(op)[0]) != nullptr;
    const Edge& x = edge(inputs_of(op)[0]);
    vectors_ = (flat ? 1 : rows_of(x, length())) * static_cast<std::int64_t>(indices.size());
    return std::visit(
        [&](const auto& o) {
          using T = std::decay_t<decltype(o)>;
          Contexts<T> contexts;
          for (std::size_t i : indices) contexts.push_back(&std::get<T>(program_.ops[i]));
          return plan(contexts);
        },
        op);
  }

  // Accumulator bits that hold every context's and a product of `product` bits.
  int acc_bits(int product = 2) const {
    int bits = product;
    for (std::size_t i : indices_)
      bits = std::max(bits, accumulator_bits(program_, program_.ops[i]));
    return bits;
  }
  NumberType y_type(std::size_t context = 0) const {
    return type(static_cast<EdgeIndex>(indices_[context] + 1));
  }
  // One signed byte for each context: y.exp - exponent(op).
  template <class T, class F>
  std::string shifts(const Contexts<T>& contexts, const F& exponent) const {
    Bits bits;
    for (std::size_t c = 0; c < contexts.size(); ++c) {
      bits.put(y_type(c).exp - exponent(*contexts[c]), 8);
    }
    return bits.literal();
  }

  int plan(const Contexts<Embed>& contexts) {
    const Embed& op = *contexts.front();
    const int in = take(op.x), out = stream(lanes_, y_type().bits);
    const std::int64_t beats = beats_of(op.out, lanes_);
    const int acc = acc_bits();
    std::vector<std::string> table, bias;
    for (int id = 0; id < op.vocab; ++id) {
      pack(table, op.out, lanes_, 8, [&](std::int64_t i) { return op.table.row(id)[i]; });
    }
    for (int row = 0; row < op.bias_rows; ++row) {
      pack(bias, op.out, lanes_, acc, [&](std::int64_t i) { return op.bias.row(row)[i]; });
    }
    const auto words = static_cast<std::int64_t>(table.size());
    const bool block = wants_block(words, lanes_ * 8);
    Instance& core = add("em_embed", name_, {in}, {out});
    core.timing = Steps{.depth = 4, .active = beats, .pop_every = {beats}};
    core.resources = control(beats, 4);
    core.resources += rom(words, lanes_ * 8, block);
    core.resources += rom(static_cast<std::int64_t>(bias.size()), lanes_ * acc, false);
    core.resources += times(lanes_, adder(acc));
    core.resources += times(lanes_, requantiser(acc, y_type().bits, 1));
    core.parameters = {{"InPar", number(lanes_)},
                       {"OutPar", number(lanes_)},
                       {"OutBeats", number(beats)},
                       {"XBits", number(type(op.x).bits)},
                       {"YBits", number(y_type().bits)},
                       {"AccBits", number(acc)},
                       {"Vocab", number(op.vocab)},
                       {"BiasRows", number(op.bias_rows)},
                       {"Shift", shifts(contexts, [](const Embed& o) { return o.table_type.exp; })},
                       {"BlockTable", block ? "1'b1" : "1'b0"},
                       {"TableInit", memory(name_ + "_table", lanes_ * 8, std::move(table))},
                       {"BiasInit", memory(name_ + "_bias", lanes_ * acc, std::move(bias))}};
    return out;
  }

  // The exponents of output channels, `par` of them at a time: a memory of offsets, and shifters in
  // front of the requantisers of accumulators of `acc` bits. Nothing when all offsets are 0.
  template <class T>
  void add_offsets(Instance& core, const Contexts<T>& contexts, int channels, int par, int acc) {
    const int highest = most(contexts, [](const T& o) { return largest_offset(o.weight_offset); });
    if (highest == 0) return;
    const int bits = index_bits(highest + 1);
    std::vector<std::string> words;
    int shifted = 0;  // bits, from the half that rounding adds up; what lies below it is dropped
    for (std::size_t c = 0; c < contexts.size(); ++c) {
      const T& o = *contexts[c];
      const int dropped = y_type(c).exp - (o.weight_type.exp + type(o.x).exp) - 1;
      shifted = std::max(shifted, acc + highest - std::max(dropped, 0));
      pack(words, channels, par, bits, [&](std::int64_t i) {
        return channel_type(o, static_cast<std::size_t>(i)).exp - o.weight_type.exp;
      });
    }
    const auto count = static_cast<std::int64_t>(words.size());
    core.resources += rom(count, par * bits, false);
    // A single word is a constant, and then so is the shift.
    if (count > 1) core.resources += times(par, multiplexer(highest + 1, shifted));
    core.parameters.push_back({"MaxOffset", number(highest)});
    core.parameters.push_back(
        {"OffsetInit", memory(name_ + "_offset", par * bits, std::move(words))});
  }

  int plan(const Contexts<Linear>& contexts) {
    const Linear& op = *contexts.front();
    const bool flat = flattening(program_, op.x) != nullptr;
    const int tokens = flat ? length() : 1, token_width = op.in / tokens;
    const int in_par = fold_.in, out_par = fold_.out;
    const std::int64_t arriving = arriving_beats(program_, op.x, lanes_);
    const std::int64_t in_beats = linear_in_beats(program_, op, lanes_, in_par);
    const std::int64_t out_beats = beats_of(op.out, out_par);
    const int x_bits = type(op.x).bits, y_bits = y_type().bits, acc = acc_bits(x_bits + 8);
    const int count = static_cast<int>(contexts.size());

    // The input that stands at place `at` of the arriving numbers; -1 for padding.
    const std::int64_t padded = beats_of(token_width, lanes_) * lanes_;
    const auto input_at = [&](std::int64_t at) -> std::int64_t {
      const std::int64_t token = at / padded, channel = at % padded;
      return token < tokens && channel < token_width ? token * token_width + channel : -1;
    };
    std::vector<std::string> weights, bias;
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
          weights.push_back(word.hex());
        }
      }
    }
    for (const Linear* o : contexts) {
      for (int row = 0; row < op.bias_rows; ++row) {
        pack(bias, op.out, out_par, acc, [&](std::int64_t i) { return o->bias.row(row)[i]; });
      }
    }
    const auto weight_words = static_cast<std::int64_t>(weights.size());
    const auto bias_words = static_cast<std::int64_t>(bias.size());
    const int weight_bits = in_par * out_par * 8;
    const bool block = wants_block(weight_words, weight_bits);
    const int depth = 3 + kMulLatency + tree_latency(in_par);

    const int in = widen(name_ + "_in", take(op.x), in_par, arriving, in_beats);
    const int out = stream(out_par, y_bits);
    Instance& core = add("em_linear", name_, {in}, {out});
    core.timing = Steps{.depth = depth,
                        .active = in_beats * out_beats,
                        .pop_every = {out_beats},
                        .emit_from = (in_beats - 1) * out_beats};
    core.products = vectors_ * op.in * op.out;
    Resources& r = core.resources;
    r = control(weight_words, depth);
    r += times(std::int64_t{in_par} * out_par, multiplier(x_bits, 8));
    r += times(out_par, adder_tree(in_par, x_bits + 8, acc));
    r += times(out_par, adder(acc));
    r += registers(out_par * (acc + y_bits) + in_par * x_bits);
    r += times(out_par, requantiser(acc, y_bits, count));
    r += rom(weight_words, weight_bits, block);
    if (bias_words > 0) r += rom(bias_words, out_par * acc, false);
    if (in_beats > 1) {
      r += ram(out_beats, out_par * acc);
      r.lut += out_par * acc / 2;  // the choice between bias and partial sum
    }
    core.parameters = {
        {"InPar", number(in_par)},
        {"OutPar", number(out_par)},
        {"InBeats", number(in_beats)},
        {"OutBeats", number(out_beats)},
        {"XBits", number(x_bits)},
        {"YBits", number(y_bits)},
        {"AccBits", number(acc)},
        {"BiasRows", number(op.bias_rows)},
        {"Relu", op.activation == Activation::kRelu ? "1'b1" : "1'b0"},
        {"Contexts", number(count)},
        {"Shift",
         shifts(contexts, [&](const Linear& o) { return o.weight_type.exp + type(o.x).exp; })},
        {"BlockWeights", block ? "1'b1" : "1'b0"},
        {"WeightInit", memory(name_ + "_weight", weight_bits, std::move(weights))}};
    if (bias_words > 0) {
      core.parameters.push_back(
          {"BiasInit", memory(name_ + "_bias", out_par * acc, std::move(bias))});
    }
    add_offsets(core, contexts, op.out, out_par, acc);
    return to_lanes(name_, out, op.out, out_beats);
  }

  // Streams of `par` numbers from edges of Lanes, for cores that work element by element.
  int narrow(const std::string& name, int in, int par, int width) {
    return resize(name, in, par, beats_of(width, lanes_), beats_of(width, par));
  }

  int plan(const Contexts<DwConv>& contexts) {
    const DwConv& op = *contexts.front();
    const int par = fold_.out, count = static_cast<int>(contexts.size());
    const int x_bits = type(op.x).bits, y_bits = y_type().bits, acc = acc_bits(x_bits + 8);
    const std::int64_t beats = beats_of(op.width, par);
    std::vector<std::string> weights, bias;
    for (const DwConv* o : contexts) {
      pack(weights, std::int64_t{op.width} * op.taps, par * op.taps, 8,
           [&](std::int64_t i) { return o->weight.data[i]; });
      pack(bias, op.width, par, acc, [&](std::int64_t i) { return o->bias.data[i]; });
    }
    const auto words = static_cast<std::int64_t>(weights.size());
    const int depth = 3 + kMulLatency + tree_latency(op.taps);
    const int in = narrow(name_ + "_in", take(op.x), par, op.width);
    const int out = stream(par, y_bits);
    Instance& core = add("em_dwconv", name_, {in}, {out});
    core.timing = Steps{.depth = depth, .active = beats};
    core.products = vectors_ * op.width * op.taps;
    Resources& r = core.resources;
    r = control(words, depth);
    r += times(std::int64_t{par} * op.taps, multiplier(x_bits, 8));
    r += times(par, adder_tree(op.taps, x_bits + 8, acc));
    r += times(par, adder(acc));
    r += registers(par * (op.taps * x_bits + acc + y_bits));
    r += times(par, requantiser(acc, y_bits, count));
    r += rom(words, par * op.taps * 8, false);
    r += rom(words, par * acc, false);
    if (op.taps > 1) {
      r += ram(beats, par * (op.taps - 1) * x_bits);
      r.lut += par * (op.taps - 1) * x_bits / 2;
    }
    core.parameters = {
        {"Par", number(par)},
        {"Taps", number(op.taps)},
        {"Beats", number(beats)},
        {"XBits", number(x_bits)},
        {"YBits", number(y_bits)},
        {"AccBits", number(acc)},
        {"Contexts", number(count)},
        {"Shift",
         shifts(contexts, [&](const DwConv& o) { return o.weight_type.exp + type(o.x).exp; })},
        {"WeightInit", memory(name_ + "_weight", par * op.taps * 8, std::move(weights))},
        {"BiasInit", memory(name_ + "_bias", par * acc, std::move(bias))}};
    add_offsets(core, contexts, op.width, par, acc);
    return to_lanes(name_, out, op.width, beats);
  }

  int plan(const Contexts<RangeNorm>& contexts) {
    const RangeNorm& op = *contexts.front();
    const int par = fold_.out, acc = acc_bits(kRatioBits + 8),
              count = static_cast<int>(contexts.size());
    const int y_bits = y_type().bits, D = op.width;
    const std::int64_t beats = beats_of(D, par);
    const int sum_bits = 8 + index_bits(D);

    const int x = narrow(name_ + "_in", take(op.x), par, D);
    const std::vector<int> ways = fork(name_ + "_halves", x, 2);
    const int waiting = buffer(name_ + "_token", ways[0]);

    const int statistics = stream(1, 8 + sum_bits);
    Instance& stats = add("em_norm_stats", name_ + "_stats", {ways[1]}, {statistics});
    stats.parameters = {{"Par", number(par)}, {"Width", number(D)}};
    stats.timing = Steps{.depth = 3, .active = beats, .emit_every = beats};
    stats.resources = control(beats, 3);
    stats.resources += times(par - 1, adder(sum_bits + 32));
    stats.resources += adder(sum_bits + 40);
    stats.resources += registers(3 * sum_bits + 40);

    const int reciprocal = stream(1, kReciprocalBits + sum_bits);
    if (hardware_.reciprocal == Reciprocal::kTable) {
      std::vector<std::string> table;
      pack(table, 256, 1, kReciprocalBits,
           [&](std::int64_t range) { return fx::norm_reciprocal(D, range); });
      Instance& r = add("em_reciprocal_table", name_ + "_reciprocal", {statistics}, {reciprocal});
      r.parameters = {
          {"SumBits", number(sum_bits)},
          {"TableInit", memory(name_ + "_reciprocal", kReciprocalBits, std::move(table))}};
      r.timing = Steps{};
      r.resources = rom(256, kReciprocalBits, false);
      r.resources.lut /= 2;  // it falls steadily: neighbours have most bits in common
      r.resources += registers(sum_bits + 2);
    } else {
      // Buffered on both sides: it holds its input for all its steps, as its consumer does.
      const int steps = divider_steps(D);
      const int operands = buffer(name_ + "_operands", statistics);
      Instance& r = add("em_reciprocal_divider", name_ + "_reciprocal", {operands}, {reciprocal});
      r.parameters = {{"Width", number(D)}};
      r.timing = Steps{.active = steps, .pop_every = {steps}, .emit_every = steps};
      r.resources = control(steps, 1);
      r.resources += times(5, adder(sum_bits + 1));
      r.resources += multiplexer(steps, 1);
      r.resources += registers(2 * sum_bits + kReciprocalBits);
    }

    const int ready = buffer(name_ + "_ready", reciprocal);

    std::vector<std::string> weights, bias;
    for (const RangeNorm* o : contexts) {
      pack(weights, D, par, 8, [&](std::int64_t i) { return o->weight.data[i]; });
      pack(bias, D, par, acc, [&](std::int64_t i) { return o->bias.data[i]; });
    }
    const auto words = static_cast<std::int64_t>(weights.size());
    const int depth = 4 + 2 * kMulLatency;
    const int out = stream(par, y_bits);
    Instance& core = add("em_norm_apply", name_ + "_apply", {waiting, ready}, {out});
    core.timing = Steps{.depth = depth, .active = beats, .pop_every = {1, beats}};
    core.products = vectors_ * D * 2;
    Resources& r = core.resources;
    r = control(words, depth);
    r += times(par, multiplier(sum_bits + 1, kReciprocalBits + 1));
    r += times(par, multiplier(kRatioBits, 8));
    // D * x, by one addition for every bit of D that is set.
    r += times(par, adder(std::popcount(static_cast<unsigned>(D)) * (sum_bits + 1) + acc));
    r += times(par, requantiser(sum_bits + 23, kRatioBits, 1));
    r += times(par, requantiser(acc, y_bits, count));
    r += registers(par * (sum_bits + 17 + acc + y_bits) + kReciprocalBits);
    r += rom(words, par * (8 + acc), false);
    core.parameters = {{"Par", number(par)},
                       {"Width", number(D)},
                       {"YBits", number(y_bits)},
                       {"AccBits", number(acc)},
                       {"Contexts", number(count)},
                       {"Shift", shifts(contexts,
                                        [](const RangeNorm& o) {
                                          return o.weight_type.exp - fx::kRatioFraction;
                                        })},
                       {"WeightInit", memory(name_ + "_weight", par * 8, std::move(weights))},
                       {"BiasInit", memory(name_ + "_bias", par * acc, std::move(bias))}};
    return to_lanes(name_, out, D, beats);
  }

  // The tables of all contexts as parameters of em_pwl_line.
  struct Tables {
    int knots = 0, slope_bits = 2, intercept_bits = 2;
    std::string knot_table, slope_table, intercept_table;
  };
  static Tables tables(const std::vector<const PwlTable*>& all, int x_bits) {
    Tables result;
    for (const PwlTable* table : all) {
      result.knots = std::max(result.knots, static_cast<int>(table->knots.size()));
      result.slope_bits = std::max(result.slope_bits, table->slope.bits);
      for (std::int64_t v : table->intercepts) {
        result.intercept_bits = std::max(result.intercept_bits, fx::signed_bits(std::abs(v)));
      }
    }
    // A knot beyond the input's range is put where it is never, or always, passed.
    const std::int64_t never = fx::max_of(x_bits) + 1, always = fx::min_of(x_bits);
    Bits knots, slopes, intercepts;
    for (const PwlTable* table : all) {
      for (std::size_t k = 0; k < static_cast<std::size_t>(result.knots); ++k) {
        const std::int64_t knot = k < table->knots.size() ? table->knots[k] : never;
        knots.put(std::clamp(knot, always, never), x_bits + 1);
      }
      for (std::size_t k = 0; k <= static_cast<std::size_t>(result.knots); ++k) {
        const std::size_t line = std::min(k, table->slopes.size() - 1);
        slopes.put(table->slopes[line], result.slope_bits);
        intercepts.put(table->intercepts[line], result.intercept_bits);
      }
    }
    result.knot_table = knots.literal();
    result.slope_table = slopes.literal();
    result.intercept_table = intercepts.literal();
    return result;
  }

  int plan(const Contexts<Pwl>& contexts) {
    const Pwl& op = *contexts.front();
    const int par = fold_.out, count = static_cast<int>(contexts.size());
    const int x_bits = type(op.x).bits, y_bits = y_type().bits;
    const std::int64_t beats = beats_of(op.width, par);
    std::vector<const PwlTable*> all;
    for (const Pwl* o : contexts) all.push_back(&o->table);
    const Tables t = tables(all, x_bits);
    const int depth = 3 + kMulLatency;
    const int in = narrow(name_ + "_in", take(op.x), par, op.width);
    const int out = stream(par, y_bits);
    Instance& core = add("em_pwl", name_, {in}, {out});
    core.timing = Steps{.depth = depth, .active = beats};
    core.products = vectors_ * op.width;
    const int acc = std::max(x_bits + t.slope_bits, t.intercept_bits) + 1;
    Resources one = multiplier(t.slope_bits, x_bits);
    one += pwl_line(t.knots, t.slope_bits, t.intercept_bits, count);
    one += adder(acc);
    one += registers(x_bits + t.slope_bits + 3 * t.intercept_bits + acc + y_bits);
    one += requantiser(acc, y_bits, count);
    core.resources = control(beats, depth);
    core.resources += times(par, one);
    core.parameters = {
        {"Par", number(par)},
        {"Beats", number(beats)},
        {"XBits", number(x_bits)},
        {"YBits", number(y_bits)},
        {"Knots", number(t.knots)},
        {"SlopeBits", number(t.slope_bits)},
        {"InterceptBits", number(t.intercept_bits)},
        {"Contexts", number(count)},
        {"Shift",
         shifts(contexts, [&](const Pwl& o) { return o.table.slope.exp + type(o.x).exp; })},
        {"KnotTable", t.knot_table},
        {"SlopeTable", t.slope_table},
        {"InterceptTable", t.intercept_table}};
    return to_lanes(name_, out, op.width, beats);
  }

  int plan(const Contexts<Scan>& contexts) {
    const Scan& op = *contexts.front();
    const int d_par = fold_.out, n_par = fold_.in, count = static_cast<int>(contexts.size());
    const std::int64_t d_beats = beats_of(op.width, d_par), n_beats = op.states / n_par;
    const int x_bits = type(op.x).bits, delta_bits = type(op.delta).bits;
    const int b_bits = type(op.B).bits, c_bits = type(op.C).bits, y_bits = y_type().bits;
    const int state_bits = most(contexts, [](const Scan& o) { return o.state_type.bits; });
    const int acc = acc_bits(), stored = state_bits - fx::kStateDrop;

    const auto increment_shift = [&](const Scan& o) {
      return o.state_type.exp - (o.bbar_type.exp + type(o.x).exp);
    };
    const int increment_bits = x_bits + 8 + most(contexts, [&](const Scan& o) {
                                 return std::max(0, -increment_shift(o));
                               });
    std::vector<const PwlTable*> all;
    for (const Scan* o : contexts) all.push_back(&o->exp);
    const Tables t = tables(all, 8);

    std::vector<std::string> a, d;
    for (const Scan* o : contexts) {
      for (std::int64_t db = 0; db < d_beats; ++db) {
        for (std::int64_t nb = 0; nb < n_beats; ++nb) {
          Bits word;
          for (int i = 0; i < d_par; ++i) {
            for (int n = 0; n < n_par; ++n) {
              const std::int64_t channel = db * d_par + i;
              word.put(channel < op.width ? o->A.row(channel)[nb * n_par + n] : 0, 8);
            }
          }
          a.push_back(word.hex());
        }
      }
      pack(d, op.width, d_par, 8, [&](std::int64_t i) { return o->D.data[i]; });
    }
    const auto a_words = static_cast<std::int64_t>(a.size()),
               d_words = static_cast<std::int64_t>(d.size());
    const bool block = wants_block(a_words, d_par * n_par * 8);
    const int depth = 9 + 3 * kMulLatency + tree_latency(n_par);
    const std::int64_t steps = d_beats * n_beats;
    const int idle = static_cast<int>(std::max<std::int64_t>(0, kScanRecurrence - steps));

    // Inputs in the order of the operation's edges; B and C as one beat each.
    const auto gathered = [&](const char* which, int in) {
      const std::int64_t beats = beats_of(op.states, lanes_);
      return widen(name_ + which, in, static_cast<int>(beats) * lanes_, beats, 1);
    };
    const std::int64_t lanes_beats = beats_of(op.width, lanes_);
    const int x = widen(name_ + "_x", take(op.x), d_par, lanes_beats, d_beats);
    const int delta = widen(name_ + "_delta", take(op.delta), d_par, lanes_beats, d_beats);
    const int B = gathered("_b", take(op.B)), C = gathered("_c", take(op.C));
    const int out = stream(d_par, y_bits);
    Instance& core = add("em_scan", name_, {x, delta, B, C}, {out});
    core.timing = Steps{.depth = depth,
                        .active = steps,
                        .idle = idle,
                        .pop_every = {n_beats, n_beats, steps, steps},
                        .emit_every = n_beats};
    core.products = vectors_ * op.width * (6 * op.states + 1);

    Resources cell;
    for (auto [p, q] : {std::pair{delta_bits, 8},
                        {t.slope_bits, 8},
                        {delta_bits, b_bits},
                        {8, x_bits},
                        {8, stored},
                        {c_bits, state_bits}}) {
      cell += multiplier(p, q);
    }
    const int line = std::max(8 + t.slope_bits, t.intercept_bits) + 1;
    cell += pwl_line(t.knots, t.slope_bits, t.intercept_bits, count);
    // An increment is a product shifted: the bits that the shift fills take no adder and no delay.
    const int moved = std::min(increment_bits, x_bits + 8);
    cell += adder(line + moved + 1);
    cell += requantiser(delta_bits + 8, 8, count);
    cell += requantiser(delta_bits + b_bits, 8, count);
    cell += requantiser(line, 8, count);
    cell += requantiser(x_bits + 8, moved, count);
    cell += requantiser(std::max(state_bits + 1, increment_bits) + 1, state_bits, 1);
    cell += registers(8 * 3 + t.slope_bits + 3 * t.intercept_bits + state_bits + moved);
    cell += delay(moved, kMulLatency + 1);
    Resources& r = core.resources;
    r = control(a_words, depth);
    r += times(std::int64_t{d_par} * n_par, cell);
    // What the states of a channel share, and what the channels share.
    Resources channel = adder_tree(n_par, c_bits + state_bits, acc);
    channel += multiplier(8, x_bits);
    channel += adder(acc);
    channel += requantiser(x_bits + 8, x_bits + 8, count);
    channel += requantiser(acc, y_bits, count);
    channel += registers(acc + y_bits + x_bits + delta_bits);
    channel += delay(x_bits, kMulLatency + 1);
    channel += delay(x_bits, depth - 5);
    r += times(d_par, channel);
    r += times(n_par, delay(c_bits, 4 + 3 * kMulLatency));
    r += registers(n_par * (b_bits + c_bits));
    r += multiplexer(n_beats, n_par * (b_bits + c_bits));
    r += rom(a_words, d_par * n_par * 8, block);
    r += rom(d_words, d_par * 8, false);
    r += ram(steps, d_par * n_par * stored);
    r.lut += d_par * n_par * stored;  // zeros for the first token

    const auto shift = [&](const auto& value) { return bytes(contexts, value); };
    core.parameters = {
        {"DPar", number(d_par)},
        {"NPar", number(n_par)},
        {"DBeats", number(d_beats)},
        {"NBeats", number(n_beats)},
        {"BWords", number(design_.streams[B].words)},
        {"XBits", number(x_bits)},
        {"DeltaBits", number(delta_bits)},
        {"BBits", number(b_bits)},
        {"CBits", number(c_bits)},
        {"YBits", number(y_bits)},
        {"StateBits", number(state_bits)},
        {"IncrementBits", number(increment_bits)},
        {"AccBits", number(acc)},
        {"Knots", number(t.knots)},
        {"SlopeBits", number(t.slope_bits)},
        {"InterceptBits", number(t.intercept_bits)},
        {"Contexts", number(count)},
        {"ZShift",
         shift([&](const Scan& o) { return o.z_type.exp - (type(o.delta).exp + o.A_type.exp); })},
        {"AbarShift", shift([&](const Scan& o) {
           return fx::kAbarType.exp - (o.exp.slope.exp + o.z_type.exp);
         })},
        {"BbarShift", shift([&](const Scan& o) {
           return o.bbar_type.exp - (type(o.delta).exp + type(o.B).exp);
         })},
        {"IncrementShift", shift(increment_shift)},
        {"SkipShift", shift([&](const Scan& o) {
           return type(o.C).exp + o.state_type.exp - (o.D_type.exp + type(o.x).exp);
         })},
        {"Shift",
         shifts(contexts, [&](const Scan& o) { return type(o.C).exp + o.state_type.exp; })},
        {"KnotTable", t.knot_table},
        {"SlopeTable", t.slope_table},
        {"InterceptTable", t.intercept_table},
        {"BlockWeights", block ? "1'b1" : "1'b0"},
        {"AInit", memory(name_ + "_a", d_par * n_par * 8, std::move(a))},
        {"DInit", memory(name_ + "_d", d_par * 8, std::move(d))}};
    return to_lanes(name_, out, op.width, d_beats);
  }

  int plan(const Contexts<Gate>& contexts) {
    const Gate& op = *contexts.front();
    const int par = fold_.out, count = static_cast<int>(contexts.size());
    const int x0_bits = type(op.x0).bits, x1_bits = type(op.x1).bits, y_bits = y_type().bits;
    const std::int64_t beats = beats_of(op.width, par);
    const int depth = 2 + kMulLatency;
    const int x0 = narrow(name_ + "_x0", take(op.x0), par, op.width);
    const int x1 = narrow(name_ + "_x1", take(op.x1), par, op.width);
    const int out = stream(par, y_bits);
    Instance& core = add("em_gate", name_, {x0, x1}, {out});
    core.timing = Steps{.depth = depth, .active = beats, .pop_every = {1, 1}};
    core.products = vectors_ * op.width;
    Resources one = multiplier(x0_bits, x1_bits);
    one += requantiser(x0_bits + x1_bits, y_bits, count);
    one += registers(x0_bits + x1_bits + y_bits);
    core.resources = control(beats, depth);
    core.resources += times(par, one);
    core.parameters = {{"Par", number(par)},
                       {"Beats", number(beats)},
                       {"X0Bits", number(x0_bits)},
                       {"X1Bits", number(x1_bits)},
                       {"YBits", number(y_bits)},
                       {"Contexts", number(count)},
                       {"Shift", shifts(contexts, [&](const Gate& o) {
                          return type(o.x0).exp + type(o.x1).exp;
                        })}};
    return to_lanes(name_, out, op.width, beats);
  }

  int plan(const Contexts<Add>& contexts) {
    const Add& op = *contexts.front();
    const int par = fold_.out, acc = acc_bits(), count = static_cast<int>(contexts.size());
    const int x0_bits = type(op.x0).bits, x1_bits = type(op.x1).bits, y_bits = y_type().bits;
    const std::int64_t beats = beats_of(op.width, par);
    const int x0 = narrow(name_ + "_x0", take(op.x0), par, op.width);
    const int x1 = narrow(name_ + "_x1", take(op.x1), par, op.width);
    const int out = stream(par, y_bits);
    Instance& core = add("em_add", name_, {x0, x1}, {out});
    core.timing = Steps{.depth = 2, .active = beats, .pop_every = {1, 1}};
    Resources one = adder(acc);
    one += requantiser(acc, y_bits, count);
    one += registers(acc + y_bits);
    core.resources = control(beats, 2);
    core.resources += times(par, one);
    const auto common = [&](const Add& o) { return std::min(type(o.x0).exp, type(o.x1).exp); };
    core.parameters = {
        {"Par", number(par)},
        {"Beats", number(beats)},
        {"X0Bits", number(x0_bits)},
        {"X1Bits", number(x1_bits)},
        {"YBits", number(y_bits)},
        {"AccBits", number(acc)},
        {"Contexts", number(count)},
        {"Left0", bytes(contexts, [&](const Add& o) { return type(o.x0).exp - common(o); })},
        {"Left1", bytes(contexts, [&](const Add& o) { return type(o.x1).exp - common(o); })},
        {"Shift", shifts(contexts, common)}};
    return to_lanes(name_, out, op.width, beats);
  }

  // The mean; flattening has no hardware.
  int plan(const Contexts<Pool>& contexts) {
    const Pool& op = *contexts.front();
    const int par = fold_.out, sum_bits = acc_bits();
    const int x_bits = type(op.x).bits, y_bits = y_type().bits;
    const std::int64_t beats = beats_of(op.width, par);
    const int depth = 2 + kMulLatency;
    // The serialiser takes every token as a vector, the core all tokens together.
    const int in = narrow(name_ + "_in", take(op.x), par, op.width);
    const int out = stream(par, y_bits);
    vectors_ = 1;
    Instance& core = add("em_mean_pool", name_, {in}, {out});
    core.timing =
        Steps{.depth = depth, .active = op.tokens * beats, .emit_from = (op.tokens - 1) * beats};
    core.products = op.width;
    Resources one = multiplier(sum_bits, 16);
    one += adder(sum_bits);
    one += requantiser(sum_bits + 16, y_bits, 1);
    one += registers(sum_bits + y_bits);
    core.resources = control(op.tokens * beats, depth);
    core.resources += times(par, one);
    core.resources += ram(beats, par * sum_bits);
    Bits reciprocal;
    reciprocal.put(fx::mean_reciprocal(op.tokens), 16);
    core.parameters = {{"Par", number(par)},
                       {"Beats", number(beats)},
                       {"Tokens", number(op.tokens)},
                       {"XBits", number(x_bits)},
                       {"YBits", number(y_bits)},
                       {"SumBits", number(sum_bits)},
                       {"Reciprocal", reciprocal.literal()},
                       {"Shift", shifts(contexts, [&](const Pool& o) {
                          return type(o.x).exp - fx::mean_fraction(o.tokens);
                        })}};
    return to_lanes(name_, out, op.width, beats);
  }

  // --- The end
  // ------------------------------------------------------------------------------------

  Plan finish() {
    const double blocks = total_resources(design_).bram36();
    if (blocks > static_cast<double>(kZcu102.bram36)) {
      throw Error(fmt::format("{}: the memories take {} BRAM36, a {} has {}", design_.name, blocks,
                              kZcu102.name, kZcu102.bram36),
                  "make the model smaller: model.D, model.E or model.M");
    }
    unlimited_.resize(design_.instances.size());
    // With buffers that never fill, and tokens no faster than the busiest core can take them, the
    // buffers hold what differs between the ways around them.
    const CycleReport filled = run_unlimited(design_, unlimited_);
    for (std::size_t i = 0; i < design_.instances.size(); ++i) {
      Instance& instance = design_.instances[i];
      auto* fifo = std::get_if<Fifo>(&instance.timing);
      if (fifo == nullptr) continue;
      if (unlimited_[i]) fifo->depth = std::max<std::int64_t>(2, filled.occupancy[i]);
      const int width = design_.streams[instance.inputs[0]].data_bits();
      instance.parameters = {{"Width", number(width)}};
      if (fifo->depth == 2) {
        instance.module = "em_stream_register";
        instance.resources = {.lut = width + 5, .ff = 2 * width + 4};
      } else {
        instance.parameters.push_back({"Depth", number(fifo->depth)});
        instance.resources = ram(fifo->depth, width + 1);
        instance.resources += control(fifo->depth, 0);
        instance.resources += registers(index_bits(fifo->depth));  // three counters
      }
    }
    Plan plan;
    plan.cycles = run_timing(design_);
    plan.design = std::move(design_);
    plan.folds = std::move(folds_);
    return plan;
  }

  const Program& program_;
  const HardwareSpec& hardware_;
  int lanes_;
  Design design_;
  std::vector<Fold> folds_;
  std::vector<bool> unlimited_;
  std::map<EdgeIndex, int> consumers_;
  std::map<EdgeIndex, std::deque<int>> waiting_;
  // Of the operation being planned.
  std::vector<std::size_t> indices_;
  std::string name_;
  Fold fold_;
  std::int64_t vectors_ = 0;
  // Of the shared blocks.
  int feedback_ = -1;  // the stream back to the entrance
};

}  // namespace

Plan plan_program(const Program& program, const HardwareSpec& hardware) {
  return Planner(program, hardware).program(choose_folds(program, hardware));
}

Plan plan_operation(const Program& program, std::size_t op, const HardwareSpec& hardware,
                    Fold fold) {
  return Planner(program, hardware).operation_alone(op, fold);
}

std::vector<Resources> unit_resources(const Design& design) {
  std::vector<Resources> sums(design.units.size());
  for (const Instance& instance : design.instances) sums[instance.unit] += instance.resources;
  return sums;
}

Resources total_resources(const Design& design) {
  Resources sum;
  for (const Resources& unit : unit_resources(design)) sum += unit;
  return sum;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What engines and generators rely on, checked once for every program that enters the process: of
// every operation its place in the network, and in an integer program its numbers.
#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "fx/attention.h"
#include "fx/mean.h"
#include "fx/scan.h"
#include "ir/program.h"
#include "ir/structure.h"

namespace emamba {
namespace {

constexpr int kMaxExponent = 60;  // of any number type, either sign
constexpr int kMaxShift = 62;
constexpr int kMaxAccumulatorBits = 62;
constexpr int kMaxSumBits = 32;                              // of the mean's sum over the tokens
constexpr std::int64_t kMaxNumbers = std::int64_t{1} << 24;  // on all edges together

struct Validator {
  const Program& program;
  const std::string& source;

  [[noreturn]] void fail(const std::string& where, const std::string& what) const {
    throw Error(fmt::format("{}: {}: {}", source, where, what),
                "the program is damaged or was made by another version; make it again with "
                "`emamba quantize`");
  }
  void require(bool condition, const std::string& where, const std::string& what) const {
    if (!condition) fail(where, what);
  }
  const Edge& edge(EdgeIndex index) const { return program.edges[index]; }

  void check_type(const std::string& where, NumberType type, int low, int high) const {
    require(type.bits >= low && type.bits <= high, where,
            fmt::format("{} bits, must be {} .. {}", type.bits, low, high));
    require(
        std::abs(type.exp) <= kMaxExponent, where,
        fmt::format("exponent {}, must lie in -{} .. {}", type.exp, kMaxExponent, kMaxExponent));
  }
  template <class T>
  void check_shape(const std::string& where, const Tensor<T>& tensor,
                   const std::vector<std::size_t>& shape) const {
    require(tensor.shape == shape, where,
            fmt::format("shape ({}), must be ({})", fmt::join(tensor.shape, ", "),
                        fmt::join(shape, ", ")));
  }
  // An accumulator of `bits` bits and exponent `exp`, requantised to type `y`.
  void check_requantise(const std::string& where, int bits, int exp, NumberType y) const {
    const int shift = y.exp - exp;
    require(std::abs(shift) <= kMaxShift && bits + std::max(0, -shift) <= kMaxAccumulatorBits,
            where,
            fmt::format("an accumulator of {} bits and exponent {} cannot be shifted by {} to "
                        "exponent {}",
                        bits, exp, shift, y.exp));
  }
  // Linear, DwConv: weights of `channels` outputs with `inputs` each, and the requantisation of
  // accumulators that are shifted to the weight type's exponent.
  template <class AnyOp>
  void check_weights(const AnyOp& op, int channels, int inputs, NumberType y) const {
    const std::size_t outputs = channels;
    check_type(op.name + ".weight", op.weight_type, 8, 8);
    check_shape(op.name + ".weight", op.weight, {outputs, std::size_t(inputs)});
    if (!op.weight_offset.empty()) {
      check_shape(op.name + ".weight_offset", op.weight_offset, {outputs});
    }
    for (std::int8_t offset : op.weight_offset.data) {
      require(offset >= 0 && offset <= kMaxWeightOffset, op.name + ".weight_offset",
              fmt::format("{}, must lie in 0 .. {}", offset, kMaxWeightOffset));
    }
    check_requantise(op.name, accumulator_bits(program, op) + largest_offset(op.weight_offset),
                     op.weight_type.exp + edge(op.x).type.exp, y);
  }
  // Edge `index` must carry vectors of `width` numbers, as many as edge y does.
  void check_edge(const std::string& where, EdgeIndex index, int width, const Edge& y) const {
    require(edge(index).width == width, where,
            fmt::format("edge '{}' has width {}, must be {}", edge_name(program, index),
                        edge(index).width, width));
    require(edge(index).vectors == y.vectors, where,
            fmt::format("edge '{}' carries {}, must carry {}", edge_name(program, index),
                        vectors_text(edge(index)), vectors_text(y)));
  }
  static std::string vectors_text(const Edge& e) {
    return e.vectors == 0 ? "as many vectors as the input" : fmt::format("{} vectors", e.vectors);
  }
  // Of a bias with a row for every vector of edge y.
  void check_bias_rows(const std::string& name, int rows, int least, const Edge& y) const {
    const int vectors = rows_of(y, program.input.vectors());
    require(rows >= least && (rows <= 1 || rows == vectors), name + ".bias_rows",
            fmt::format("{}, must be {}1 or {}", rows, least == 0 ? "0, " : "", vectors));
  }
  // A function in either form, whose results are `least` at least where they come from a table.
  void check_function(const std::string& where, const FunctionIntegers& function, NumberType x,
                      NumberType y, std::int64_t least) const {
    if (const auto* table = std::get_if<LookupTable>(&function)) {
      return check_table(where, *table, x, y, least);
    }
    check_lines(where, std::get<PwlTable>(function), x, y);
  }
  void check_table(const std::string& where, const LookupTable& table, NumberType x, NumberType y,
                   std::int64_t least) const {
    require(x.bits <= fx::kMaxTableBits, where,
            fmt::format("a table for inputs of {} bits, at most {}", x.bits, fx::kMaxTableBits));
    const std::size_t inputs = std::size_t{1} << x.bits;
    require(table.values.size() == inputs, where,
            fmt::format("{} entries, must be {}", table.values.size(), inputs));
    for (std::int32_t v : table.values) {
      require(v >= least && v <= fx::max_of(y.bits), where,
              fmt::format("entry {}, must lie in {} .. {}", v, least, fx::max_of(y.bits)));
    }
  }
  void check_lines(const std::string& where, const PwlTable& table, NumberType x,
                   NumberType y) const {
    check_type(where + ".slope", table.slope, 2, 16);
    require(x.bits <= 16, where, fmt::format("input of {} bits, at most 16", x.bits));
    const std::size_t knots = table.knots.size();
    require(knots >= 2 && knots <= 1024, where, fmt::format("{} knots, must be 2 .. 1024", knots));
    require(table.slopes.size() == knots + 1 && table.intercepts.size() == knots + 1, where,
            fmt::format("{} knots need {} slopes and intercepts, not {} and {}", knots, knots + 1,
                        table.slopes.size(), table.intercepts.size()));
    for (std::size_t i = 1; i < knots; ++i) {
      require(table.knots[i - 1] <= table.knots[i], where,
              fmt::format("knots {} and {} decrease", i - 1, i));
    }
    for (std::int16_t slope : table.slopes) {
      require(fx::fits(table.slope.bits, slope), where,
              fmt::format("slope {} does not fit {} bits", slope, table.slope.bits));
    }
    // |slope * x| < 2^31, |intercept| <= 2^31: 33 bits.
    check_requantise(where, 33, table.slope.exp + x.exp, y);
  }

  // --- The place of an operation in the network: edges, sizes and switches.

  void check_place(const Embed& op, const Edge& y) const {
    check_edge(op.name, op.x, 1, y);
    require(op.vocab >= 1, op.name + ".vocab", fmt::format("{}, must be positive", op.vocab));
    check_bias_rows(op.name, op.bias_rows, 1, y);
  }
  void check_place(const Linear& op, const Edge& y) const {
    check_edge(op.name, op.x, op.in, y);
    check_bias_rows(op.name, op.bias_rows, 0, y);
  }
  void check_place(const DwConv& op, const Edge& y) const {
    check_edge(op.name, op.x, op.width, y);
    require(op.taps >= 1 && op.taps <= 1024, op.name + ".taps",
            fmt::format("{}, must be 1 .. 1024", op.taps));
  }
  void check_place(const RangeNorm& op, const Edge& y) const {
    check_edge(op.name, op.x, op.width, y);
  }
  void check_place(const Pwl& op, const Edge& y) const { check_edge(op.name, op.x, op.width, y); }
  void check_place(const Scan& op, const Edge& y) const {
    check_edge(op.name, op.x, op.width, y);
    check_edge(op.name, op.delta, op.width, y);
    check_edge(op.name, op.B, op.states, y);
    check_edge(op.name, op.C, op.states, y);
    require(op.states <= 1024, op.name + ".states", fmt::format("{}, at most 1024", op.states));
  }
  void check_place(const Gate& op, const Edge& y) const {
    check_edge(op.name, op.x0, op.width, y);
    check_edge(op.name, op.x1, op.width, y);
  }
  void check_place(const Add& op, const Edge& y) const {
    check_edge(op.name, op.x0, op.width, y);
    check_edge(op.name, op.x1, op.width, y);
  }
  void check_place(const Pool& op, const Edge&) const {
    const Edge& x = edge(op.x);
    check_edge(op.name, op.x, op.width, x);
    const int vectors = rows_of(x, program.input.vectors());
    require(op.tokens >= 1 && op.tokens == vectors, op.name + ".tokens",
            fmt::format("{}, but a sequence has {}", op.tokens, vectors));
  }

  void check_place(const Window& op, const Edge&) const {
    const Edge& x = edge(op.x);
    check_edge(op.name, op.x, op.width, x);
    const auto check_side = [&](const char* side, int grid, int kernel, int stride, int padding) {
      const std::string where = op.name + "." + side;
      require(kernel >= 1 && kernel <= 64, where, fmt::format("a kernel of {}", kernel));
      require(stride >= 1 && stride <= kernel, where,
              fmt::format("steps of {}, must be 1 to the kernel's {}", stride, kernel));
      require(padding >= 0 && padding < kernel, where,
              fmt::format("padding of {}, must be less than the kernel's {}", padding, kernel));
      require(grid >= 1 && grid <= (1 << 20) && grid + 2 * padding >= kernel, where,
              fmt::format("a grid of {} under a kernel of {}", grid, kernel));
    };
    check_side("height", op.grid.height, op.kernel.height, op.stride.height, op.padding.height);
    check_side("width", op.grid.width, op.kernel.width, op.stride.width, op.padding.width);
    const std::int64_t places = std::int64_t{op.grid.height} * op.grid.width;
    const int vectors = rows_of(x, program.input.vectors());
    require(places == vectors, op.name + ".grid",
            fmt::format("{} x {} places, but a sequence has {} vectors", op.grid.height,
                        op.grid.width, vectors));
  }
  void check_place(const Max& op, const Edge& y) const {
    require(op.terms >= 1 && op.terms <= 4096, op.name + ".terms",
            fmt::format("{}, must be 1 .. 4096", op.terms));
    require(std::int64_t{op.terms} * op.width == edge(op.x).width, op.name + ".terms",
            fmt::format("{} times {} numbers, but a vector has {}", op.terms, op.width,
                        edge(op.x).width));
    check_edge(op.name, op.x, edge(op.x).width, y);
  }

  void check_place(const Attention& op, const Edge& y) const {
    for (EdgeIndex index : inputs_of(op)) check_edge(op.name, index, op.width, y);
    require(op.heads >= 1 && op.width % op.heads == 0, op.name + ".heads",
            fmt::format("{}, must divide the width {}", op.heads, op.width));
    require(op.width <= 1024, op.name, fmt::format("{} channels, at most 1024", op.width));
    const int vectors = rows_of(edge(op.queries), program.input.vectors());
    require(op.tokens == vectors, op.name + ".tokens",
            fmt::format("{}, but a sequence has {}", op.tokens, vectors));
    require(op.tokens >= 2 && op.tokens <= 1024, op.name + ".tokens",
            fmt::format("{}, must be 2 .. 1024", op.tokens));
  }

  // --- Its numbers: types, shapes, shifts.

  void check(const Embed& op, const Edge& y) const {
    check_type(op.name + ".table", op.table_type, 8, 8);
    check_shape(op.name + ".table", op.table, {std::size_t(op.vocab), std::size_t(op.out)});
    check_shape(op.name + ".bias", op.bias, {std::size_t(op.bias_rows), std::size_t(op.out)});
    check_requantise(op.name, accumulator_bits(program, op), op.table_type.exp, y.type);
  }
  void check(const Linear& op, const Edge& y) const {
    require(op.activation != Activation::kSoftplus, op.name + ".activation",
            "softplus exists in floating point only");
    if (op.bias_rows > 0) {
      check_shape(op.name + ".bias", op.bias, {std::size_t(op.bias_rows), std::size_t(op.out)});
    }
    check_weights(op, op.out, op.in, y.type);
  }
  void check(const DwConv& op, const Edge& y) const {
    check_shape(op.name + ".bias", op.bias, {std::size_t(op.width)});
    check_weights(op, op.width, op.taps, y.type);
  }
  void check(const RangeNorm& op, const Edge& y) const {
    const std::string& name = op.name;
    require(op.norm == Norm::kRange || op.norm == Norm::kLayer, name + ".norm",
            "RMS and batch norm are floating point only");
    require(edge(op.x).type.bits == 8, name, "input must have 8 bits");
    require(op.width <= 1024, name, fmt::format("{} channels, at most 1024", op.width));
    check_type(name + ".weight", op.weight_type, 8, 8);
    check_shape(name + ".weight", op.weight, {std::size_t(op.width)});
    check_shape(name + ".bias", op.bias, {std::size_t(op.width)});
    check_requantise(name, accumulator_bits(program, op), op.weight_type.exp - ratio_fraction(op),
                     y.type);
  }
  void check(const Pwl& op, const Edge& y) const {
    check_function(op.name + ".table", op.table, edge(op.x).type, y.type, fx::min_of(y.type.bits));
  }
  void check(const Scan& op, const Edge& y) const {
    const std::string& name = op.name;
    for (EdgeIndex index : inputs_of(op)) {
      require(edge(index).type.bits <= 16, name,
              fmt::format("edge '{}' has {} bits, at most 16", edge_name(program, index),
                          edge(index).type.bits));
    }
    check_type(name + ".A", op.A_type, 8, 8);
    check_type(name + ".D", op.D_type, 8, 8);
    check_type(name + ".z", op.z_type, 8, 8);
    check_type(name + ".state", op.state_type, 15, 32);
    check_shape(name + ".A", op.A, {std::size_t(op.width), std::size_t(op.states)});
    check_shape(name + ".D", op.D, {std::size_t(op.width)});
    const NumberType x = edge(op.x).type, delta = edge(op.delta).type;
    const NumberType C = edge(op.C).type;
    const NumberType increment{kMaxAccumulatorBits, op.state_type.exp};
    const NumberType sum{kMaxAccumulatorBits, C.exp + op.state_type.exp};
    check_requantise(name + ".z", delta.bits + 8, delta.exp + op.A_type.exp, op.z_type);
    check_function(name + ".exp", op.exp, op.z_type, fx::kAbarType, 0);
    const ScanProduct product = product_of(op);
    const NumberType first = edge(product.first).type, second = edge(product.second).type;
    const std::string product_name = name + "." + product.name;
    check_type(product_name, op.product_type, 8, 8);
    check_requantise(product_name, delta.bits + first.bits, delta.exp + first.exp, op.product_type);
    check_requantise(name + ".state", 8 + second.bits, op.product_type.exp + second.exp, increment);
    check_requantise(name + ".D", 8 + x.bits, op.D_type.exp + x.exp, sum);
    check_requantise(name, accumulator_bits(program, op), sum.exp, y.type);
  }
  void check(const Gate& op, const Edge& y) const {
    check_requantise(op.name, accumulator_bits(program, op),
                     edge(op.x0).type.exp + edge(op.x1).type.exp, y.type);
  }
  void check(const Add& op, const Edge& y) const {
    const NumberType a = edge(op.x0).type, b = edge(op.x1).type;
    require(std::abs(a.exp - b.exp) <= 32, op.name,
            fmt::format("operands with exponents {} and {} are too far apart", a.exp, b.exp));
    check_requantise(op.name, accumulator_bits(program, op), std::min(a.exp, b.exp), y.type);
  }
  void check(const Pool& op, const Edge& y) const {
    const NumberType x = edge(op.x).type;
    if (op.kind == PoolKind::kFlatten) {
      require(y.type == x, op.name, "flattening must keep the number type");
    } else {
      const int bits = accumulator_bits(program, op);
      require(bits <= kMaxSumBits, op.name,
              fmt::format("the sum over the tokens has {} bits, at most {}", bits, kMaxSumBits));
      check_requantise(op.name, bits + 16, x.exp - fx::mean_fraction(op.tokens), y.type);
    }
  }

  void check(const Window& op, const Edge& y) const {
    require(y.type == edge(op.x).type, op.name, "windows must keep the number type");
  }
  void check(const Max& op, const Edge& y) const {
    require(y.type == edge(op.x).type, op.name, "the maximum must keep the number type");
  }
  void check(const Attention& op, const Edge& y) const {
    for (EdgeIndex index : inputs_of(op)) {
      require(edge(index).type.bits == 8, op.name,
              fmt::format("edge '{}' has {} bits, must have 8", edge_name(program, index),
                          edge(index).type.bits));
    }
    check_type(op.name + ".score", op.score_type, 8, 8);
    check_requantise(op.name + ".score", 15 + fx::ceil_log2(op.head_width()),
                     edge(op.queries).type.exp + edge(op.keys).type.exp, op.score_type);
    require(op.weights.size() == fx::kMostWeight + 1, op.name + ".weights",
            fmt::format("{} entries, must be {}", op.weights.size(), fx::kMostWeight + 1));
    require(op.weights[0] == fx::kMostWeight, op.name + ".weights",
            fmt::format("the first is {}, must be {}", op.weights[0], fx::kMostWeight));
    for (std::int32_t weight : op.weights) {
      require(weight >= 0 && weight <= fx::kMostWeight, op.name + ".weights",
              fmt::format("entry {}, must lie in 0 .. {}", weight, fx::kMostWeight));
    }
    check_requantise(op.name, accumulator_bits(program, op) + fx::weight_reciprocal_bits(op.tokens),
                     edge(op.values).type.exp - fx::weight_sum_fraction(op.tokens), y.type);
  }

  // --- The whole

  void check_edges() const {
    require(program.edges.size() == program.ops.size() + 1, "edges",
            fmt::format("{} edges for {} ops, must be one more", program.edges.size(),
                        program.ops.size()));
    require(!program.ops.empty(), "ops", "there are none");
    std::int64_t numbers = 0;
    for (std::size_t i = 0; i < program.edges.size(); ++i) {
      const Edge& e = program.edges[i];
      const std::string name = edge_name(program, static_cast<EdgeIndex>(i));
      require(e.width >= 1 && e.width <= (1 << 20), name, fmt::format("width {}", e.width));
      require(e.vectors >= 0 && e.vectors <= (1 << 20), name, fmt::format("{} vectors", e.vectors));
      check_type(name, e.type, 2, 24);
      numbers += std::int64_t{e.width} * std::max(1, e.vectors);
    }
    require(numbers <= kMaxNumbers, "edges",
            fmt::format("carry {} numbers together, at most {}", numbers, kMaxNumbers));
  }
  void check_input() const {
    const Input& input = program.input;
    const auto positive = [&](int n) { return n >= 1 && n <= (1 << 20); };
    require(positive(input.height) && positive(input.width) && positive(input.channels), "input",
            fmt::format("samples of {} x {} x {}", input.height, input.width, input.channels));
    require(positive(input.patch.height) && positive(input.patch.width) &&
                input.height % input.patch.height == 0 && input.width % input.patch.width == 0,
            "input",
            fmt::format("patches of {} x {} do not divide samples of {} x {}", input.patch.height,
                        input.patch.width, input.height, input.width));
    const std::int64_t vectors =
        (input.height / input.patch.height) * std::int64_t{input.width / input.patch.width};
    require(vectors <= (1 << 20), "input", fmt::format("{} vectors, at most 2^20", vectors));
    const Size over = input.overlap;
    require(over.height >= 0 && over.height <= 1024 && over.width >= 0 && over.width <= 1024,
            "input", fmt::format("overlap of {} x {}", over.height, over.width));
    const std::int64_t width = (input.patch.height + std::int64_t{2} * over.height) *
                               (input.patch.width + std::int64_t{2} * over.width) * input.channels;
    require(input.vocab >= 0 && (input.vocab == 0 || (width == 1 && input.height == 1)), "input",
            "token ids have height 1, channels 1 and no patches");
    require(edge(0).width == width, "input",
            fmt::format("width {}, the patches have {}", edge(0).width, width));
    require(edge(0).vectors == 0 || edge(0).vectors == vectors, "input",
            fmt::format("{} vectors, a sample has {}", edge(0).vectors, vectors));
    const std::size_t channels = input.channels;
    const Normalisation& n = input.normalisation;
    require(n.mean.size() == channels && n.std.size() == channels, "normalisation",
            fmt::format("must have {} channels", channels));
    for (std::size_t c = 0; c < channels; ++c) {
      require(std::isfinite(n.mean[c]) && std::isfinite(n.std[c]) && n.std[c] > 0, "normalisation",
              fmt::format("channel {}: mean {}, std {}", c, n.mean[c], n.std[c]));
    }
    const auto& [smallest, largest] = n.saturate;
    if (smallest.empty() && largest.empty()) return;
    require(input.vocab == 0 && smallest.size() == channels && largest.size() == channels,
            "normalisation", fmt::format("must have {} extremes, of token ids none", channels));
    for (std::size_t c = 0; c < channels; ++c) {
      require(std::isfinite((smallest[c] - n.mean[c]) / n.std[c]) &&
                  std::isfinite((largest[c] - n.mean[c]) / n.std[c]) && smallest[c] <= largest[c],
              "normalisation",
              fmt::format("channel {}: smallest {}, largest {}", c, smallest[c], largest[c]));
    }
  }
  // Files, modules and tensors are called by them.
  void check_names() const {
    require(is_plain_name(program.name), "name",
            fmt::format("'{}' must be letters, digits, '-' and '_'",
                        printable(program.name.substr(0, 40))));
    std::set<std::string> names;
    for (const Op& op : program.ops) {
      require(names.insert(name_of(op)).second, name_of(op), "two ops have this name");
    }
  }
  void check_groups() const {
    int free = 0;  // the first op behind the groups so far
    for (std::size_t g = 0; g < program.groups.size(); ++g) {
      const auto [first, ops, times] = program.groups[g];
      const std::string where = fmt::format("group {}", g);
      const std::int64_t end = first + std::int64_t{ops} * times;
      require(first >= free && ops >= 1 && times >= 1 &&
                  end <= static_cast<std::int64_t>(program.ops.size()),
              where, fmt::format("{} times {} ops from op {} on", times, ops, first));
      if (const auto other = first_unlike(program, program.groups[g])) {
        fail(where, fmt::format("'{}' {}", other->op, other->what));
      }
      free = static_cast<int>(end);
    }
  }

  void network() const {
    check_names();
    check_edges();
    check_input();
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      const Op& op = program.ops[i];
      const Edge& y = program.edges[i + 1];
      const std::string& name = name_of(op);
      for (EdgeIndex x : inputs_of(op)) {
        require(x >= 0 && x <= static_cast<EdgeIndex>(i), name,
                fmt::format("reads edge {}, which is not written before it", x));
      }
      require(y.width == out_width(op), name,
              fmt::format("writes vectors of {}, its edge has width {}", out_width(op), y.width));
      const Edge written{out_vectors(op, edge(inputs_of(op)[0]).vectors), y.width, y.type};
      require(
          y.vectors == written.vectors, name,
          fmt::format("writes {}, its edge carries {}", vectors_text(written), vectors_text(y)));
    }
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      std::visit([&](const auto& o) { check_place(o, program.edges[i + 1]); }, program.ops[i]);
    }
    check_groups();
  }
  void integers() const {
    for (std::size_t i = 0; i < program.ops.size(); ++i) {
      std::visit([&](const auto& o) { check(o, program.edges[i + 1]); }, program.ops[i]);
    }
  }
};

}  // namespace

void validate_network(const Program& program, const std::string& source) {
  Validator{program, source}.network();
}

void validate(const Program& program, const std::string& source) {
  const Validator validator{program, source};
  validator.network();
  validator.integers();
}

}  // namespace emamba

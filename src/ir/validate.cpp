// SPDX-License-Identifier: Apache-2.0
// What engines and generators rely on, checked once for every program that enters the process.
#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "fx/mean.h"
#include "fx/range_norm.h"
#include "fx/scan.h"
#include "ir/program.h"

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
  void check_width(const std::string& where, EdgeIndex index, int width, bool per_sequence) const {
    require(edge(index).width == width, where,
            fmt::format("edge '{}' has width {}, must be {}", edge_name(program, index),
                        edge(index).width, width));
    require(edge(index).per_sequence == per_sequence, where,
            fmt::format("edge '{}' must carry one vector a {}", edge_name(program, index),
                        per_sequence ? "sequence" : "token"));
  }
  void check_table(const std::string& where, const PwlTable& table, NumberType x,
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

  void check(const Embed& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, 1, false);
    require(op.bias_rows == 1 || op.bias_rows == program.spec.L(), name + ".bias_rows",
            fmt::format("{}, must be 1 or {}", op.bias_rows, program.spec.L()));
    check_type(name + ".table", op.table_type, 8, 8);
    check_shape(name + ".table", op.table, {std::size_t(op.vocab), std::size_t(op.out)});
    check_shape(name + ".bias", op.bias, {std::size_t(op.bias_rows), std::size_t(op.out)});
    check_requantise(name, accumulator_bits(program, op), op.table_type.exp, y.type);
  }
  void check(const Linear& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.in, y.per_sequence);
    require(op.bias_rows == 0 || op.bias_rows == 1 || op.bias_rows == program.spec.L(),
            name + ".bias_rows",
            fmt::format("{}, must be 0, 1 or {}", op.bias_rows, program.spec.L()));
    require(op.bias_rows <= 1 || !y.per_sequence, name + ".bias_rows",
            "a bias for every token needs an edge with one vector a token");
    require(op.activation != Activation::kSoftplus, name + ".activation",
            "softplus exists in floating point only");
    if (op.bias_rows > 0) {
      check_shape(name + ".bias", op.bias, {std::size_t(op.bias_rows), std::size_t(op.out)});
    }
    check_weights(op, op.out, op.in, y.type);
  }
  void check(const DwConv& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.width, false);
    check_shape(name + ".bias", op.bias, {std::size_t(op.width)});
    check_weights(op, op.width, op.taps, y.type);
  }
  void check(const RangeNorm& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.width, false);
    require(op.norm == Norm::kRange, name + ".norm", "layer and RMS norm are floating point only");
    require(edge(op.x).type.bits == 8, name, "input must have 8 bits");
    require(op.width <= 1024, name, fmt::format("{} channels, at most 1024", op.width));
    check_type(name + ".weight", op.weight_type, 8, 8);
    check_shape(name + ".weight", op.weight, {std::size_t(op.width)});
    check_shape(name + ".bias", op.bias, {std::size_t(op.width)});
    check_requantise(name, accumulator_bits(program, op), op.weight_type.exp - fx::kRatioFraction,
                     y.type);
  }
  void check(const Pwl& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.width, false);
    check_table(name + ".table", op.table, edge(op.x).type, y.type);
  }
  void check(const Scan& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.width, false);
    check_width(name, op.delta, op.width, false);
    check_width(name, op.B, op.states, false);
    check_width(name, op.C, op.states, false);
    require(op.states <= 1024, name + ".states", fmt::format("{}, at most 1024", op.states));
    for (EdgeIndex index : inputs_of(op)) {
      require(edge(index).type.bits <= 16, name,
              fmt::format("edge '{}' has {} bits, at most 16", edge_name(program, index),
                          edge(index).type.bits));
    }
    check_type(name + ".A", op.A_type, 8, 8);
    check_type(name + ".D", op.D_type, 8, 8);
    check_type(name + ".z", op.z_type, 8, 8);
    check_type(name + ".bbar", op.bbar_type, 8, 8);
    check_type(name + ".state", op.state_type, 15, 32);
    check_shape(name + ".A", op.A, {std::size_t(op.width), std::size_t(op.states)});
    check_shape(name + ".D", op.D, {std::size_t(op.width)});
    const NumberType x = edge(op.x).type, delta = edge(op.delta).type;
    const NumberType B = edge(op.B).type, C = edge(op.C).type;
    const NumberType increment{kMaxAccumulatorBits, op.state_type.exp};
    const NumberType sum{kMaxAccumulatorBits, C.exp + op.state_type.exp};
    check_requantise(name + ".z", delta.bits + 8, delta.exp + op.A_type.exp, op.z_type);
    check_table(name + ".exp", op.exp, op.z_type, fx::kAbarType);
    check_requantise(name + ".bbar", delta.bits + B.bits, delta.exp + B.exp, op.bbar_type);
    check_requantise(name + ".state", 8 + x.bits, op.bbar_type.exp + x.exp, increment);
    check_requantise(name + ".D", 8 + x.bits, op.D_type.exp + x.exp, sum);
    check_requantise(name, accumulator_bits(program, op), sum.exp, y.type);
  }
  void check(const Gate& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x0, op.width, y.per_sequence);
    check_width(name, op.x1, op.width, y.per_sequence);
    check_requantise(name, accumulator_bits(program, op),
                     edge(op.x0).type.exp + edge(op.x1).type.exp, y.type);
  }
  void check(const Add& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x0, op.width, y.per_sequence);
    check_width(name, op.x1, op.width, y.per_sequence);
    const NumberType a = edge(op.x0).type, b = edge(op.x1).type;
    require(std::abs(a.exp - b.exp) <= 32, name,
            fmt::format("operands with exponents {} and {} are too far apart", a.exp, b.exp));
    check_requantise(name, accumulator_bits(program, op), std::min(a.exp, b.exp), y.type);
  }
  void check(const Pool& op, const Edge& y, const std::string& name) const {
    check_width(name, op.x, op.width, false);
    require(op.tokens == program.spec.L(), name + ".tokens",
            fmt::format("{}, but a sequence has {}", op.tokens, program.spec.L()));
    const NumberType x = edge(op.x).type;
    if (op.kind == PoolKind::kFlatten) {
      require(y.type == x, name, "flattening must keep the number type");
    } else {
      const int bits = accumulator_bits(program, op);
      require(bits <= kMaxSumBits, name,
              fmt::format("the sum over the tokens has {} bits, at most {}", bits, kMaxSumBits));
      check_requantise(name, bits + 16, x.exp - fx::mean_fraction(op.tokens), y.type);
    }
  }

  void run() const {
    require(program.edges.size() == program.ops.size() + 1, "edges",
            fmt::format("{} edges for {} ops, must be one more", program.edges.size(),
                        program.ops.size()));
    require(!program.ops.empty(), "ops", "there are none");
    std::int64_t numbers = 0;
    for (std::size_t i = 0; i < program.edges.size(); ++i) {
      const bool vector = program.edges[i].width >= 1 && program.edges[i].width <= (1 << 20);
      const std::string name = edge_name(program, static_cast<EdgeIndex>(i));
      require(vector, name, fmt::format("width {}", program.edges[i].width));
      check_type(name, program.edges[i].type, 2, 24);
      numbers += program.edges[i].width;
    }
    require(numbers <= kMaxNumbers, "edges",
            fmt::format("carry {} numbers together, at most {}", numbers, kMaxNumbers));
    require(edge(0).width == program.spec.token_width() && !edge(0).per_sequence, "input",
            fmt::format("width {}, the spec's tokens have {}", edge(0).width,
                        program.spec.token_width()));
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
      require(y.per_sequence ==
                  (std::holds_alternative<Pool>(op) || edge(inputs_of(op)[0]).per_sequence),
              name, "vectors behind the pooling, and only those, come once a sequence");
      std::visit([&](const auto& o) { check(o, y, name); }, op);
    }
    require(program.edges.back().per_sequence &&
                program.edges.back().width == program.spec.shape().outputs,
            name_of(program.ops.back()),
            fmt::format("the last edge must carry the task's {} outputs once a sequence",
                        program.spec.shape().outputs));
    const std::size_t channels = program.spec.shape().channels;
    const Normalisation& n = program.normalisation;
    require(n.mean.size() == channels && n.std.size() == channels, "normalisation",
            fmt::format("must have {} channels", channels));
    for (std::size_t c = 0; c < channels; ++c) {
      require(std::isfinite(n.mean[c]) && std::isfinite(n.std[c]) && n.std[c] > 0, "normalisation",
              fmt::format("channel {}: mean {}, std {}", c, n.mean[c], n.std[c]));
    }
  }
};

}  // namespace

void validate(const Program& program, const std::string& source) {
  Validator{program, source}.run();
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The integer program: a list of operations in execution order, each plain data, with typed edges.
// It is the contract between training, the engines and the hardware: everything that computes,
// costs or generates starts from it. What each operation computes, to the bit, is in
// docs/arithmetic.md; the file layout is in docs/formats.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/tensor.h"
#include "fx/number.h"
#include "fx/pwl.h"
#include "ir/input.h"
#include "ir/spec.h"

namespace emamba {

// What an edge carries: vectors of `width` numbers of one type, one a token, or one a sequence
// (behind the pooling).
struct Edge {
  int width = 0;
  bool per_sequence = false;
  NumberType type;
};

// Edges are numbered: 0 is the input, and operation i writes edge i + 1. x, x0, ... name the edges
// an operation reads. Integer tensors are empty in a skeleton (a program without weights).
using EdgeIndex = int;

// kSoftplus exists in floating point only.
enum class Activation { kNone, kRelu, kSoftplus };

// y = table[x] + bias, for token ids x.
struct Embed {
  std::string name;
  EdgeIndex x = 0;
  int vocab = 0, out = 0;
  int bias_rows = 1;  // 1, or L: token t uses row t
  NumberType table_type;
  Tensor<std::int8_t> table;  // (vocab, out)
  Tensor<std::int32_t> bias;  // (bias_rows, out), exponent of the table
};

// Weights of Linear and DwConv may have an exponent for every output channel o: that of the weight
// type + weight_offset[o], which is at most this. Empty offsets are all 0.
inline constexpr int kMaxWeightOffset = 7;

// y = activation(weight x + bias).
struct Linear {
  std::string name;
  EdgeIndex x = 0;
  int in = 0, out = 0;
  int bias_rows = 0;  // 0: no bias; 1; or L: token t uses row t
  Activation activation = Activation::kNone;
  NumberType weight_type;
  Tensor<std::int8_t> weight_offset;  // (out), 0 .. kMaxWeightOffset; or empty
  Tensor<std::int8_t> weight;         // (out, in)
  Tensor<std::int32_t> bias;          // (bias_rows, out), exponent channel_type(o).exp + x.exp
};

// Causal convolution of each channel by itself: y_t = sum_k weight[k] * x_{t - taps + 1 + k} +
// bias.
struct DwConv {
  std::string name;
  EdgeIndex x = 0;
  int width = 0, taps = 0;
  NumberType weight_type;
  Tensor<std::int8_t> weight_offset;  // (width), 0 .. kMaxWeightOffset; or empty
  Tensor<std::int8_t> weight;         // (width, taps); the last column meets the newest token
  Tensor<std::int32_t> bias;          // (width), exponent channel_type(d).exp + x.exp
};

// y = weight * (x - mean) / (max - min) + bias over the channels of one token. Layer and RMS norm
// exist in floating point only.
struct RangeNorm {
  std::string name;
  EdgeIndex x = 0;
  int width = 0;
  Norm norm = Norm::kRange;
  NumberType weight_type;
  Tensor<std::int8_t> weight;  // gamma (width)
  Tensor<std::int32_t> bias;   // beta (width), exponent weight.exp - fx::kRatioFraction
};

// y = SiLU(x), piecewise linear.
struct Pwl {
  std::string name;
  EdgeIndex x = 0;
  int width = 0;
  PwlTable table;
};

// The selective scan over `width` channels with `states` states each.
struct Scan {
  std::string name;
  EdgeIndex x = 0, delta = 0, B = 0, C = 0;
  int width = 0, states = 0;
  NumberType A_type, D_type;
  Tensor<std::int8_t> A;  // (width, states), negative
  Tensor<std::int8_t> D;  // (width), the skip
  NumberType z_type;      // of delta * A, the exponential's input
  PwlTable exp;           // its output is Abar, type fx::kAbarType
  NumberType bbar_type;   // of delta * B
  NumberType state_type;  // of the working state, e.g. 24 bits; stored in 7 bits less, exponent + 7
};

// y = x0 * x1, element by element.
struct Gate {
  std::string name;
  EdgeIndex x0 = 0, x1 = 0;
  int width = 0;
};

// y = x0 + x1, element by element.
struct Add {
  std::string name;
  EdgeIndex x0 = 0, x1 = 0;
  int width = 0;
};

enum class PoolKind { kFlatten, kMean };

// All `tokens` tokens of a sequence as one vector: token-major concatenation, or the mean.
struct Pool {
  std::string name;
  EdgeIndex x = 0;
  int width = 0, tokens = 0;
  PoolKind kind = PoolKind::kFlatten;
};

using Op = std::variant<Embed, Linear, DwConv, RangeNorm, Pwl, Scan, Gate, Add, Pool>;

struct Program {
  Spec spec;
  Normalisation normalisation;
  std::vector<Edge> edges;  // ops.size() + 1
  std::vector<Op> ops;
  std::string origin;  // what made it; free text
};

// "Linear", "DwConv", ...; the name of an op; the edges it reads; the vectors it writes have this
// width.
const char* kind_of(const Op& op);
const std::string& name_of(const Op& op);
std::vector<EdgeIndex> inputs_of(const Op& op);
std::int64_t out_width(const Op& op);
// "input" for edge 0, else the name of the op that writes it.
std::string edge_name(const Program& program, EdgeIndex edge);

// Of Linear and DwConv: the type of an output channel's weights; the largest offset of all
// channels.
template <class AnyOp>
NumberType channel_type(const AnyOp& op, std::size_t channel) {
  const int offset = op.weight_offset.empty() ? 0 : op.weight_offset.data[channel];
  return {op.weight_type.bits, op.weight_type.exp + offset};
}
int largest_offset(const Tensor<std::int8_t>& weight_offset);

// Bits of a signed accumulator that no input can overflow, proved from the actual weights: the sum
// of |weight| times the largest |input|, plus |bias| (docs/arithmetic.md, section 12). For Scan, of
// the output sum; for channels with exponents of their own, at those exponents. For ops with
// integer tensors only.
int accumulator_bits(const Program& program, const Op& op);

// The program of a spec, without weights and with all exponents 0: what search and cost need, and
// what quantisation fills.
Program lower(const Spec& spec);

// Checks everything that engines and generators rely on: shapes, edge order, types, shift ranges,
// tables, accumulator widths of at most 62 bits. Throws Error naming `source`, op, field and value.
void validate(const Program& program, const std::string& source);

// program.safetensors; layout in docs/formats.md. Reading validates; writing replaces atomically.
Program read_program(const std::string& path);
Program parse_program(std::string_view bytes, const std::string& source);
void write_program(const std::string& path, const Program& program);

}  // namespace emamba

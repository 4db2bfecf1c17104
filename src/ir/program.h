// SPDX-License-Identifier: Apache-2.0
// The program: a list of operations in execution order, each plain data, with typed edges. It is
// the one description of a network that everything starts from: training, the engines, quantisation
// and the hardware. A network to be trained is a program without integers (a skeleton). What each
// operation computes, to the bit, is in docs/arithmetic.md; the file layout is in docs/formats.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/tensor.h"
#include "fx/function.h"
#include "fx/number.h"
#include "ir/function.h"
#include "ir/input.h"

namespace emamba {

// What an edge carries for one sample: a matrix (vectors, width) of numbers of one type. `vectors`
// 0 stands for as many as the input has, so that one program runs on sequences of any length where
// its operations allow it.
struct Edge {
  int vectors = 0;
  int width = 0;
  NumberType type;
};

// Edges are numbered: 0 is the input, and operation i writes edge i + 1. x, x0, ... name the edges
// an operation reads. Integer tensors are empty in a skeleton.
using EdgeIndex = int;

// kSoftplus exists in floating point only, as RMS and batch norm do.
enum class Activation { kNone, kRelu, kSoftplus };
enum class Norm { kRange, kLayer, kRms, kBatch };
// Least range, and what is added to a variance or mean of squares, in floating point.
inline constexpr double kNormEpsilon = 1e-5;

// Each operation has a kind, by which files and messages call it, and says whether it goes by row:
// one vector in, one vector out, in order, remembering what it needs of earlier ones. Programs of
// such operations can be stepped (can_step).

// y = table[x] + bias, for token ids x.
struct Embed {
  static constexpr char kKind[] = "Embed";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int vocab = 0, out = 0;
  int bias_rows = 1;  // 1, or as many as vectors: vector t uses row t
  NumberType table_type;
  Tensor<std::int8_t> table;  // (vocab, out)
  Tensor<std::int32_t> bias;  // (bias_rows, out), exponent of the table
};

// Weights of Linear and DwConv may have an exponent for every output channel o: that of the weight
// type + weight_offset[o], which is at most this. Empty offsets are all 0.
inline constexpr int kMaxWeightOffset = 7;

// y = activation(weight x + bias).
struct Linear {
  static constexpr char kKind[] = "Linear";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int in = 0, out = 0;
  int bias_rows = 0;  // 0: no bias; 1; or as many as vectors: vector t uses row t
  Activation activation = Activation::kNone;
  NumberType weight_type;
  Tensor<std::int8_t> weight_offset;  // (out), 0 .. kMaxWeightOffset; or empty
  Tensor<std::int8_t> weight;         // (out, in)
  Tensor<std::int32_t> bias;          // (bias_rows, out), exponent channel_type(o).exp + x.exp
};

// Causal convolution of each channel by itself: y_t = sum_k weight[k] * x_{t - taps + 1 + k} +
// bias.
struct DwConv {
  static constexpr char kKind[] = "DwConv";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int width = 0, taps = 0;
  NumberType weight_type;
  Tensor<std::int8_t> weight_offset;  // (width), 0 .. kMaxWeightOffset; or empty
  Tensor<std::int8_t> weight;         // (width, taps); the last column meets the newest vector
  Tensor<std::int32_t> bias;          // (width), exponent channel_type(d).exp + x.exp
};

// y = weight * (x - mean) / (max - min) + bias over the channels of one vector, or what another
// norm divides by.
struct RangeNorm {
  static constexpr char kKind[] = "RangeNorm";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int width = 0;
  Norm norm = Norm::kRange;
  NumberType weight_type;
  Tensor<std::int8_t> weight;  // gamma (width)
  Tensor<std::int32_t> bias;   // beta (width), exponent weight.exp - ratio_fraction()
};

// y = function(x), by lines or a table.
struct Pwl {
  static constexpr char kKind[] = "Pwl";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int width = 0;
  Function function = Function::kSilu;
  FunctionIntegers table;
};

// Which product a scan rounds on a state's way: delta * B, one for every state, or delta * x, one
// for every channel. The increment is that times what is left of delta, B and x.
enum class ScanOrder { kDeltaB, kDeltaX };

// The selective scan over `width` channels with `states` states each.
struct Scan {
  static constexpr char kKind[] = "Scan";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0, delta = 0, B = 0, C = 0;
  int width = 0, states = 0;
  NumberType A_type, D_type;
  Tensor<std::int8_t> A;  // (width, states), negative
  Tensor<std::int8_t> D;  // (width), the skip
  NumberType z_type;      // of delta * A, the exponential's input
  FunctionIntegers exp;   // its output is Abar, type fx::kAbarType
  ScanOrder order = ScanOrder::kDeltaB;
  NumberType product_type;  // of what the order rounds, ScanProduct
  NumberType state_type;  // of the working state, e.g. 24 bits; stored in 7 bits less, exponent + 7
};

// What a scan rounds on a state's way: delta * first, which is then multiplied by second.
struct ScanProduct {
  const char* name;  // bbar, which is delta * B, or u, which is delta * x (docs/arithmetic.md)
  EdgeIndex first, second;
};
inline ScanProduct product_of(const Scan& op) {
  if (op.order == ScanOrder::kDeltaX) return {"u", op.x, op.B};
  return {"bbar", op.B, op.x};
}

// y = x0 * x1, element by element.
struct Gate {
  static constexpr char kKind[] = "Gate";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x0 = 0, x1 = 0;
  int width = 0;
};

// y = x0 + x1, element by element.
struct Add {
  static constexpr char kKind[] = "Add";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x0 = 0, x1 = 0;
  int width = 0;
};

enum class PoolKind { kFlatten, kMean };

// All `tokens` vectors of a sequence as one: row-major concatenation, or the mean.
struct Pool {
  static constexpr char kKind[] = "Pool";
  static constexpr bool kByRow = false;
  std::string name;
  EdgeIndex x = 0;
  int width = 0, tokens = 0;
  PoolKind kind = PoolKind::kFlatten;
};

// The windows of a grid: the vectors of the input are its places, row by row. A kernel goes over it
// in steps of `stride`, from `padding` above and to the left of its first place; every place of the
// kernel is a vector of the numbers under it, row by row, 0 off the grid. Convolution is a Linear
// behind it.
struct Window {
  static constexpr char kKind[] = "Window";
  static constexpr bool kByRow = false;
  std::string name;
  EdgeIndex x = 0;
  int width = 0;  // numbers at a place
  Size grid;
  Size kernel{3, 3}, stride{1, 1}, padding{1, 1};

  // Of the kernel, as a grid.
  Size places() const {
    return {(grid.height + 2 * padding.height - kernel.height) / stride.height + 1,
            (grid.width + 2 * padding.width - kernel.width) / stride.width + 1};
  }
  int taps() const { return kernel.height * kernel.width; }
};

// y[d] = max over k of x[k * width + d].
struct Max {
  static constexpr char kKind[] = "Max";
  static constexpr bool kByRow = true;
  std::string name;
  EdgeIndex x = 0;
  int width = 0, terms = 0;
};

// Attention of several heads, each of which has the next width / heads channels of its inputs as
// its own. For every query q_t and its head, over all `tokens` keys k_u and values v_u of the
// sequence: y_t = sum_u p_u v_u with p = softmax(q_t . k_u / sqrt(width / heads)).
struct Attention {
  static constexpr char kKind[] = "Attention";
  static constexpr bool kByRow = false;
  std::string name;
  EdgeIndex queries = 0, keys = 0, values = 0;
  int width = 0, heads = 1, tokens = 0;
  NumberType score_type;  // of q . k
  // By how far a score is below the largest of its query and head, 0 .. 255 (fx/attention.h).
  std::vector<std::int32_t> weights;

  int head_width() const { return width / heads; }
};

using Op = std::variant<Embed, Linear, DwConv, RangeNorm, Pwl, Scan, Gate, Add, Pool, Window, Max,
                        Attention>;

// A block: `ops` operations from `first` on, which stand `times` times in a row, alike but for
// their numbers.
struct Group {
  int first = 0, ops = 0, times = 1;
  bool operator==(const Group&) const = default;
};

struct Program {
  std::string name;  // of the model; letters, digits, '-' and '_'
  Input input;
  std::vector<Edge> edges;  // ops.size() + 1; the last is the answer
  std::vector<Op> ops;
  std::vector<Group> groups;  // ascending, not overlapping
  std::string origin;         // what made it; free text
  std::string config;         // the configuration that it was made from, as JSON; nothing reads it
                              // to compute
};

// "Linear", "DwConv", ...; the name of an op; the edges it reads.
const char* kind_of(const Op& op);
const std::string& name_of(const Op& op);
std::vector<EdgeIndex> inputs_of(const Op& op);
// The ops that read an edge.
std::vector<std::size_t> readers_of(const Program& program, EdgeIndex edge);
// What an op writes: vectors of this width, and so many for a first input of `vectors` (0: as many
// as the program's input has).
std::int64_t out_width(const Op& op);
int out_vectors(const Op& op, int vectors);
// "input" for edge 0, else the name of the op that writes it.
std::string edge_name(const Program& program, EdgeIndex edge);

// Vectors of an edge when the input has `length`.
inline int rows_of(const Edge& edge, int length) {
  return edge.vectors > 0 ? edge.vectors : length;
}
// Numbers in the answer to a sequence of `length` vectors: of all vectors of the last edge.
inline std::size_t answer_size(const Program& program, int length) {
  const Edge& last = program.edges.back();
  return static_cast<std::size_t>(rows_of(last, length)) * static_cast<std::size_t>(last.width);
}
// Whether an op writes numbers that it read, unchanged, with their type.
bool keeps_type(const Op& op);
// The edge whose numbers, and type, an edge carries: the first one behind such ops.
EdgeIndex origin_of(const Program& program, EdgeIndex edge);
// Whether sequences must have as many vectors as a sample as published: an operation asks for that
// (pooling, a bias for every vector). Otherwise the program runs on sequences of any length.
bool has_fixed_length(const Program& program);
// Fraction bits of what a norm multiplies by its weight.
int ratio_fraction(const RangeNorm& op);
// The input edge's integers for one sample as published.
Tensor<std::int32_t> integer_tokens(const Program& program, const float* sample);
// Whether the answer can be had vector by vector: the input is vectors of a sequence, and every op
// goes by row, ends the sequence, or stands behind one that does.
bool can_step(const Program& program);

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

// Checks everything that engines and generators rely on: shapes, edge order, types, shift ranges,
// tables, accumulator widths of at most 62 bits. Throws Error naming `source`, op, field and value.
void validate(const Program& program, const std::string& source);
// The same of a skeleton: shapes, edge order and groups.
void validate_network(const Program& program, const std::string& source);

// program.safetensors, of format 2; layout in docs/formats.md. Writing replaces atomically. Files
// of both formats are read by net/files.h.
void write_program(const std::string& path, const Program& program);

}  // namespace emamba

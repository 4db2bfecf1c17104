// SPDX-License-Identifier: Apache-2.0
// What is known of every operation without running it: names, edges, shapes, proved widths.
#include "ir/program.h"

#include <algorithm>
#include <cmath>

#include "base/overloaded.h"
#include "fx/attention.h"
#include "fx/layer_norm.h"
#include "fx/scan.h"

namespace emamba {
namespace {

// Largest magnitude of a type's integers.
std::int64_t magnitude(NumberType type) {
  return -fx::min_of(type.bits);
}

template <class T>
std::int64_t largest(const std::vector<T>& values) {
  std::int64_t most = 0;
  for (T v : values) most = std::max(most, std::abs(static_cast<std::int64_t>(v)));
  return most;
}
template <class T>
std::int64_t largest(const Tensor<T>& tensor) {
  return largest(tensor.data);
}

// max over outputs o of sum_i |weight[o, i]| * input + max_row |bias[row, o]|.
std::int64_t dot_bound(const Tensor<std::int8_t>& weight, const Tensor<std::int32_t>& bias,
                       std::int64_t input) {
  const std::size_t outputs = weight.shape[0], inputs = weight.shape[1];
  std::int64_t most = 0;
  for (std::size_t o = 0; o < outputs; ++o) {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < inputs; ++i) sum += std::abs(int{weight.data[o * inputs + i]});
    std::int64_t offset = 0;
    for (std::size_t at = o; at < bias.size(); at += outputs) {
      offset = std::max(offset, std::abs(std::int64_t{bias.data[at]}));
    }
    most = std::max(most, sum * input + offset);
  }
  return most;
}

// Of lines, max |slope| * input + max |intercept|; of a table, its largest entry.
std::int64_t function_bound(const FunctionIntegers& function, std::int64_t input) {
  if (const auto* table = std::get_if<LookupTable>(&function)) return largest(table->values);
  const PwlTable& lines = std::get<PwlTable>(function);
  return largest(lines.slopes) * input + largest(lines.intercepts);
}

using Edges = std::vector<EdgeIndex>;

}  // namespace

const char* kind_of(const Op& op) {
  return std::visit([](const auto& o) { return o.kKind; }, op);
}

const std::string& name_of(const Op& op) {
  return std::visit([](const auto& o) -> const std::string& { return o.name; }, op);
}

std::vector<EdgeIndex> inputs_of(const Op& op) {
  return std::visit(
      Overloaded{
          [](const Embed& o) { return Edges{o.x}; }, [](const Linear& o) { return Edges{o.x}; },
          [](const DwConv& o) { return Edges{o.x}; }, [](const RangeNorm& o) { return Edges{o.x}; },
          [](const Pwl& o) { return Edges{o.x}; },
          [](const Scan& o) {
            return Edges{o.x, o.delta, o.B, o.C};
          },
          [](const Gate& o) {
            return Edges{o.x0, o.x1};
          },
          [](const Add& o) {
            return Edges{o.x0, o.x1};
          },
          [](const Pool& o) { return Edges{o.x}; }, [](const Window& o) { return Edges{o.x}; },
          [](const Max& o) { return Edges{o.x}; },
          [](const Attention& o) {
            return Edges{o.queries, o.keys, o.values};
          }},
      op);
}

std::vector<std::size_t> readers_of(const Program& program, EdgeIndex edge) {
  std::vector<std::size_t> readers;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const std::vector<EdgeIndex> inputs = inputs_of(program.ops[i]);
    if (std::find(inputs.begin(), inputs.end(), edge) != inputs.end()) readers.push_back(i);
  }
  return readers;
}

std::int64_t out_width(const Op& op) {
  return std::visit(Overloaded{[](const Embed& o) { return std::int64_t{o.out}; },
                               [](const Linear& o) { return std::int64_t{o.out}; },
                               [](const DwConv& o) { return std::int64_t{o.width}; },
                               [](const RangeNorm& o) { return std::int64_t{o.width}; },
                               [](const Pwl& o) { return std::int64_t{o.width}; },
                               [](const Scan& o) { return std::int64_t{o.width}; },
                               [](const Gate& o) { return std::int64_t{o.width}; },
                               [](const Add& o) { return std::int64_t{o.width}; },
                               [](const Pool& o) {
                                 return std::int64_t{o.kind == PoolKind::kFlatten ? o.tokens : 1} *
                                        o.width;
                               },
                               [](const Window& o) { return std::int64_t{o.taps()} * o.width; },
                               [](const Max& o) { return std::int64_t{o.width}; },
                               [](const Attention& o) { return std::int64_t{o.width}; }},
                    op);
}

int out_vectors(const Op& op, int vectors) {
  return std::visit(
      Overloaded{[&](const Embed&) { return vectors; }, [&](const Linear&) { return vectors; },
                 [&](const DwConv&) { return vectors; }, [&](const RangeNorm&) { return vectors; },
                 [&](const Pwl&) { return vectors; }, [&](const Scan&) { return vectors; },
                 [&](const Gate&) { return vectors; }, [&](const Add&) { return vectors; },
                 [&](const Pool&) { return 1; },
                 [&](const Window& o) { return o.places().height * o.places().width; },
                 [&](const Max&) { return vectors; }, [&](const Attention&) { return vectors; }},
      op);
}

bool keeps_type(const Op& op) {
  const auto* pool = std::get_if<Pool>(&op);
  return (pool != nullptr && pool->kind == PoolKind::kFlatten) ||
         std::holds_alternative<Window>(op) || std::holds_alternative<Max>(op);
}

EdgeIndex origin_of(const Program& program, EdgeIndex edge) {
  while (edge > 0 && keeps_type(program.ops[edge - 1])) {
    edge = inputs_of(program.ops[edge - 1])[0];
  }
  return edge;
}

std::string edge_name(const Program& program, EdgeIndex edge) {
  return edge == 0 ? "input" : name_of(program.ops[edge - 1]);
}

bool has_fixed_length(const Program& program) {
  const auto of_input = [&](EdgeIndex x) { return program.edges[x].vectors == 0; };
  const auto asks = Overloaded{[&](const Embed& o) { return o.bias_rows > 1 && of_input(o.x); },
                               [&](const Linear& o) { return o.bias_rows > 1 && of_input(o.x); },
                               [&](const DwConv&) { return false; },
                               [&](const RangeNorm&) { return false; },
                               [&](const Pwl&) { return false; },
                               [&](const Scan&) { return false; },
                               [&](const Gate&) { return false; },
                               [&](const Add&) { return false; },
                               [&](const Pool& o) { return of_input(o.x); },
                               [&](const Window& o) { return of_input(o.x); },
                               [&](const Max&) { return false; },
                               [&](const Attention& o) { return of_input(o.queries); }};
  return program.edges[0].vectors > 0 ||
         std::any_of(program.ops.begin(), program.ops.end(),
                     [&](const Op& op) { return std::visit(asks, op); });
}

int ratio_fraction(const RangeNorm& op) {
  return op.norm == Norm::kLayer ? fx::layer_ratio_fraction(op.width) : fx::kRatioFraction;
}

Tensor<std::int32_t> integer_tokens(const Program& program, const float* sample) {
  return quantise_tokens(tokens_of(program.input, sample), program.edges[0].type);
}

bool can_step(const Program& program) {
  const auto by_row = [](const auto& o) { return o.kByRow; };
  return std::all_of(program.ops.begin(), program.ops.end(), [&](const Op& op) {
    return std::visit(by_row, op) || std::holds_alternative<Pool>(op);
  });
}

int largest_offset(const Tensor<std::int8_t>& weight_offset) {
  return static_cast<int>(largest(weight_offset));
}

int accumulator_bits(const Program& program, const Op& op) {
  const auto type = [&](EdgeIndex edge) { return program.edges[edge].type; };
  const std::int64_t bound = std::visit(
      Overloaded{[&](const Embed& o) { return largest(o.table) + largest(o.bias); },
                 [&](const Linear& o) { return dot_bound(o.weight, o.bias, magnitude(type(o.x))); },
                 [&](const DwConv& o) { return dot_bound(o.weight, o.bias, magnitude(type(o.x))); },
                 [&](const RangeNorm& o) {
                   // |ratio| <= 2^14 and a little, see docs/arithmetic.md, sections 6 and 15.
                   const std::int64_t ratio = (std::int64_t{1} << fx::kRatioFraction) + 128;
                   return largest(o.weight) * ratio + largest(o.bias);
                 },
                 [&](const Pwl& o) { return function_bound(o.table, magnitude(type(o.x))); },
                 [&](const Scan& o) {
                   const int acc_exp = type(o.C).exp + o.state_type.exp;
                   const int skip_shift = acc_exp - (o.D_type.exp + type(o.x).exp);
                   const std::int64_t skip =
                       fx::round_shift(largest(o.D) * magnitude(type(o.x)), skip_shift);
                   return o.states * magnitude(type(o.C)) * magnitude(o.state_type) + skip;
                 },
                 [&](const Gate& o) { return magnitude(type(o.x0)) * magnitude(type(o.x1)); },
                 [&](const Add& o) {
                   const int exp = std::min(type(o.x0).exp, type(o.x1).exp);
                   return fx::round_shift(magnitude(type(o.x0)), exp - type(o.x0).exp) +
                          fx::round_shift(magnitude(type(o.x1)), exp - type(o.x1).exp);
                 },
                 [&](const Pool& o) { return o.tokens * magnitude(type(o.x)); },
                 [&](const Window& o) { return magnitude(type(o.x)); },
                 [&](const Max& o) { return magnitude(type(o.x)); },
                 [&](const Attention& o) {
                   return std::int64_t{o.tokens} * fx::kMostWeight * magnitude(type(o.values));
                 }},
      op);
  return fx::signed_bits(bound);
}

}  // namespace emamba

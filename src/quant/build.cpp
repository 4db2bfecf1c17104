// SPDX-License-Identifier: Apache-2.0
// From a float model and the chosen formats to the integer program.
#include <cmath>
#include <concepts>

#include "approx/exact.h"
#include "approx/fit.h"
#include "base/error.h"
#include "fx/attention.h"
#include "fx/scan.h"
#include "quant/formats.h"

namespace emamba {
namespace {

// Number i as an integer of type_of(i).
template <class T, std::invocable<std::size_t> TypeOf>
Tensor<T> to_integers(const Tensor<float>& values, const TypeOf& type_of) {
  auto result = make_tensor<T>(values.shape);
  for (std::size_t i = 0; i < values.size(); ++i) {
    result.data[i] = static_cast<T>(fx::quantise(values.data[i], type_of(i)));
  }
  return result;
}
template <class T>
Tensor<T> to_integers(const Tensor<float>& values, NumberType type) {
  return to_integers<T>(values, [&](std::size_t) { return type; });
}

// The free choices, into a program that lacks them.
struct TypeBuilder {
  const Formats& formats;
  Program& program;

  int exponent(const std::string& name) const {
    const auto it = formats.exponent.find(name);
    if (it == formats.exponent.end()) throw Error(fmt::format("no exponent for '{}'", name));
    return it->second;
  }
  Tensor<std::int8_t> offsets(const std::string& op) const {
    const auto it = formats.weight_offset.find(op);
    return it == formats.weight_offset.end() ? Tensor<std::int8_t>{} : it->second;
  }
  FunctionIntegers integers(const std::string& op, Function function, NumberType x,
                            NumberType y) const {
    const auto it = formats.curve.find(op);
    if (it == formats.curve.end()) return exact_table(function, x, y);
    return table_of(it->second, x.exp);
  }

  void choose(Embed& op, NumberType) const { op.table_type.exp = exponent(op.name + ".weight"); }
  void choose(Linear& op, NumberType) const {
    op.weight_type.exp = exponent(op.name + ".weight");
    op.weight_offset = offsets(op.name);
  }
  void choose(DwConv& op, NumberType) const {
    op.weight_type.exp = exponent(op.name + ".weight");
    op.weight_offset = offsets(op.name);
  }
  void choose(RangeNorm& op, NumberType) const {
    op.weight_type.exp = exponent(op.name + ".weight");
  }
  void choose(Pwl& op, NumberType y) const {
    op.table = integers(op.name, op.function, program.edges[op.x].type, y);
  }
  void choose(Scan& op, NumberType) const {
    op.A_type.exp = exponent(op.name + ".A");
    op.D_type.exp = exponent(op.name + ".D");
    op.z_type.exp = exponent(op.name + ".z");
    op.product_type.exp = exponent(op.name + "." + product_of(op).name);
    op.state_type.exp = exponent(op.name + ".state");
    op.exp = integers(op.name, Function::kExp, op.z_type, fx::kAbarType);
  }
  void choose(Gate&, NumberType) const {}
  void choose(Add&, NumberType) const {}
  void choose(Pool&, NumberType) const {}
  void choose(Window&, NumberType) const {}
  void choose(Max&, NumberType) const {}
  void choose(Attention& op, NumberType) const {
    op.score_type.exp = exponent(op.name + ".score");
    op.weights = fx::attention_weights(op.score_type.exp, op.head_width());
  }
};

// The parameters as integers of the types that the program has.
struct WeightBuilder {
  const std::map<std::string, Tensor<float>>& parameters;
  const Program& program;

  const Tensor<float>& parameter(const std::string& name) const {
    const auto it = parameters.find(name);
    if (it == parameters.end()) throw Error(fmt::format("no parameter '{}'", name));
    return it->second;
  }
  int exponent(EdgeIndex edge) const { return program.edges[edge].type.exp; }
  Tensor<std::int32_t> bias(const std::string& op, int exp) const {
    return to_integers<std::int32_t>(parameter(op + ".bias"), {32, exp});
  }

  // Linear, DwConv: the weights, (channels, inputs), and the biases, (channels) or (rows,
  // channels), at the exponents of their channels.
  template <class AnyOp>
  Tensor<std::int8_t> channel_weights(const AnyOp& op) const {
    const Tensor<float>& values = parameter(op.name + ".weight");
    const std::size_t inputs = values.size() / values.shape[0];
    return to_integers<std::int8_t>(values,
                                    [&](std::size_t i) { return channel_type(op, i / inputs); });
  }
  template <class AnyOp>
  Tensor<std::int32_t> channel_biases(const AnyOp& op) const {
    const Tensor<float>& values = parameter(op.name + ".bias");
    const std::size_t channels = values.shape.back();
    return to_integers<std::int32_t>(values, [&](std::size_t i) {
      return NumberType{32, channel_type(op, i % channels).exp + exponent(op.x)};
    });
  }

  void fill(Embed& op) const {
    op.table = to_integers<std::int8_t>(parameter(op.name + ".table"), op.table_type);
    op.bias = bias(op.name, op.table_type.exp);
    op.bias.shape = {static_cast<std::size_t>(op.bias_rows), static_cast<std::size_t>(op.out)};
  }
  void fill(Linear& op) const {
    op.weight = channel_weights(op);
    if (op.bias_rows == 0) return;
    op.bias = channel_biases(op);
    op.bias.shape = {static_cast<std::size_t>(op.bias_rows), static_cast<std::size_t>(op.out)};
  }
  void fill(DwConv& op) const {
    op.weight = channel_weights(op);
    op.bias = channel_biases(op);
  }
  void fill(RangeNorm& op) const {
    op.weight = to_integers<std::int8_t>(parameter(op.name + ".weight"), op.weight_type);
    op.bias = bias(op.name, op.weight_type.exp - ratio_fraction(op));
  }
  void fill(Scan& op) const {
    const Tensor<float>& log = parameter(op.name + ".A_log");
    op.A = make_tensor<std::int8_t>(log.shape);
    for (std::size_t i = 0; i < log.size(); ++i) {
      op.A.data[i] = static_cast<std::int8_t>(fx::quantise(-std::exp(log.data[i]), op.A_type));
    }
    op.D = to_integers<std::int8_t>(parameter(op.name + ".D"), op.D_type);
  }
  void fill(Pwl&) const {}
  void fill(Gate&) const {}
  void fill(Add&) const {}
  void fill(Pool&) const {}
  void fill(Window&) const {}
  void fill(Max&) const {}
  void fill(Attention&) const {}
};

}  // namespace

Program build_program(const FloatModel& model, const Formats& formats) {
  Program program = model.network;
  const TypeBuilder types{formats, program};
  if (program.input.vocab == 0) program.edges[0].type.exp = types.exponent("input");
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    NumberType& y = program.edges[i + 1].type;
    if (keeps_type(program.ops[i])) {
      y = program.edges[inputs_of(program.ops[i])[0]].type;
    } else {
      y.exp = types.exponent(name_of(program.ops[i]));
    }
    std::visit([&](auto& op) { types.choose(op, y); }, program.ops[i]);
  }
  fill_weights(program, model.parameters);
  return program;
}

void fill_weights(Program& program, const std::map<std::string, Tensor<float>>& parameters) {
  const WeightBuilder weights{parameters, program};
  for (Op& op : program.ops) {
    std::visit([&](auto& o) { weights.fill(o); }, op);
  }
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The fields of every operation, once: files and comparisons walk them.
#pragma once

#include <array>
#include <string>

#include "base/keys.h"
#include "ir/program.h"

namespace emamba {

// visit_fields(op, v) calls, in the order of files,
//   v.edge(key, index)        for an edge it reads
//   v(key, field)             for sizes (int, Size), switches (an enum with KeyNames), number
//   types,
//                             tensors and the arrays of tables
//   v.optional(key, tensor)   for a tensor that may be empty
//   v.later(key, field)       for a switch that files did not have at first: its first value then
//   v.form(key, function)     for the form of a function in integers, before its arrays
//   v.entries(key, values)    for the entries of a table
// O is the operation or a const one.

template <class Integers, class V>
void visit_function(Integers& function, V& v, const std::string& prefix) {
  v.form(prefix + ".form", function);
  if (auto* table = std::get_if<LookupTable>(&function)) {
    v.entries(prefix + ".values", table->values);
    return;
  }
  auto& lines = std::get<PwlTable>(function);
  v(prefix + ".slope_type", lines.slope);
  v(prefix + ".knots", lines.knots);
  v(prefix + ".slopes", lines.slopes);
  v(prefix + ".intercepts", lines.intercepts);
}

template <class O, class V>
void visit_fields(O& o, V& v) {
  using T = std::remove_const_t<O>;
  if constexpr (std::is_same_v<T, Embed>) {
    v.edge("x", o.x), v("vocab", o.vocab), v("out", o.out), v("bias_rows", o.bias_rows);
    v("table_type", o.table_type), v("table", o.table), v("bias", o.bias);
  } else if constexpr (std::is_same_v<T, Linear>) {
    v.edge("x", o.x), v("in", o.in), v("out", o.out), v("bias_rows", o.bias_rows);
    v("activation", o.activation), v("weight_type", o.weight_type), v("weight", o.weight);
    v.optional("weight_offset", o.weight_offset);
    if (o.bias_rows > 0) v("bias", o.bias);
  } else if constexpr (std::is_same_v<T, DwConv>) {
    v.edge("x", o.x), v("width", o.width), v("taps", o.taps), v("weight_type", o.weight_type);
    v("weight", o.weight), v("bias", o.bias);
    v.optional("weight_offset", o.weight_offset);
  } else if constexpr (std::is_same_v<T, RangeNorm>) {
    v.edge("x", o.x), v("width", o.width), v("norm", o.norm), v("weight_type", o.weight_type);
    v("weight", o.weight), v("bias", o.bias);
  } else if constexpr (std::is_same_v<T, Pwl>) {
    v.edge("x", o.x), v("width", o.width), v("function", o.function);
    visit_function(o.table, v, "table");
  } else if constexpr (std::is_same_v<T, Scan>) {
    v.edge("x", o.x), v.edge("delta", o.delta), v.edge("B", o.B), v.edge("C", o.C);
    v("width", o.width), v("states", o.states);
    v("A_type", o.A_type), v("D_type", o.D_type), v("A", o.A), v("D", o.D), v("z_type", o.z_type);
    visit_function(o.exp, v, "exp");
    v.later("order", o.order);
    v(std::string(product_of(o).name) + "_type", o.product_type), v("state_type", o.state_type);
  } else if constexpr (std::is_same_v<T, Gate> || std::is_same_v<T, Add>) {
    v.edge("x0", o.x0), v.edge("x1", o.x1), v("width", o.width);
  } else if constexpr (std::is_same_v<T, Pool>) {
    v.edge("x", o.x), v("width", o.width), v("tokens", o.tokens), v("pool", o.kind);
  } else if constexpr (std::is_same_v<T, Window>) {
    v.edge("x", o.x), v("width", o.width), v("grid", o.grid), v("kernel", o.kernel);
    v("stride", o.stride), v("padding", o.padding);
  } else if constexpr (std::is_same_v<T, Max>) {
    v.edge("x", o.x), v("width", o.width), v("terms", o.terms);
  } else {
    static_assert(std::is_same_v<T, Attention>, "an operation without fields");
    v.edge("queries", o.queries), v.edge("keys", o.keys), v.edge("values", o.values);
    v("width", o.width), v("heads", o.heads), v("tokens", o.tokens);
    v("score_type", o.score_type), v.entries("weights", o.weights);
  }
}

// The names of the switches' values, in files and in configurations.
EMAMBA_NAMES(Activation, "none", "relu", "softplus");
EMAMBA_NAMES(Function, "silu", "exp", "relu", "gelu");
EMAMBA_NAMES(Norm, "range", "layer", "rms", "batch");
EMAMBA_NAMES(ScanOrder, "delta-b", "delta-x");
EMAMBA_NAMES(PoolKind, "flatten", "mean");

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "ir/parameters.h"

#include <cmath>

#include "base/overloaded.h"
#include "ir/network.h"

namespace emamba {
namespace {

constexpr double kPositionDeviation = 0.02;  // of a bias with a row for every vector

using List = std::vector<ParameterSpec>;

// 1/sqrt(inputs of one output), on either side of 0.
Start uniform(int inputs) {
  return {Start::Kind::kUniform, 1 / std::sqrt(static_cast<double>(inputs))};
}

Start constant(double value) {
  return {Start::Kind::kConstant, value};
}

ParameterSpec row_bias(const std::string& op, int rows, int width) {
  const auto columns = static_cast<std::size_t>(width);
  if (rows == 1) return {op + ".bias", {columns}, constant(0)};
  return {op + ".bias",
          {static_cast<std::size_t>(rows), columns},
          {Start::Kind::kNormal, kPositionDeviation}};
}

ParameterSpec matrix(const std::string& name, int rows, int columns, Start start) {
  return {name, {std::size_t(rows), std::size_t(columns)}, start, true};
}
ParameterSpec vector(const std::string& name, int width, double start) {
  return {name, {std::size_t(width)}, constant(start)};
}

}  // namespace

std::size_t ParameterSpec::size() const {
  std::size_t size = 1;
  for (std::size_t d : shape) size *= d;
  return size;
}

std::vector<ParameterSpec> parameters_of(const Op& op) {
  return std::visit(
      Overloaded{[](const Embed& o) {
                   return List{matrix(o.name + ".table", o.vocab, o.out, {Start::Kind::kNormal, 1}),
                               row_bias(o.name, o.bias_rows, o.out)};
                 },
                 [](const Linear& o) {
                   List list{matrix(o.name + ".weight", o.out, o.in, uniform(o.in))};
                   if (o.bias_rows > 0) list.push_back(row_bias(o.name, o.bias_rows, o.out));
                   return list;
                 },
                 [](const DwConv& o) {
                   return List{matrix(o.name + ".weight", o.width, o.taps, uniform(o.taps)),
                               vector(o.name + ".bias", o.width, 0)};
                 },
                 [](const RangeNorm& o) {
                   List list{vector(o.name + ".weight", o.width, 1)};
                   if (o.norm != Norm::kRms) list.push_back(vector(o.name + ".bias", o.width, 0));
                   if (o.norm == Norm::kBatch) {
                     list.push_back(vector(o.name + ".mean", o.width, 0));
                     list.push_back(vector(o.name + ".variance", o.width, 1));
                   }
                   return list;
                 },
                 [](const Pwl&) { return List{}; },
                 [](const Scan& o) {
                   ParameterSpec A =
                       matrix(o.name + ".A_log", o.width, o.states, {Start::Kind::kLogStates});
                   A.decays = false;
                   return List{A, vector(o.name + ".D", o.width, 1)};
                 },
                 [](const Gate&) { return List{}; }, [](const Add&) { return List{}; },
                 [](const Pool&) { return List{}; }, [](const Window&) { return List{}; },
                 [](const Max&) { return List{}; }, [](const Attention&) { return List{}; }},
      op);
}

std::vector<ParameterSpec> parameters_of(const Program& network) {
  std::vector<ParameterSpec> all;
  for (const Op& op : network.ops) {
    for (ParameterSpec& parameter : parameters_of(op)) all.push_back(std::move(parameter));
  }
  return all;
}

std::vector<ParameterSpec> parameters_of(const Network& network) {
  std::vector<ParameterSpec> parameters = parameters_of(network.program);
  for (ParameterSpec& parameter : parameters) {
    const auto start = network.starts.find(parameter.name);
    if (start != network.starts.end()) parameter.start = start->second;
  }
  return parameters;
}

std::size_t parameter_count(const Program& network) {
  std::size_t count = 0;
  for (const ParameterSpec& parameter : parameters_of(network)) count += parameter.size();
  return count;
}

}  // namespace emamba

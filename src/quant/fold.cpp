// SPDX-License-Identifier: Apache-2.0
#include "quant/fold.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "ir/fields.h"

namespace emamba {
namespace {

// Edges of an operation, when one of all is gone.
struct Rename {
  EdgeIndex gone, instead;
  void edge(const char*, EdgeIndex& x) const { x = x == gone ? instead : x > gone ? x - 1 : x; }
  void operator()(const std::string&, const auto&) const {}
  void optional(const char*, const auto&) const {}
  void later(const char*, const auto&) const {}
  void form(const std::string&, const auto&) const {}
  void entries(const std::string&, const auto&) const {}
};

struct Folder {
  FloatModel model;

  Program& network() { return model.network; }
  Op& op_at(std::size_t i) { return network().ops[i]; }

  // The Linear with this activation that writes what op number i alone reads; null if there is none
  // such.
  Linear* linear_before(std::size_t i, Activation activation) {
    const EdgeIndex x = inputs_of(op_at(i))[0];
    if (x == 0 || readers_of(network(), x).size() != 1) return nullptr;
    auto* linear = std::get_if<Linear>(&op_at(static_cast<std::size_t>(x - 1)));
    return linear != nullptr && linear->activation == activation ? linear : nullptr;
  }
  // The Linears that read an edge, also behind a flattening; none if something else does, too.
  std::vector<Linear*> linears_behind(EdgeIndex edge) {
    std::vector<Linear*> linears;
    for (std::size_t i : readers_of(network(), edge)) {
      const auto* pool = std::get_if<Pool>(&op_at(i));
      if (auto* linear = std::get_if<Linear>(&op_at(i))) {
        linears.push_back(linear);
      } else if (pool != nullptr && pool->kind == PoolKind::kFlatten) {
        const std::vector<Linear*> more = linears_behind(static_cast<EdgeIndex>(i + 1));
        if (more.empty()) return {};
        linears.insert(linears.end(), more.begin(), more.end());
      } else {
        return {};
      }
    }
    return linears;
  }

  std::vector<float>& parameter(const std::string& name) { return model.parameters.at(name).data; }
  // A bias of a Linear's, which it has from now on.
  std::vector<float>& bias_of(Linear& linear) {
    if (linear.bias_rows == 0) {
      linear.bias_rows = 1;
      model.parameters[linear.name + ".bias"] = make_tensor<float>({std::size_t(linear.out)});
    }
    return parameter(linear.name + ".bias");
  }

  void fold(std::size_t index, const RangeNorm& norm) {
    std::vector<double> scale, shift;
    const std::vector<float>&gamma = parameter(norm.name + ".weight"),
          &beta = parameter(norm.name + ".bias"), &mean = parameter(norm.name + ".mean"),
          &variance = parameter(norm.name + ".variance");
    for (std::size_t d = 0; d < gamma.size(); ++d) {
      scale.push_back(gamma[d] / std::sqrt(variance[d] + kNormEpsilon));
      shift.push_back(beta[d] - mean[d] * scale[d]);
    }
    if (Linear* linear = linear_before(index, Activation::kNone)) {
      scale_rows(*linear, scale, shift);
    } else {
      const std::vector<Linear*> behind = linears_behind(static_cast<EdgeIndex>(index + 1));
      if (behind.empty()) {
        throw Error(fmt::format("{}: {}: no Linear beside this batch norm can take it up",
                                network().name, norm.name),
                    "put it behind a convolution or in front of a dense layer");
      }
      if (Linear* rectified = linear_before(index, Activation::kRelu)) {
        const std::vector<double> even = evening(mean, variance);
        scale_rows(*rectified, even, std::vector<double>(even.size()));
        for (std::size_t d = 0; d < scale.size(); ++d) scale[d] /= even[d];
      }
      for (Linear* linear : behind) scale_columns(*linear, scale, shift);
    }
    for (const char* suffix : {".weight", ".bias", ".mean", ".variance"}) {
      model.parameters.erase(norm.name + suffix);
    }
  }
  // Factors that make channels behind a ReLU, which positive ones pass, reach about as far as one
  // another: the norm did so, and without it the weights behind would be of all sizes. What hardly
  // ever is above 0 stays small.
  static std::vector<double> evening(const std::vector<float>& mean,
                                     const std::vector<float>& variance) {
    constexpr double kDeviations = 6, kLeast = 0.05;  // of the farthest
    std::vector<double> reach;
    for (std::size_t d = 0; d < mean.size(); ++d) {
      reach.push_back(std::abs(mean[d]) + kDeviations * std::sqrt(variance[d] + kNormEpsilon));
    }
    const double farthest = *std::max_element(reach.begin(), reach.end());
    for (double& r : reach) r = 1 / std::max(r, kLeast * farthest);
    return reach;
  }
  // Of y * scale + shift.
  void scale_rows(Linear& linear, const std::vector<double>& scale,
                  const std::vector<double>& shift) {
    std::vector<float>&weight = parameter(linear.name + ".weight"), &bias = bias_of(linear);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      weight[i] = static_cast<float>(weight[i] * scale[i / std::size_t(linear.in)]);
    }
    for (std::size_t i = 0; i < bias.size(); ++i) {
      const std::size_t o = i % scale.size();
      bias[i] = static_cast<float>(bias[i] * scale[o] + shift[o]);
    }
  }
  // Of x * scale + shift, which may come several times behind one another.
  void scale_columns(Linear& linear, const std::vector<double>& scale,
                     const std::vector<double>& shift) {
    std::vector<float>&weight = parameter(linear.name + ".weight"), &bias = bias_of(linear);
    const std::size_t in = std::size_t(linear.in), out = std::size_t(linear.out);
    for (std::size_t o = 0; o < out; ++o) {
      double sum = 0;
      for (std::size_t i = 0; i < in; ++i) {
        float& w = weight[o * in + i];
        sum += w * shift[i % shift.size()];
        w = static_cast<float>(w * scale[i % scale.size()]);
      }
      for (std::size_t at = o; at < bias.size(); at += out) {
        bias[at] = static_cast<float>(bias[at] + sum);
      }
    }
  }

  // Takes an operation out: whoever reads what it writes reads what it read.
  void remove(std::size_t index) {
    Program& program = network();
    const int at = static_cast<int>(index);
    for (Group& group : program.groups) {
      if (at < group.first) {
        --group.first;
      } else if (at < group.first + group.ops * group.times) {
        throw Error(fmt::format("{}: {}: stands in a block, and cannot be folded there",
                                program.name, name_of(op_at(index))));
      }
    }
    Rename rename{static_cast<EdgeIndex>(index + 1), inputs_of(op_at(index))[0]};
    program.ops.erase(program.ops.begin() + static_cast<std::ptrdiff_t>(index));
    program.edges.erase(program.edges.begin() + static_cast<std::ptrdiff_t>(index) + 1);
    for (std::size_t i = index; i < program.ops.size(); ++i) {
      std::visit([&](auto& op) { visit_fields(op, rename); }, program.ops[i]);
    }
  }
};

}  // namespace

FloatModel folded(FloatModel model) {
  Folder folder{std::move(model)};
  for (std::size_t i = 0; i < folder.network().ops.size();) {
    const auto* norm = std::get_if<RangeNorm>(&folder.op_at(i));
    const auto* function = std::get_if<Pwl>(&folder.op_at(i));
    if (norm != nullptr && norm->norm == Norm::kBatch) {
      folder.fold(i, *norm);
    } else if (Linear* linear = function != nullptr && function->function == Function::kRelu
                                    ? folder.linear_before(i, Activation::kNone)
                                    : nullptr) {
      linear->activation = Activation::kRelu;
    } else {
      ++i;
      continue;
    }
    folder.remove(i);
  }
  return std::move(folder.model);
}

Program folded(const Program& network) {
  FloatModel model{.network = network, .parameters = {}};
  for (const ParameterSpec& parameter : parameters_of(network)) {
    model.parameters[parameter.name] = make_tensor<float>(parameter.shape);
  }
  return folded(std::move(model)).network;
}

}  // namespace emamba

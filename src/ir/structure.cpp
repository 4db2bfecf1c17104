// SPDX-License-Identifier: Apache-2.0
// Whether two programs, or two copies of a block, are of one network.
#include "ir/structure.h"

#include <algorithm>
#include <tuple>

#include "ir/fields.h"

namespace emamba {
namespace {

// The sizes and switches of an op, in the order of its fields.
struct Sizes {
  std::vector<int> values;

  void edge(const char*, const EdgeIndex&) {}
  void operator()(const std::string&, const int& size) { values.push_back(size); }
  void operator()(const std::string&, const Size& size) {
    values.insert(values.end(), {size.height, size.width});
  }
  template <class T>
  void operator()(const std::string&, const T& field) {
    if constexpr (std::is_enum_v<T>) values.push_back(static_cast<int>(field));
  }
  template <class T>
  void optional(const char*, const Tensor<T>&) {}
  // In which order a scan multiplies is no more than its rounding.
  void later(const char*, const ScanOrder&) {}
  // How a function is computed is no more than its numbers.
  void form(const std::string&, const FunctionIntegers&) {}
  void entries(const std::string&, const std::vector<std::int32_t>&) {}
};

std::vector<int> sizes_of(const Op& op) {
  Sizes sizes;
  std::visit([&](const auto& o) { visit_fields(o, sizes); }, op);
  return sizes.values;
}

bool same(const Edge& a, const Edge& b) {
  return a.vectors == b.vectors && a.width == b.width;
}

}  // namespace

bool same_structure(const Op& a, const Op& b) {
  return a.index() == b.index() && sizes_of(a) == sizes_of(b);
}

std::optional<Unlike> first_unlike(const Program& program, const Group& group) {
  const int end = group.first + group.ops * group.times;
  for (int i = group.first; i < end; ++i) {
    const int shift = (i - group.first) / group.ops * group.ops;  // from the first block
    const Op &op = program.ops[i], &model = program.ops[i - shift];
    if (!same_structure(op, model)) return Unlike{name_of(op), "is not alike"};
    const std::vector<EdgeIndex> inputs = inputs_of(op), wanted = inputs_of(model);
    // Edge first is what enters the first block, edge first + ops what enters the second.
    for (std::size_t x = 0; x < inputs.size(); ++x) {
      if (wanted[x] < group.first || inputs[x] != wanted[x] + shift) {
        return Unlike{name_of(op), "reads edges of another block"};
      }
    }
    const Edge &y = program.edges[i + 1], &like = program.edges[i + 1 - shift];
    if (!same(y, like) || y.type.bits != like.type.bits) return Unlike{name_of(op), "is not alike"};
    if (const auto* scan = std::get_if<Scan>(&op)) {
      if (scan->state_type.bits != std::get<Scan>(model).state_type.bits) {
        return Unlike{name_of(op), "has a state of other bits"};
      }
      if (scan->order != std::get<Scan>(model).order) {
        return Unlike{name_of(op), "multiplies in another order"};
      }
    }
  }
  return {};
}

std::string first_difference(const Program& a, const Program& b) {
  const auto input = [](const Program& p) {
    const Input& i = p.input;
    return std::tuple(i.height, i.width, i.channels, i.patch.height, i.patch.width,
                      i.overlap.height, i.overlap.width, i.vocab);
  };
  if (input(a) != input(b) || !same(a.edges[0], b.edges[0])) return "input";
  const std::size_t common = std::min(a.ops.size(), b.ops.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (name_of(a.ops[i]) != name_of(b.ops[i]) || !same_structure(a.ops[i], b.ops[i]) ||
        inputs_of(a.ops[i]) != inputs_of(b.ops[i]) || !same(a.edges[i + 1], b.edges[i + 1])) {
      return name_of(a.ops[i]);
    }
  }
  if (a.ops.size() == b.ops.size()) return "";
  return name_of((a.ops.size() > common ? a : b).ops[common]);
}

}  // namespace emamba

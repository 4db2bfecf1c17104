// SPDX-License-Identifier: Apache-2.0
// Which Linears become one unit, and what that computes.
#include "hw/merge.h"

#include <algorithm>

#include "base/error.h"
#include "hw/edges.h"
#include "hw/groups.h"

namespace emamba {
namespace {

const Linear* linear_at(const Program& program, std::size_t op) {
  return std::get_if<Linear>(&program.ops[op]);
}

NumberType result_of(const Program& program, std::size_t op) {
  return program.edges[op + 1].type;
}

// Operations from each edge to the answer, the longest way.
std::vector<int> ways(const Program& program) {
  std::vector<int> way(program.edges.size());
  for (std::size_t op = program.ops.size(); op-- > 0;) {
    for (EdgeIndex x : inputs_of(program.ops[op])) {
      way[x] = std::max(way[x], 1 + way[op + 1]);
    }
  }
  return way;
}

// The exponent of every channel's weights, one operation's behind another's, if all results had the
// type of the first operation's.
std::vector<int> exponents(const Program& program, const std::vector<std::size_t>& ops) {
  std::vector<int> all;
  const int result = result_of(program, ops.front()).exp;
  for (std::size_t op : ops) {
    const Linear& o = *linear_at(program, op);
    for (int channel = 0; channel < o.out; ++channel) {
      all.push_back(channel_type(o, static_cast<std::size_t>(channel)).exp + result -
                    result_of(program, op).exp);
    }
  }
  return all;
}

// Whether they may be one unit in this block.
bool alike(const Program& program, const std::vector<std::size_t>& ops, int lanes) {
  for (std::size_t op : ops) {
    if (linear_at(program, op) == nullptr) return false;
  }
  const Linear& first = *linear_at(program, ops.front());
  for (std::size_t op : ops) {
    const Linear& o = *linear_at(program, op);
    if (o.x != first.x || o.activation != first.activation || o.bias_rows > 1) return false;
    if (result_of(program, op).bits != result_of(program, ops.front()).bits) return false;
    if (op != ops.back() && o.out % lanes != 0) return false;
  }
  const std::vector<int> all = exponents(program, ops);
  const auto [least, most] = std::minmax_element(all.begin(), all.end());
  return *most - *least <= kMaxWeightOffset;
}

// Whether they may be one unit in every block that shares it.
bool alike_everywhere(const Program& program, const HardwareSpec& hardware,
                      const std::vector<std::size_t>& ops) {
  const BlockOps blocks = blocks_of(program, hardware, ops);
  return std::all_of(blocks.begin(), blocks.end(), [&](const std::vector<std::size_t>& block) {
    return alike(program, block, hardware.lanes);
  });
}

}  // namespace

Linear merge(const Program& program, const std::vector<std::size_t>& ops) {
  Linear all = *linear_at(program, ops.front());
  for (std::size_t i = 1; i < ops.size(); ++i) {
    const std::string& name = linear_at(program, ops[i])->name;
    all.name = fmt::format("{}+{}", all.name, name.substr(name.rfind('.') + 1));
  }
  const std::vector<int> exponent = exponents(program, ops);
  all.out = static_cast<int>(exponent.size());
  all.weight_type.exp = *std::min_element(exponent.begin(), exponent.end());
  all.weight = make_tensor<std::int8_t>({std::size_t(all.out), std::size_t(all.in)});
  all.weight_offset = make_tensor<std::int8_t>({std::size_t(all.out)});
  for (std::size_t channel = 0; channel < exponent.size(); ++channel) {
    all.weight_offset.data[channel] =
        static_cast<std::int8_t>(exponent[channel] - all.weight_type.exp);
  }
  all.bias_rows = 0;
  for (std::size_t op : ops) {
    all.bias_rows = std::max(all.bias_rows, linear_at(program, op)->bias_rows);
  }
  all.bias = {};
  if (all.bias_rows > 0) all.bias = make_tensor<std::int32_t>({1, std::size_t(all.out)});
  std::size_t channel = 0;
  for (std::size_t op : ops) {
    const Linear& o = *linear_at(program, op);
    std::copy(o.weight.data.begin(), o.weight.data.end(),
              all.weight.data.begin() + static_cast<std::ptrdiff_t>(channel) * all.in);
    if (o.bias_rows > 0) {
      std::copy(o.bias.data.begin(), o.bias.data.end(),
                all.bias.data.begin() + static_cast<std::ptrdiff_t>(channel));
    }
    channel += static_cast<std::size_t>(o.out);
  }
  return all;
}

std::vector<UnitOps> units_of(const Program& program, const HardwareSpec& hardware) {
  const std::vector<int> way = ways(program);
  // Linears that read the same edge, in the order of their results.
  std::vector<std::vector<std::size_t>> readers(program.edges.size());
  std::vector<UnitOps> units;
  for (std::size_t op = 0; op < program.ops.size(); ++op) {
    if (!has_hardware(program, hardware, op)) continue;
    const Linear* linear = linear_at(program, op);
    const bool once = ends_sequence(program, static_cast<EdgeIndex>(op + 1));
    if (!hardware.merged_linears || linear == nullptr || once) {
      units.push_back({{op}, {}});
    } else {
      readers[linear->x].push_back(op);
    }
  }
  for (std::vector<std::size_t>& ops : readers) {
    std::stable_sort(ops.begin(), ops.end(), [&](std::size_t a, std::size_t b) {
      const bool a_fills = linear_at(program, a)->out % hardware.lanes == 0;
      const bool b_fills = linear_at(program, b)->out % hardware.lanes == 0;
      return a_fills != b_fills ? a_fills : way[a + 1] > way[b + 1];
    });
    while (!ops.empty()) {
      UnitOps unit;
      std::vector<std::size_t> others;
      for (std::size_t op : ops) {
        std::vector<std::size_t> more = unit.ops;
        more.push_back(op);
        if (more.size() == 1 || alike_everywhere(program, hardware, more)) {
          unit.ops = std::move(more);
        } else {
          others.push_back(op);
        }
      }
      if (unit.ops.size() > 1) unit.merged = merge(program, unit.ops);
      units.push_back(std::move(unit));
      ops = std::move(others);
    }
  }
  std::sort(units.begin(), units.end(),
            [](const UnitOps& a, const UnitOps& b) { return a.place() < b.place(); });
  return units;
}

}  // namespace emamba

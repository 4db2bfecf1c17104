// SPDX-License-Identifier: Apache-2.0
// Blocks of a program, and whether they are alike.
#include "hw/groups.h"

#include <algorithm>
#include <sstream>

#include "base/error.h"
#include "hw/edges.h"
#include "ir/structure.h"

namespace emamba {

bool holds(const Group& group, std::size_t op) {
  const int at = static_cast<int>(op) - group.first;
  return at >= 0 && at < group.ops * group.times;
}

bool shares(const HardwareSpec& hardware, const Group& group) {
  return hardware.shared_blocks && group.times > 1;
}

const Group* sharing(const Program& program, const HardwareSpec& hardware, std::size_t op) {
  for (const Group& group : program.groups) {
    if (shares(hardware, group) && holds(group, op)) return &group;
  }
  return nullptr;
}

BlockOps blocks_of(const Program& program, const HardwareSpec& hardware,
                   const std::vector<std::size_t>& ops) {
  const Group* group = sharing(program, hardware, ops.front());
  if (group == nullptr) return {ops};
  BlockOps blocks(static_cast<std::size_t>(group->times), ops);
  for (std::size_t block = 0; block < blocks.size(); ++block) {
    for (std::size_t& op : blocks[block]) op += block * static_cast<std::size_t>(group->ops);
  }
  return blocks;
}

bool has_hardware(const Program& program, const HardwareSpec& hardware, std::size_t op) {
  const Group* group = sharing(program, hardware, op);
  return (group == nullptr || static_cast<int>(op) < group->first + group->ops) &&
         flattening(program, static_cast<EdgeIndex>(op + 1)) == nullptr;
}

void require_alike(const Program& program, const Group& group) {
  const auto require = [](bool alike, const std::string& name, const std::string& what) {
    if (alike) return;
    throw Error(fmt::format("hardware.shared_blocks: {}: {}", name, what),
                "set hardware.shared_blocks to false");
  };
  const int end = group.first + group.ops * group.times;
  if (const auto other = first_unlike(program, group)) require(false, other->op, other->what);
  for (int i = group.first; i < end; ++i) {
    require(vectors_on(program, i + 1) == vectors_on(program, group.first), name_of(program.ops[i]),
            "does not give one vector for one");
  }
  const Edge &in = program.edges[group.first], &out = program.edges[end];
  require(in.width == out.width && in.type.bits == out.type.bits, edge_name(program, end),
          "has another width or other bits than the blocks' input");
  for (std::size_t i = end; i < program.ops.size(); ++i) {
    for (EdgeIndex x : inputs_of(program.ops[i])) {
      const std::string what = fmt::format("reads {} behind the blocks", edge_name(program, x));
      require(x < group.first || x >= end, name_of(program.ops[i]), what);
    }
  }
}

std::string common_name(const std::vector<std::string>& names) {
  const auto parts_of = [](const std::string& name) {
    std::vector<std::string> parts;
    std::istringstream text(name);
    for (std::string part; std::getline(text, part, '.');) parts.push_back(part);
    return parts;
  };
  std::vector<std::string> common = parts_of(names.front());
  for (const std::string& name : names) {
    const std::vector<std::string> parts = parts_of(name);
    common.resize(std::min(common.size(), parts.size()));
    for (std::size_t i = 0; i < common.size(); ++i) {
      if (parts[i] != common[i]) common[i].clear();
    }
  }
  std::erase(common, "");
  return fmt::format("{}", fmt::join(common, "."));
}

}  // namespace emamba

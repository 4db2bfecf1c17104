// SPDX-License-Identifier: Apache-2.0
#include "synth/mapped.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "base/error.h"

namespace emamba {
namespace {

using nlohmann::json;

// Bits of Yosys as nets of `netlist`.
class Nets {
 public:
  explicit Nets(Mapped& netlist) : netlist_(netlist) {}

  int of(const json& bit) {
    if (bit.is_string()) return bit == "1" ? Mapped::kHigh : Mapped::kLow;  // "x": any will do
    const auto [found, added] = numbers_.try_emplace(bit.get<int>(), count());
    if (added) netlist_.nets.emplace_back();
    return found->second;
  }

 private:
  int count() const { return static_cast<int>(netlist_.nets.size()); }

  Mapped& netlist_;
  std::unordered_map<int, int> numbers_;
};

// The shortest of its names is the one nearest to the top.
void name_nets(const json& names, Nets& nets, Mapped& netlist) {
  for (const auto& [name, net] : names.items()) {
    if (net.at("hide_name") != 0) continue;
    const json& bits = net.at("bits");
    for (std::size_t i = 0; i < bits.size(); ++i) {
      const int number = nets.of(bits[i]);
      if (number < 0) continue;
      const std::string own = bits.size() == 1 ? name : fmt::format("{}[{}]", name, i);
      std::string& best = netlist.nets[static_cast<std::size_t>(number)];
      if (best.empty() || std::pair(own.size(), own) < std::pair(best.size(), best)) best = own;
    }
  }
}

// Where registers only have an inverted output, what the design names is behind an inverter.
void name_behind_inverters(const CellLibrary& library, Mapped& netlist) {
  for (const Mapped::Cell& cell : netlist.cells) {
    const LibraryCell& kind = library.cells.at(cell.type);
    if (kind.kind != CellKind::kGate || kind.inputs.size() != 1 || kind.outputs.size() != 1)
      continue;
    const int in = cell.net(kind.inputs.begin()->first), out = cell.net(kind.outputs.front());
    if (in < 0 || out < 0) continue;
    std::string& name = netlist.nets[static_cast<std::size_t>(in)];
    if (name.empty()) name = netlist.nets[static_cast<std::size_t>(out)];
  }
}

// A load of a net: a pin of a cell.
struct Load {
  std::size_t cell = 0;
  std::string pin;
};

// Loads of every net; of the reset none.
std::vector<std::vector<Load>> loads_of(const Mapped& netlist, const CellLibrary& library) {
  std::vector<std::vector<Load>> loads(netlist.nets.size());
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const LibraryCell& cell = library.cells.at(netlist.cells[i].type);
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      if (net >= 0 && cell.inputs.contains(pin)) {
        loads[static_cast<std::size_t>(net)].push_back({i, pin});
      }
    }
  }
  for (const Mapped::Port& port : netlist.ports) {
    if (port.name != "rst_ni") continue;
    for (const int net : port.nets) loads[static_cast<std::size_t>(net)].clear();
  }
  return loads;
}

std::string net_text(const std::vector<std::string>& names, int net) {
  if (net < 0) return net == Mapped::kHigh ? "1'b1" : "1'b0";
  return names[static_cast<std::size_t>(net)];
}

}  // namespace

int Mapped::Cell::net(const std::string& pin) const {
  const auto found = pins.find(pin);
  return found == pins.end() ? kLow : found->second;
}

const std::vector<int>& Mapped::port(const std::string& name) const {
  for (const Port& port : ports) {
    if (port.name == name) return port.nets;
  }
  throw Error("the netlist has no port " + name);
}

Mapped read_mapped(const json& netlist, const CellLibrary& library, const std::string& source) {
  const auto refuse = [&](const std::string& what) {
    return Error(fmt::format("{}: {}", source, what), "Yosys 0.23 and 0.70 are known to work");
  };
  try {
    const json& module = netlist.at("modules").at("top");
    Mapped mapped;
    Nets nets(mapped);
    for (const auto& [name, port] : module.at("ports").items()) {
      Mapped::Port own{.name = name, .input = port.at("direction") == "input", .nets = {}};
      for (const json& bit : port.at("bits")) own.nets.push_back(nets.of(bit));
      mapped.ports.push_back(own);
    }
    for (const auto& [name, cell] : module.at("cells").items()) {
      Mapped::Cell own{.type = cell.at("type"), .pins = {}};
      if (!library.cells.contains(own.type)) {
        throw Error(fmt::format("{}: a cell {}, which the library {} has not", source, own.type,
                                library.name),
                    "the library lacks a cell for it, or it may not be used");
      }
      for (const auto& [pin, bits] : cell.at("connections").items()) {
        if (bits.size() > 1) throw refuse(fmt::format("pin {} of {} is wide", pin, own.type));
        if (bits.size() == 1) own.pins[pin] = nets.of(bits[0]);
      }
      mapped.cells.push_back(std::move(own));
    }
    name_nets(module.at("netnames"), nets, mapped);
    name_behind_inverters(library, mapped);
    return mapped;
  } catch (const json::exception& e) {
    throw refuse(fmt::format("not a netlist of Yosys: {}", e.what()));
  }
}

std::int64_t buffer_nets(Mapped& netlist, const CellLibrary& library, int most_loads) {
  if (library.buffers.empty()) return 0;
  const BufferCell& buffer = buffer_for(library, most_loads);
  const std::vector<std::vector<Load>> all = loads_of(netlist, library);
  std::int64_t buffers = 0;
  for (std::size_t net = 0; net < all.size(); ++net) {
    std::vector<Load> loads = all[net];
    while (loads.size() > static_cast<std::size_t>(most_loads)) {
      // As few buffers as can be, with about equal loads; they are loads in their turn.
      const std::size_t most = static_cast<std::size_t>(most_loads),
                        groups = (loads.size() + most - 1) / most;
      std::vector<Load> next;
      for (std::size_t g = 0; g < groups; ++g) {
        const int behind = static_cast<int>(netlist.nets.size());
        netlist.nets.push_back(netlist.nets[net]);
        for (std::size_t i = g * loads.size() / groups; i < (g + 1) * loads.size() / groups; ++i) {
          netlist.cells[loads[i].cell].pins[loads[i].pin] = behind;
        }
        next.push_back({netlist.cells.size(), buffer.input});
        netlist.cells.push_back(
            {buffer.cell, {{buffer.input, static_cast<int>(net)}, {buffer.output, behind}}});
      }
      buffers += static_cast<std::int64_t>(groups);
      loads = std::move(next);
    }
  }
  return buffers;
}

void remove_buffers(Mapped& netlist, const CellLibrary& library, std::int64_t buffers) {
  std::vector<int> in_front(netlist.nets.size());
  std::iota(in_front.begin(), in_front.end(), 0);
  for (std::int64_t i = 0; i < buffers; ++i) {
    const Mapped::Cell& cell = netlist.cells.back();
    const LibraryCell& kind = library.cells.at(cell.type);
    in_front[static_cast<std::size_t>(cell.pins.at(kind.outputs.front()))] =
        cell.pins.at(kind.inputs.begin()->first);
    netlist.cells.pop_back();
  }
  for (Mapped::Cell& cell : netlist.cells) {
    for (auto& [pin, net] : cell.pins) {
      while (net >= 0 && in_front[static_cast<std::size_t>(net)] != net) {
        net = in_front[static_cast<std::size_t>(net)];
      }
    }
  }
}

const BufferCell& buffer_for(const CellLibrary& library, int loads) {
  double sum = 0;
  std::size_t pins = 0;
  for (const auto& [name, cell] : library.cells) {
    for (const auto& [pin, capacitance] : cell.inputs) sum += capacitance;
    pins += cell.inputs.size();
  }
  const double wanted = 2 * loads * sum / static_cast<double>(pins);
  for (const BufferCell& buffer : library.buffers) {
    if (buffer.drives >= wanted) return buffer;
  }
  return library.buffers.back();
}

CellCounts counts_of(const Mapped& netlist) {
  CellCounts counts;
  for (const Mapped::Cell& cell : netlist.cells) ++counts[cell.type];
  return counts;
}

std::string bit_text(const Mapped::Port& port, std::size_t bit) {
  return port.nets.size() > 1 ? fmt::format("{}[{}]", port.name, bit) : port.name;
}

std::vector<std::string> verilog_nets(const Mapped& netlist) {
  std::vector<std::string> names(netlist.nets.size());
  for (const bool input : {true, false}) {
    for (const Mapped::Port& port : netlist.ports) {
      for (std::size_t i = 0; port.input == input && i < port.nets.size(); ++i) {
        if (port.nets[i] < 0) continue;
        std::string& name = names[static_cast<std::size_t>(port.nets[i])];
        if (name.empty()) name = bit_text(port, i);
      }
    }
  }
  for (std::size_t net = 0; net < names.size(); ++net) {
    if (names[net].empty()) names[net] = fmt::format("n{}", net);
  }
  return names;
}

std::string verilog_of(const Mapped& netlist, const std::string& module) {
  const std::vector<std::string> names = verilog_nets(netlist);
  std::string head, declared, joined, cells;
  for (const Mapped::Port& port : netlist.ports) {
    head += fmt::format("{}{}", head.empty() ? "" : ", ", port.name);
    const std::string range =
        port.nets.size() > 1 ? fmt::format("[{}:0] ", port.nets.size() - 1) : "";
    declared += fmt::format("  {} {}{};\n", port.input ? "input" : "output", range, port.name);
    for (std::size_t i = 0; i < port.nets.size(); ++i) {
      const std::string bit = bit_text(port, i), net = net_text(names, port.nets[i]);
      if (bit != net) joined += fmt::format("  assign {} = {};\n", bit, net);
    }
  }
  for (std::size_t net = 0; net < names.size(); ++net) {
    if (names[net] == fmt::format("n{}", net)) declared += fmt::format("  wire n{};\n", net);
  }
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    std::string pins;
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      pins += fmt::format("{}.{}({})", pins.empty() ? "" : ", ", pin, net_text(names, net));
    }
    cells += fmt::format("  {} g{} ({});\n", netlist.cells[i].type, i, pins);
  }
  return fmt::format("module {} ({});\n{}{}{}endmodule\n", module, head, declared, joined, cells);
}

std::string name_of(const Mapped& netlist, const CellLibrary& library,
                    const std::string& instance) {
  std::size_t number = 0;
  const char *begin = instance.data() + 1, *end = instance.data() + instance.size();
  if (!instance.starts_with('g') || std::from_chars(begin, end, number).ptr != end ||
      number >= netlist.cells.size()) {
    return instance;
  }
  const Mapped::Cell& cell = netlist.cells[number];
  for (const std::string& output : library.cells.at(cell.type).outputs) {
    const int net = cell.net(output);
    if (net < 0) continue;
    const std::string& name = netlist.nets[static_cast<std::size_t>(net)];
    if (!name.empty()) return name;
  }
  return instance;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "synth/mapped.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
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

// Loads of every net; of clocks and resets, whose loads a clock tree drives, none.
std::vector<std::vector<Load>> loads_of(const Mapped& netlist, const CellLibrary& library) {
  std::vector<std::vector<Load>> loads(netlist.nets.size());
  std::vector<bool> apart(netlist.nets.size());
  for (const Mapped::Port& port : netlist.ports) {
    if (port.name != "clk_i" && port.name != "rst_ni") continue;
    for (const int net : port.nets) apart[static_cast<std::size_t>(net)] = true;
  }
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const LibraryCell& cell = library.cells.at(netlist.cells[i].type);
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      if (net < 0) continue;
      const auto at = static_cast<std::size_t>(net);
      if (pin == cell.clock) apart[at] = true;
      if (cell.inputs.contains(pin)) loads[at].push_back({i, pin});
    }
  }
  for (std::size_t net = 0; net < loads.size(); ++net) {
    if (apart[net]) loads[net].clear();
  }
  return loads;
}

// The smallest buffer that may drive twice as much as that many usual loads, or the largest.
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

// A net in Verilog: the port that it is, or its number.
std::string net_text(const std::vector<std::string>& port_bits, int net) {
  if (net < 0) return net == Mapped::kHigh ? "1'b1" : "1'b0";
  const std::string& bit = port_bits[static_cast<std::size_t>(net)];
  return bit.empty() ? fmt::format("n{}", net) : bit;
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

CellCounts counts_of(const Mapped& netlist) {
  CellCounts counts;
  for (const Mapped::Cell& cell : netlist.cells) ++counts[cell.type];
  return counts;
}

std::string verilog_of(const Mapped& netlist, const std::string& module) {
  std::vector<std::string> bits(netlist.nets.size());  // of the port that a net is
  std::string head, body;
  for (const Mapped::Port& port : netlist.ports) {
    head += fmt::format("{}{}", head.empty() ? "" : ", ", port.name);
    const std::string range =
        port.nets.size() > 1 ? fmt::format("[{}:0] ", port.nets.size() - 1) : "";
    body += fmt::format("  {} {}{};\n", port.input ? "input" : "output", range, port.name);
  }
  // A net that is several ports has the name of one, an input if there is one.
  for (const bool input : {true, false}) {
    for (const Mapped::Port& port : netlist.ports) {
      if (port.input != input) continue;
      for (std::size_t i = 0; i < port.nets.size(); ++i) {
        const std::string bit =
            port.nets.size() > 1 ? fmt::format("{}[{}]", port.name, i) : port.name;
        const int net = port.nets[i];
        if (net >= 0 && bits[static_cast<std::size_t>(net)].empty()) {
          bits[static_cast<std::size_t>(net)] = bit;
        } else {
          body += fmt::format("  assign {} = {};\n", bit, net_text(bits, net));
        }
      }
    }
  }
  for (std::size_t net = 0; net < netlist.nets.size(); ++net) {
    if (bits[net].empty()) body += fmt::format("  wire n{};\n", net);
  }
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    std::string pins;
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      pins += fmt::format("{}.{}({})", pins.empty() ? "" : ", ", pin, net_text(bits, net));
    }
    body += fmt::format("  {} g{} ({});\n", netlist.cells[i].type, i, pins);
  }
  return fmt::format("module {} ({});\n{}endmodule\n", module, head, body);
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

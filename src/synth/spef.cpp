// SPDX-License-Identifier: Apache-2.0
#include "synth/spef.h"

#include <fmt/format.h>

namespace emamba {
namespace {

// Who drives each net, "" for nobody, and the lines of *CONN.
struct Connections {
  std::vector<std::string> driver, lines;
};

Connections connections_of(const Mapped& netlist, const CellLibrary& library,
                           const std::vector<std::string>& names) {
  Connections all{std::vector<std::string>(names.size()), std::vector<std::string>(names.size())};
  for (const Mapped::Port& port : netlist.ports) {
    for (std::size_t i = 0; i < port.nets.size(); ++i) {
      const std::string bit = bit_text(port, i);
      // A net that is several ports has one name; the others are assigned.
      if (port.nets[i] < 0 || names[static_cast<std::size_t>(port.nets[i])] != bit) continue;
      const auto net = static_cast<std::size_t>(port.nets[i]);
      all.lines[net] += fmt::format("*P {} {}\n", bit, port.input ? "I" : "O");
      if (port.input) all.driver[net] = bit;
    }
  }
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const LibraryCell& kind = library.cells.at(netlist.cells[i].type);
    for (const auto& [pin, number] : netlist.cells[i].pins) {
      if (number < 0) continue;
      const auto net = static_cast<std::size_t>(number);
      const bool input = kind.inputs.contains(pin);
      all.lines[net] += fmt::format("*I g{}:{} {}\n", i, pin, input ? "I" : "O");
      if (!input) all.driver[net] = fmt::format("g{}:{}", i, pin);
    }
  }
  return all;
}

}  // namespace

std::string spef_of(const Mapped& netlist, const CellLibrary& library,
                    const std::vector<NetWires>& wires, const WireUnits& units) {
  const std::vector<std::string> names = verilog_nets(netlist);
  const Connections connections = connections_of(netlist, library, names);
  std::string text =
      "*SPEF \"IEEE 1481-1998\"\n*DESIGN \"top\"\n*DATE \"\"\n*VENDOR \"\"\n*PROGRAM \"emamba\"\n"
      "*VERSION \"1\"\n*DESIGN_FLOW \"\"\n*DIVIDER /\n*DELIMITER :\n*BUS_DELIMITER [ ]\n"
      "*T_UNIT 1 NS\n*C_UNIT 1 FF\n*R_UNIT 1 OHM\n*L_UNIT 1 HENRY\n\n";
  for (std::size_t net = 0; net < wires.size(); ++net) {
    const double farads = wires[net].length * units.femtofarads;
    if (connections.driver[net].empty() || farads == 0) continue;
    double sum = 0;
    for (const NetWires::Sink& sink : wires[net].sinks) sum += sink.distance;
    std::string capacitors, resistors;
    int number = 0;
    for (const NetWires::Sink& sink : wires[net].sinks) {
      const bool port = sink.cell < 0;
      if (port && names[net] != sink.pin) continue;
      const std::string node = port ? sink.pin : fmt::format("g{}:{}", sink.cell, sink.pin);
      ++number;
      capacitors +=
          fmt::format("{} {} {:.4f}\n", number, node, sum > 0 ? farads * sink.distance / sum : 0.0);
      resistors += fmt::format("{} {} {} {:.3f}\n", number, connections.driver[net], node,
                               sink.distance * units.ohms);
    }
    text += fmt::format("*D_NET {} {:.4f}\n*CONN\n{}*CAP\n{}*RES\n{}*END\n\n", names[net], farads,
                        connections.lines[net], capacitors, resistors);
  }
  return text;
}

}  // namespace emamba

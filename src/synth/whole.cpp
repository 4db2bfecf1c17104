// SPDX-License-Identifier: Apache-2.0
#include "synth/whole.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"

namespace emamba {
namespace {

constexpr int kNone = -3;  // neither a net nor a constant

// Nets that turn out to be one.
class Joints {
 public:
  int add() {
    parent_.push_back(static_cast<int>(parent_.size()));
    return parent_.back();
  }
  int root(int net) {
    while (parent_[static_cast<std::size_t>(net)] != net) {
      int& up = parent_[static_cast<std::size_t>(net)];
      net = up = parent_[static_cast<std::size_t>(up)];
    }
    return net;
  }
  void join(int a, int b) {  // the smaller number stays
    a = root(a);
    b = root(b);
    parent_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
  }
  std::size_t size() const { return parent_.size(); }

 private:
  std::vector<int> parent_;
};

}  // namespace

Whole wired(const Design& design, const std::vector<Mapped>& units) {
  Joints joints;
  const int low = joints.add(), high = joints.add();
  std::map<std::string, std::vector<int>> wires;  // by name, from the lowest bit
  const auto wire = [&](const std::string& name, std::size_t bits) -> const std::vector<int>& {
    std::vector<int>& nets = wires[name];
    while (nets.size() < bits) nets.push_back(joints.add());
    return nets;
  };
  wire("clk_i", 1);
  wire("rst_ni", 1);
  std::vector<std::vector<int>> nets_of;  // by unit, of its nets
  for (const Mapped& unit : units) {
    std::vector<int>& nets = nets_of.emplace_back();
    for (std::size_t n = 0; n < unit.nets.size(); ++n) nets.push_back(joints.add());
    for (const Mapped::Port& port : unit.ports) {
      const bool stream = port.name != "clk_i" && port.name != "rst_ni";
      // sN_valid_i is the wire sN_valid.
      const std::string name = stream ? port.name.substr(0, port.name.size() - 2) : port.name;
      const std::vector<int>& bits = wire(name, port.nets.size());
      for (std::size_t i = 0; i < port.nets.size(); ++i) {
        const int net = port.nets[i];
        const int own =
            net >= 0 ? nets[static_cast<std::size_t>(net)] : (net == Mapped::kHigh ? high : low);
        joints.join(bits[i], own);
      }
    }
  }
  if (joints.root(high) == low) throw Error("a stream's wire is both 0 and 1");

  Whole whole;
  std::vector<int> number(joints.size(), kNone);  // none yet
  number[static_cast<std::size_t>(low)] = Mapped::kLow;
  number[static_cast<std::size_t>(high)] = Mapped::kHigh;
  const auto net_of = [&](int joint) {
    int& net = number[static_cast<std::size_t>(joints.root(joint))];
    if (net == kNone) {
      net = static_cast<int>(whole.netlist.nets.size());
      whole.netlist.nets.emplace_back();
    }
    return net;
  };
  const auto port = [&](const std::string& name, bool input, std::size_t bits) {
    Mapped::Port own{.name = name, .input = input, .nets = {}};
    for (const int joint : wire(name, bits)) own.nets.push_back(net_of(joint));
    whole.netlist.ports.push_back(own);
  };
  port("clk_i", true, 1);
  port("rst_ni", true, 1);
  for (const bool input : {true, false}) {
    for (const Port& stream : input ? design.inputs : design.outputs) {
      const std::string name = fmt::format("s{}_", stream.stream);
      const auto bits = static_cast<std::size_t>(
          design.streams[static_cast<std::size_t>(stream.stream)].data_bits());
      port(name + "valid", input, 1);
      port(name + "last", input, 1);
      port(name + "data", input, bits);
      port(name + "ready", !input, 1);
    }
  }
  for (std::size_t u = 0; u < units.size(); ++u) {
    for (std::size_t n = 0; n < units[u].nets.size(); ++n) {
      const int net = net_of(nets_of[u][n]);
      if (net >= 0 && !units[u].wires.empty()) {
        whole.netlist.wires.resize(whole.netlist.nets.size());
        whole.netlist.wires[static_cast<std::size_t>(net)] += units[u].wires[n];
      }
      if (net < 0 || units[u].nets[n].empty()) continue;
      std::string& name = whole.netlist.nets[static_cast<std::size_t>(net)];
      if (name.empty()) name = design.units[u].name + ": " + units[u].nets[n];
    }
    for (const Mapped::Cell& cell : units[u].cells) {
      Mapped::Cell own{.type = cell.type, .pins = {}};
      for (const auto& [pin, net] : cell.pins) {
        own.pins[pin] = net < 0 ? net : net_of(nets_of[u][static_cast<std::size_t>(net)]);
      }
      whole.netlist.cells.push_back(std::move(own));
      whole.unit.push_back(static_cast<int>(u));
    }
  }
  if (!whole.netlist.wires.empty()) whole.netlist.wires.resize(whole.netlist.nets.size());
  return whole;
}

}  // namespace emamba

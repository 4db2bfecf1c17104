// SPDX-License-Identifier: Apache-2.0
// Longest paths through a netlist, backwards from every end.
#include "synth/delays.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.h"

namespace emamba {
namespace {

using nlohmann::json;

using Net = std::int64_t;  // a bit's number in the netlist
constexpr Net kConstant = -1;

enum class Kind { kFlipFlop, kDsp, kBlock, kShift, kLut, kMux, kCarry, kRam, kWire };

struct Port {
  std::string name;
  bool output = false;
  std::vector<Net> bits;
};
struct Cell {
  std::string type;
  Kind kind = Kind::kWire;
  std::vector<Port> ports;
  // Of a DSP48E2.
  bool a_register = false, b_register = false, output_registers = false, pre_adder = false;

  const Port* port(std::string_view name) const {
    for (const Port& port : ports) {
      if (port.name == name) return &port;
    }
    return nullptr;
  }
};

std::optional<Kind> kind_of(std::string_view type) {
  if (type == "FDRE" || type == "FDSE" || type == "FDCE" || type == "FDPE") return Kind::kFlipFlop;
  if (type == "DSP48E2") return Kind::kDsp;
  if (type.starts_with("RAMB") || type.starts_with("URAM")) return Kind::kBlock;
  if (type.starts_with("SRL")) return Kind::kShift;
  if (type.starts_with("LUT") || type == "INV") return Kind::kLut;
  if (type.starts_with("MUXF")) return Kind::kMux;
  if (type.starts_with("CARRY")) return Kind::kCarry;
  if (type.starts_with("RAM")) return Kind::kRam;
  for (const char* wire : {"GND", "VCC", "BUFG", "IBUF", "OBUF"}) {
    if (type == wire) return Kind::kWire;
  }
  return {};
}

bool is_clock(std::string_view port) {
  return port == "C" || port == "CLK" || port == "WCLK" || port.starts_with("CLKARDCLK") ||
         port.starts_with("CLKBWRCLK");
}

// When a net settles, and how the signal came there.
struct Arrival {
  double ns = 0;
  int luts = 0, carries = 0;
  Net from = kConstant;  // the net that the path starts with
};

class Paths {
 public:
  Paths(const json& netlist, const std::string& source, const DelayModel& model)
      : source_(source), model_(model) {
    read(netlist);
  }

  SlowPath slowest() {
    for (const Cell& cell : cells_) ends_of(cell);
    for (const Net net : outputs_) end(net, 0, "output");
    for (const auto& [net, count] : loads_) {
      if (clocks_.contains(net) || count <= path_.most_loads) continue;
      path_.most_loads = count;
      path_.most_loaded = name_of(net);
    }
    return path_;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(fmt::format("{}: {}", source_, what),
                "this is a defect of the model of delays; please report it with the file",
                ErrorKind::kDefect);
  }

  void read(const json& netlist) {
    const json& modules = netlist.at("modules");
    const json* top = nullptr;
    for (const auto& [name, module] : modules.items()) {
      // Descriptions of the library's cells come along, and hold none.
      if (module.value("attributes", json::object()).contains("blackbox") ||
          module.value("attributes", json::object()).contains("whitebox")) {
        continue;
      }
      if (top != nullptr) fail("holds several modules");
      top = &module;
    }
    if (top == nullptr) fail("holds no module");
    for (const auto& [name, port] : top->at("ports").items()) {
      if (port.at("direction") != "output") continue;
      for (const Net net : nets_of(port.at("bits"))) outputs_.push_back(net);
    }
    for (const auto& [name, description] : top->at("netnames").items()) {
      const std::vector<Net> nets = nets_of(description.at("bits"));
      for (std::size_t i = 0; i < nets.size(); ++i) {
        std::string& known = names_[nets[i]];
        if (!known.empty() && (known[0] != '$' || name[0] == '$')) continue;
        known = nets.size() > 1 ? fmt::format("{}[{}]", name, i) : name;
      }
    }
    for (const auto& [name, description] : top->at("cells").items()) {
      cells_.push_back(read_cell(description));
    }
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      for (std::size_t p = 0; p < cells_[i].ports.size(); ++p) {
        const Port& port = cells_[i].ports[p];
        for (std::size_t k = 0; k < port.bits.size(); ++k) {
          const Net net = port.bits[k];
          if (net == kConstant) continue;
          if (port.output) {
            drivers_[net] = {i, p, k};
          } else {
            ++loads_[net];
            if (is_clock(port.name)) clocks_.insert(net);
          }
        }
      }
    }
  }

  static std::vector<Net> nets_of(const json& bits) {
    std::vector<Net> nets;
    for (const json& bit : bits) nets.push_back(bit.is_number() ? bit.get<Net>() : kConstant);
    return nets;
  }

  Cell read_cell(const json& description) const {
    Cell cell;
    cell.type = description.at("type");
    const std::optional<Kind> kind = kind_of(cell.type);
    if (!kind) fail(fmt::format("the cell {} is not known", cell.type));
    cell.kind = *kind;
    if (!description.contains("port_directions")) fail(cell.type + " has no directions");
    for (const auto& [port, bits] : description.at("connections").items()) {
      const bool output = description.at("port_directions").at(port) == "output";
      cell.ports.push_back({port, output, nets_of(bits)});
    }
    if (cell.type != "DSP48E2") return cell;
    const json& parameters = description.at("parameters");
    const auto set = [&](const char* name) {
      const json value = parameters.value(name, json(""));
      return value.is_string() && value.get<std::string>().find('1') != std::string::npos;
    };
    cell.a_register = set("AREG");
    cell.b_register = set("BREG");
    cell.output_registers = set("MREG") || set("PREG");
    cell.pre_adder = parameters.value("AMULTSEL", json("A")) == "AD";
    return cell;
  }

  std::string name_of(Net net) const {
    const auto name = names_.find(net);
    return name == names_.end() ? "" : name->second;
  }

  double wire(Net net) const {
    const auto found = loads_.find(net);
    const auto loads = static_cast<unsigned>(found == loads_.end() ? 1 : found->second);
    const int doublings = std::bit_width(loads) - 1;
    const int many = std::max(0, doublings - 6);
    return model_.net + model_.net_doubling * (doublings + many);
  }

  // The later of `best` and of a signal that takes `ns` from where `net` arrives.
  void later(Arrival& best, Net net, double ns, int luts, int carries, bool wired = true) {
    if (net == kConstant) return;
    Arrival arrival = arrives(net);
    arrival.ns += ns + (wired ? wire(net) : 0);
    arrival.luts += luts;
    arrival.carries += carries;
    if (arrival.ns > best.ns) best = arrival;
  }

  Arrival arrives(Net net) {
    const auto known = arrivals_.find(net);
    if (known != arrivals_.end()) {
      if (!known->second) fail("a path returns to " + name_of(net));
      return *known->second;
    }
    arrivals_[net] = std::nullopt;
    const Arrival arrival = compute(net);
    arrivals_[net] = arrival;
    return arrival;
  }

  Arrival compute(Net net) {
    const auto driver = drivers_.find(net);
    if (driver == drivers_.end()) return {.from = net};  // an input
    const auto& [index, port, bit] = driver->second;
    const Cell& cell = cells_[index];
    const Port& out = cell.ports[port];
    Arrival best;
    switch (cell.kind) {
      case Kind::kFlipFlop:
        return {.ns = model_.clock_to_out, .from = net};
      case Kind::kBlock:
        return {.ns = model_.block_out, .from = net};
      case Kind::kShift:
        return {.ns = model_.shift_out, .from = net};
      case Kind::kDsp:
        if (cell.output_registers) return {.ns = model_.dsp_out, .from = net};
        for (const Port& in : cell.ports) {
          if (in.output || (in.name != "A" && in.name != "B" && in.name != "D")) continue;
          for (const Net x : in.bits) later(best, x, dsp_in(cell) + model_.dsp_out, 0, 0);
        }
        return best;
      case Kind::kLut:
        for (const Port& in : cell.ports) {
          if (!in.output) later(best, in.bits[0], model_.lut, 1, 0);
        }
        return best;
      case Kind::kWire:
        for (const Port& in : cell.ports) {
          if (!in.output) later(best, in.bits[0], 0, 0, 0);
        }
        return best;
      case Kind::kMux:
        for (const Port& in : cell.ports) {
          if (in.output) continue;
          const bool selects = in.name == "S";
          later(best, in.bits[0], selects ? model_.mux_select : model_.mux, 0, 0, selects);
        }
        return best;
      case Kind::kCarry:
        carry(best, cell, out.name == "O", bit);
        return best;
      case Kind::kRam:
        best = {.ns = model_.ram_out, .from = net};
        for (const Port& in : cell.ports) {
          if (in.output || !is_address(in.name)) continue;
          for (const Net x : in.bits) later(best, x, model_.ram_address, 1, 0);
        }
        return best;
    }
    return best;
  }

  static bool is_address(std::string_view port) {
    return port.starts_with("ADDR") || port.starts_with("DPRA") || port == "A" ||
           (port.size() == 2 && port[0] == 'A' && port[1] >= '0' && port[1] <= '9');
  }

  double dsp_in(const Cell& cell) const {
    return model_.dsp_in + (cell.pre_adder ? model_.dsp_pre_adder : 0);
  }

  // Sum or carry `bit`: from a bit's look-up table, its other operand, or the carry before.
  void carry(Arrival& best, const Cell& cell, bool sum, std::size_t bit) {
    const double out = sum ? model_.carry_out : 0;
    const auto through = [&](std::size_t from) {
      return model_.carry_bit * static_cast<double>(bit - from) + out;
    };
    const Port *s = cell.port("S"), *di = cell.port("DI");
    for (std::size_t j = 0; j <= bit; ++j) {
      if (s != nullptr && j < s->bits.size()) {
        later(best, s->bits[j], model_.carry_in + through(j), 0, 1, false);
      }
      if (di != nullptr && j < di->bits.size() && (j < bit || !sum)) {
        later(best, di->bits[j], model_.carry_in + through(j), 0, 1);
      }
    }
    for (const char* name : {"CI", "CYINIT"}) {
      const Port* in = cell.port(name);
      if (in == nullptr || in->bits.empty() || in->bits[0] == kConstant) continue;
      const auto driver = drivers_.find(in->bits[0]);
      const bool chained =
          driver != drivers_.end() && cells_[driver->second.cell].kind == Kind::kCarry;
      const double all = model_.carry_bit * static_cast<double>(bit + 1) + out;
      later(best, in->bits[0], all + (chained ? 0 : model_.carry_in), 0, chained ? 0 : 1, !chained);
    }
  }

  void end(Net net, double ns, const std::string& to) {
    if (net == kConstant) return;
    Arrival last;
    later(last, net, ns, 0, 0);
    if (last.ns <= path_.ns) return;
    path_.ns = last.ns;
    path_.luts = last.luts;
    path_.carry_chains = last.carries;
    path_.from = name_of(last.from);
    path_.to = to == "output" ? name_of(net) : to;
  }

  void ends_of(const Cell& cell) {
    std::string to;  // the first net that it drives
    for (const Port& port : cell.ports) {
      if (port.output && !port.bits.empty() && port.bits[0] != kConstant && to.empty()) {
        to = name_of(port.bits[0]);
      }
    }
    for (const Port& port : cell.ports) {
      if (port.output || is_clock(port.name)) continue;
      const std::optional<double> ns = setup(cell, port.name);
      if (!ns) continue;
      const std::string name = fmt::format("{}.{} {}", cell.type, port.name, to);
      for (const Net net : port.bits) end(net, *ns, name);
    }
  }

  // What a port of a cell with a register needs before the clock; nothing if a signal passes.
  std::optional<double> setup(const Cell& cell, std::string_view port) const {
    switch (cell.kind) {
      case Kind::kFlipFlop:
        return port == "D" ? model_.setup : port == "CE" ? model_.enable : model_.reset;
      case Kind::kDsp:
        if (port.starts_with("CE") || port.starts_with("RST")) return model_.dsp_enable;
        if (port != "A" && port != "B" && port != "C" && port != "D") return {};
        if (port == "A" ? cell.a_register : port == "B" && cell.b_register) return model_.setup;
        if (!cell.output_registers) return {};
        return port == "C" ? model_.dsp_enable : dsp_in(cell);
      case Kind::kBlock:
        return model_.block_in;
      case Kind::kShift:
        return model_.shift_in;
      case Kind::kRam:
        return is_address(port) ? std::nullopt : std::optional(model_.ram_in);
      case Kind::kLut:
      case Kind::kMux:
      case Kind::kCarry:
      case Kind::kWire:
        return {};
    }
    return {};
  }

  struct Driver {
    std::size_t cell = 0, port = 0, bit = 0;
  };

  std::string source_;
  DelayModel model_;
  std::vector<Cell> cells_;
  std::vector<Net> outputs_;
  std::unordered_map<Net, std::string> names_;
  std::unordered_map<Net, Driver> drivers_;
  std::unordered_map<Net, int> loads_;
  std::unordered_set<Net> clocks_;
  std::unordered_map<Net, std::optional<Arrival>> arrivals_;  // none: being computed
  SlowPath path_;
};

}  // namespace

SlowPath slowest_path(const json& netlist, const std::string& source, const DelayModel& model) {
  try {
    return Paths(netlist, source, model).slowest();
  } catch (const json::exception& e) {
    throw Error(fmt::format("{}: is no netlist of Yosys: {}", source, e.what()),
                "remove it; `emamba synth` writes it anew");
  }
}

json to_json(const SlowPath& path) {
  return {{"ns", path.ns},
          {"luts", path.luts},
          {"carry_chains", path.carry_chains},
          {"from", path.from},
          {"to", path.to},
          {"most_loads", path.most_loads},
          {"most_loaded", path.most_loaded}};
}

}  // namespace emamba

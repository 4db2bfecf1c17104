// SPDX-License-Identifier: Apache-2.0
#include "synth/gate_simulator.h"

#include <bit>
#include <map>

#include "base/error.h"
#include "base/rng.h"
#include "synth/liberty_groups.h"

namespace emamba {
namespace {

// Where a clock comes from: the root, or a clock gate by its number; and whether it is inverted.
struct Clock {
  int gate = -1;
  bool inverted = false;
};

Error unsupported(const std::string& what) {
  return Error("this netlist cannot be simulated: " + what,
               "a target's library needs clock gates (latch_posedge), and functions of its cells");
}

}  // namespace

GateSimulator::GateSimulator(const Mapped& netlist, const CellLibrary& library,
                             const CellModels& models, std::uint64_t seed)
    : constant_(netlist.nets.size()) {
  Rng rng{seed};
  values_.assign(constant_ + 2, 0);
  values_[constant_ + 1] = ~std::uint64_t{0};
  changes_.assign(values_.size(), 0);
  readers_.resize(values_.size());

  constexpr std::size_t kNobody = ~std::size_t{0};
  std::vector<std::size_t> driver(values_.size(), kNobody);  // cells
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    for (const std::string& pin : library.cells.at(netlist.cells[i].type).outputs) {
      driver[slot(netlist.cells[i].net(pin))] = i;
    }
  }
  std::vector<int> gate_of(netlist.cells.size(), kNone);
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    if (library.cells.at(netlist.cells[i].type).kind != CellKind::kClockGate) continue;
    gate_of[i] = static_cast<int>(gates_.size());
    gates_.emplace_back();
  }
  const int root = netlist.port("clk_i").at(0);
  std::map<int, Clock> clocks;  // by net
  clock_nets_.emplace_back(root, kNone);
  const auto clock_of = [&](auto self, int net) -> Clock {
    if (net == root) return {};
    if (const auto known = clocks.find(net); known != clocks.end()) return known->second;
    const std::size_t cell = net < 0 ? kNobody : driver[slot(net)];
    if (cell == kNobody) throw unsupported("a clock that nothing drives");
    Clock clock;
    if (gate_of[cell] != kNone) {
      clock.gate = gate_of[cell];
    } else {
      const LibraryCell& kind = library.cells.at(netlist.cells[cell].type);
      if (kind.kind != CellKind::kGate || kind.inputs.size() != 1) {
        throw unsupported("a clock through a " + netlist.cells[cell].type);
      }
      clock = self(self, netlist.cells[cell].pins.at(kind.inputs.begin()->first));
      const std::string& function =
          models.cells.at(netlist.cells[cell].type).functions.at(kind.outputs.at(0));
      clock.inverted ^= signed_pin(function).inverted;
    }
    clocks[net] = clock;
    clock_nets_.emplace_back(net, clock.gate);
    return clock;
  };

  std::vector<Node> nodes;
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const Mapped::Cell& cell = netlist.cells[i];
    const LibraryCell& kind = library.cells.at(cell.type);
    const CellModel& model = models.cells.at(cell.type);
    std::vector<std::string> pins;
    std::vector<int> inputs;
    for (const auto& [pin, capacitance] : kind.inputs) {
      pins.push_back(pin);
      inputs.push_back(static_cast<int>(slot(cell.net(pin))));
    }
    const auto function = [&](const std::string& text) {
      return BooleanFunction(text.empty() ? "0" : text, pins, cell.type);
    };
    if (kind.kind == CellKind::kClockGate) {
      Gate& gate = gates_[static_cast<std::size_t>(gate_of[i])];
      for (std::size_t p = 0; p < pins.size(); ++p) {
        if (pins[p] != kind.clock) gate.enables.push_back(inputs[p]);
      }
      const Clock clock = clock_of(clock_of, cell.pins.at(kind.clock));
      if (clock.inverted) throw unsupported("a clock gate on the falling edge");
      gate.behind = clock.gate;
      clock_of(clock_of, cell.pins.at(kind.outputs.at(0)));
      continue;
    }
    if (kind.kind == CellKind::kGate) {
      for (const std::string& output : kind.outputs) {
        const int net = cell.net(output);
        if (net < 0) continue;
        const std::string& text = model.functions.at(output);
        if (text.empty()) throw unsupported(cell.type + " has no function");
        nodes.push_back({function(text), inputs, static_cast<int>(slot(net)), kNone});
      }
      continue;
    }
    // Whether an output is the inverse of the state.
    const auto is_inverse = [&](const std::string& output) {
      const SignedPin state = signed_pin(model.functions.at(output));
      if (state.pin != model.state && state.pin != model.inverted_state) {
        throw unsupported(cell.type + ": an output that is not its state");
      }
      return state.inverted != (state.pin == model.inverted_state);
    };
    const SignedPin edge = signed_pin(model.clock);
    const Clock clock = clock_of(clock_of, cell.pins.at(edge.pin));
    if (edge.inverted != clock.inverted) throw unsupported("a register on the falling edge");
    if (kind.kind == CellKind::kLatch) {
      if (clock.gate == kNone) throw unsupported("a latch without a clock gate");
      for (const std::string& output : kind.outputs) {
        const int net = cell.net(output);
        if (net < 0) continue;
        nodes.push_back({function(is_inverse(output) ? "!(" + model.next + ")" : model.next),
                         inputs, static_cast<int>(slot(net)), clock.gate});
      }
      continue;
    }
    Register own{function(model.next),
                 function(model.clear),
                 function(model.preset),
                 inputs,
                 {},
                 clock.gate,
                 rng.next()};
    for (const std::string& output : kind.outputs) {
      const int net = cell.net(output);
      if (net >= 0) own.outputs.emplace_back(static_cast<int>(slot(net)), is_inverse(output));
    }
    registers_.push_back(std::move(own));
  }

  // In order of production.
  std::vector<std::size_t> producer(values_.size(), kNobody);
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    producer[static_cast<std::size_t>(nodes[n].output)] = n;
  }
  std::vector<std::vector<std::size_t>> consumers(nodes.size());
  std::vector<int> waits(nodes.size());
  std::vector<std::size_t> ready;
  for (std::size_t n = 0; n < nodes.size(); ++n) {
    for (const int input : nodes[n].inputs) {
      const std::size_t from = producer[static_cast<std::size_t>(input)];
      if (from == kNobody) continue;
      consumers[from].push_back(n);
      ++waits[n];
    }
    if (waits[n] == 0) ready.push_back(n);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t n = ready.back();
    ready.pop_back();
    order.push_back(n);
    for (const std::size_t to : consumers[n]) {
      if (--waits[to] == 0) ready.push_back(to);
    }
  }
  if (order.size() != nodes.size()) throw unsupported("a path of gates returns to itself");
  for (const std::size_t n : order) {
    const auto place = static_cast<std::uint32_t>(nodes_.size());
    for (const int input : nodes[n].inputs) {
      readers_[static_cast<std::size_t>(input)].push_back(place);
    }
    if (nodes[n].gate != kNone) {
      gates_[static_cast<std::size_t>(nodes[n].gate)].latches.push_back(place);
      values_[static_cast<std::size_t>(nodes[n].output)] = rng.next();
    }
    nodes_.push_back(std::move(nodes[n]));
  }
  dirty_.assign(nodes_.size() / 64 + 1, 0);
  for (std::size_t n = 0; n < nodes_.size(); ++n) mark(n);
  for (const Register& own : registers_) {
    for (const auto& [output, inverted] : own.outputs) {
      values_[static_cast<std::size_t>(output)] = inverted ? ~own.state : own.state;
    }
  }
}

void GateSimulator::write(std::size_t slot, std::uint64_t values) {
  const std::uint64_t change = values_[slot] ^ values;
  if (change == 0) return;
  values_[slot] = values;
  changes_[slot] += std::popcount(change & lanes_);
  for (const std::uint32_t node : readers_[slot]) mark(node);
}

void GateSimulator::settle() {
  std::uint64_t inputs[32];
  for (std::size_t word = 0; word < dirty_.size(); ++word) {
    while (dirty_[word] != 0) {  // a node only makes later ones dirty
      const std::size_t n = word * 64 + static_cast<std::size_t>(std::countr_zero(dirty_[word]));
      dirty_[word] &= dirty_[word] - 1;
      const Node& node = nodes_[n];
      const auto output = static_cast<std::size_t>(node.output);
      std::uint64_t open = ~std::uint64_t{0};
      if (node.gate != kNone) {
        open = gates_[static_cast<std::size_t>(node.gate)].open;
        if (open == 0) continue;
      }
      for (std::size_t i = 0; i < node.inputs.size(); ++i) {
        inputs[i] = values_[static_cast<std::size_t>(node.inputs[i])];
      }
      write(output, (node.function(inputs) & open) | (values_[output] & ~open));
    }
  }
}

void GateSimulator::edge() {
  // All that is taken is what was there before the edge.
  for (Gate& gate : gates_) {
    gate.open = 0;
    for (const int enable : gate.enables) gate.open |= values_[static_cast<std::size_t>(enable)];
  }
  for (Gate& gate : gates_) {
    for (int at = gate.behind; at != kNone; at = gates_[static_cast<std::size_t>(at)].behind) {
      gate.open &= gates_[static_cast<std::size_t>(at)].open;
    }
    gate.pulses += std::popcount(gate.open & lanes_);
  }
  std::uint64_t inputs[32];
  for (Register& own : registers_) {
    for (std::size_t i = 0; i < own.inputs.size(); ++i) {
      inputs[i] = values_[static_cast<std::size_t>(own.inputs[i])];
    }
    const std::uint64_t taken =
        own.gate == kNone ? ~std::uint64_t{0} : gates_[static_cast<std::size_t>(own.gate)].open;
    const std::uint64_t clear = own.clear(inputs), preset = own.preset(inputs);
    own.state = (own.next(inputs) & taken) | (own.state & ~taken);
    own.state = (own.state & ~clear) | preset;
  }
  for (const Register& own : registers_) {
    for (const auto& [output, inverted] : own.outputs) {
      write(static_cast<std::size_t>(output), inverted ? ~own.state : own.state);
    }
  }
  for (const Gate& gate : gates_) {
    if (gate.open == 0) continue;
    for (const std::size_t latch : gate.latches) mark(latch);
  }
  settle();
  cycles_ += std::popcount(lanes_);
}

void GateSimulator::count(std::uint64_t lanes) {
  lanes_ = lanes;
  cycles_ = 0;
  changes_.assign(changes_.size(), 0);
  for (Gate& gate : gates_) gate.pulses = 0;
}

std::vector<std::int64_t> GateSimulator::changes() const {
  std::vector<std::int64_t> all(changes_.begin(),
                                changes_.begin() + static_cast<std::ptrdiff_t>(constant_));
  for (const auto& [net, gate] : clock_nets_) {
    all[static_cast<std::size_t>(net)] =
        2 * (gate == kNone ? cycles_ : gates_[static_cast<std::size_t>(gate)].pulses);
  }
  return all;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The cycle model: every instance's control, cycle by cycle.
#include "hw/timing.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace emamba {
namespace {

enum class Kind : std::uint8_t { kSteps, kFifo, kFork, kMerge, kSplit };

// One instance: its description, flat, and what its registers hold.
struct Node {
  Kind kind = Kind::kSteps;
  std::vector<int> inputs, outputs;
  // Steps
  int depth = 0, idle = 0;
  std::int64_t active = 1, emit_from = 0, emit_every = 1;
  std::vector<std::int64_t> pop_every;
  std::int64_t step = 0, vectors = 0, frame_vectors = 0, begin = 0;
  std::int64_t until_emit = 0;  // steps until one gives output, 0: this one
  std::vector<std::int64_t> until_pop;
  std::uint64_t pipe = 0;  // valid bits, the newest lowest
  bool fire = false, advance = false;
  // Fifo
  std::int64_t capacity = 0, count = 0, most = 0;
  // Fork
  std::uint32_t taken = 0;
  // LoopEntry, LoopExit
  int passes = 1, pass = 0;
  std::int64_t beats = 1, beat = 0;
  // LoopEntry, when frames have a period
  std::int64_t pass_vectors = 1;          // in a pass
  std::int64_t entered = 0, started = 0;  // beats so far, and the cycle of the first
  bool open = true;                       // whether the next may enter
};

constexpr int kMaxDepth = 63;
constexpr std::size_t kFill = 3;  // frames, which fill every buffer

// How a design is run, and how far.
struct Run {
  std::int64_t period = 0;         // as of run_timing()
  std::size_t frames = 0;          // to run; 0: until they follow each other at the same distance
  int most_registers = kMaxDepth;  // of a core
  // Another run: this one ends, too, at the first frame that ends later than there.
  const CycleReport* no_later = nullptr;
};

class Machine {
 public:
  Machine(const Design& design, const Run& run)
      : design_(design),
        run_(run),
        taken_in_(design.inputs.size()),
        valid_(design.streams.size()),
        ready_(design.streams.size()) {
    for (const Instance& instance : design.instances) {
      nodes_.push_back(node_of(instance));
      nodes_.back().depth = std::min(nodes_.back().depth, run.most_registers);
      passes_ = std::max(passes_, nodes_.back().passes);
    }
    report_.spans.resize(nodes_.size());
  }

  // To its end; false when it comes to a stand, where nothing will ever change.
  bool run() {
    const Port& out = design_.outputs.at(0);
    const std::int64_t frame_beats = out.beats * out.vectors;
    std::int64_t taken = 0, first_input = -1;
    for (std::int64_t cycle = 0;; ++cycle) {
      settle(cycle);
      for (std::size_t i = 0; i < design_.inputs.size(); ++i) {
        if (!moves(design_.inputs[i].stream)) continue;
        ++taken_in_[i];
        if (first_input < 0) first_input = cycle;
      }
      if (valid_[out.stream] && ++taken % frame_beats == 0) {
        report_.frame_ends.push_back(cycle);
        if (late() || (run_.frames > 0 ? report_.frame_ends.size() == run_.frames : settled())) {
          break;
        }
      }
      changed_ = false;
      clock(cycle);
      if (!changed_ && run_.period == 0) return false;
    }
    const auto& ends = report_.frame_ends;
    report_.latency = ends.front() - first_input + 1;
    if (ends.size() > 1) report_.per_frame = ends.back() - ends[ends.size() - 2];
    for (const Node& node : nodes_) report_.occupancy.push_back(node.most);
    return true;
  }

  // A frame, the last one that was run, ends later than in the other run.
  bool late() const {
    const std::size_t last = report_.frame_ends.size() - 1;
    return run_.no_later != nullptr && report_.frame_ends[last] > run_.no_later->frame_ends[last];
  }
  CycleReport take_report() { return std::move(report_); }

 private:
  static Node node_of(const Instance& instance) {
    Node node;
    node.inputs = instance.inputs;
    node.outputs = instance.outputs;
    if (const auto* steps = std::get_if<Steps>(&instance.timing)) {
      node.kind = Kind::kSteps;
      node.depth = steps->depth;
      node.idle = steps->idle;
      node.active = steps->active;
      node.emit_from = steps->emit_from;
      node.emit_every = steps->emit_every;
      node.pop_every = steps->pop_every;
      node.frame_vectors = instance.vectors;
      if (node.depth > kMaxDepth) throw Error(instance.name + ": pipeline too deep to plan");
      restart(node);
    } else if (const auto* fifo = std::get_if<Fifo>(&instance.timing)) {
      node.kind = Kind::kFifo;
      node.capacity = fifo->depth > 0 ? fifo->depth : std::numeric_limits<std::int64_t>::max();
    } else if (std::holds_alternative<Fork>(instance.timing)) {
      node.kind = Kind::kFork;
    } else if (const auto* merge = std::get_if<LoopEntry>(&instance.timing)) {
      node.kind = Kind::kMerge;
      node.passes = merge->passes;
      node.beats = merge->beats;
      node.pass_vectors = instance.vectors / merge->passes;
    } else if (const auto* split = std::get_if<LoopExit>(&instance.timing)) {
      node.kind = Kind::kSplit;
      node.passes = split->passes;
      node.beats = split->beats;
    }
    return node;
  }

  static void restart(Node& n) {
    n.step = 0;
    n.until_emit = n.emit_from + n.emit_every - 1;
    n.until_pop.clear();
    for (std::int64_t every : n.pop_every) n.until_pop.push_back(every - 1);
  }
  static bool last_step(const Node& n) { return n.step == n.active - 1; }
  static bool emits(const Node& n) { return n.until_emit == 0 || last_step(n); }
  static bool pops(const Node& n, std::size_t input) {
    return n.until_pop[input] == 0 || last_step(n);
  }

  // When vector `index` of those of a frame, of which there are `vectors`, may come at the earliest
  // if all of a frame's come evenly in `cycles`.
  std::int64_t due(std::int64_t index, std::int64_t vectors, std::int64_t cycles) const {
    return index / vectors * run_.period + index % vectors * cycles / vectors;
  }

  // Valid forwards, then ready backwards. Registers and buffers cut every circle.
  void settle(std::int64_t cycle) {
    for (std::size_t i = 0; i < design_.inputs.size(); ++i) {
      const Port& port = design_.inputs[i];
      valid_[port.stream] =
          cycle >= due(taken_in_[i] / port.beats, port.vectors, run_.period / passes_);
    }
    for (const Node& n : nodes_) {
      if (n.kind == Kind::kFifo) {
        valid_[n.outputs[0]] = n.count > 0;
        ready_[n.inputs[0]] = n.count < n.capacity;
      }
    }
    for (Node& n : nodes_) {
      switch (n.kind) {
        case Kind::kSteps:
          valid_[n.outputs[0]] = n.depth == 0
                                     ? valid_[n.inputs[0]]
                                     : static_cast<std::uint8_t>(n.pipe >> (n.depth - 1) & 1);
          break;
        case Kind::kFork:
          for (std::size_t i = 0; i < n.outputs.size(); ++i) {
            valid_[n.outputs[i]] = valid_[n.inputs[0]] && !(n.taken >> i & 1);
          }
          break;
        case Kind::kMerge:
          n.open = cycle >= entry(n);
          valid_[n.outputs[0]] = n.open && valid_[n.inputs[n.pass == 0 ? 0 : 1]];
          break;
        case Kind::kSplit: {
          const bool leaves = n.pass == n.passes - 1;
          valid_[n.outputs[0]] = leaves && valid_[n.inputs[0]];
          valid_[n.outputs[1]] = !leaves && valid_[n.inputs[0]];
          break;
        }
        case Kind::kFifo:
          break;
      }
    }
    for (const Port& port : design_.outputs) ready_[port.stream] = 1;
    for (auto it = nodes_.rbegin(); it != nodes_.rend(); ++it) {
      Node& n = *it;
      switch (n.kind) {
        case Kind::kSteps: {
          n.advance = ready_[n.outputs[0]] || (n.depth > 0 && !valid_[n.outputs[0]]);
          n.fire = n.advance && n.step < n.active;
          for (int input : n.inputs) n.fire = n.fire && valid_[input];
          for (std::size_t i = 0; i < n.inputs.size(); ++i) {
            ready_[n.inputs[i]] = n.fire && pops(n, i);
          }
          break;
        }
        case Kind::kFork: {
          bool all = true;
          for (std::size_t i = 0; i < n.outputs.size(); ++i) {
            all = all && ((n.taken >> i & 1) || ready_[n.outputs[i]]);
          }
          ready_[n.inputs[0]] = all;
          break;
        }
        case Kind::kMerge:
          ready_[n.inputs[0]] = n.open && n.pass == 0 && ready_[n.outputs[0]];
          ready_[n.inputs[1]] = n.open && n.pass != 0 && ready_[n.outputs[0]];
          break;
        case Kind::kSplit:
          ready_[n.inputs[0]] = ready_[n.outputs[n.pass == n.passes - 1 ? 0 : 1]];
          break;
        case Kind::kFifo:
          break;
      }
    }
  }

  // When the next beat may pass an entrance, by the period.
  std::int64_t entry(const Node& n) const {
    if (run_.period == 0 || n.entered == 0) return 0;
    const std::int64_t vector_beats = n.beats / n.pass_vectors;
    return n.started + due(n.entered / vector_beats, n.passes * n.pass_vectors, run_.period);
  }

  bool moves(int stream) const { return valid_[stream] && ready_[stream]; }

  void clock(std::int64_t cycle) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& n = nodes_[i];
      switch (n.kind) {
        case Kind::kSteps:
          if (n.advance) step(n, i, cycle);
          break;
        case Kind::kFifo:
          changed_ = changed_ || moves(n.inputs[0]) || moves(n.outputs[0]);
          // A beat that comes needs room even when another leaves in the same cycle.
          if (moves(n.inputs[0])) n.most = std::max(n.most, ++n.count);
          if (moves(n.outputs[0])) --n.count;
          break;
        case Kind::kFork: {
          if (!valid_[n.inputs[0]]) break;
          // Whoever takes a beat has a register, or passes it on to one, and changes.
          if (ready_[n.inputs[0]]) {
            n.taken = 0;
          } else {
            for (std::size_t k = 0; k < n.outputs.size(); ++k) {
              if (ready_[n.outputs[k]]) n.taken |= 1u << k;
            }
          }
          break;
        }
        case Kind::kMerge:
          if (moves(n.outputs[0]) && n.entered++ == 0) n.started = cycle;
          count_pass(n, moves(n.outputs[0]));
          break;
        case Kind::kSplit:
          count_pass(n, moves(n.inputs[0]));
          break;
      }
    }
  }

  static void count_pass(Node& n, bool moved) {
    if (!moved || ++n.beat < n.beats) return;
    n.beat = 0;
    n.pass = n.pass + 1 == n.passes ? 0 : n.pass + 1;
  }

  void step(Node& n, std::size_t index, std::int64_t cycle) {
    const bool emitted = n.fire && emits(n);
    changed_ = changed_ || n.fire || n.step >= n.active || n.pipe != 0;
    n.pipe = (n.pipe << 1 | (emitted ? 1 : 0)) & ((std::uint64_t{1} << n.depth) - 1);
    if (n.fire) {
      if (n.step == 0) n.begin = cycle;
      if (last_step(n) && n.vectors < n.frame_vectors) {
        report_.spans[index].push_back({n.begin, cycle});
      }
      n.until_emit = n.until_emit == 0 ? n.emit_every - 1 : n.until_emit - 1;
      for (std::size_t k = 0; k < n.until_pop.size(); ++k) {
        n.until_pop[k] = n.until_pop[k] == 0 ? n.pop_every[k] - 1 : n.until_pop[k] - 1;
      }
      ++n.step;
    } else if (n.step >= n.active) {
      ++n.step;  // an idle cycle
    }
    if (n.step == n.active + n.idle) {
      restart(n);
      ++n.vectors;
    }
  }

  // Three frames at the same distance: every buffer has filled as far as it will.
  bool settled() const {
    const auto& e = report_.frame_ends;
    const std::size_t n = e.size();
    if (n < 5) return false;
    return (e[n - 1] - e[n - 2] == e[n - 2] - e[n - 3] &&
            e[n - 2] - e[n - 3] == e[n - 3] - e[n - 4]) ||
           n == 64;
  }

  const Design& design_;
  const Run run_;
  bool changed_ = false;  // anything, in this cycle
  int passes_ = 1;
  std::vector<std::int64_t> taken_in_;  // beats of each input
  std::vector<Node> nodes_;
  std::vector<std::uint8_t> valid_, ready_;
  CycleReport report_;
};

}  // namespace

CycleReport run_timing(const Design& design, std::int64_t period) {
  Machine machine(design, {.period = period});
  if (machine.run()) return machine.take_report();
  throw Error(fmt::format("{}: the plan stands still", design.name),
              "this is a defect of the planner; please report it with the config",
              ErrorKind::kDefect);
}

bool keeps_up(const Design& design, const CycleReport& report) {
  Machine machine(design,
                  {.frames = std::min(kFill, report.frame_ends.size()), .no_later = &report});
  return machine.run() && !machine.late();
}

bool never_stands_still(const Design& design) {
  return Machine(design, {.frames = kFill, .most_registers = 1}).run();
}

}  // namespace emamba

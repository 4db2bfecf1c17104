// SPDX-License-Identifier: Apache-2.0
// The cycle model: every instance's control, cycle by cycle.
#include "hw/timing.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "base/error.h"

namespace emamba {
namespace {

// What the registers of each kind of instance hold, beside a flat description. Streams are numbers
// of the design.

constexpr int kMostInputs = 4;

// An instance with Steps. What is asked every cycle stands first, and is asked without branches,
// which nobody could predict.
struct Core {
  int count = 0, inputs[kMostInputs] = {};
  int output = 0;
  int step = 0, active = 1;
  int until_emit = 0, until_pop[kMostInputs] = {};  // steps until one gives, takes; 0: this one
  bool fire = false, advance = false, registered = false;
  std::uint64_t pipe = 0;  // valid bits, the newest lowest
  std::uint64_t pipe_mask = 0;
  int depth = 0, idle = 0;
  int emit_from = 0, emit_every = 1, pop_every[kMostInputs] = {};
  std::size_t instance = 0;
  std::int64_t vectors = 0, frame_vectors = 0, begin = 0;

  bool last_step() const { return step == active - 1; }
  void restart() {
    step = 0;
    until_emit = emit_from + emit_every - 1;
    for (int i = 0; i < count; ++i) until_pop[i] = pop_every[i] - 1;
  }
};

struct Buffer {
  std::size_t instance = 0;
  int input = 0, output = 0;
  std::int64_t capacity = 0, count = 0, most = 0;
};

struct Splitter {  // Fork
  int input = 0;
  std::vector<int> outputs;
  std::uint32_t taken = 0;
};

// LoopExit, Deal: outputs take turns.
struct Dealer {
  struct Turn {
    int output = 0;
    std::int64_t beats = 1;
  };
  int input = 0;
  std::vector<int> outputs;
  std::vector<Turn> turns;
  std::size_t turn = 0;
  std::int64_t beat = 0;

  int output() const { return turns[turn].output; }
  void count(bool moved) {
    if (!moved || ++beat < turns[turn].beats) return;
    beat = 0;
    turn = turn + 1 == turns.size() ? 0 : turn + 1;
  }
};

struct Walker {  // Windows
  int input = 0, output = 0;
  std::int64_t grid_beats = 1, row_beats = 1, rows = 1;
  std::vector<std::int64_t> needs;  // of each beat of a grid: beats that must have come
  std::vector<std::int64_t> frees;  // of each row of places, by its last beat: rows of the grid
  std::int64_t row_end = 1;         // beats in a row of places
  std::int64_t come = 0, given = 0, held = 0;
  bool ahead = false;  // what comes is of the next grid

  bool ready() const {
    return (come % row_beats != 0 || held < rows) && !(ahead && come == grid_beats - 1);
  }
  bool may_give() const { return ahead || come >= needs[static_cast<std::size_t>(given)]; }
  void take() {
    if (come++ % row_beats == 0) ++held;
    if (come == grid_beats) come = 0, ahead = true;
  }
  void give() {
    if (++given % row_end == 0) held -= frees[static_cast<std::size_t>(given / row_end - 1)];
    if (given == static_cast<std::int64_t>(needs.size())) given = 0, ahead = false;
  }
};

struct Repeater {  // Replay
  int input = 0, output = 0;
  std::int64_t beats = 1, times = 2;
  std::int64_t come = 0, beat = 0, time = 0;
  int whole = 0;  // sets of beats that have come, and have not been given so often

  bool ready() const { return whole < 2; }
  bool may_give() const { return whole > 0 || (time == 0 && beat < come); }
  void take() {
    if (++come == beats) come = 0, ++whole;
  }
  void give() {
    if (++beat < beats) return;
    beat = 0;
    if (++time == times) time = 0, --whole;
  }
};

struct Loop {  // LoopEntry
  std::vector<int> inputs, outputs;
  int passes = 1, pass = 0;
  std::int64_t beats = 1, beat = 0;
  // When frames have a period:
  std::int64_t pass_vectors = 1;          // in a pass
  std::int64_t entered = 0, started = 0;  // beats so far, and the cycle of the first
  bool open = true;                       // whether the next may enter

  void count_pass(bool moved) {
    if (!moved || ++beat < beats) return;
    beat = 0;
    pass = pass + 1 == passes ? 0 : pass + 1;
  }
};

// An instance whose outputs or readiness depend on others in the same cycle.
enum class Kind : std::uint8_t { kCore, kFork, kEntry, kDealer };
struct Place {
  Kind kind = Kind::kCore;
  std::size_t index = 0;  // in the list of its kind
};

constexpr int kMaxDepth = 63;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max() / 2;
// How a design is run, and how far.
struct Run {
  std::int64_t period = 0;         // as of run_timing()
  std::size_t frames = 0;          // to run; 0: until they follow each other at the same distance
  int most_registers = kMaxDepth;  // of a core
  bool spans = true;               // whether they are asked for
  bool leaps = true;               // over cycles in which no stream changes
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
        ready_(design.streams.size()),
        moves_(design.streams.size()) {
    for (std::size_t i = 0; i < design.instances.size(); ++i) {
      std::visit([&](const auto& timing) { add(design.instances[i], i, timing); },
                 design.instances[i].timing);
    }
    for (const Port& port : design.outputs) ready_[port.stream] = 1;
    report_.spans.resize(design.instances.size());
    report_.occupancy.resize(design.instances.size());
  }

  // To its end; false when it comes to a stand, where nothing will ever change.
  bool run() {
    const Port& out = design_.outputs.at(0);
    const std::int64_t frame_beats = out.beats * out.vectors;
    std::int64_t taken = 0, first_input = -1;
    for (std::int64_t cycle = 0;; ++cycle, ++effort_) {
      settle(cycle);
      for (std::size_t s = 0; s < moves_.size(); ++s) moves_[s] = valid_[s] & ready_[s];
      for (std::size_t i = 0; i < design_.inputs.size(); ++i) {
        if (moves_[design_.inputs[i].stream] == 0) continue;
        ++taken_in_[i];
        if (first_input < 0) first_input = cycle;
      }
      if (valid_[out.stream] && ++taken % frame_beats == 0) {
        report_.frame_ends.push_back(cycle);
        if (late() || (run_.frames > 0 ? report_.frame_ends.size() == run_.frames : settled())) {
          break;
        }
      }
      changed_ = false, streams_changed_ = false;
      clock(cycle);
      if (!changed_ && run_.period == 0) return false;
      if (!streams_changed_ && run_.leaps) cycle += leap(cycle);
    }
    const auto& ends = report_.frame_ends;
    report_.latency = ends.front() - first_input + 1;
    if (ends.size() > 1) report_.per_frame = ends.back() - ends[ends.size() - 2];
    for (const Buffer& buffer : buffers_) report_.occupancy[buffer.instance] = buffer.most;
    return true;
  }

  // A frame, the last one that was run, ends later than in the other run.
  bool late() const {
    const std::size_t last = report_.frame_ends.size() - 1;
    return run_.no_later != nullptr && report_.frame_ends[last] > run_.no_later->frame_ends[last];
  }
  std::int64_t effort() const { return effort_; }  // cycles that were not leapt over
  CycleReport take_report() { return std::move(report_); }

 private:
  void add(const Instance& instance, std::size_t index, const Steps& steps) {
    static constexpr std::int64_t kMostSteps = std::numeric_limits<int>::max() / 2;
    if (steps.depth > kMaxDepth || instance.inputs.size() > kMostInputs ||
        steps.active > kMostSteps || steps.emit_from + steps.emit_every > kMostSteps) {
      throw Error(instance.name + ": too many registers, inputs or steps to plan");
    }
    const auto small = [](std::int64_t n) { return static_cast<int>(std::min(n, kMostSteps)); };
    Core core;
    core.instance = index;
    core.count = static_cast<int>(instance.inputs.size());
    std::copy(instance.inputs.begin(), instance.inputs.end(), core.inputs);
    std::transform(steps.pop_every.begin(), steps.pop_every.end(), core.pop_every, small);
    core.output = instance.outputs[0];
    core.depth = std::min(steps.depth, run_.most_registers);
    core.registered = core.depth > 0;
    core.pipe_mask = (std::uint64_t{1} << core.depth) - 1;
    core.idle = steps.idle;
    core.active = small(steps.active);
    core.emit_from = small(steps.emit_from);
    core.emit_every = small(steps.emit_every);
    core.frame_vectors = instance.vectors;
    core.restart();
    const Place place{Kind::kCore, cores_.size()};
    places_.push_back(place);
    if (core.depth == 0) forward_.push_back(place);
    cores_.push_back(core);
  }
  void add(const Instance& instance, std::size_t index, const Fifo& fifo) {
    const std::int64_t capacity =
        fifo.depth > 0 ? fifo.depth : std::numeric_limits<std::int64_t>::max();
    buffers_.push_back({index, instance.inputs[0], instance.outputs[0], capacity});
    ready_[instance.inputs[0]] = 1;
  }
  void add(const Instance& instance, std::size_t, const Fork&) {
    place(Kind::kFork, forks_.size());
    forks_.push_back({instance.inputs[0], instance.outputs});
  }
  void add(const Instance& instance, std::size_t, const LoopEntry& entry) {
    place(Kind::kEntry, loops_.size());
    loops_.push_back({.inputs = instance.inputs,
                      .outputs = instance.outputs,
                      .passes = entry.passes,
                      .beats = entry.beats,
                      .pass_vectors = instance.vectors / entry.passes});
    passes_ = std::max(passes_, entry.passes);
  }
  void add(const Instance& instance, std::size_t, const LoopExit& exit) {
    place(Kind::kDealer, dealers_.size());
    const std::vector<int>& out = instance.outputs;
    dealers_.push_back({instance.inputs[0],
                        out,
                        {{out[1], (exit.passes - 1) * exit.beats}, {out[0], exit.beats}}});
    passes_ = std::max(passes_, exit.passes);
  }
  void add(const Instance& instance, std::size_t, const Deal& deal) {
    place(Kind::kDealer, dealers_.size());
    dealers_.push_back({instance.inputs[0], instance.outputs, {}});
    for (std::size_t i = 0; i < deal.beats.size(); ++i) {
      dealers_.back().turns.push_back({instance.outputs[i], deal.beats[i]});
    }
  }
  void add(const Instance& instance, std::size_t, const Windows& w) {
    Walker n{.input = instance.inputs[0],
             .output = instance.outputs[0],
             .grid_beats = w.grid.height * w.grid.width * w.beats,
             .row_beats = w.grid.width * w.beats,
             .rows = w.rows,
             .needs = {},
             .frees = {}};
    n.row_end = w.beats_given() / w.places.height;
    for (int row = 0; row < w.places.height; ++row) {
      const int top = row * w.stride.height - w.padding.height;
      for (int column = 0; column < w.places.width; ++column) {
        const int left = column * w.stride.width - w.padding.width;
        for (int ky = 0; ky < w.kernel.height; ky += w.at_once.height) {
          for (int kx = 0; kx < w.kernel.width; kx += w.at_once.width) {
            // The last vector of a beat.
            const int y = std::min(top + ky + w.at_once.height, w.grid.height) - 1;
            const int x = std::min(left + kx + w.at_once.width, w.grid.width) - 1;
            const bool on =
                y >= 0 && top + ky < w.grid.height && x >= 0 && left + kx < w.grid.width;
            for (std::int64_t beat = 0; beat < w.beats; ++beat) {
              n.needs.push_back(on ? y * n.row_beats + x * w.beats + beat + 1 : 0);
            }
          }
        }
      }
      const int next =
          row + 1 < w.places.height ? std::max(0, top + w.stride.height) : w.grid.height;
      n.frees.push_back(next - std::max(0, top));
    }
    n.needs.front() = std::max<std::int64_t>(1, n.needs.front());
    n.needs.back() = n.grid_beats;
    ready_[n.input] = 1;
    walkers_.push_back(std::move(n));
  }
  void add(const Instance& instance, std::size_t, const Replay& r) {
    ready_[instance.inputs[0]] = 1;
    repeaters_.push_back({.input = instance.inputs[0],
                          .output = instance.outputs[0],
                          .beats = r.beats,
                          .times = r.times});
  }
  void place(Kind kind, std::size_t index) {
    places_.push_back({kind, index});
    forward_.push_back({kind, index});
  }

  // When vector `index` of those of a frame, of which there are `vectors`, may come at the earliest
  // if all of a frame's come evenly in `cycles`.
  std::int64_t due(std::int64_t index, std::int64_t vectors, std::int64_t cycles) const {
    return index / vectors * run_.period + index % vectors * cycles / vectors;
  }

  // When the next beat of an input may come.
  std::int64_t due_in(std::size_t input) const {
    const Port& port = design_.inputs[input];
    return due(taken_in_[input] / port.beats, port.vectors, run_.period / passes_);
  }

  // Valid forwards, then ready backwards. Registers and buffers cut every circle; what follows from
  // them alone, clock() has set.
  void settle(std::int64_t cycle) {
    for (std::size_t i = 0; i < design_.inputs.size(); ++i) {
      const Port& port = design_.inputs[i];
      valid_[port.stream] = run_.period == 0 || cycle >= due_in(i);
    }
    for (const Place& place : forward_) {
      switch (place.kind) {
        case Kind::kCore: {
          const Core& n = cores_[place.index];
          valid_[n.output] = valid_[n.inputs[0]];
          break;
        }
        case Kind::kFork: {
          const Splitter& n = forks_[place.index];
          for (std::size_t i = 0; i < n.outputs.size(); ++i) {
            valid_[n.outputs[i]] = valid_[n.input] && !(n.taken >> i & 1);
          }
          break;
        }
        case Kind::kEntry: {
          Loop& n = loops_[place.index];
          n.open = cycle >= entry(n);
          valid_[n.outputs[0]] = n.open && valid_[n.inputs[n.pass == 0 ? 0 : 1]];
          break;
        }
        case Kind::kDealer: {
          const Dealer& n = dealers_[place.index];
          for (int output : n.outputs) valid_[output] = 0;
          valid_[n.output()] = valid_[n.input];
          break;
        }
      }
    }
    for (auto it = places_.rbegin(); it != places_.rend(); ++it) {
      switch (it->kind) {
        case Kind::kCore: {
          Core& n = cores_[it->index];
          const unsigned advance = ready_[n.output] | (n.registered & ~valid_[n.output] & 1u);
          unsigned fire = advance & static_cast<unsigned>(n.step < n.active);
          for (int i = 0; i < n.count; ++i) fire &= valid_[n.inputs[i]];
          n.advance = advance != 0;
          n.fire = fire != 0;
          const unsigned last = n.last_step() ? 1 : 0;
          for (int i = 0; i < n.count; ++i) {
            const unsigned pops = last | static_cast<unsigned>(n.until_pop[i] == 0);
            ready_[n.inputs[i]] = static_cast<std::uint8_t>(fire & pops);
          }
          break;
        }
        case Kind::kFork: {
          const Splitter& n = forks_[it->index];
          bool all = true;
          for (std::size_t i = 0; i < n.outputs.size(); ++i) {
            all = all && ((n.taken >> i & 1) || ready_[n.outputs[i]]);
          }
          ready_[n.input] = all;
          break;
        }
        case Kind::kEntry: {
          const Loop& n = loops_[it->index];
          ready_[n.inputs[0]] = n.open && n.pass == 0 && ready_[n.outputs[0]];
          ready_[n.inputs[1]] = n.open && n.pass != 0 && ready_[n.outputs[0]];
          break;
        }
        case Kind::kDealer: {
          const Dealer& n = dealers_[it->index];
          ready_[n.input] = ready_[n.output()];
          break;
        }
      }
    }
  }

  // When the next beat may pass an entrance, by the period.
  std::int64_t entry(const Loop& n) const {
    if (run_.period == 0 || n.entered == 0) return 0;
    const std::int64_t vector_beats = n.beats / n.pass_vectors;
    return n.started + due(n.entered / vector_beats, n.passes * n.pass_vectors, run_.period);
  }

  // Whoever looks at what streams say comes before those who change them: forks before all others.
  void clock(std::int64_t cycle) {
    for (Splitter& n : forks_) {
      if (!valid_[n.input]) continue;
      // Whoever takes a beat has a register, or passes it on to one, and changes.
      if (ready_[n.input]) {
        n.taken = 0;
      } else {
        for (std::size_t k = 0; k < n.outputs.size(); ++k) {
          if (ready_[n.outputs[k]]) n.taken |= 1u << k;
        }
      }
    }
    for (const Place& place : forward_) {
      if (place.kind == Kind::kEntry) {
        Loop& n = loops_[place.index];
        const bool moved = moves_[n.outputs[0]] != 0;
        if (moved && n.entered++ == 0) n.started = cycle;
        n.count_pass(moved);
      } else if (place.kind == Kind::kDealer) {
        Dealer& n = dealers_[place.index];
        n.count(moves_[n.input] != 0);
      }
    }
    for (Buffer& n : buffers_) {
      const std::uint8_t in = moves_[n.input], out = moves_[n.output];
      if ((in | out) == 0) continue;
      streams_changed_ = true;
      changed_ = true;
      // A beat that comes needs room even when another leaves in the same cycle.
      n.count += in;
      n.most = std::max(n.most, n.count);
      n.count -= out;
      valid_[n.output] = n.count > 0;
      ready_[n.input] = n.count < n.capacity;
    }
    for (Walker& n : walkers_) store(n);
    for (Repeater& n : repeaters_) store(n);
    for (Core& n : cores_) {
      if (n.advance) step(n, cycle);
    }
  }

  // Walkers and repeaters: what they hold is given through a register.
  template <class Store>
  void store(Store& n) {
    const bool advance = valid_[n.output] == 0 || moves_[n.output] != 0;
    const bool gives = advance && n.may_give();
    if (moves_[n.input] != 0) n.take();
    if (gives) n.give();
    if (gives || moves_[n.input] != 0 || moves_[n.output] != 0) {
      changed_ = true, streams_changed_ = true;
    }
    if (advance) valid_[n.output] = gives ? 1 : 0;
    ready_[n.input] = n.ready() ? 1 : 0;
  }

  void step(Core& n, std::int64_t cycle) {
    const bool waits = n.step >= n.active;
    if (!n.fire && !waits && n.pipe == 0) return;
    changed_ = true;
    const bool emitted = n.fire && (n.until_emit == 0 || n.last_step());
    bool visible = valid_[n.output] != 0;  // what was there has been taken
    n.pipe = (n.pipe << 1 | (emitted ? 1 : 0)) & n.pipe_mask;
    if (n.depth > 0) valid_[n.output] = static_cast<std::uint8_t>(n.pipe >> (n.depth - 1) & 1);
    visible = visible || valid_[n.output] != 0 || (n.fire && n.last_step());
    if (n.fire) {
      for (int k = 0; k < n.count; ++k) visible = visible || n.until_pop[k] == 0;
      if (n.step == 0) n.begin = cycle;
      if (run_.spans && n.last_step() && n.vectors < n.frame_vectors) {
        report_.spans[n.instance].push_back({n.begin, cycle});
      }
      n.until_emit = n.until_emit == 0 ? n.emit_every - 1 : n.until_emit - 1;
      for (int k = 0; k < n.count; ++k) {
        n.until_pop[k] = n.until_pop[k] == 0 ? n.pop_every[k] - 1 : n.until_pop[k] - 1;
      }
      ++n.step;
    } else if (waits) {
      ++n.step;  // an idle cycle
    }
    if (n.step == n.active + n.idle) {
      n.restart();
      ++n.vectors;
      visible = true;
    }
    streams_changed_ = streams_changed_ || visible;
  }

  // The first cycle after this one in which an input comes, or an entrance opens.
  std::int64_t next_due(std::int64_t cycle) const {
    std::int64_t next = kNever;
    const auto see = [&](std::int64_t due) {
      if (due > cycle) next = std::min(next, due);
    };
    if (run_.period == 0) return next;
    for (std::size_t i = 0; i < design_.inputs.size(); ++i) see(due_in(i));
    for (const Loop& n : loops_) see(entry(n));
    return next;
  }

  // After a cycle in which no stream has changed, the next ones are alike until a core takes or
  // gives something, or something is due. Passes them, and returns how many.
  std::int64_t leap(std::int64_t cycle) {
    std::int64_t cycles = next_due(cycle) - cycle - 1;
    for (const Core& n : cores_) {
      if (!n.advance) continue;
      if (n.fire) {
        cycles = std::min<std::int64_t>({cycles, n.until_emit, n.active - 1 - n.step});
        for (int k = 0; k < n.count; ++k) cycles = std::min<std::int64_t>(cycles, n.until_pop[k]);
      } else if (n.step >= n.active) {
        cycles = std::min<std::int64_t>(cycles, n.active + n.idle - 1 - n.step);
      }
      if (n.pipe != 0) {
        cycles = std::min<std::int64_t>(cycles, n.depth - 1 - std::bit_width(n.pipe));
      }
    }
    if (cycles <= 0 || cycles >= kNever - cycle - 1) return 0;
    for (Core& n : cores_) {
      if (!n.advance) continue;
      if (n.pipe != 0) n.pipe <<= cycles;
      const bool waits = n.step >= n.active;
      if (!n.fire && !waits) continue;
      n.step += static_cast<int>(cycles);
      if (waits) continue;
      n.until_emit -= static_cast<int>(cycles);
      for (int k = 0; k < n.count; ++k) n.until_pop[k] -= static_cast<int>(cycles);
    }
    return cycles;
  }

  // Three frames at the same distance, after those that were inside when the first one left: every
  // buffer has filled as far as it will.
  bool settled() const {
    const auto& e = report_.frame_ends;
    const std::size_t n = e.size();
    if (n < 5) return false;
    if (n == 64) return true;
    const std::int64_t distance = e[n - 1] - e[n - 2];
    return distance == e[n - 2] - e[n - 3] && distance == e[n - 3] - e[n - 4] &&
           static_cast<std::int64_t>(n) * distance >= e.front();
  }

  const Design& design_;
  const Run run_;
  std::int64_t effort_ = 0;
  bool changed_ = false, streams_changed_ = false;  // anything, in this cycle
  int passes_ = 1;
  std::vector<std::int64_t> taken_in_;  // beats of each input
  std::vector<Core> cores_;
  std::vector<Buffer> buffers_;
  std::vector<Splitter> forks_;
  std::vector<Loop> loops_;
  std::vector<Dealer> dealers_;
  std::vector<Walker> walkers_;
  std::vector<Repeater> repeaters_;
  std::vector<Place> places_;   // in the design's order: all but buffers
  std::vector<Place> forward_;  // of these, whose outputs depend on inputs in the same cycle
  std::vector<std::uint8_t> valid_, ready_, moves_;  // of each stream, in this cycle: 0 or 1
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

CycleReport run_timing_plainly(const Design& design, std::int64_t period) {
  Machine machine(design, {.period = period, .leaps = false});
  machine.run();
  return machine.take_report();
}

std::int64_t least_latency(const Design& design) {
  Machine machine(design, {.frames = 1, .spans = false});
  machine.run();
  return machine.take_report().latency;
}

std::int64_t least_per_frame(const Design& design) {
  std::int64_t busiest = 1;
  for (const Instance& instance : design.instances) {
    if (const auto* steps = std::get_if<Steps>(&instance.timing)) {
      busiest = std::max(busiest, (steps->active + steps->idle) * instance.vectors);
    } else if (const auto* windows = std::get_if<Windows>(&instance.timing)) {
      busiest = std::max(busiest, windows->beats_given());
    }
  }
  return busiest;
}

bool keeps_up(const Design& design, const CycleReport& report, std::int64_t* budget) {
  Machine machine(design, {.frames = std::min(frames_to_fill(report), report.frame_ends.size()),
                           .spans = false,
                           .no_later = &report});
  const bool kept = machine.run() && !machine.late();
  if (budget != nullptr) *budget -= machine.effort();
  return kept;
}

bool never_stands_still(const Design& design, std::size_t frames) {
  return Machine(design, {.frames = frames, .most_registers = 1, .spans = false}).run();
}

std::size_t frames_to_fill(const CycleReport& report) {
  constexpr std::size_t kFewest = 3;
  const std::int64_t held = (report.latency + report.per_frame - 1) / report.per_frame;
  return std::max(kFewest, static_cast<std::size_t>(held) + 2);
}

}  // namespace emamba

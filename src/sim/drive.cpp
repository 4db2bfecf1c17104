// SPDX-License-Identifier: Apache-2.0
#include "sim/drive.h"

#include <cstring>

#include "base/error.h"
#include "base/rng.h"

namespace emamba {
namespace {

constexpr std::int64_t kStandstill = 1 << 20;  // cycles without a beat anywhere

// The number of `bits` bits, signed, that starts at bit `at`.
std::int32_t number_at(const std::uint8_t* data, int at, int bits) {
  if (bits == 8 && at % 8 == 0) return static_cast<std::int8_t>(data[at / 8]);
  std::uint64_t value = 0;
  for (int i = 0; i < bits; ++i) {
    value |= static_cast<std::uint64_t>(data[(at + i) / 8] >> (at + i) % 8 & 1) << i;
  }
  const std::uint64_t sign = std::uint64_t{1} << (bits - 1);
  return static_cast<std::int32_t>((value ^ sign) - sign);
}

void put_number(std::uint8_t* data, int at, int bits, std::int32_t value) {
  for (int i = 0; i < bits; ++i) {
    const auto bit = static_cast<std::uint8_t>(1 << (at + i) % 8);
    if (value >> (i < 31 ? i : 31) & 1) {
      data[(at + i) / 8] |= bit;
    } else {
      data[(at + i) / 8] &= static_cast<std::uint8_t>(~bit);
    }
  }
}

// The pauses of one end.
class Pauses {
 public:
  Pauses(Stall kind, Rng rng, std::int64_t longest) : kind_(kind), rng_(rng) {
    while ((std::int64_t{1} << exponents_) < longest) ++exponents_;
    chance_ = 1 + rng_.below(7);
  }
  // Whether this cycle is a pause; `last`: the beat that is offered, or would be, ends a sequence.
  bool next(bool last) {
    switch (kind_) {
      case Stall::kNone:
        break;
      case Stall::kBursts:
        if (left_ == 0) {
          pausing_ = !pausing_;
          left_ = 1 + below(std::uint64_t{1} << rng_.below(exponents_));
        }
        --left_;
        return pausing_;
      case Stall::kCoin:
        return rng_.below(8) < chance_;
      case Stall::kLastBeat:
        if (!last) return false;
        if (!pausing_) left_ = 1 + below(16);
        pausing_ = left_-- > 0;
        return pausing_;
    }
    return false;
  }

 private:
  std::int64_t below(std::uint64_t n) { return static_cast<std::int64_t>(rng_.below(n)); }

  Stall kind_;
  Rng rng_;
  std::uint64_t exponents_ = 1, chance_ = 0;  // of a pause in a cycle, in eighths
  bool pausing_ = false;
  std::int64_t left_ = 0;
};

struct Wires {
  std::uint8_t *valid, *ready, *data, *last;
};

struct Driver {
  const Port& port;
  const StreamType& stream;
  Wires wires;
  const Vectors& vectors;
  Pauses pauses;
  std::int64_t beat = 0;  // offered or to be offered next
  bool offering = false;

  void offer(bool may_pause) {
    if (offering) return;
    const std::int64_t vector = beat / port.beats, place = beat % port.beats;
    const bool last = place == port.beats - 1 && vector % port.vectors == port.vectors - 1;
    const bool pause = may_pause && pauses.next(last);
    *wires.valid = !pause && vector < static_cast<std::int64_t>(vectors.size());
    if (!*wires.valid) return;
    offering = true;
    const std::vector<std::int32_t>& values = vectors[vector];
    for (int i = 0; i < stream.words; ++i) {
      const std::int64_t at = place * stream.words + i;
      // Padding carries something, so that nobody may rely on it.
      const std::int32_t value =
          at < port.width ? values[at] : static_cast<std::int32_t>(37 * beat + i);
      put_number(wires.data, i * stream.bits, stream.bits, value);
    }
    *wires.last = last;
  }
};

struct Watcher {
  const Port& port;
  const StreamType& stream;
  Wires wires;
  std::vector<std::int32_t> values;
  std::int64_t beat = 0;

  // Takes the beat on the wires; true when a vector is complete.
  bool take() {
    const std::int64_t place = beat % port.beats;
    for (int i = 0; i < stream.words; ++i) {
      const std::int64_t at = place * stream.words + i;
      if (at < port.width) values[at] = number_at(wires.data, i * stream.bits, stream.bits);
    }
    const std::int64_t vector = beat++ / port.beats;
    const bool complete = place == port.beats - 1;
    const bool last = complete && vector % port.vectors == port.vectors - 1;
    if ((*wires.last != 0) != last) {
      throw Error(fmt::format("{}: `last` is {} on beat {} of vector {}", port.name,
                              *wires.last != 0, place, vector),
                  "this is a defect of the RTL; please report it with the config",
                  ErrorKind::kDefect);
    }
    return complete;
  }
};

}  // namespace

DriveResult drive(Simulator& simulator, const Design& design, const std::vector<Vectors>& inputs,
                  std::int64_t sequences, const Stalls& stalls, bool probes,
                  const std::function<bool(const Passed&)>& passed,
                  const std::function<bool(std::int64_t cycle)>& at_cycle) {
  Rng rng{stalls.seed};
  std::vector<Driver> drivers;
  std::vector<Watcher> watchers;
  const std::int64_t longest =
      stalls.longest > 0 ? stalls.longest : 2 * design.inputs[0].beats * design.inputs[0].vectors;
  for (std::size_t i = 0; i < design.inputs.size(); ++i) {
    const Port& port = design.inputs[i];
    const std::string name = identifier(port.name);
    drivers.push_back({port,
                       design.streams[port.stream],
                       {simulator.signal(name + "_valid_i"), simulator.signal(name + "_ready_o"),
                        simulator.signal(name + "_data_i"), simulator.signal(name + "_last_i")},
                       inputs[i],
                       Pauses(stalls.inputs, Rng{rng.next()}, longest)});
  }
  const auto watch = [&](const Port& port, const Wires& wires) {
    watchers.push_back({port, design.streams[port.stream], wires, {}, 0});
    watchers.back().values.resize(port.width);
  };
  const Port& out = design.outputs.at(0);
  const std::string out_name = identifier(out.name);
  watch(out, {simulator.signal(out_name + "_valid_o"), simulator.signal(out_name + "_ready_i"),
              simulator.signal(out_name + "_data_o"), simulator.signal(out_name + "_last_o")});
  if (probes) {
    for (const Port& port : design.probes) {
      const std::string name = fmt::format("s{}_", port.stream);
      watch(port, {simulator.signal(name + "valid"), simulator.signal(name + "ready"),
                   simulator.signal(name + "data"), simulator.signal(name + "last")});
    }
  }
  Pauses out_pauses(stalls.outputs, Rng{rng.next()}, longest);

  DriveResult result;
  bool filling = stalls.outputs == Stall::kBursts;
  for (std::int64_t still = 0;
       static_cast<std::int64_t>(result.sequence_ends.size()) < sequences;) {
    if (at_cycle && !at_cycle(simulator.cycle())) break;
    filling = filling && still < longest;
    for (Driver& driver : drivers) driver.offer(!filling);
    const Wires& taken = watchers[0].wires;
    bool last = false;
    if (stalls.outputs == Stall::kLastBeat) {
      // What is offered does not depend on `ready`.
      *taken.ready = 1;
      simulator.settle();
      last = *taken.valid && *taken.last;
    }
    *taken.ready = !filling && !out_pauses.next(last);
    simulator.settle();
    bool moved = false, go_on = true;
    for (Driver& driver : drivers) {
      if (!*driver.wires.valid || !*driver.wires.ready) continue;
      moved = true;
      if (result.first_input < 0) result.first_input = simulator.cycle();
      ++driver.beat;
      driver.offering = false;
    }
    for (Watcher& watcher : watchers) {
      if (!*watcher.wires.valid || !*watcher.wires.ready) continue;
      moved = true;
      if (!watcher.take()) continue;
      const std::int64_t vector = watcher.beat / watcher.port.beats;
      go_on = passed({watcher.port, vector - 1, watcher.values, simulator.cycle()}) && go_on;
      if (&watcher == &watchers[0] && vector % out.vectors == 0) {
        result.sequence_ends.push_back(simulator.cycle());
      }
    }
    simulator.clock();
    if (!go_on) break;
    still = moved ? 0 : still + 1;
    if (still > kStandstill) {
      throw Error(fmt::format("{}: nothing moves any more after cycle {}, {} of {} sequences are "
                              "complete",
                              design.name, simulator.cycle() - still, result.sequence_ends.size(),
                              sequences),
                  "this is a defect of the RTL or its plan; please report it with the config",
                  ErrorKind::kDefect);
    }
  }
  if (simulator.errors() > 0) {
    throw Error(fmt::format("{}: a stream's beat changed before it was taken, {} times",
                            design.name, simulator.errors()),
                "this is a defect of the RTL; please report it with the config",
                ErrorKind::kDefect);
  }
  return result;
}

}  // namespace emamba

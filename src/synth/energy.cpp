// SPDX-License-Identifier: Apache-2.0
#include "synth/energy.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/stopwatch.h"
#include "synth/gate_simulator.h"
#include "synth/whole.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr int kLanes = 64;
constexpr int kResetCycles = 4, kIdleCycles = 64, kLongestPasses = 3;

// The nets of a stream at the border of the whole.
struct Wires {
  int valid = 0, last = 0, ready = 0;
  std::vector<int> data;
};

Wires wires_of(const Mapped& netlist, int stream) {
  const auto nets = [&](const char* part) -> const std::vector<int>& {
    return netlist.port(fmt::format("s{}_{}", stream, part));
  };
  return {nets("valid")[0], nets("last")[0], nets("ready")[0], nets("data")};
}

// Beats of one port, by run and number: what golden has of the frames that a run sees.
class Beats {
 public:
  Beats(const Port& port, StreamType type, std::vector<std::vector<const std::int32_t*>> frames)
      : port_(port), type_(type), frames_(std::move(frames)) {}

  std::int64_t in_frame() const { return port_.beats * port_.vectors; }
  bool last(std::int64_t beat) const { return beat % in_frame() == in_frame() - 1; }

  // Number `word` of a beat in every run; none where the port pads.
  bool numbers(std::int64_t beat, int word, std::int32_t* by_run) const {
    const std::int64_t frame = beat / in_frame(), within = beat % in_frame();
    const std::int64_t vector = within / port_.beats;
    const std::int64_t at = (within % port_.beats) * type_.words + word;
    if (at >= port_.width) return false;
    for (std::size_t run = 0; run < frames_.size(); ++run) {
      by_run[run] = frames_[run][static_cast<std::size_t>(frame)][vector * port_.width + at];
    }
    return true;
  }

 private:
  const Port& port_;
  StreamType type_;
  std::vector<std::vector<const std::int32_t*>> frames_;  // by run, then one behind the other
};

// What a net is loaded with: pins, and wires.
struct NetLoads {
  std::vector<double> total, wires;
};

NetLoads loads_of(const Mapped& netlist, const CellLibrary& library, double wire) {
  NetLoads loads{std::vector<double>(netlist.nets.size()), netlist.wires};
  loads.wires.resize(netlist.nets.size());
  for (const Mapped::Cell& cell : netlist.cells) {
    const LibraryCell& kind = library.cells.at(cell.type);
    for (const auto& [pin, net] : cell.pins) {
      const auto input = kind.inputs.find(pin);
      if (net < 0 || input == kind.inputs.end()) continue;
      loads.total[static_cast<std::size_t>(net)] += input->second;
      loads.wires[static_cast<std::size_t>(net)] += wire;
    }
  }
  for (std::size_t net = 0; net < loads.total.size(); ++net) loads.total[net] += loads.wires[net];
  return loads;
}

// How fast nets change: what their drivers say behind the slowest of their inputs. Ports
// change at once; a few passes settle the rest.
std::vector<double> slews_of(const Mapped& netlist, const CellModels& models,
                             const std::vector<double>& loads) {
  std::vector<double> slews(netlist.nets.size());
  constexpr int kPasses = 12;
  for (int pass = 0; pass < kPasses; ++pass) {
    std::vector<double> next(slews.size());
    for (const Mapped::Cell& cell : netlist.cells) {
      for (const CellArc& arc : models.cells.at(cell.type).slews) {
        const int out = cell.net(arc.pin), in = cell.net(arc.related);
        if (out < 0) continue;
        const double slew = in < 0 ? 0 : slews[static_cast<std::size_t>(in)];
        double& best = next[static_cast<std::size_t>(out)];
        best = std::max(best, arc.at(slew, loads[static_cast<std::size_t>(out)]));
      }
    }
    slews = std::move(next);
  }
  return slews;
}

// The share of nets that a cell or a port drives: what is simulated.
double driven_share(const Mapped& netlist, const CellLibrary& library) {
  std::vector<bool> driven(netlist.nets.size());
  const auto mark = [&](int net) {
    if (net >= 0) driven[static_cast<std::size_t>(net)] = true;
  };
  for (const Mapped::Port& port : netlist.ports) {
    if (port.input) std::for_each(port.nets.begin(), port.nets.end(), mark);
  }
  for (const Mapped::Cell& cell : netlist.cells) {
    for (const std::string& output : library.cells.at(cell.type).outputs) mark(cell.net(output));
  }
  return static_cast<double>(std::count(driven.begin(), driven.end(), true)) /
         static_cast<double>(driven.size());
}

}  // namespace

Energy& Energy::operator+=(const Energy& other) {
  switching += other.switching;
  internal += other.internal;
  clock += other.clock;
  wires += other.wires;
  leakage += other.leakage;
  return *this;
}

Energy EnergyResult::total() const {
  Energy sum;
  for (const Energy& unit : frame) sum += unit;
  return sum;
}

std::vector<Energy> energy_of(const Mapped& netlist, const std::vector<int>& unit_of,
                              std::size_t units, const CellLibrary& library,
                              const CellModels& models, double supply_v, double wire,
                              const std::vector<std::int64_t>& changes) {
  NetLoads net_loads = loads_of(netlist, library, wire);
  const std::vector<double>& loads = net_loads.total;
  const std::vector<double> slews = slews_of(netlist, models, loads);
  const double joule = models.farad * supply_v * supply_v;
  const double table_joule = models.farad * models.volt * models.volt;
  std::vector<Energy> energies(units);
  std::vector<bool> driven(netlist.nets.size());
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const Mapped::Cell& cell = netlist.cells[i];
    const LibraryCell& kind = library.cells.at(cell.type);
    const CellModel& model = models.cells.at(cell.type);
    Energy& energy = energies[static_cast<std::size_t>(unit_of[i])];
    energy.leakage += model.leakage * models.watt;
    const auto changes_of = [&](const std::string& pin) {
      const int net = cell.net(pin);
      return net < 0 ? 0.0 : static_cast<double>(changes[static_cast<std::size_t>(net)]);
    };
    for (const std::string& output : kind.outputs) {
      const int net = cell.net(output);
      if (net < 0) continue;
      driven[static_cast<std::size_t>(net)] = true;
      const double own = changes_of(output) * loads[static_cast<std::size_t>(net)] * joule / 2;
      energy.switching += own;
      energy.wires +=
          changes_of(output) * net_loads.wires[static_cast<std::size_t>(net)] * joule / 2;
      if (kind.kind == CellKind::kClockGate) energy.clock += own;
    }
    // Of arcs to one pin, each has its part by the changes of the pin that it comes from; arcs of
    // the same pins under several conditions count as their mean.
    std::map<std::pair<std::string, std::string>, std::pair<double, int>> arcs;
    for (const CellArc& arc : model.energy) {
      const int net = cell.net(arc.pin), from = cell.net(arc.related);
      const int slew_of = arc.related.empty() ? net : from;
      const double slew = slew_of < 0 ? 0 : slews[static_cast<std::size_t>(slew_of)];
      const bool output = model.functions.contains(arc.pin);
      const double load = net < 0 || !output ? 0 : loads[static_cast<std::size_t>(net)];
      auto& [sum, count] = arcs[{arc.pin, arc.related}];
      sum += arc.at(slew, load);
      ++count;
    }
    std::map<std::string, double> weights, plain;  // of each pin's arcs
    for (const auto& [pins, mean] : arcs) {
      if (pins.second.empty()) continue;
      weights[pins.first] += changes_of(pins.second);
      plain[pins.first] += 1;
    }
    for (const auto& [pins, mean] : arcs) {
      const auto& [pin, related] = pins;
      double part = 1;
      if (!related.empty()) {
        part = weights[pin] > 0 ? changes_of(related) / weights[pin] : 1 / plain[pin];
      }
      const double own = changes_of(pin) * part * mean.first / mean.second * table_joule;
      energy.internal += own;
      if (pin == kind.clock || kind.kind == CellKind::kClockGate) energy.clock += own;
    }
  }
  // Nets from outside, the clock first of all: to the units whose pins are on them, their wires to
  // the first of these.
  for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
    const LibraryCell& kind = library.cells.at(netlist.cells[i].type);
    Energy& energy = energies[static_cast<std::size_t>(unit_of[i])];
    for (const auto& [pin, net] : netlist.cells[i].pins) {
      const auto input = kind.inputs.find(pin);
      if (net < 0 || driven[static_cast<std::size_t>(net)] || input == kind.inputs.end()) continue;
      double& wires = net_loads.wires[static_cast<std::size_t>(net)];
      const double by = static_cast<double>(changes[static_cast<std::size_t>(net)]) * joule / 2;
      energy.switching += by * (input->second + wires);
      energy.wires += by * wires;
      if (pin == kind.clock) energy.clock += by * (input->second + wires);
      wires = 0;
    }
  }
  return energies;
}

EnergyResult measure_energy(const Plan& plan, const Golden& golden, const AsicResult& asic,
                            const CellModels& models,
                            const std::vector<Tensor<std::int32_t>>& frames, double wire,
                            const ProgressCallback& progress) {
  const Stopwatch watch;
  const Whole whole = wired(plan.design, asic.netlists);
  GateSimulator simulator(whole.netlist, asic.library, models, 1);
  const std::int64_t period = plan.cycles.per_frame;
  // As many frames one behind the other as are in the accelerator at a time, and one more.
  const std::int64_t passes = (plan.cycles.latency + period - 1) / period + 1;
  const int runs = static_cast<int>(std::min<std::size_t>(frames.size(), kLanes));

  std::vector<std::vector<std::int32_t>> answers;
  for (int run = 0; run < runs; ++run) {
    answers.push_back(golden.run(frames[static_cast<std::size_t>(run)]));
  }
  // Run r sees frame r and those behind it; runs that are not counted see what the first ones do.
  std::vector<std::vector<const std::int32_t*>> given(kLanes), expected(kLanes);
  for (int run = 0; run < kLanes; ++run) {
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      const auto frame = static_cast<std::size_t>((run + pass) % runs);
      given[static_cast<std::size_t>(run)].push_back(frames[frame].data.data());
      expected[static_cast<std::size_t>(run)].push_back(answers[frame].data());
    }
  }
  const auto type = [&](const Port& port) {
    return plan.design.streams[static_cast<std::size_t>(port.stream)];
  };
  const Port &in = plan.design.inputs.at(0), &out = plan.design.outputs.at(0);
  const Beats offered(in, type(in), std::move(given)), wanted(out, type(out), std::move(expected));
  const Wires input = wires_of(whole.netlist, in.stream),
              output = wires_of(whole.netlist, out.stream);
  const std::uint64_t all = ~std::uint64_t{0};
  const std::uint64_t counted = runs == kLanes ? all : (std::uint64_t{1} << runs) - 1;

  const auto same = [](std::uint64_t word, const char* what) {
    if (word == 0 || word == ~std::uint64_t{0}) return word != 0;
    throw Error(fmt::format("the netlist's {} depends on the data", what),
                "this is a defect; `emamba verify` says whether the RTL is right");
  };
  std::int32_t numbers[kLanes];
  const auto offer = [&](std::int64_t beat) {
    simulator.set(input.valid, all);
    simulator.set(input.last, offered.last(beat) ? all : 0);
    const int bits = type(in).bits;
    for (int word = 0; word < type(in).words; ++word) {
      const bool some = offered.numbers(beat, word, numbers);
      for (int bit = 0; bit < bits; ++bit) {
        std::uint64_t values = 0;
        for (int run = 0; some && run < kLanes; ++run) {
          values |= static_cast<std::uint64_t>((numbers[run] >> bit) & 1) << run;
        }
        simulator.set(input.data[static_cast<std::size_t>(word * bits + bit)], values);
      }
    }
  };
  EnergyResult result;
  const auto compare = [&](std::int64_t beat) {
    const int bits = type(out).bits;
    for (int word = 0; word < type(out).words; ++word) {
      if (!wanted.numbers(beat, word, numbers)) continue;
      for (int run = 0; run < runs; ++run) {
        std::uint64_t got = 0;
        for (int bit = 0; bit < bits; ++bit) {
          const std::uint64_t net =
              simulator.get(output.data[static_cast<std::size_t>(word * bits + bit)]);
          got |= ((net >> run) & 1) << bit;
        }
        const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
        ++result.values;
        result.mismatches += got != (static_cast<std::uint64_t>(numbers[run]) & mask) ? 1 : 0;
      }
    }
  };

  const int reset = whole.netlist.port("rst_ni").at(0);
  simulator.set(input.valid, 0);
  simulator.set(output.ready, all);
  simulator.set(reset, 0);
  for (int cycle = 0; cycle < kResetCycles; ++cycle) {
    simulator.settle();
    simulator.edge();
  }
  simulator.set(reset, all);

  std::vector<std::int64_t> changes;
  const std::int64_t beats_in = passes * offered.in_frame(), beats_out = passes * wanted.in_frame();
  const std::int64_t end = kLongestPasses * (plan.cycles.latency + passes * period);
  std::int64_t sent = 0, taken = 0, cycle = 0;
  for (; taken < beats_out && cycle < end; ++cycle) {
    if (sent < beats_in) {
      offer(sent);
    } else {
      simulator.set(input.valid, 0);
    }
    simulator.settle();
    const bool moves_in = sent < beats_in && same(simulator.get(input.ready), "ready");
    if (same(simulator.get(output.valid), "valid")) compare(taken++);
    if (moves_in) ++sent;
    // The last frame before the inputs end: one whole period, with all frames around it.
    if (cycle == (passes - 1) * period) simulator.count(counted);
    simulator.edge();
    if (cycle + 1 == passes * period) changes = simulator.changes();
    if (progress && cycle % 1024 == 0) {
      progress(static_cast<std::size_t>(cycle),
               static_cast<std::size_t>(plan.cycles.latency + (passes - 1) * period), "netlist");
    }
  }
  if (taken < beats_out || changes.empty()) {
    throw Error(
        fmt::format("the netlist gave {} of {} beats in {} cycles", taken, beats_out, cycle),
        "`emamba verify` says whether the RTL is right");
  }
  const auto price = [&](const std::vector<std::int64_t>& of) {
    return energy_of(whole.netlist, whole.unit, plan.design.units.size(), asic.library, models,
                     asic.target.supply_v, wire, of);
  };
  const auto scaled = [](Energy energy, double by) {
    energy.switching *= by;
    energy.internal *= by;
    energy.clock *= by;
    energy.wires *= by;
    return energy;
  };
  for (const Energy& unit : price(changes)) result.frame.push_back(scaled(unit, 1.0 / runs));

  simulator.set(input.valid, 0);
  simulator.settle();
  simulator.count(counted);
  for (int i = 0; i < kIdleCycles; ++i) simulator.edge();
  for (const Energy& unit : price(simulator.changes())) {
    result.idle_cycle += scaled(unit, 1.0 / (runs * kIdleCycles));
  }
  result.annotated_share = driven_share(whole.netlist, asic.library);
  result.frames = runs;
  result.cycles_per_frame = period;
  for (const Instance& instance : plan.design.instances)
    result.products_per_frame += instance.products;
  result.seconds = watch.seconds();
  return result;
}

json energy_json(const AsicResult& asic, const EnergyResult& energy) {
  const double fastest = 1000 / asic.periods.front().ns;
  const double mhz = std::min(asic.target.clock_mhz, fastest), seconds = 1e-6 / mhz;
  const auto cycles = static_cast<double>(energy.cycles_per_frame);
  const auto of_frame = [&](const Energy& e) {
    return json{
        {"energy_nj_per_frame", rounded((e.dynamic() + e.leakage * cycles * seconds) * 1e9, 4)},
        {"switching_nj", rounded(e.switching * 1e9, 4)},
        {"internal_nj", rounded(e.internal * 1e9, 4)},
        {"clock_nj", rounded(e.clock * 1e9, 4)},
        {"wires_nj", rounded(e.wires * 1e9, 4)},
        {"leakage_mw", rounded(e.leakage * 1e3, 6)}};
  };
  const Energy total = energy.total();
  const double joules = total.dynamic() + total.leakage * cycles * seconds;
  json all = of_frame(total);
  all["target"] = asic.target.key;
  all["library"] = asic.library.name;
  all["supply_v"] = asic.target.supply_v;
  all["tools"] = asic.tools;
  all["clock_mhz"] = rounded(mhz, 1);
  all["frames"] = energy.frames;
  all["values_checked"] = energy.values;
  all["mismatches"] = energy.mismatches;
  all["cycles_per_frame"] = energy.cycles_per_frame;
  all["products_per_frame"] = energy.products_per_frame;
  all["pj_per_mac"] = rounded(joules * 1e12 / static_cast<double>(energy.products_per_frame), 4);
  all["power_mw"] = rounded(joules / (cycles * seconds) * 1e3, 4);
  all["idle_power_mw"] =
      rounded((energy.idle_cycle.dynamic() / seconds + energy.idle_cycle.leakage) * 1e3, 4);
  all["annotated_share"] = energy.annotated_share;
  all["seconds"] = rounded(energy.seconds, 1);
  all["equivalents"] = json::array();
  for (const AsicTarget::Equivalent& equivalent : asic.target.equivalents) {
    if (equivalent.energy == 0) continue;
    all["equivalents"].push_back(
        {{"node_nm", equivalent.node_nm},
         {"source", equivalent.source},
         {"energy_nj_per_frame", rounded(joules * equivalent.energy * 1e9, 4)}});
  }
  all["units"] = json::array();
  for (std::size_t u = 0; u < energy.frame.size(); ++u) {
    json unit = of_frame(energy.frame[u]);
    unit["name"] = asic.units[u].name;
    all["units"].push_back(unit);
  }
  return all;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What energy a frame takes in a process: the netlist of the whole accelerator run with real
// frames, every change of every net counted, and each change priced by the library.
//
// A change of a net takes C V^2 / 2 of the capacitance of the pins on it (and of wires, if a load
// of them is stated) and what the library says that it takes inside the cell, at the slew and the
// load that are there; cells leak. The clock has a tree of buffers in each unit. Not in it:
// glitches, and wires unless stated.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/tensor.h"
#include "exec/golden.h"
#include "hw/plan.h"
#include "synth/asic.h"
#include "synth/cell_model.h"

namespace emamba {

// In joules.
struct Energy {
  double switching = 0, internal = 0;
  double clock = 0;    // of these, of nets of the clock and pins on them
  double wires = 0;    // of switching
  double leakage = 0;  // in watts
  double dynamic() const { return switching + internal; }
  Energy& operator+=(const Energy& other);
};

// What the changes of nets took, by unit; `changes` as GateSimulator::changes() counts them.
// `wire` is a load's wire in the library's unit of capacitance, besides the netlist's own wires.
std::vector<Energy> energy_of(const Mapped& netlist, const std::vector<int>& unit_of,
                              std::size_t units, const CellLibrary& library,
                              const CellModels& models, double supply_v, double wire,
                              const std::vector<std::int64_t>& changes);

struct EnergyResult {
  std::int64_t frames = 0, values = 0, mismatches = 0;
  std::int64_t cycles_per_frame = 0, products_per_frame = 0;
  std::vector<Energy> frame;   // of one frame, with others before and behind it, by unit
  Energy idle_cycle;           // of a cycle in which nothing is offered
  double annotated_share = 0;  // of nets, whose changes were counted
  double seconds = 0;          // of the simulation
  Energy total() const;
};

// Runs up to 64 frames side by side, each followed by others, with no stalls, and compares every
// answer with golden's. Throws Error when the netlist cannot be simulated, or does not move; wrong
// answers are in the result.
EnergyResult measure_energy(const Plan& plan, const Golden& golden, const AsicResult& asic,
                            const CellModels& models,
                            const std::vector<Tensor<std::int32_t>>& frames, double wire,
                            const ProgressCallback& progress = {});

// What docs/formats.md says of energy.json, at the target's clock or the fastest that there is.
nlohmann::json energy_json(const AsicResult& asic, const EnergyResult& energy);

}  // namespace emamba

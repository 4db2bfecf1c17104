// SPDX-License-Identifier: Apache-2.0
// The stage "synth": what the accelerator takes of an FPGA, by synthesis, beside the plan's
// estimate, or of a process; and its netlist of gates against golden.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "flow/job.h"
#include "hw/plan.h"
#include "target/asic.h"

namespace emamba {

// Synthesises what emit_stage() wrote to `folder`, `jobs` units at a time. Writes OUT/synth.json
// and returns it: what docs/formats.md says of it. Throws Error as synthesise_fpga() does.
nlohmann::json synth_stage(const Job& job, const Plan& plan, const std::string& folder, int jobs);

// Maps it to a process instead, and times it. Writes OUT/asic.json and returns it. Throws Error as
// synthesise_asic() does.
nlohmann::json asic_stage(const Job& job, const Plan& plan, const AsicTarget& target,
                          const std::string& folder, int jobs);

// What energy a frame takes there: runs the netlist with these frames, 64 at most. `wire_ff` is the
// wire to a load, in femtofarads. Writes OUT/energy.json and returns it. Throws Error as
// synthesise_asic() and measure_energy() do; wrong answers are no Error, but in the result.
nlohmann::json energy_stage(const Job& job, const Plan& plan, const Program& program,
                            const AsicTarget& target, const std::string& folder,
                            const std::vector<Tensor<std::int32_t>>& frames, double wire_ff,
                            int jobs);
// Throws Error when the netlist of such a result does not do what golden does.
void require_same_answers(const nlohmann::json& energy);

// Makes a netlist of gates of it too, and holds that against golden on these frames. Writes
// OUT/synth.json and returns it: `synth`, with the field "netlist". Throws Error as
// verify_netlist() does; a netlist that computes something else is no Error, but in the result.
nlohmann::json netlist_stage(const Job& job, const Plan& plan, const Program& program,
                             const std::string& folder,
                             const std::vector<Tensor<std::int32_t>>& frames, nlohmann::json synth);
// Throws Error when the netlist of such a result does not do what golden and the plan say.
void require_netlist_verified(const nlohmann::json& synth);

}  // namespace emamba

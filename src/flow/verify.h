// SPDX-License-Identifier: Apache-2.0
// The stage "verify": the simulated accelerator against golden and its plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "flow/job.h"
#include "hw/plan.h"
#include "sim/verify.h"

namespace emamba {

// {"unit", "edge", "traffic", "frame", "token", "channel", "expected", "got", "cycle"}
nlohmann::json to_json(const Mismatch& mismatch);

// The first `count` samples of the test split as the program's tokens.
std::vector<Tensor<std::int32_t>> test_frames(const Job& job, const Program& program,
                                              std::size_t count);

// Simulates the accelerator that emit_stage() wrote to `folder` on the first `frames` test frames
// against golden. Writes OUT/verify.json and returns it: what docs/formats.md says of it. On a
// mismatch writes `wave`, if that names a file. Throws Error as build_simulator() does, and then
// there is no verify.json; a mismatch is no Error, but in the result.
nlohmann::json verify_stage(const Job& job, const Plan& plan, const Program& program,
                            const std::string& folder, std::size_t frames,
                            const std::string& wave = "");
// Throws Error when such a result is not a success, naming what differs and where.
void require_verified(const nlohmann::json& result);

}  // namespace emamba

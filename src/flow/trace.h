// SPDX-License-Identifier: Apache-2.0
// The stage "trace": where golden parts from the float engine on one sample.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "flow/job.h"

namespace emamba {

// Compares the two edge by edge on a sample of a split, counted from 0: what docs/formats.md says
// of `emamba eval --trace --json`. Throws Error when model or program are not there, or the split
// has no such sample.
nlohmann::json trace_stage(const Job& job, const std::string& split, std::size_t sample);
// Throws Error, naming the edge, when one of them parts beyond what quantisation explains.
void require_within_bounds(const nlohmann::json& trace);

}  // namespace emamba

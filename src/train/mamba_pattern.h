// SPDX-License-Identifier: Apache-2.0
// Finds the operations that train/mamba_block.h computes as one:
//
//   n = norm(x)                range norm
//   g = SiLU(gate_proj n)
//   c = conv(in_proj n)        or SiLU of it
//   delta = dt_proj(dt_in c)   with a ReLU behind one of the two
//   x + out_proj(scan(c, delta, b_proj c, c_proj c) * g)
//
// by their kinds and edges; their names, and where in the list they stand, may be any.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "ir/program.h"
#include "train/mamba_block.h"
#include "train/parameters.h"

namespace emamba {

struct MambaPattern {
  EdgeIndex x = 0;
  std::vector<std::size_t> inner;  // its operations, but for the addition
  std::string norm, gate_proj, in_proj, conv, dt_in, dt_proj, b_proj, c_proj, scan, out_proj;
  MambaSwitches switches;
};

// The block that ends in operation `last`, if that is the addition of one, and nothing but the
// block reads the edges inside it.
std::optional<MambaPattern> mamba_pattern(const Program& program, std::size_t last);

BlockParameters block_parameters(const MambaPattern& block, const Parameters& parameters);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// From a spec to its network.
#pragma once

#include <cstddef>

#include "ir/program.h"
#include "ir/spec.h"

namespace emamba {

// What a sample of the spec's task is, and how it becomes vectors; without normalisation.
Input input_of(const Spec& spec);

// The program of a spec, without weights and with all exponents 0: what training, search and cost
// need, and what quantisation fills.
Program lower(const Spec& spec);

// Numbers in all parameters of its network.
std::size_t parameter_count(const Spec& spec);

// The spec that a program or a model holds as its configuration.
Spec spec_of(const Program& program);

}  // namespace emamba

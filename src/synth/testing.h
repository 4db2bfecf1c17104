// SPDX-License-Identifier: Apache-2.0
// One operation of a small program, as one unit, for tests of synthesis.
#pragma once

#include "sim/testing.h"

namespace emamba {

inline Program small_program(Rng& rng) {
  NetSpec spec;
  spec.model.D = 6;
  spec.model.E = 1;
  spec.model.N = 2;
  spec.model.M = 1;
  spec.model.P = {4, 4};
  return random_program(spec, rng);
}

// The operation of a kind alone, as one unit, with the ports that the unit's top has.
template <class T>
Plan plan_alone(const Program& program, std::size_t& op) {
  for (op = 0; !std::holds_alternative<T>(program.ops[op]);) ++op;
  const HardwareSpec hardware{.lanes = 2};
  Plan plan =
      plan_operation(program, op, hardware, folds_of(program, program.ops[op], hardware).front());
  plan.design.units = {{"whole", "Whole"}};
  for (Instance& instance : plan.design.instances) instance.unit = 0;
  for (auto* ports : {&plan.design.inputs, &plan.design.outputs}) {
    for (Port& port : *ports) port.name = fmt::format("s{}", port.stream);
  }
  return plan;
}

}  // namespace emamba

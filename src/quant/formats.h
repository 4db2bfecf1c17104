// SPDX-License-Identifier: Apache-2.0
// The free choices of an integer program, and the program that they make of a float model.
#pragma once

#include <map>
#include <string>

#include "ir/float_model.h"
#include "ir/program.h"
#include "ir/pwl_curve.h"

namespace emamba {

// The free choices of a program: one exponent a number type, one curve a non-linear op that has
// lines.
struct Formats {
  // Exponents by name: of an edge, "OP" or "input"; of a weight, "OP.weight" (Scan: "OP.A",
  // "OP.D"); inside a Scan, "OP.z", "OP.bbar" or "OP.u", and "OP.state" (of the working state);
  // inside an Attention, "OP.score".
  std::map<std::string, int> exponent;
  std::map<std::string, Tensor<std::int8_t>> weight_offset;  // by op name; where not all 0
  // By op name, of Pwl and Scan; the function of an op without one becomes a table.
  std::map<std::string, PwlCurve> curve;
};

// The program with these choices: parameters rounded half up and saturated, biases at the
// accumulator's exponent, functions made for the types of their input and output.
Program build_program(const FloatModel& model, const Formats& formats);

// Other parameters (names of ir/parameters.h) for a program, at the number types it has.
void fill_weights(Program& program, const std::map<std::string, Tensor<float>>& parameters);

}  // namespace emamba

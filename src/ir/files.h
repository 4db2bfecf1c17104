// SPDX-License-Identifier: Apache-2.0
// The files of models and programs, format 2 (docs/formats.md), once their container is read.
#pragma once

#include <set>
#include <string>

#include "ir/float_model.h"
#include "ir/graph.h"
#include "ir/program.h"

namespace emamba {

inline constexpr char kProgramFormat[] = "emamba-program-2";
inline constexpr char kModelFormat[] = "emamba-float-2";

// Both validate, and throw Error, naming `source` and the place, on files that are damaged.
Program decode_program(const SafeTensors& file, const std::string& source);
FloatModel decode_model(const SafeTensors& file, const std::string& source);

// The parameters of `network` from the file, their names added to `used`. Throws Error on one that
// is missing, of another shape, or not finite.
std::map<std::string, Tensor<float>> read_parameters(const Program& network,
                                                     const SafeTensors& file,
                                                     std::set<std::string>& used,
                                                     const std::string& source);

// Throws Error when the file holds a tensor that is none of `used`.
void require_all_used(const SafeTensors& file, const std::set<std::string>& used,
                      const std::string& source);

}  // namespace emamba

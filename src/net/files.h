// SPDX-License-Identifier: Apache-2.0
// Reads the files of models and programs, of either format. A file of format 1 holds the
// configuration of a Mamba and leaves to it what its input and its blocks are, and of a float model
// the whole network.
#pragma once

#include <string>
#include <string_view>

#include "ir/float_model.h"
#include "ir/program.h"

namespace emamba {

// What is returned is valid. Throws Error, naming the file and the place, on files that are
// damaged: missing, superfluous or wrongly shaped tensors, numbers that are not finite.
Program read_program(const std::string& path);
Program parse_program(std::string_view bytes, const std::string& source);
FloatModel read_float_model(const std::string& path);
FloatModel parse_float_model(std::string_view bytes, const std::string& source);

}  // namespace emamba

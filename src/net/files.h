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

// What is returned is valid. Throws Error, naming `source` and the place, on files that are
// damaged: missing, superfluous or wrongly shaped tensors, numbers that are not finite, contents
// that do not have the hash that the file holds.
Program parse_program(std::string_view bytes, const std::string& source);
FloatModel parse_float_model(std::string_view bytes, const std::string& source);

// A file that was read, with the hash of its bytes.
template <class T>
struct Stored {
  std::string path, sha256;
  T content;
};
// The same of files. One that holds no hash, as earlier versions wrote it, must have the hash that
// the record of its making beside it says, if there is one: quantize.json or train.json. Throws
// ReadError when a file cannot be read.
Stored<Program> read_program(const std::string& path);
Stored<FloatModel> read_float_model(const std::string& path);

}  // namespace emamba

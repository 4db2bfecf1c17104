// SPDX-License-Identifier: Apache-2.0
// The trained floating-point model: what training writes, and quantisation and the float engine
// read.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/tensor.h"
#include "ir/parameters.h"
#include "ir/program.h"

namespace emamba {

struct FloatModel {
  Program network;  // a skeleton, with the normalisation
  std::map<std::string, Tensor<float>> parameters;  // those of parameters_of(network)
};

// model.safetensors; layout in docs/formats.md. Reading throws Error on a damaged file, a missing,
// superfluous or wrongly shaped parameter, and on non-finite numbers. Writing replaces atomically.
FloatModel read_float_model(const std::string& path);
void write_float_model(const std::string& path, const FloatModel& model);

}  // namespace emamba

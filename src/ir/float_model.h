// SPDX-License-Identifier: Apache-2.0
// The trained floating-point model: what training writes, and quantisation and the float engine
// read.
#pragma once

#include <map>
#include <string>

#include "base/tensor.h"
#include "ir/parameters.h"
#include "ir/program.h"

namespace emamba {

struct FloatModel {
  Program network;                                  // a skeleton, with the normalisation
  std::map<std::string, Tensor<float>> parameters;  // those of parameters_of(network)
};

// model.safetensors, of format 2; layout in docs/formats.md. Writing replaces atomically. Files of
// both formats are read by net/files.h.
void write_float_model(const std::string& path, const FloatModel& model);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Convolutional networks as a program: a list of layers (net/layers.h), and a Linear to the answer,
// head.out, behind a flattening, head.pool, if no layer has made one vector.
#pragma once

#include <string>

#include "net/config.h"
#include "net/network.h"

namespace emamba {

// Throws as add_layers() does.
Network build_cnn(const std::string& name, const ModelSpec& model, const Input& input, int outputs);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Convolutional networks as a program: a list of layers, each one or several words.
//
//   conv C            3 x 3 convolution to C channels, as Window and Linear; further words:
//     KxK               of another kernel, 1x1 .. 15x15, with (K - 1) / 2 of padding
//     /S                in steps of S
//     norm              with a batch norm behind it
//     linear            without the ReLU that otherwise ends it
//   dense C           the same of vectors, each by itself: a Linear to C numbers
//   norm              a batch norm
//   max K             the maximum of every K x K vectors of the grid, beside one another
//   [ ... ]           what stands between gets its own input added
//   flatten, mean     one vector of all: one behind the other, or their mean
//
// A Linear to the answer ends it, behind a flattening if nothing else has made one vector. Layer
// number I, counted from 0, is called layers.I, and what it is made of layers.I.{window, conv,
// dense, norm, relu, max, add, pool}; the last one head.out.
#pragma once

#include <string>

#include "net/config.h"
#include "net/network.h"

namespace emamba {

// Throws Error, naming model.layers and the layer, for what it cannot read or build.
Network build_cnn(const std::string& name, const ModelSpec& model, const Input& input, int outputs);

}  // namespace emamba

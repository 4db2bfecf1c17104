// SPDX-License-Identifier: Apache-2.0
// Layers by name, each one or several words: all of a convolutional network, and what a transformer
// may have before its embedding.
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
// Layer number I, counted from 0, is called layers.I, and what it is made of layers.I.{window,
// conv, dense, norm, relu, max, add, pool}.
#pragma once

#include <string>
#include <vector>

#include "net/builder.h"

namespace emamba {

struct Layered {
  EdgeIndex x;  // the last layer's edge
  bool pooled;  // one vector is left
};

// Appends the layers behind the program's input, whose vectors lie on the grid of its patches.
// Throws Error, naming model.layers and the layer, for what it cannot read or build.
Layered add_layers(Builder builder, const std::vector<std::string>& layers);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Records of CIFAR-10's binary version: here two, in a file of 10,000 they are read alike.
#include <array>

#include "data/readers.h"
#include "fuzz.h"

static void read(std::string_view bytes) {
  static std::array<float, 2 * 32 * 32 * 3> images;
  std::array<int, 2> labels{};
  emamba::parse_cifar10(bytes, "f", labels.size(), images.data(), labels.data());
  for (const int label : labels) emamba::require(label >= 0 && label <= 9);
}

EMAMBA_FUZZ(read)

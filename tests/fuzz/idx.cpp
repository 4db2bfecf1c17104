// SPDX-License-Identifier: Apache-2.0
// An IDX file, packed or not.
#include "data/idx.h"

#include "fuzz.h"

static void read(std::string_view bytes) {
  const emamba::Tensor<std::uint8_t> tensor = emamba::parse_idx(bytes, "f", 1 << 16);
  std::size_t count = 1;
  for (const std::size_t d : tensor.shape) count *= d;
  emamba::require(count == tensor.size() && count <= 1 << 16);
}

EMAMBA_FUZZ(read)

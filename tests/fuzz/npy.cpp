// SPDX-License-Identifier: Apache-2.0
// An .npy file: header, floats and integers agree on the shape.
#include "base/npy.h"

#include "fuzz.h"

static void read(std::string_view bytes) {
  const emamba::NpyHeader header = emamba::parse_npy_header(bytes, "f");
  const emamba::Tensor<float> floats = emamba::parse_npy(bytes, "f");
  emamba::require(floats.shape == header.shape && floats.size() == header.count());
  emamba::require(emamba::parse_npy_integers(bytes, "f").shape == header.shape);
}

EMAMBA_FUZZ(read)

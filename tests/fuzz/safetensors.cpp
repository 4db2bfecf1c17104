// SPDX-License-Identifier: Apache-2.0
// The container: what is accepted is the same when it is written and read again.
#include "base/safetensors.h"

#include "fuzz.h"

static void read(std::string_view bytes) {
  const emamba::SafeTensors file = emamba::parse_safetensors(bytes, "f");
  const std::string written = emamba::serialise_safetensors(file);
  const emamba::SafeTensors again = emamba::parse_safetensors(written, "again");
  emamba::require(again.hashed && again.metadata == file.metadata);
  emamba::require(emamba::serialise_safetensors(again) == written);
  for (const auto& [name, tensor] : file.tensors) emamba::to_floats(tensor, name);
}

EMAMBA_FUZZ(read)

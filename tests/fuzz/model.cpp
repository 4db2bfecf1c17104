// SPDX-License-Identifier: Apache-2.0
// A trained model, in both formats.
#include "fuzz.h"
#include "net/files.h"

static void read(std::string_view bytes) {
  emamba::parse_float_model(bytes, "f");
}

EMAMBA_FUZZ(read)

// SPDX-License-Identifier: Apache-2.0
// An integer program, in both formats.
#include "fuzz.h"
#include "net/files.h"

static void read(std::string_view bytes) {
  emamba::parse_program(bytes, "f");
}

EMAMBA_FUZZ(read)

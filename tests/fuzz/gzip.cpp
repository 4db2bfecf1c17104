// SPDX-License-Identifier: Apache-2.0
// A gzip stream: no more than asked for is unpacked, and less is its beginning.
#include "base/files.h"
#include "fuzz.h"

static void read(std::string_view bytes) {
  const std::string start = emamba::unpack_gzip(bytes, "f", 100);
  emamba::require(start.size() <= 100);
  const std::string more = emamba::unpack_gzip(bytes, "f", 1 << 16);
  emamba::require(more.size() <= 1 << 16 && more.starts_with(start));
}

EMAMBA_FUZZ(read)

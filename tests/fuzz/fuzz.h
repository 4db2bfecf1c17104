// SPDX-License-Identifier: Apache-2.0
// What every fuzzing target does: bytes that nobody wrote go into a reader, which may accept them
// or throw Error. Anything else is a finding: another exception, a sanitizer's word, more than 60
// s.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/error.h"

// Defines libFuzzer's entry, which hands `read` (a function of std::string_view) every input.
#define EMAMBA_FUZZ(read)                                                             \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    try {                                                                             \
      read(std::string_view(reinterpret_cast<const char*>(data), size));              \
    } catch (const emamba::Error&) {                                                  \
    }                                                                                 \
    return 0;                                                                         \
  }

namespace emamba {

// Ends the process, which libFuzzer counts as a finding, unless `condition` holds.
inline void require(bool condition) {
  if (!condition) __builtin_trap();
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Which emamba this is: its version and its sources.
#pragma once

#include <string>

namespace emamba {

// SHA-256 over names and contents of everything that src and rtl held when this was built, but for
// tests.
const std::string& source_hash();

// "VERSION+HASH" with the first 12 digits of that hash.
const std::string& version();

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The only unit that is compiled again whenever a source changes.
#include "flow/version.h"

#include "source_hash.h"  // written by cmake/source_hash.cmake

namespace emamba {

const std::string& source_hash() {
  static const std::string hash = EMAMBA_SOURCE_HASH;
  return hash;
}

const std::string& version() {
  static const std::string text = EMAMBA_VERSION "+" + source_hash().substr(0, 12);
  return text;
}

}  // namespace emamba

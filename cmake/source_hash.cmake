# SPDX-License-Identifier: Apache-2.0
# Writes the header OUTPUT with the hash of the product's sources in the folder SOURCE: names and
# contents of all in src and rtl but tests. A header that would stay the same is not touched.
#   cmake -D SOURCE=DIR -D OUTPUT=FILE -P source_hash.cmake
file(GLOB_RECURSE sources RELATIVE ${SOURCE} ${SOURCE}/src/* ${SOURCE}/rtl/*)
list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
list(SORT sources)
set(all "")
foreach(source IN LISTS sources)
  file(SHA256 ${SOURCE}/${source} hash)
  string(APPEND all "${hash} ${source}\n")
endforeach()
string(SHA256 hash "${all}")
file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// SPDX-License-Identifier: Apache-2.0
// Written by cmake/source_hash.cmake.
#define EMAMBA_SOURCE_HASH "@hash@"
]])

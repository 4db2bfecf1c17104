# SPDX-License-Identifier: Apache-2.0

# The header source_hash.h, made again when one of the sources changes; what includes it, and nothing
# else, is then compiled again. emamba_uses_source_hash(TARGET file...) says who does.
file(GLOB_RECURSE EMAMBA_HASHED CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/src/* ${PROJECT_SOURCE_DIR}/rtl/*)
list(FILTER EMAMBA_HASHED EXCLUDE REGEX "_test\\.cpp$")
set(EMAMBA_SOURCE_HASH ${PROJECT_BINARY_DIR}/generated/source_hash.h)
set(script ${PROJECT_SOURCE_DIR}/cmake/source_hash.cmake)
add_custom_command(OUTPUT ${EMAMBA_SOURCE_HASH}
  COMMAND ${CMAKE_COMMAND} -D SOURCE=${PROJECT_SOURCE_DIR} -D OUTPUT=${EMAMBA_SOURCE_HASH} -P ${script}
  DEPENDS ${EMAMBA_HASHED} ${script} VERBATIM COMMENT "Hashing the sources")
add_custom_target(emamba_source_hash DEPENDS ${EMAMBA_SOURCE_HASH})

function(emamba_uses_source_hash target)
  add_dependencies(${target} emamba_source_hash)
  set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS ${EMAMBA_SOURCE_HASH})
  set_property(SOURCE ${ARGN} APPEND PROPERTY INCLUDE_DIRECTORIES ${PROJECT_BINARY_DIR}/generated)
endfunction()

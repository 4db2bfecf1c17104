# SPDX-License-Identifier: Apache-2.0

# Options of everything that is built from here down, and of nothing that links it from elsewhere.
add_compile_options(-Wall -Wextra -Werror)
if(EMAMBA_SANITIZE)
  add_compile_options(-fsanitize=${EMAMBA_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${EMAMBA_SANITIZE})
endif()
if(EMAMBA_FUZZ)
  # Without a record of every comparison, which costs half the time and finds nothing in JSON and TOML.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp)
endif()

# emamba_library(NAME DEPENDS lib... [TEST_DEPENDS lib...] [EXCLUDE file...] [COLD]): the folder src/NAME,
# with its folders, as the library emamba_NAME, and its *_test.cpp files as the test program NAME_test,
# which may link more (as may the helpers in testing.h). A folder of headers alone is an interface library.
# A cold one computes little: with sanitizers it is not optimised, which halves the time to build it.
function(emamba_library name)
  cmake_parse_arguments(arg "COLD" "" "DEPENDS;TEST_DEPENDS;EXCLUDE" ${ARGN})
  set(folder ${PROJECT_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(TRANSFORM arg_EXCLUDE PREPEND ${folder}/)
  list(REMOVE_ITEM sources ${arg_EXCLUDE})
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    set(scope PUBLIC)
    add_library(emamba_${name} STATIC ${sources})
  else()
    set(scope INTERFACE)
    add_library(emamba_${name} INTERFACE)
  endif()
  target_include_directories(emamba_${name} ${scope} ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(emamba_${name} ${scope} ${arg_DEPENDS})
  if(EMAMBA_TESTS AND tests)
    emamba_test(${name}_test ${tests} LIBRARIES emamba_${name} ${arg_TEST_DEPENDS})
  endif()
  if(arg_COLD)
    emamba_cold(emamba_${name})
    if(EMAMBA_TESTS AND tests)
      emamba_cold(${name}_test)
    endif()
  endif()
endfunction()

function(emamba_cold target)
  if(EMAMBA_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)
  endif()
endfunction()

# emamba_test(NAME source... LIBRARIES lib...): a GoogleTest program; each of its tests is one of
# CTest's.
function(emamba_test name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  include(GoogleTest)
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 900)
endfunction()

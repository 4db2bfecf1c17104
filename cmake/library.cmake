# SPDX-License-Identifier: Apache-2.0

# Compile options of everything the project builds.
add_library(emamba_options INTERFACE)
target_include_directories(emamba_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(emamba_options INTERFACE -Wall -Wextra -Werror)
if(EMAMBA_SANITIZE)
  target_compile_options(emamba_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(emamba_options INTERFACE -fsanitize=address,undefined)
endif()

# emamba_library(NAME DEPENDS lib...): the folder src/NAME, with its folders, as the library
# emamba_NAME, and its *_test.cpp files as the test program NAME_test. A folder of headers alone is an
# interface library.
function(emamba_library name)
  cmake_parse_arguments(arg "" "" "DEPENDS" ${ARGN})
  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(sources)
    add_library(emamba_${name} STATIC ${sources})
    target_link_libraries(emamba_${name} PUBLIC emamba_options ${arg_DEPENDS})
  else()
    add_library(emamba_${name} INTERFACE)
    target_link_libraries(emamba_${name} INTERFACE emamba_options ${arg_DEPENDS})
  endif()
  if(EMAMBA_TESTS AND tests)
    emamba_test(${name}_test ${tests} LIBRARIES emamba_${name})
  endif()
endfunction()

# emamba_test(NAME source... LIBRARIES lib...): a GoogleTest program; each of its tests is one of
# CTest's.
function(emamba_test name)
  cmake_parse_arguments(arg "" "" "LIBRARIES" ${ARGN})
  include(GoogleTest)
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  gtest_discover_tests(${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 900)
endfunction()

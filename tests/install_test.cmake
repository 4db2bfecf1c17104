# SPDX-License-Identifier: Apache-2.0
# Installs the library into a folder of its own, builds examples/library against it by CMake's
# package and by pkg-config's, and runs them. docs/library.md must show them as they are.
#   cmake -D BUILD=DIR -D SOURCE=DIR -D WORK=DIR -D CC=FILE -D CXX=FILE -D FLAGS=TEXT -P install_test.cmake
function(run)
  execute_process(COMMAND ${ARGV} WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE output
    ERROR_VARIABLE output RESULT_VARIABLE result)
  if(result)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "${command}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

set(example ${SOURCE}/examples/library)
set(program models/mars/program.safetensors)
file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component library --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${example} -B ${WORK}/build -G Ninja -D CMAKE_PREFIX_PATH=${WORK}/prefix
  -D CMAKE_C_COMPILER=${CC} -D CMAKE_CXX_COMPILER=${CXX} -D CMAKE_EXE_LINKER_FLAGS=${FLAGS})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/frame ${program})
set(pose "${output}")
if(NOT pose MATCHES "^-?[0-9]+\\.[0-9]+ -?[0-9]+\\.[0-9]+ -?[0-9]+\\.[0-9]+\n$")
  message(FATAL_ERROR "frame printed: ${pose}")
endif()
run(${WORK}/build/stream ${program})
if(NOT output STREQUAL pose)
  message(FATAL_ERROR "frame printed ${pose}stream ${output}")
endif()

file(GLOB_RECURSE pc ${WORK}/prefix/*/emamba.pc)
cmake_path(GET pc PARENT_PATH folder)
set(ENV{PKG_CONFIG_PATH} ${folder})
run(sh -c "$0 -std=c99 $1/frame.c -o $2/frame $(pkg-config --cflags --libs --static emamba) $3"
  ${CC} ${example} ${WORK} ${FLAGS})
run(${CMAKE_COMMAND} -E env LD_LIBRARY_PATH=${folder}/.. ${WORK}/frame ${program})
if(NOT output STREQUAL pose)
  message(FATAL_ERROR "frame printed ${pose}the same by pkg-config ${output}")
endif()

file(READ ${SOURCE}/docs/library.md page)
foreach(source frame.c stream.cpp)
  file(READ ${example}/${source} text)
  string(FIND "${page}" "${text}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "docs/library.md does not show examples/library/${source} as it is")
  endif()
endforeach()

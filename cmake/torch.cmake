# SPDX-License-Identifier: Apache-2.0

# emamba_torch: LibTorch, for what trains. One out of a PyTorch wheel brings its own fmt and
# nlohmann/json; ours are to be found first.
find_package(Torch REQUIRED)
find_package(BLAS REQUIRED)
foreach(library torch torch_cpu torch_cuda c10 c10_cuda)
  if(TARGET ${library})
    set_target_properties(${library} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "")
  endif()
endforeach()
list(TRANSFORM TORCH_INCLUDE_DIRS PREPEND "SHELL:-idirafter " OUTPUT_VARIABLE includes)
add_library(emamba_torch INTERFACE)
target_compile_options(emamba_torch INTERFACE ${includes})
target_link_libraries(emamba_torch INTERFACE ${TORCH_LIBRARIES})

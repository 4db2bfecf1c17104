// SPDX-License-Identifier: Apache-2.0
#include "train/runtime.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>

namespace emamba {

void prepare_runtime() {
  at::set_num_threads(1);
  // Looked up by name, because any BLAS may stand behind torch.
  using SetThreads = void (*)(int);
  const auto set_blas =
      reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_blas != nullptr) set_blas(1);
  constexpr int kLargest = 32 << 20;  // bytes; the C library takes no more here
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

FlushDenormals::FlushDenormals() {
  at::globalContext().setFlushDenormal(true);
}

FlushDenormals::~FlushDenormals() {
  at::globalContext().setFlushDenormal(false);
}

}  // namespace emamba

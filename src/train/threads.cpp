// SPDX-License-Identifier: Apache-2.0
#include "train/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace emamba {

void use_one_thread() {
  at::set_num_threads(1);
  // Looked up by name, because any BLAS may stand behind torch.
  using SetThreads = void (*)(int);
  const auto set_blas =
      reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_blas != nullptr) set_blas(1);
}

}  // namespace emamba

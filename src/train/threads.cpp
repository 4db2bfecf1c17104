// SPDX-License-Identifier: Apache-2.0
#include "train/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace emamba {

void set_train_threads(int threads) {
  at::set_num_threads(threads);
  // Looked up by name, because any BLAS may stand behind torch.
  using SetThreads = void (*)(int);
  const auto set_blas =
      reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
  if (set_blas != nullptr) set_blas(1);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The number of threads that training uses.
#pragma once

namespace emamba {

// Of torch's loops and of our own, for the whole process. OpenBLAS keeps a pool of its own whose
// threads would spin against these, so it gets one.
void set_train_threads(int threads);

}  // namespace emamba

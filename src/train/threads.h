// SPDX-License-Identifier: Apache-2.0
// The threads inside the tensor library.
#pragma once

namespace emamba {

// Of torch's loops and of OpenBLAS, for the whole process: training divides batches over threads
// (train/step.h), and what runs in one of them takes no more.
void use_one_thread();

}  // namespace emamba

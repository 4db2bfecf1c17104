// SPDX-License-Identifier: Apache-2.0
// What training asks of the tensor library, the C library and the processor.
#pragma once

namespace emamba {

// For the whole process: torch's loops and OpenBLAS use one thread, because training divides
// batches over threads (train/step.h) and what runs in one of them takes no more; and freed memory
// is kept for the next step, which takes as much.
void prepare_runtime();

// While it lives, numbers below the smallest normal one are 0 in this thread: the processor is
// slow with them.
struct FlushDenormals {
  FlushDenormals();
  ~FlushDenormals();
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;
};

}  // namespace emamba

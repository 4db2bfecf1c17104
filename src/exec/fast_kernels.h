// SPDX-License-Identifier: Apache-2.0
// The vectorised loops of the fast engine: whole sequences in 32 bits. What is asked of the numbers
// so that nothing overflows is said here and proved in fast.cpp; what is computed, in
// docs/arithmetic.md.
#pragma once

#include <cstdint>

namespace emamba::fast {

// From accumulators of at most 31 bits to numbers: round_shift by 0 .. 31, then saturation.
struct Narrow {
  int shift;
  std::int32_t low, high;
};

// y = x weight' + bias, perhaps ReLU, narrowed by a shift an output.
struct LinearSizes {
  int rows, in, out;  // `in` is a multiple of 16: shorter rows are padded with 0
  int bias_stride;    // from one row's bias to the next: 0 or out
  bool relu;
};
extern void (*const linear)(const LinearSizes& sizes, const std::int16_t* x,      // (rows, in)
                            const std::int16_t* weight,                           // (out, in)
                            const std::int32_t* bias, const std::int32_t* shift,  // (out)
                            const Narrow& range, std::int32_t* y);                // (rows, out)

// The causal convolution of one sequence, narrowed by a shift a channel.
struct ConvSizes {
  int rows, width, taps;
};
extern void (*const conv)(const ConvSizes& sizes, const std::int32_t* x,        // (rows, width)
                          const std::int32_t* weight,                           // (taps, width)
                          const std::int32_t* bias, const std::int32_t* shift,  // (width)
                          const Narrow& range, std::int32_t* y);                // (rows, width)

// y = table[x - lowest], for x of 8 bits or less.
extern void (*const look_up)(int count, const std::int32_t* x, const std::int32_t* table,
                             std::int32_t lowest, std::int32_t* y);
// y = x0 * x1, narrowed.
extern void (*const multiply)(int count, const std::int32_t* x0, const std::int32_t* x1,
                              const Narrow& narrow, std::int32_t* y);
// y = x0 * 2^left0 + x1 * 2^left1, narrowed.
extern void (*const add)(int count, const std::int32_t* x0, int left0, const std::int32_t* x1,
                         int left1, const Narrow& narrow, std::int32_t* y);

// The selective scan of one sequence.
struct ScanConstants {
  int rows, width, states;
  const std::int32_t* A;     // (states, width)
  const std::int32_t* D;     // (width)
  const std::int32_t* abar;  // (256), of z = -128 .. 127
  bool delta_x;              // of delta, B and x: whether delta * x is rounded first, or delta * B
  Narrow z, product;
  int increment_left;  // product * what is left: shifted left by this, 0 .. 14, and narrowed
  int increment_shift;
  std::int32_t state_low, state_high;  // of at most 30 bits
  int skip_shift;                      // round_shift of D * x, in 64 bits
  int y_shift;                         // round_shift of the output's sum, in 64 bits
  std::int32_t y_low, y_high;
};
struct ScanInputs {
  const std::int32_t *x, *delta;  // (rows, width)
  const std::int32_t *B, *C;      // (rows, states)
};
// h (states, width), u and sum (width) are memory to work in.
extern void (*const scan)(const ScanConstants& constants, const ScanInputs& inputs, std::int32_t* h,
                          std::int32_t* u, std::int64_t* sum, std::int32_t* y);  // (rows, width)

}  // namespace emamba::fast

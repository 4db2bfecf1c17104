// SPDX-License-Identifier: Apache-2.0
#include "exec/fast_kernels.h"

#include <algorithm>

#include "base/dispatch.h"
#include "fx/number.h"
#include "fx/scan.h"

namespace emamba::fast {
namespace {

// fx::round_shift in 32 bits, for acc of at most 31 bits: floor((floor(2 acc / 2^shift) + 1) / 2).
EMAMBA_INLINE std::int32_t rounded(std::int32_t acc, int shift) {
  return (((acc << 1) >> shift) + 1) >> 1;
}

EMAMBA_INLINE std::int32_t clamped(std::int32_t v, std::int32_t low, std::int32_t high) {
  return v < low ? low : v > high ? high : v;
}

EMAMBA_INLINE std::int32_t narrowed(std::int32_t acc, const Narrow& to) {
  return clamped(rounded(acc, to.shift), to.low, to.high);
}

EMAMBA_INLINE void linear_body(const LinearSizes& sizes, const std::int16_t* __restrict x,
                               const std::int16_t* __restrict weight, const std::int32_t* bias,
                               const std::int32_t* __restrict shift, const Narrow& range,
                               std::int32_t* __restrict y) {
  const std::int32_t least = sizes.relu ? 0 : INT32_MIN;
  const std::int32_t low = range.low, high = range.high;
  for (int r = 0; r < sizes.rows; ++r, x += sizes.in, y += sizes.out, bias += sizes.bias_stride) {
    for (int o = 0; o < sizes.out; ++o) {
      const std::int16_t* w = weight + std::ptrdiff_t{o} * sizes.in;
      std::int32_t acc = 0;
      for (int i = 0; i < (sizes.in & ~15); ++i) acc += std::int32_t{x[i]} * w[i];
      y[o] = acc;
    }
    for (int o = 0; o < sizes.out; ++o) {
      y[o] = clamped(rounded(std::max(y[o] + bias[o], least), shift[o]), low, high);
    }
  }
}

EMAMBA_INLINE void conv_body(const ConvSizes& sizes, const std::int32_t* __restrict x,
                             const std::int32_t* __restrict weight,
                             const std::int32_t* __restrict bias,
                             const std::int32_t* __restrict shift, const Narrow& range,
                             std::int32_t* __restrict y) {
  const int width = sizes.width;
  const std::int32_t low = range.low, high = range.high;
  for (int t = 0; t < sizes.rows; ++t, y += width) {
    std::copy_n(bias, width, y);
    for (int k = std::max(0, sizes.taps - 1 - t); k < sizes.taps; ++k) {
      const std::int32_t* __restrict w = weight + std::ptrdiff_t{k} * width;
      const std::int32_t* __restrict past = x + std::ptrdiff_t{t - sizes.taps + 1 + k} * width;
      for (int d = 0; d < width; ++d) y[d] += w[d] * past[d];
    }
    for (int d = 0; d < width; ++d) y[d] = clamped(rounded(y[d], shift[d]), low, high);
  }
}

EMAMBA_INLINE void look_up_body(int count, const std::int32_t* __restrict x,
                                const std::int32_t* __restrict table, std::int32_t lowest,
                                std::int32_t* __restrict y) {
  for (int i = 0; i < count; ++i) y[i] = table[x[i] - lowest];
}

EMAMBA_INLINE void multiply_body(int count, const std::int32_t* __restrict x0,
                                 const std::int32_t* __restrict x1, Narrow narrow,
                                 std::int32_t* __restrict y) {
  for (int i = 0; i < count; ++i) y[i] = narrowed(x0[i] * x1[i], narrow);
}

EMAMBA_INLINE void add_body(int count, const std::int32_t* __restrict x0, int left0,
                            const std::int32_t* __restrict x1, int left1, Narrow narrow,
                            std::int32_t* __restrict y) {
  for (int i = 0; i < count; ++i) y[i] = narrowed((x0[i] << left0) + (x1[i] << left1), narrow);
}

// One state of all channels at one token: h becomes the next, sum += C * working state. With
// kDeltaX u is delta * x, rounded.
template <bool kDeltaX>
EMAMBA_INLINE void scan_state(const ScanConstants& c, std::int32_t B, std::int32_t C,
                              const std::int32_t* __restrict x,
                              const std::int32_t* __restrict delta,
                              const std::int32_t* __restrict u, const std::int32_t* __restrict A,
                              std::int32_t* __restrict h, std::int64_t* __restrict sum) {
  const std::int32_t* __restrict abar = c.abar + 128;
  const Narrow to_z = c.z, to_bbar = c.product;
  const int left = c.increment_left, shift = c.increment_shift;
  const std::int32_t low = c.state_low, high = c.state_high;
  for (int d = 0; d < c.width; ++d) {
    const std::int32_t z = narrowed(delta[d] * A[d], to_z);
    const std::int32_t product = kDeltaX ? u[d] * B : narrowed(delta[d] * B, to_bbar) * x[d];
    const std::int32_t increment = rounded(product << left, shift);
    const std::int32_t state = clamped(abar[z] * h[d] + increment, low, high);
    h[d] = state >> fx::kStateDrop;
    sum[d] += std::int64_t{C} * state;
  }
}

EMAMBA_INLINE void scan_body(const ScanConstants& c, const ScanInputs& in, std::int32_t* h,
                             std::int32_t* __restrict u, std::int64_t* __restrict sum,
                             std::int32_t* __restrict y) {
  const std::ptrdiff_t width = c.width, states = c.states;
  std::fill_n(h, width * states, 0);
  for (std::ptrdiff_t t = 0; t < c.rows; ++t, y += width) {
    const std::int32_t *x = in.x + t * width, *delta = in.delta + t * width;
    for (int d = 0; d < width; ++d) {
      sum[d] = fx::round_shift(std::int64_t{c.D[d]} * x[d], c.skip_shift);
    }
    for (int d = 0; c.delta_x && d < width; ++d) u[d] = narrowed(delta[d] * x[d], c.product);
    for (std::ptrdiff_t n = 0; n < states; ++n) {
      const std::int32_t B = in.B[t * states + n], C = in.C[t * states + n];
      const std::int32_t* A = c.A + n * width;
      if (c.delta_x) {
        scan_state<true>(c, B, C, x, delta, u, A, h + n * width, sum);
      } else {
        scan_state<false>(c, B, C, x, delta, u, A, h + n * width, sum);
      }
    }
    for (int d = 0; d < width; ++d) {
      const std::int64_t v = fx::round_shift(sum[d], c.y_shift);
      y[d] = static_cast<std::int32_t>(v < c.y_low ? c.y_low : v > c.y_high ? c.y_high : v);
    }
  }
}

}  // namespace

EMAMBA_KERNEL(linear,
              (const LinearSizes& sizes, const std::int16_t* x, const std::int16_t* weight,
               const std::int32_t* bias, const std::int32_t* shift, const Narrow& range,
               std::int32_t* y),
              linear_body(sizes, x, weight, bias, shift, range, y));
EMAMBA_KERNEL(conv,
              (const ConvSizes& sizes, const std::int32_t* x, const std::int32_t* weight,
               const std::int32_t* bias, const std::int32_t* shift, const Narrow& range,
               std::int32_t* y),
              conv_body(sizes, x, weight, bias, shift, range, y));
EMAMBA_KERNEL(look_up,
              (int count, const std::int32_t* x, const std::int32_t* table, std::int32_t lowest,
               std::int32_t* y),
              look_up_body(count, x, table, lowest, y));
EMAMBA_KERNEL(multiply,
              (int count, const std::int32_t* x0, const std::int32_t* x1, const Narrow& narrow,
               std::int32_t* y),
              multiply_body(count, x0, x1, narrow, y));
EMAMBA_KERNEL(add,
              (int count, const std::int32_t* x0, int left0, const std::int32_t* x1, int left1,
               const Narrow& narrow, std::int32_t* y),
              add_body(count, x0, left0, x1, left1, narrow, y));
EMAMBA_KERNEL(scan,
              (const ScanConstants& constants, const ScanInputs& inputs, std::int32_t* h,
               std::int32_t* u, std::int64_t* sum, std::int32_t* y),
              scan_body(constants, inputs, h, u, sum, y));

}  // namespace emamba::fast

// SPDX-License-Identifier: Apache-2.0
#include "exec/state.h"

namespace emamba {

std::size_t memory_size(const Op& op) {
  const auto size = [](int a, int b) { return std::size_t(a) * std::size_t(b); };
  if (const auto* conv = std::get_if<DwConv>(&op)) return size(conv->taps - 1, conv->width);
  if (const auto* scan = std::get_if<Scan>(&op)) return size(scan->width, scan->states);
  if (std::holds_alternative<Pool>(op)) return std::size_t(out_width(op));
  return 0;
}

}  // namespace emamba

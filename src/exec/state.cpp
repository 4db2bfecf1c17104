// SPDX-License-Identifier: Apache-2.0
#include "exec/state.h"

#include "base/overloaded.h"

namespace emamba {

std::size_t memory_size(const Op& op) {
  const auto none = std::size_t{0};
  const auto size = [](int a, int b) { return std::size_t(a) * std::size_t(b); };
  return std::visit(
      Overloaded{[&](const Embed&) { return none; }, [&](const Linear&) { return none; },
                 [&](const DwConv& o) { return size(o.taps - 1, o.width); },
                 [&](const RangeNorm&) { return none; }, [&](const Pwl&) { return none; },
                 [&](const Scan& o) { return size(o.width, o.states); },
                 [&](const Gate&) { return none; }, [&](const Add&) { return none; },
                 [&](const Pool&) { return std::size_t(out_width(op)); },
                 [&](const Window&) { return none; }, [&](const Max&) { return none; },
                 [&](const Attention&) { return none; }},
      op);
}

}  // namespace emamba

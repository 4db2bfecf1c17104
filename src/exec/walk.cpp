// SPDX-License-Identifier: Apache-2.0
#include "exec/walk.h"

#include "base/error.h"

namespace emamba {

Walk::Walk(const Program& program)
    : length_(has_fixed_length(program) ? program.input.vectors() : 0) {
  // The answer has no last reader.
  std::vector<std::size_t> last(program.edges.size());
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    last[i + 1] = i;
    for (EdgeIndex x : inputs_of(program.ops[i])) last[x] = i;
  }
  ends_.resize(program.ops.size());
  for (std::size_t e = 0; e + 1 < last.size(); ++e) {
    ends_[last[e]].push_back(static_cast<EdgeIndex>(e));
  }
}

void Walk::require_input(const Program& program, std::size_t vectors, std::size_t width) const {
  const auto wanted = static_cast<std::size_t>(program.edges[0].width);
  if (width != wanted) {
    throw Error(
        fmt::format("{}: vectors of {} numbers, must have {}", program.name, width, wanted));
  }
  if (vectors == 0 || (length_ > 0 && vectors != static_cast<std::size_t>(length_))) {
    throw Error(fmt::format("{}: a sequence of {} vectors, must have {}", program.name, vectors,
                            length_ > 0 ? fmt::format("{}", length_) : "one at least"),
                "an operation of this program needs the whole of a sample");
  }
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Several lambdas as one visitor of a variant.
#pragma once

namespace emamba {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace emamba

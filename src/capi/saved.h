// SPDX-License-Identifier: Apache-2.0
// A sequence's state as bytes, and back; the layout is in docs/formats.md.
#pragma once

#include <string>
#include <string_view>

#include "capi/engine.h"

namespace emamba {

// Bytes of a saved state, as many for every state of an engine.
std::size_t saved_size(const AnyState& state) noexcept;
// Of a state of `engine`.
std::string save_state(const LoadedEngine& engine, const AnyState& state);
// Throws Failure (of the state) on bytes that are damaged or were saved with another file.
AnyState restore_state(const LoadedEngine& engine, std::string_view bytes);

}  // namespace emamba

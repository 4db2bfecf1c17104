// SPDX-License-Identifier: Apache-2.0
// What someone who mistyped a word may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emamba {

// Insertions, deletions and replacements of one character that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, "" if there are none. The last part of a dotted key weighs more
// than its table, so that a key in the wrong table still finds its place.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace emamba

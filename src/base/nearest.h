// SPDX-License-Identifier: Apache-2.0
// What someone who mistyped a word may have meant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace emamba {

// Insertions, deletions and replacements of one character that turn `a` into `b`.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, "" if none is near: within half of its last part's characters.
// The last part of a dotted key weighs more than its table, so that a key in the wrong table still
// finds its place.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

// "did you mean 'CANDIDATE'? " for the nearest one; "" if none is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace emamba

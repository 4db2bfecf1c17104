// SPDX-License-Identifier: Apache-2.0
// Text from files, and names made of plain characters.
#pragma once

#include <string>

namespace emamba {

// Without control characters, each of which becomes a '?': a file may say anything, and a terminal
// must not obey it.
std::string printable(std::string text);

// Letters, digits, '-' and '_': what names of models are made of, as files and modules are called
// by them.
bool is_name_char(char c);
// Whether `text` is one character at least, all of them such.
bool is_plain_name(const std::string& text);

}  // namespace emamba

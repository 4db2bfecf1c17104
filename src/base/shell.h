// SPDX-License-Identifier: Apache-2.0
// Commands as a person would type them.
#pragma once

#include <string>

namespace emamba {

// `text` as one word of a shell's command line: in single quotes unless it is made of letters,
// digits and /._-+=:,@% alone.
std::string shell_word(const std::string& text);

}  // namespace emamba

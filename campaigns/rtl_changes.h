// SPDX-License-Identifier: Apache-2.0
// Every single change of a kind that can be made to a SystemVerilog source of the library.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emamba {

struct RtlChange {
  std::string kind;           // "operator", "constant", "width", "enable", "reset", "handshake"
  std::string file;           // relative to the library's folder
  std::size_t at = 0;         // where in the file
  std::string was, becomes;   // what stands there, and what shall
  int line = 0;               // from 1 on
  std::string before, after;  // the line, trimmed
};

// Changes of `text`, the source called `file`. Comments, messages, checks of parameters, defaults
// of parameters, and what is there in simulation alone are left out: they are no hardware.
std::vector<RtlChange> changes_of(const std::string& file, const std::string& text);

std::string apply(std::string text, const RtlChange& change);

}  // namespace emamba

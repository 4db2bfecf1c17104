// SPDX-License-Identifier: Apache-2.0
// Liberty as what it is made of: groups in groups, `NAME (ARGUMENTS) { ... }`, with attributes
// `NAME : VALUE ;` and `NAME (ARGUMENTS) ;` in them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace emamba {

struct LibertyGroup {
  std::string name = {}, arguments = {};
  // All of it as a mapping reads it: without power, and of cells that are registers without
  // timing. A library's own is without its groups'.
  std::string text = {};
  std::string untimed = {};  // while it is read: the same without groups `timing`
  std::map<std::string, std::string> attributes = {};
  std::map<std::string, std::string> lists = {};  // attributes with arguments
  std::vector<LibertyGroup> groups = {};
};

// The group `library` that a file is. Throws Error naming `path` and the line.
LibertyGroup read_liberty_groups(const std::string& text, const std::string& path);

// Without quotes, spaces and outer parentheses.
std::string plain_liberty(std::string text);

// The pin of `A`, `!A`, `A'` and `(!A)`, and whether it is inverted.
struct SignedPin {
  std::string pin;
  bool inverted = false;
};
SignedPin signed_pin(const std::string& expression);

// An attribute's value, plain; "" when there is none.
std::string liberty_attribute(const LibertyGroup& group, const std::string& name);

// The first inner group of a name; nullptr when there is none.
const LibertyGroup* inner_group(const LibertyGroup& group, const std::string& name);

// Whether a cell is a flip-flop, a latch or a clock gate.
bool is_register(const LibertyGroup& cell);

}  // namespace emamba

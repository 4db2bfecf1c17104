// SPDX-License-Identifier: Apache-2.0
#include "synth/liberty_groups.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "base/error.h"

namespace emamba {
namespace {

constexpr int kMaxDepth = 32;  // of groups; libraries have about six

// Most of a library is power, which no mapping asks for, nor for what a cell is in a test.
bool left_out(const std::string& name) {
  static const std::set<std::string> names = {"internal_power", "leakage_power",
                                              "power_lut_template", "test_cell"};
  return names.contains(name);
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  LibertyGroup library() {
    skip();
    const std::string name = word();
    if (name != "library" || next() != '(') throw refuse("does not begin with `library (NAME) {`");
    const std::string arguments = parenthesised();
    if (next() != '{') throw refuse("does not begin with `library (NAME) {`");
    return group(name, arguments, 0);
  }

 private:
  Error refuse(const std::string& what) const {
    const auto line = 1 + std::count(text_.begin(), text_.begin() + at_, '\n');
    return Error(fmt::format("{}:{}: {}", path_, line, what),
                 "a target names libraries of standard cells in the Liberty format");
  }

  void skip() {
    while (at_ < size()) {
      if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) throw refuse("a comment does not end");
        at_ = static_cast<std::ptrdiff_t>(end) + 2;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = static_cast<std::ptrdiff_t>(std::min(text_.find('\n', at_), text_.size()));
      } else if (std::isspace(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '\\') {
        ++at_;
      } else {
        return;
      }
    }
  }

  // The next character, still to be taken; 0 at the end.
  char next() {
    skip();
    return at_ < size() ? text_[at_] : '\0';
  }

  std::string word() {
    const std::ptrdiff_t begin = at_;
    while (at_ < size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                            std::string_view("_.-[]").find(text_[at_]) != std::string_view::npos)) {
      ++at_;
    }
    if (at_ == begin) throw refuse("expected a name");
    return std::string(text_.substr(begin, at_ - begin));
  }

  void quoted() {
    const std::size_t end = text_.find('"', at_ + 1);
    if (end == std::string_view::npos) throw refuse("a text in quotes does not end");
    at_ = static_cast<std::ptrdiff_t>(end) + 1;
  }

  // From ( to ), without them.
  std::string parenthesised() {
    const std::ptrdiff_t begin = ++at_;
    while (next() != ')') {
      if (at_ == size()) throw refuse("( without )");
      if (text_[at_] == '"') {
        quoted();
      } else {
        ++at_;
      }
    }
    return std::string(text_.substr(begin, at_++ - begin));
  }

  // Up to ; or the end of the line or group.
  std::string value() {
    const std::ptrdiff_t begin = (++at_, skip(), at_);
    while (at_ < size() && text_[at_] != ';' && text_[at_] != '\n' && text_[at_] != '}') {
      if (text_[at_] == '"') {
        quoted();
      } else {
        ++at_;
      }
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  // What stands behind its {, which is next.
  LibertyGroup group(const std::string& name, const std::string& arguments, int depth) {
    if (depth == kMaxDepth) throw refuse("groups are too deep");
    LibertyGroup group{.name = name, .arguments = arguments};
    const auto say = [&](const std::string& text) {
      group.text += text;
      group.untimed += text;
    };
    say(fmt::format("{} ({}) {{\n", name, arguments));
    ++at_;
    for (char c = next(); c != '}'; c = next()) {
      if (c == '\0') throw refuse(fmt::format("group {} does not end", name));
      if (c == ';') {
        ++at_;
        continue;
      }
      const std::string member = word();
      if (next() == ':') {
        const std::string text = value();
        say(fmt::format("{} : {};\n", member, text));
        group.attributes[member] = text;
        continue;
      }
      if (next() != '(') throw refuse(fmt::format("expected : or ( behind {}", member));
      const std::string list = parenthesised();
      if (next() != '{') {
        say(fmt::format("{} ({});\n", member, list));
        group.lists[member] = list;
        continue;
      }
      LibertyGroup inner = this->group(member, list, depth + 1);
      if (left_out(member)) {
        inner.text.clear();
        inner.untimed.clear();
        group.groups.push_back(std::move(inner));
        continue;
      }
      // Registers are chosen by area alone.
      const bool gate = member != "cell" || !is_register(inner);
      if (depth == 0) {  // the library keeps the texts of its groups apart
        if (!gate) inner.text = std::move(inner.untimed);
      } else {
        group.text += gate ? inner.text : inner.untimed;
        if (member != "timing") group.untimed += inner.untimed;
        inner.text.clear();
      }
      inner.untimed.clear();
      group.groups.push_back(std::move(inner));
    }
    ++at_;
    if (depth > 0) say("}\n");
    return group;
  }

  std::ptrdiff_t size() const { return static_cast<std::ptrdiff_t>(text_.size()); }

  std::string_view text_;
  const std::string& path_;
  std::ptrdiff_t at_ = 0;
};

}  // namespace

LibertyGroup read_liberty_groups(const std::string& text, const std::string& path) {
  return Reader(text, path).library();
}

std::string plain_liberty(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c == '"' || std::isspace(c) != 0; });
  while (text.size() > 1 && text.front() == '(' && text.back() == ')') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

SignedPin signed_pin(const std::string& expression) {
  const std::string text = plain_liberty(expression);
  if (text.starts_with('!')) return {plain_liberty(text.substr(1)), true};
  if (text.ends_with('\'')) return {plain_liberty(text.substr(0, text.size() - 1)), true};
  return {text, false};
}

std::string liberty_attribute(const LibertyGroup& group, const std::string& name) {
  const auto found = group.attributes.find(name);
  return found == group.attributes.end() ? "" : plain_liberty(found->second);
}

const LibertyGroup* inner_group(const LibertyGroup& group, const std::string& name) {
  const auto found = std::find_if(group.groups.begin(), group.groups.end(),
                                  [&](const LibertyGroup& g) { return g.name == name; });
  return found == group.groups.end() ? nullptr : &*found;
}

bool is_register(const LibertyGroup& cell) {
  return cell.attributes.contains("clock_gating_integrated_cell") ||
         inner_group(cell, "ff") != nullptr || inner_group(cell, "latch") != nullptr;
}

}  // namespace emamba

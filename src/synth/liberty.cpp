// SPDX-License-Identifier: Apache-2.0
// Liberty is groups in groups, `NAME (ARGUMENTS) { ... }`, with attributes `NAME : VALUE ;` and
// `NAME (ARGUMENTS) ;` in them.
#include "synth/liberty.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr int kMaxDepth = 32;  // of groups; libraries have about six

struct Group {
  std::string name = {}, arguments = {};
  std::string text = {};     // all of it, but for what was left out
  std::string untimed = {};  // the same without groups `timing`
  std::map<std::string, std::string> attributes = {};
  std::map<std::string, std::string> lists = {};  // attributes with arguments
  std::vector<Group> groups = {};
};

// Most of a library is power, which no mapping asks for.
bool left_out(const std::string& name) {
  static const std::set<std::string> names = {"internal_power", "leakage_power",
                                              "power_lut_template"};
  return names.contains(name);
}

// Without quotes, spaces and outer parentheses.
std::string plain(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c == '"' || std::isspace(c) != 0; });
  while (text.size() > 1 && text.front() == '(' && text.back() == ')') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

std::string attribute(const Group& group, const std::string& name) {
  const auto found = group.attributes.find(name);
  return found == group.attributes.end() ? "" : plain(found->second);
}

const Group* inner(const Group& group, const std::string& name) {
  const auto found = std::find_if(group.groups.begin(), group.groups.end(),
                                  [&](const Group& g) { return g.name == name; });
  return found == group.groups.end() ? nullptr : &*found;
}

CellKind kind_of(const Group& cell) {
  if (!attribute(cell, "clock_gating_integrated_cell").empty()) return CellKind::kClockGate;
  if (inner(cell, "ff") != nullptr) return CellKind::kFlipFlop;
  return inner(cell, "latch") != nullptr ? CellKind::kLatch : CellKind::kGate;
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  Group library() {
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
  Group group(const std::string& name, const std::string& arguments, int depth) {
    if (depth == kMaxDepth) throw refuse("groups are too deep");
    Group group{.name = name, .arguments = arguments};
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
      Group inner = this->group(member, list, depth + 1);
      if (left_out(member)) continue;
      // Registers are chosen by area alone.
      const bool gate = member != "cell" || kind_of(inner) == CellKind::kGate;
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

// The first of a group's arguments: the name of its state.
std::string state_of(const Group& group) {
  return plain(group.arguments.substr(0, group.arguments.find(',')));
}

// The pin with such an attribute; "" when there is none.
std::string pin_with(const Group& cell, const std::string& name, const std::string& value) {
  for (const Group& pin : cell.groups) {
    if (pin.name == "pin" && attribute(pin, name) == value) return plain(pin.arguments);
  }
  return "";
}

// What is written in a number's place; nothing when it is no number.
std::optional<double> number_of(const std::string& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// `A`, or the pin of `!A` or `A'`.
std::string inverted(const std::string& function) {
  if (function.starts_with('!')) return plain(function.substr(1));
  if (function.ends_with('\'')) return plain(function.substr(0, function.size() - 1));
  return "";
}

// Of a group `ff` or `latch`: asynchronously.
bool sets_or_resets(const Group& state) {
  return !attribute(state, "clear").empty() || !attribute(state, "preset").empty();
}

// The cell as a latch; none when it is something else or has set or reset.
std::optional<LatchCell> latch_of(const Group& cell) {
  const Group* latch = inner(cell, "latch");
  if (latch == nullptr || sets_or_resets(*latch)) return {};
  LatchCell found;
  found.cell = plain(cell.arguments);
  found.enable = attribute(*latch, "enable");
  if (const std::string pin = inverted(found.enable); !pin.empty()) {
    found.enable = pin;
    found.active_high = false;
  }
  found.data = attribute(*latch, "data_in");
  found.output = pin_with(cell, "function", state_of(*latch));
  std::set<std::string> inputs;
  for (const Group& pin : cell.groups) {
    if (pin.name == "pin" && attribute(pin, "direction") == "input") {
      inputs.insert(plain(pin.arguments));
    }
  }
  if (found.output.empty() || inputs != std::set{found.enable, found.data}) return {};
  return found;
}

std::optional<ClockGateCell> clock_gate_of(const Group& cell) {
  const std::string kind = attribute(cell, "clock_gating_integrated_cell");
  if (kind != "latch_posedge" && kind != "latch_posedge_precontrol") return {};
  const ClockGateCell found{plain(cell.arguments), pin_with(cell, "clock_gate_clock_pin", "true"),
                            pin_with(cell, "clock_gate_enable_pin", "true"),
                            pin_with(cell, "clock_gate_out_pin", "true"),
                            pin_with(cell, "clock_gate_test_pin", "true")};
  if (found.clock.empty() || found.enable.empty() || found.output.empty()) return {};
  if (kind == "latch_posedge_precontrol" && found.test.empty()) return {};
  return found;
}

std::optional<BufferCell> buffer_of(const Group& cell, const LibraryCell& pins) {
  if (pins.kind != CellKind::kGate || pins.inputs.size() != 1 || pins.outputs.size() != 1)
    return {};
  const std::string &in = pins.inputs.begin()->first, &out = pins.outputs.front();
  for (const Group& pin : cell.groups) {
    if (pin.name != "pin" || plain(pin.arguments) != out) continue;
    const auto most = number_of(attribute(pin, "max_capacitance"));
    if (attribute(pin, "function") == in && most) {
      return BufferCell{plain(cell.arguments), in, out, *most};
    }
  }
  return {};
}

// `A` of "A", "!A", "A'" and "(A)".
std::string pin_of(const std::string& expression) {
  const std::string pin = inverted(expression);
  return pin.empty() ? expression : pin;
}

// The pin that is a register's clock or a latch's enable.
std::string clock_pin(const Group& cell) {
  if (const Group* ff = inner(cell, "ff")) return pin_of(attribute(*ff, "clocked_on"));
  if (const Group* latch = inner(cell, "latch")) return pin_of(attribute(*latch, "enable"));
  return pin_with(cell, "clock_gate_clock_pin", "true");
}

bool resets_asynchronously(const Group& cell) {
  const Group* ff = inner(cell, "ff");
  return ff != nullptr && sets_or_resets(*ff);
}

LibraryCell cell_of(const Group& cell, const std::string& path) {
  const std::string name = plain(cell.arguments), area = attribute(cell, "area");
  const auto size = number_of(area);
  if (!size || !(*size >= 0)) {
    throw Error(fmt::format("{}: cell {}: area is '{}', no number", path, name, area),
                "a target names libraries of standard cells in the Liberty format");
  }
  LibraryCell own;
  own.area = *size;
  own.kind = kind_of(cell);
  if (own.kind != CellKind::kGate) own.clock = clock_pin(cell);
  for (const Group& pin : cell.groups) {
    if (pin.name != "pin") continue;
    const std::string direction = attribute(pin, "direction"), called = plain(pin.arguments);
    if (direction == "output") own.outputs.push_back(called);
    if (direction == "input") {
      own.inputs[called] = number_of(attribute(pin, "capacitance")).value_or(0);
    }
  }
  return own;
}

bool matches_one(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

// What numbers are in.
std::string units_of(const Group& library) {
  const auto load = library.lists.find("capacitive_load_unit");
  return fmt::format("time_unit {}, capacitive_load_unit {}", attribute(library, "time_unit"),
                     load == library.lists.end() ? "" : plain(load->second));
}

}  // namespace

std::string unpacked_liberty(const std::string& path) {
  std::string bytes = read_file(path);
  return bytes.starts_with("\x1f\x8b") ? unpack_gzip(bytes, path, kMaxBytes) : bytes;
}

CellLibrary parse_liberty(const std::vector<LibertyFile>& files,
                          const std::vector<std::string>& avoid) {
  CellLibrary library;
  const auto smaller = [&](double area, const auto& best) {
    return !best || area < library.cells.at(best->cell).area;
  };
  bool resets = false;
  std::string units;
  std::set<std::string> others;  // groups that are no cells, which files may have in common
  for (const LibertyFile& file : files) {
    const Group root = Reader(file.bytes, file.path).library();
    if (library.text.empty()) {
      library.name = plain(root.arguments);
      library.text = root.text;
      units = units_of(root);
    } else if (units_of(root) != units) {
      throw Error(fmt::format("{}: has {}, and {} {}", file.path, units_of(root),
                              files.front().path, units),
                  "the files of a corner must be parts of one library");
    }
    for (const Group& cell : root.groups) {
      if (cell.name != "cell") {
        if (others.insert(cell.name + cell.arguments).second) library.text += cell.text;
        continue;
      }
      const std::string name = plain(cell.arguments);
      if (attribute(cell, "dont_use") == "true" || matches_one(name, avoid)) continue;
      const LibraryCell own = cell_of(cell, file.path);
      if (!library.cells.emplace(name, own).second) {
        throw Error(fmt::format("{}: cell {} is there twice", file.path, name),
                    "the files of a corner must be parts of one library");
      }
      // Latches and clock gates are put in by name; abc might take one for a gate.
      if (own.kind == CellKind::kGate || own.kind == CellKind::kFlipFlop) library.text += cell.text;
      resets = resets || resets_asynchronously(cell);
      if (const auto latch = latch_of(cell)) {
        auto& best = latch->active_high ? library.latch_high : library.latch_low;
        if (smaller(own.area, best)) best = latch;
      }
      if (const auto gate = clock_gate_of(cell)) {
        if (smaller(own.area, library.clock_gate)) library.clock_gate = gate;
      }
      if (const auto buffer = buffer_of(cell, own)) library.buffers.push_back(*buffer);
    }
  }
  library.text += "}\n";
  std::stable_sort(library.buffers.begin(), library.buffers.end(),
                   [&](const BufferCell& a, const BufferCell& b) {
                     return library.cells.at(a.cell).area < library.cells.at(b.cell).area;
                   });
  const auto refuse = [&](const std::string& what) {
    return Error(fmt::format("{}: {}", files.front().path, what),
                 "a target's library must have gates, flip-flops and latches");
  };
  if (library.cells.empty()) throw refuse("no cells");
  if (!resets) throw refuse("no flip-flop with an asynchronous reset");
  if (!library.latch_high && !library.latch_low) throw refuse("no latch without set and reset");
  return library;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "synth/liberty.h"

#include <fnmatch.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "synth/liberty_groups.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 30;

CellKind kind_of(const LibertyGroup& cell) {
  if (!liberty_attribute(cell, "clock_gating_integrated_cell").empty()) return CellKind::kClockGate;
  if (inner_group(cell, "ff") != nullptr) return CellKind::kFlipFlop;
  return inner_group(cell, "latch") != nullptr ? CellKind::kLatch : CellKind::kGate;
}

// The first of a group's arguments: the name of its state.
std::string state_of(const LibertyGroup& group) {
  return plain_liberty(group.arguments.substr(0, group.arguments.find(',')));
}

// The pin with such an attribute; "" when there is none.
std::string pin_with(const LibertyGroup& cell, const std::string& name, const std::string& value) {
  for (const LibertyGroup& pin : cell.groups) {
    if (pin.name == "pin" && liberty_attribute(pin, name) == value)
      return plain_liberty(pin.arguments);
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

// Of a group `ff` or `latch`: asynchronously.
bool sets_or_resets(const LibertyGroup& state) {
  return !liberty_attribute(state, "clear").empty() || !liberty_attribute(state, "preset").empty();
}

// The cell as a latch; none when it is something else or has set or reset.
std::optional<LatchCell> latch_of(const LibertyGroup& cell) {
  const LibertyGroup* latch = inner_group(cell, "latch");
  if (latch == nullptr || sets_or_resets(*latch)) return {};
  LatchCell found;
  found.cell = plain_liberty(cell.arguments);
  const SignedPin enable = signed_pin(liberty_attribute(*latch, "enable")),
                  data = signed_pin(liberty_attribute(*latch, "data_in"));
  found.enable = enable.pin;
  found.active_high = !enable.inverted;
  found.data = data.pin;
  // Some keep the inverse of their data, and give that inverted.
  const std::string& states = latch->arguments;
  const std::string state =
      data.inverted ? plain_liberty(states.substr(states.find(',') + 1)) : state_of(*latch);
  found.output = pin_with(cell, "function", state);
  std::set<std::string> inputs;
  for (const LibertyGroup& pin : cell.groups) {
    if (pin.name == "pin" && liberty_attribute(pin, "direction") == "input") {
      inputs.insert(plain_liberty(pin.arguments));
    }
  }
  if (found.output.empty() || inputs != std::set{found.enable, found.data}) return {};
  return found;
}

std::optional<ClockGateCell> clock_gate_of(const LibertyGroup& cell) {
  const std::string kind = liberty_attribute(cell, "clock_gating_integrated_cell");
  if (kind != "latch_posedge" && kind != "latch_posedge_precontrol") return {};
  const ClockGateCell found{
      plain_liberty(cell.arguments), pin_with(cell, "clock_gate_clock_pin", "true"),
      pin_with(cell, "clock_gate_enable_pin", "true"), pin_with(cell, "clock_gate_out_pin", "true"),
      pin_with(cell, "clock_gate_test_pin", "true")};
  if (found.clock.empty() || found.enable.empty() || found.output.empty()) return {};
  if (kind == "latch_posedge_precontrol" && found.test.empty()) return {};
  return found;
}

std::optional<BufferCell> buffer_of(const LibertyGroup& cell, const LibraryCell& pins) {
  if (pins.kind != CellKind::kGate || pins.inputs.size() != 1 || pins.outputs.size() != 1)
    return {};
  const std::string &in = pins.inputs.begin()->first, &out = pins.outputs.front();
  for (const LibertyGroup& pin : cell.groups) {
    if (pin.name != "pin" || plain_liberty(pin.arguments) != out) continue;
    const auto most = number_of(liberty_attribute(pin, "max_capacitance"));
    if (liberty_attribute(pin, "function") == in && most) {
      return BufferCell{plain_liberty(cell.arguments), in, out, *most};
    }
  }
  return {};
}

// The pin that is a register's clock or a latch's enable.
std::string clock_pin(const LibertyGroup& cell) {
  if (const LibertyGroup* ff = inner_group(cell, "ff"))
    return signed_pin(liberty_attribute(*ff, "clocked_on")).pin;
  if (const LibertyGroup* latch = inner_group(cell, "latch"))
    return signed_pin(liberty_attribute(*latch, "enable")).pin;
  return pin_with(cell, "clock_gate_clock_pin", "true");
}

bool resets_asynchronously(const LibertyGroup& cell) {
  const LibertyGroup* ff = inner_group(cell, "ff");
  return ff != nullptr && sets_or_resets(*ff);
}

LibraryCell cell_of(const LibertyGroup& cell, const std::string& path) {
  const std::string name = plain_liberty(cell.arguments), area = liberty_attribute(cell, "area");
  const auto size = number_of(area);
  if (!size || !(*size >= 0)) {
    throw Error(fmt::format("{}: cell {}: area is '{}', no number", path, name, area),
                "a target names libraries of standard cells in the Liberty format");
  }
  LibraryCell own;
  own.area = *size;
  own.kind = kind_of(cell);
  if (own.kind != CellKind::kGate) own.clock = clock_pin(cell);
  for (const LibertyGroup& pin : cell.groups) {
    if (pin.name != "pin") continue;
    const std::string direction = liberty_attribute(pin, "direction"),
                      called = plain_liberty(pin.arguments);
    if (direction == "output") own.outputs.push_back(called);
    if (direction == "input") {
      own.inputs[called] = number_of(liberty_attribute(pin, "capacitance")).value_or(0);
    }
  }
  return own;
}

bool matches_one(const std::string& name, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    return fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
  });
}

// The cell as a constant; none when it is something else.
std::optional<TieCell> tie_of(const LibertyGroup& cell, const LibraryCell& own, bool high) {
  if (!own.inputs.empty() || own.outputs.size() != 1) return {};
  const LibertyGroup* pin = inner_group(cell, "pin");
  if (pin == nullptr || liberty_attribute(*pin, "function") != (high ? "1" : "0")) return {};
  return TieCell{plain_liberty(cell.arguments), own.outputs.front()};
}

// What numbers are in.
std::string units_of(const LibertyGroup& library) {
  const auto load = library.lists.find("capacitive_load_unit");
  return fmt::format("time_unit {}, capacitive_load_unit {}",
                     liberty_attribute(library, "time_unit"),
                     load == library.lists.end() ? "" : plain_liberty(load->second));
}

}  // namespace

std::vector<LibertyFile> read_liberty_files(const std::vector<std::string>& paths) {
  std::vector<LibertyFile> files;
  for (const std::string& path : paths) {
    std::string bytes = read_file(path);
    if (bytes.starts_with("\x1f\x8b")) bytes = unpack_gzip(bytes, path, kMaxBytes);
    files.push_back({path, std::move(bytes)});
  }
  return files;
}

std::string without_wire_load(std::string liberty) {
  // Attributes up to their semicolon, and a group up to its brace.
  struct Part {
    const char* name;
    char next, end;
  };
  for (const Part& part :
       {Part{"default_wire_load", ':', ';'}, Part{"default_wire_load_selection", ':', ';'},
        Part{"wire_load_selection", '(', '}'}}) {
    const std::string name = part.name;
    for (std::size_t at = 0; (at = liberty.find(name, at)) != std::string::npos;) {
      const std::size_t next = liberty.find_first_not_of(" \t\r\n", at + name.size());
      const std::size_t end = liberty.find(part.end, at);
      if (next != std::string::npos && liberty[next] == part.next && end != std::string::npos) {
        liberty.erase(at, end + 1 - at);
      } else {
        at += name.size();
      }
    }
  }
  return liberty;
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
    const LibertyGroup root = read_liberty_groups(file.bytes, file.path);
    if (library.text.empty()) {
      library.name = plain_liberty(root.arguments);
      library.text = root.text;
      library.wire_load = plain_liberty(liberty_attribute(root, "default_wire_load"));
      units = units_of(root);
    } else if (units_of(root) != units) {
      throw Error(fmt::format("{}: has {}, and {} {}", file.path, units_of(root),
                              files.front().path, units),
                  "the files of a corner must be parts of one library");
    }
    for (const LibertyGroup& cell : root.groups) {
      if (cell.name != "cell") {
        if (others.insert(cell.name + cell.arguments).second) library.text += cell.text;
        continue;
      }
      const std::string name = plain_liberty(cell.arguments);
      // Clock gates are kept from a mapping in this way; here they are put in by name.
      const bool unused = liberty_attribute(cell, "dont_use") == "true";
      if (matches_one(name, avoid) || (unused && !clock_gate_of(cell))) continue;
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
      for (const bool high : {false, true}) {
        auto& best = high ? library.tie_high : library.tie_low;
        const auto tie = tie_of(cell, own, high);
        if (tie && smaller(own.area, best)) best = tie;
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

// SPDX-License-Identifier: Apache-2.0
#include "synth/cells.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"

namespace emamba {
namespace {

// The part that a cell is, and how many of them it takes.
struct Use {
  std::int64_t Parts::*part;
  int count = 1;
};

// Memories of look-up tables take as many as AMD's UG574 draws, also where ports share an address.
const std::map<std::string, Use>& known_cells() {
  static const std::map<std::string, Use> cells = {
      {"LUT1", {&Parts::lut_logic}},
      {"LUT2", {&Parts::lut_logic}},
      {"LUT3", {&Parts::lut_logic}},
      {"LUT4", {&Parts::lut_logic}},
      {"LUT5", {&Parts::lut_logic}},
      {"LUT6", {&Parts::lut_logic}},
      {"LUT6_2", {&Parts::lut_logic}},
      {"INV", {&Parts::lut_logic}},
      {"RAM32X1S", {&Parts::lut_memory}},
      {"RAM32X1D", {&Parts::lut_memory, 2}},
      {"RAM64X1S", {&Parts::lut_memory}},
      {"RAM64X1D", {&Parts::lut_memory, 2}},
      {"RAM128X1S", {&Parts::lut_memory, 2}},
      {"RAM128X1D", {&Parts::lut_memory, 4}},
      {"RAM256X1S", {&Parts::lut_memory, 4}},
      {"RAM256X1D", {&Parts::lut_memory, 8}},
      {"RAM512X1S", {&Parts::lut_memory, 8}},
      {"RAM32M", {&Parts::lut_memory, 4}},
      {"RAM64M", {&Parts::lut_memory, 4}},
      {"RAM32M16", {&Parts::lut_memory, 8}},
      {"RAM64M8", {&Parts::lut_memory, 8}},
      {"RAM64X8SW", {&Parts::lut_memory, 8}},
      {"RAM32X16DR8", {&Parts::lut_memory, 8}},
      {"SRL16E", {&Parts::lut_memory}},
      {"SRLC16E", {&Parts::lut_memory}},
      {"SRLC32E", {&Parts::lut_memory}},
      {"FDRE", {&Parts::ff}},
      {"FDSE", {&Parts::ff}},
      {"FDCE", {&Parts::ff}},
      {"FDPE", {&Parts::ff}},
      {"CARRY8", {&Parts::carry8}},
      {"MUXF7", {&Parts::mux}},
      {"MUXF8", {&Parts::mux}},
      {"MUXF9", {&Parts::mux}},
      {"DSP48E2", {&Parts::dsp}},
      {"RAMB18E2", {&Parts::bram18}},
      {"RAMB36E2", {&Parts::bram18, 2}},
      {"URAM288", {&Parts::uram}},
      // Constants, and clock and pad buffers, which the whole device has once.
      {"GND", {nullptr}},
      {"VCC", {nullptr}},
      {"BUFG", {nullptr}},
      {"IBUF", {nullptr}},
      {"OBUF", {nullptr}}};
  return cells;
}

}  // namespace

CellCounts parse_stat(const std::string& text, const std::string& source) {
  const std::string heading = "Number of cells:";
  const std::size_t at = text.find(heading);
  if (at == std::string::npos || text.find(heading, at + 1) != std::string::npos) {
    throw Error(fmt::format("{}: not Yosys' statistics of one flat module", source),
                "Yosys 0.23, as Debian 12 has it, is known to work");
  }
  std::istringstream lines(text.substr(at + heading.size()));
  std::string line;
  std::getline(lines, line);
  std::int64_t all = -1;
  std::istringstream(line) >> all;
  CellCounts cells;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string type;
    std::int64_t count = 0;
    if (!(words >> type >> count)) break;
    cells[type] += count;
  }
  if (count_of(cells) != all) {
    throw Error(fmt::format("{}: says {} cells and lists {}", source, all, count_of(cells)),
                "Yosys 0.23, as Debian 12 has it, is known to work");
  }
  return cells;
}

std::int64_t count_of(const CellCounts& cells) {
  std::int64_t count = 0;
  for (const auto& [type, number] : cells) count += number;
  return count;
}

Parts& Parts::operator+=(const Parts& other) {
  lut_logic += other.lut_logic;
  lut_memory += other.lut_memory;
  ff += other.ff;
  carry8 += other.carry8;
  mux += other.mux;
  dsp += other.dsp;
  bram18 += other.bram18;
  uram += other.uram;
  return *this;
}

Parts parts_of(const CellCounts& cells) {
  Parts parts;
  for (const auto& [type, count] : cells) {
    if (type == "CARRY4") {
      parts.carry8 += (count + 1) / 2;
      continue;
    }
    const auto known = known_cells().find(type);
    if (known == known_cells().end()) {
      throw Error(fmt::format("the netlist has {} cells of type {}, which no part is known for",
                              count, type),
                  "add the type to known_cells() in src/synth/cells.cpp");
    }
    const Use& use = known->second;
    if (use.part != nullptr) parts.*use.part += count * use.count;
  }
  return parts;
}

nlohmann::json to_json(const Parts& parts) {
  return {{"lut", parts.lut()}, {"lut_memory", parts.lut_memory},
          {"ff", parts.ff},     {"carry8", parts.carry8},
          {"mux", parts.mux},   {"dsp", parts.dsp},
          {"uram", parts.uram}, {"bram36", parts.bram36()}};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Counting cells.
#include "synth/cells.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"

namespace emamba {
namespace {

// What a cell is counted as, and how many times.
struct Cell {
  std::int64_t Resources::*count;
  int times = 1;
};

// Memories of look-up tables take as many as AMD's UG574 draws, also where ports share an address.
const std::map<std::string, Cell>& known_cells() {
  static const std::map<std::string, Cell> cells = {
      {"LUT1", {&Resources::lut}},
      {"LUT2", {&Resources::lut}},
      {"LUT3", {&Resources::lut}},
      {"LUT4", {&Resources::lut}},
      {"LUT5", {&Resources::lut}},
      {"LUT6", {&Resources::lut}},
      {"LUT6_2", {&Resources::lut}},
      {"INV", {&Resources::lut}},
      {"RAM32X1S", {&Resources::lut_memory}},
      {"RAM32X1D", {&Resources::lut_memory, 2}},
      {"RAM64X1S", {&Resources::lut_memory}},
      {"RAM64X1D", {&Resources::lut_memory, 2}},
      {"RAM128X1S", {&Resources::lut_memory, 2}},
      {"RAM128X1D", {&Resources::lut_memory, 4}},
      {"RAM256X1S", {&Resources::lut_memory, 4}},
      {"RAM256X1D", {&Resources::lut_memory, 8}},
      {"RAM512X1S", {&Resources::lut_memory, 8}},
      {"RAM32M", {&Resources::lut_memory, 4}},
      {"RAM64M", {&Resources::lut_memory, 4}},
      {"RAM32M16", {&Resources::lut_memory, 8}},
      {"RAM64M8", {&Resources::lut_memory, 8}},
      {"RAM64X8SW", {&Resources::lut_memory, 8}},
      {"RAM32X16DR8", {&Resources::lut_memory, 8}},
      {"SRL16E", {&Resources::lut_memory}},
      {"SRLC16E", {&Resources::lut_memory}},
      {"SRLC32E", {&Resources::lut_memory}},
      {"FDRE", {&Resources::ff}},
      {"FDSE", {&Resources::ff}},
      {"FDCE", {&Resources::ff}},
      {"FDPE", {&Resources::ff}},
      {"CARRY8", {&Resources::carry}},
      {"MUXF7", {&Resources::mux}},
      {"MUXF8", {&Resources::mux}},
      {"MUXF9", {&Resources::mux}},
      {"DSP48E2", {&Resources::dsp}},
      {"RAMB18E2", {&Resources::block}},
      {"RAMB36E2", {&Resources::block, 2}},
      {"URAM288", {&Resources::large}},
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

Resources resources_of(const CellCounts& cells) {
  Resources sum;
  for (const auto& [type, count] : cells) {
    if (type == "CARRY4") {
      sum.carry += (count + 1) / 2;
      continue;
    }
    const auto known = known_cells().find(type);
    if (known == known_cells().end()) {
      throw Error(fmt::format("the netlist has {} cells of type {}, which no resource is known for",
                              count, type),
                  "add the type to known_cells() in src/synth/cells.cpp");
    }
    const Cell& cell = known->second;
    if (cell.count != nullptr) sum.*cell.count += count * cell.times;
  }
  sum.lut += sum.lut_memory;
  return sum;
}

nlohmann::json synthesis_json(const Resources& r) {
  return {{"lut", r.lut},    {"lut_memory", r.lut_memory},
          {"ff", r.ff},      {"carry8", r.carry},
          {"mux", r.mux},    {"dsp", r.dsp},
          {"uram", r.large}, {"bram36", r.block / 2.0}};
}

}  // namespace emamba

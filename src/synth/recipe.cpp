// SPDX-License-Identifier: Apache-2.0
// Recipes for Yosys 0.23, each with what it works around.
#include "synth/recipe.h"

#include "base/error.h"
#include "target/lattice.h"
#include "target/ultrascale.h"

namespace emamba {
namespace {

// Before memories are mapped. A read-only memory of look-up tables is "distributed", as Vivado
// calls it; Yosys 0.23 takes the word for memories that can be written, and finds none that fits.
constexpr char kLogicRoms[] =
    "setattr -set logic_block 1 -unset rom_style t:$mem_v2 a:rom_style=distributed %i\n";

// Read-only memories are mapped each by itself: among other logic abc9 makes two to three times as
// many look-up tables of them. In the end they are part of the design again.
constexpr char kKeepRoms[] = "hierarchy -top top\nsetattr -mod -set keep_hierarchy 1 *em_rom*\n";
constexpr char kFlatRoms[] = "setattr -mod -unset keep_hierarchy *em_rom*\nflatten\nopt_clean\n";

// In pieces also because shift registers made of the family's flip-flops lose their enable in Yosys
// 0.23; those of generic ones keep it.
std::string xilinx_commands() {
  const std::string synth =
      "synth_xilinx -family xcup -abc9 -nosrl -noiopad -flatten -top top -run ";
  return kKeepRoms + synth + "begin:map_memory\n" + kLogicRoms + synth +
         "map_memory:map_cells\nxilinx_srl -fixed -minlen 3\n" + synth + "map_cells:\n" + kFlatRoms;
}

// Multipliers are MULT18X18D without their registers, which Yosys does not put into them.
std::string ecp5_commands() {
  const std::string synth = "synth_ecp5 -top top -run ";
  return synth + "begin:map_ram\n" + kLogicRoms + synth + "map_ram:\n";
}

// There are no memories of look-up tables: what can be written becomes block memory or flip-flops.
// Multipliers are look-up tables, also where there are DSP blocks: `-dsp` takes a register of a
// product for two. abc9 puts the choice of their rows into the look-up tables that add, abc does
// not.
std::string ice40_commands() {
  const std::string synth = "synth_ice40 -abc9 -top top -run ";
  return synth + "begin:map_ram\n" + kLogicRoms + "setattr -unset ram_style t:$mem_v2\n" + synth +
         "map_ram:\n";
}

constexpr Resources kLut{.lut = 1}, kFf{.ff = 1};

constexpr Resources lut_memory(std::int64_t luts) {
  return {.lut = luts, .lut_memory = luts};
}

// Memories of look-up tables take as many as AMD's UG574 draws, also where ports share an address.
// CARRY4 is half a CARRY8.
const Recipe& ultrascale() {
  static const Recipe recipe{
      .tech = "xilinx",
      .commands = xilinx_commands(),
      .cells = {{"LUT1", kLut},
                {"LUT2", kLut},
                {"LUT3", kLut},
                {"LUT4", kLut},
                {"LUT5", kLut},
                {"LUT6", kLut},
                {"LUT6_2", kLut},
                {"INV", kLut},
                {"RAM32X1S", lut_memory(1)},
                {"RAM32X1D", lut_memory(2)},
                {"RAM64X1S", lut_memory(1)},
                {"RAM64X1D", lut_memory(2)},
                {"RAM128X1S", lut_memory(2)},
                {"RAM128X1D", lut_memory(4)},
                {"RAM256X1S", lut_memory(4)},
                {"RAM256X1D", lut_memory(8)},
                {"RAM512X1S", lut_memory(8)},
                {"RAM32M", lut_memory(4)},
                {"RAM64M", lut_memory(4)},
                {"RAM32M16", lut_memory(8)},
                {"RAM64M8", lut_memory(8)},
                {"RAM64X8SW", lut_memory(8)},
                {"RAM32X16DR8", lut_memory(8)},
                {"SRL16E", lut_memory(1)},
                {"SRLC16E", lut_memory(1)},
                {"SRLC32E", lut_memory(1)},
                {"FDRE", kFf},
                {"FDSE", kFf},
                {"FDCE", kFf},
                {"FDPE", kFf},
                {"CARRY4", {.carry = 1}},
                {"CARRY8", {.carry = 2}},
                {"MUXF7", {.mux = 1}},
                {"MUXF8", {.mux = 1}},
                {"MUXF9", {.mux = 1}},
                {"DSP48E2", {.dsp = 1}},
                {"RAMB18E2", {.block = 1}},
                {"RAMB36E2", {.block = 2}},
                {"URAM288", {.large = 1}},
                // Constants, and clock and pad buffers, which the whole device has once.
                {"GND", {}},
                {"VCC", {}},
                {"BUFG", {}},
                {"IBUF", {}},
                {"OBUF", {}}},
      .delays = true};
  return recipe;
}

// Two bits of a carry chain are two look-up tables; 16 words of 4 bits are two slices of two, and
// one for the write port (Lattice FPGA-TN-02204).
const Recipe& lattice_ecp5() {
  static const Recipe recipe{.tech = "",
                             .commands = ecp5_commands(),
                             .cells = {{"LUT4", kLut},
                                       {"CCU2C", {.lut = 2, .carry = 1}},
                                       {"TRELLIS_DPR16X4", lut_memory(6)},
                                       {"TRELLIS_FF", kFf},
                                       {"PFUMX", {.mux = 1}},
                                       {"L6MUX21", {.mux = 1}},
                                       {"MULT18X18D", {.dsp = 1}},
                                       {"DP16KD", {.block = 1}},
                                       {"PDPW16KD", {.block = 1}},
                                       {"VHI", {}},
                                       {"VLO", {}}}};
  return recipe;
}

const Recipe& lattice_ice40() {
  static const Recipe recipe = [] {
    constexpr Resources kFlop{.ff = 1, .cells = 1};
    Recipe r{.tech = "ice40",
             .commands = ice40_commands(),
             .cells = {{"SB_LUT4", {.lut = 1, .cells = 1}},
                       {"SB_CARRY", {.carry = 1}},
                       {"SB_RAM40_4K", {.block = 1}}}};
    for (const char* enable : {"", "E"}) {
      for (const char* reset : {"", "R", "S", "SR", "SS"}) {
        r.cells[fmt::format("SB_DFF{}{}", enable, reset)] = kFlop;
      }
    }
    return r;
  }();
  return recipe;
}

}  // namespace

const Recipe& recipe_of(const Family& family) {
  if (&family == &ultrascale_plus()) return ultrascale();
  if (&family == &ecp5()) return lattice_ecp5();
  if (&family == &ice40()) return lattice_ice40();
  throw Error(fmt::format("{}: no recipe for synthesis", family.name),
              "write one in src/synth/recipe.cpp");
}

Resources resources_of(const CellCounts& cells, const Recipe& recipe) {
  Resources sum;
  for (const auto& [type, count] : cells) {
    const auto known = recipe.cells.find(type);
    if (known == recipe.cells.end()) {
      throw Error(fmt::format("the netlist has {} cells of type {}, which no resource is known for",
                              count, type),
                  "add the type to the family's recipe in src/synth/recipe.cpp");
    }
    sum += times(count, known->second);
  }
  return sum;
}

}  // namespace emamba

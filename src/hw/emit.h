// SPDX-License-Identifier: Apache-2.0
// Writes a design as files: what a simulator or a synthesiser reads. The same design gives the same
// bytes.
#pragma once

#include <string>
#include <vector>

#include "hw/plan.h"

namespace emamba {

// The top module, `top`: instances, wires and numbers. Ports: clk_i, rst_ni, and for each input and
// output a stream NAME_valid, NAME_ready, NAME_data, NAME_last with the suffix of its direction.
std::string top_module(const Design& design);

// What a user of the streams must know: beats, number types, order, normalisation. Markdown.
std::string interface_text(const Plan& plan, const Program& program);

// The folders of rtl/tech that have modules of their own instead of generic ones; "": none.
inline constexpr const char* kTechnologies[] = {"", "xilinx", "ice40", "asic"};

// Writes DIR/top.sv, DIR/mem/*.hex, DIR/rtl/ (the library), DIR/files.f (generic modules),
// DIR/files_TECHNOLOGY.f, DIR/top.json and DIR/interface.md. Throws Error when the
// library is not found.
void emit(const Plan& plan, const Program& program, const std::string& directory);

// Holds the memories' files in a folder against the design, word by word and to the end of the last
// line. Throws Error with the file and the word that differs.
void check_memory_files(const Design& design, const std::string& directory);

// The folder with rtl.f: the environment variable EMAMBA_RTL, else ../share/emamba/rtl from the
// running program, else the source tree's. Throws Error if rtl.f is not there.
std::string rtl_folder();

// The library's sources in reading order, relative to that folder; with `tech`, that folder's
// modules instead of the generic ones of the same name, and those that only it has.
std::vector<std::string> rtl_sources(const std::string& tech = "");

// The files of an emitted design in reading order, relative to its folder: the library's and
// top.sv.
std::vector<std::string> design_files(const std::string& tech = "");

}  // namespace emamba

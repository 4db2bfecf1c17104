// SPDX-License-Identifier: Apache-2.0
// program.safetensors: the graph as JSON in the header, the integers as plain tensors.
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "ir/files.h"

namespace emamba {

void write_program(const std::string& path, const Program& program) {
  validate(program, path);
  SafeTensors file;
  file.metadata["format"] = kProgramFormat;
  file.metadata["program"] = write_graph(program, GraphContent::kIntegers, file).dump();
  file.metadata["config"] = program.config;
  file.metadata["origin"] = program.origin;
  write_safetensors(path, file);
}

Program decode_program(const SafeTensors& file, const std::string& source) {
  std::set<std::string> used;
  Program program =
      read_graph(parse_json(metadata_of(file, "program", source), source + ": program"),
                 GraphContent::kIntegers, file, used, source);
  program.config = metadata_of(file, "config", source);
  program.origin = metadata_of(file, "origin", source);
  validate(program, source);
  require_all_used(file, used, source);
  return program;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// program.safetensors: the graph as JSON in the header, the integers as plain tensors.
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "ir/graph.h"
#include "ir/lower.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kFormat[] = "emamba-program-2";
constexpr char kFormat1[] = "emamba-program-1";

// A file of format 1 says in its spec what the input and the blocks are.
Program program_1(const SafeTensors& file, std::set<std::string>& used, const std::string& source) {
  Program program = read_graph_1(parse_json(metadata_of(file, "program", source),
                                            source + ": program"),
                                 file, used, source);
  program.config = metadata_of(file, "spec", source);
  const Program network =
      lower(spec_from_json(parse_json(program.config, source + ": spec"), source + ": spec"));
  program.name = network.name;
  program.groups = network.groups;
  Normalisation normalisation = std::move(program.input.normalisation);
  program.input = network.input;
  program.input.normalisation = std::move(normalisation);
  return program;
}

}  // namespace

void write_program(const std::string& path, const Program& program) {
  validate(program, path);
  SafeTensors file;
  file.metadata["format"] = kFormat;
  file.metadata["program"] = write_graph(program, GraphContent::kIntegers, file).dump();
  file.metadata["config"] = program.config;
  file.metadata["origin"] = program.origin;
  write_safetensors(path, file);
}

Program parse_program(std::string_view bytes, const std::string& source) {
  const SafeTensors file = parse_safetensors(bytes, source);
  const std::string& format = metadata_of(file, "format", source);
  std::set<std::string> used;
  Program program;
  if (format == kFormat) {
    program = read_graph(parse_json(metadata_of(file, "program", source), source + ": program"),
                         GraphContent::kIntegers, file, used, source);
    program.config = metadata_of(file, "config", source);
  } else if (format == kFormat1) {
    program = program_1(file, used, source);
  } else {
    throw Error(fmt::format("{}: header.format: '{}', must be '{}'", source, format.substr(0, 40),
                            kFormat),
                "this is not a program written by `emamba quantize`, or of a later version");
  }
  program.origin = metadata_of(file, "origin", source);
  for (const auto& [name, tensor] : file.tensors) {
    if (!used.contains(name)) {
      throw Error(fmt::format("{}: header.{}: this tensor belongs to no op", source, name),
                  "this is not a program written by `emamba quantize`, or it is damaged");
    }
  }
  validate(program, source);
  return program;
}

Program read_program(const std::string& path) {
  return parse_program(read_file(path), path);
}

}  // namespace emamba

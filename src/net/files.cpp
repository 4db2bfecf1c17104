// SPDX-License-Identifier: Apache-2.0
#include "net/files.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/toml.h"
#include "ir/files.h"
#include "net/network.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kProgramFormat1[] = "emamba-program-1";
constexpr char kModelFormat1[] = "emamba-float-1";

// The tasks that files of format 1 may name, and what they are: samples and outputs.
const std::map<std::string, std::pair<Input, int>>& tasks_1() {
  const auto sample = [](int height, int width, int channels, int vocab) {
    Input input;
    input.height = height, input.width = width, input.channels = channels, input.vocab = vocab;
    return input;
  };
  static const std::map<std::string, std::pair<Input, int>> tasks = {
      {"fashion-mnist", {sample(28, 28, 1, 0), 10}},
      {"cifar10", {sample(32, 32, 3, 0), 10}},
      {"mars", {sample(8, 8, 5, 0), 57}},
      {"synthetic-images", {sample(8, 8, 1, 0), 4}},
      {"synthetic-tokens", {sample(1, 32, 1, 16), 4}}};
  return tasks;
}

// The network of the configuration in a file of format 1.
Program network_1(const SafeTensors& file, const std::string& source) {
  const std::string& config = metadata_of(file, "spec", source);
  const std::string where = source + ": spec";
  const json flat = flattened(parse_json(config, where));
  ModelSpec model;
  std::set<std::string> known;
  visit_keys(model, KeyReader{flat, where, known});
  const auto text = [&](const char* key) {
    const auto it = flat.find(key);
    if (it == flat.end() || !it->is_string()) {
      throw Error(fmt::format("{}: {} must be a string", where, key),
                  "this is no file written by emamba, or it is damaged");
    }
    return it->get<std::string>();
  };
  const auto task = tasks_1().find(text("task"));
  if (task == tasks_1().end()) {
    throw Error(fmt::format("{}: task \"{}\" is not known", where, text("task").substr(0, 40)));
  }
  const auto& [sample, outputs] = task->second;
  check(model, sample, where);
  Program network = build_network(text("name"), model, sample, outputs).program;
  network.config = config;
  return network;
}

Program program_1(const SafeTensors& file, const std::string& source) {
  std::set<std::string> used;
  Program program = read_graph_1(
      parse_json(metadata_of(file, "program", source), source + ": program"), file, used, source);
  const Program network = network_1(file, source);
  program.name = network.name;
  program.groups = network.groups;
  program.config = network.config;
  program.origin = metadata_of(file, "origin", source);
  Normalisation normalisation = std::move(program.input.normalisation);
  program.input = network.input;
  program.input.normalisation = std::move(normalisation);
  validate(program, source);
  require_all_used(file, used, source);
  return program;
}

FloatModel model_1(const SafeTensors& file, const std::string& source) {
  FloatModel model{.network = network_1(file, source), .parameters = {}};
  std::set<std::string> used;
  read_normalisation(file, used, source, model.network.input.normalisation);
  model.network.origin = metadata_of(file, "origin", source);
  validate_network(model.network, source);
  model.parameters = read_parameters(model.network, file, used, source);
  require_all_used(file, used, source);
  return model;
}

[[noreturn]] void refuse_format(const std::string& source, const std::string& format,
                                const char* wanted, const char* verb) {
  throw Error(
      fmt::format("{}: header.format: '{}', must be '{}'", source, format.substr(0, 40), wanted),
      fmt::format("this is not a file written by `emamba {}`, or it is of a later version", verb));
}

Program program_in(const SafeTensors& file, const std::string& source) {
  const std::string& format = metadata_of(file, "format", source);
  if (format == kProgramFormat) return decode_program(file, source);
  if (format == kProgramFormat1) return program_1(file, source);
  refuse_format(source, format, kProgramFormat, "quantize");
}

FloatModel model_in(const SafeTensors& file, const std::string& source) {
  const std::string& format = metadata_of(file, "format", source);
  if (format == kModelFormat) return decode_model(file, source);
  if (format == kModelFormat1) return model_1(file, source);
  refuse_format(source, format, kModelFormat, "train");
}

// The hash of a file of an earlier version, held against what the record beside it, NAME, says of
// the file called `what` there.
void check_record(const std::string& path, const std::string& hash, const char* name,
                  const std::string& what) {
  const std::filesystem::path file(path);
  const std::string record = (file.parent_path() / name).string();
  if (!file_exists(record)) return;
  const std::string text = read_file(record, 64 << 20);
  json made;
  try {
    made = parse_json(text, record);
  } catch (const Error&) {
    return;  // a damaged record says nothing
  }
  const auto said = [&](const std::string& key) {
    const bool there = made.is_object() && made.contains(key) && made[key].is_string();
    return there ? made[key].get<std::string>() : "";
  };
  const std::string recorded = said(what + "_sha256");
  // Without a command it is no record of a making, but of a file that was found elsewhere.
  const bool of_file = std::filesystem::path(said(what)).filename() == file.filename();
  if (said("command").empty() || !of_file || recorded == hash) return;
  throw Error(
      fmt::format("{}: damaged, or another file than {} tells of: it has sha256 {}, "
                  "recorded is {}",
                  path, record, hash, printable(recorded.substr(0, 64))),
      fmt::format("Get it or make it again. Whoever replaced it on purpose removes {}.", record));
}

template <class T>
Stored<T> read_stored(const std::string& path,
                      T (*content_of)(const SafeTensors&, const std::string&), const char* record,
                      const std::string& what) {
  const std::string bytes = read_file(path);
  const SafeTensors file = parse_safetensors(bytes, path);
  std::string hash = sha256(bytes);
  if (!file.hashed) check_record(path, hash, record, what);
  return {path, std::move(hash), content_of(file, path)};
}

}  // namespace

Program parse_program(std::string_view bytes, const std::string& source) {
  return program_in(parse_safetensors(bytes, source), source);
}

FloatModel parse_float_model(std::string_view bytes, const std::string& source) {
  return model_in(parse_safetensors(bytes, source), source);
}

Stored<Program> read_program(const std::string& path) {
  return read_stored(path, program_in, "quantize.json", "program");
}

Stored<FloatModel> read_float_model(const std::string& path) {
  return read_stored(path, model_in, "train.json", "model");
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "cli/job.h"

#include <cmath>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "base/safetensors.h"
#include "data/dataset.h"

namespace emamba {
namespace {

// As a shell needs it.
std::string quoted(const std::string& word) {
  const bool plain = word.find_first_of(" \t\n'\"\\$&|;<>()*?[]#~`!{}") == std::string::npos;
  if (plain && !word.empty()) return word;
  std::string text = "'";
  for (char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

template <class T>
using Load = Stored<T> (*)(const std::string& path);

template <class T>
std::optional<Stored<T>> find_stored(const Job& job, const std::string& name,
                                     const std::vector<std::string>& sections, Load<T> load) {
  for (const std::string& path : find_files(job, name)) {
    Stored<T> stored = load(path);
    if (spec_differences(stored.content.spec, job.spec, sections).empty()) return stored;
  }
  return {};
}

template <class T>
Stored<T> require_stored(const Job& job, const std::string& name, const std::string& verb,
                         const std::vector<std::string>& sections, Load<T> load) {
  if (auto stored = find_stored(job, name, sections, load)) return std::move(*stored);
  const std::string remedy =
      fmt::format("make it with `emamba {} {}{}`", verb, job.settings, job.folders);
  const std::vector<std::string> others = find_files(job, name);
  if (others.empty()) {
    throw Error(
        fmt::format("there is neither {}/{} nor {}", job.out, name, beside_config(job, name)),
        remedy);
  }
  const auto keys = spec_differences(load(others.front()).content.spec, job.spec, sections);
  throw Error(fmt::format("{}: made from another configuration than {}; these keys differ: {}",
                          others.front(), job.config, fmt::join(keys, ", ")),
              remedy);
}

}  // namespace

Job open_job(const CommonOptions& options) {
  if (std::filesystem::is_directory(options.config)) {
    throw Error(fmt::format("{}: is a folder", options.config),
                fmt::format("name the file: {}/config.toml", options.config));
  }
  Job job;
  job.spec = read_spec(options.config, options.overrides);
  device_of(job);  // an unknown one is an error of every verb
  job.config = options.config;
  job.settings = quoted(options.config);
  for (const std::string& text : options.overrides) job.settings += " --set " + quoted(text);
  job.out = options.out.empty() ? "out/" + job.spec.name : options.out;
  job.data = data_folder(options.data);
  if (!options.out.empty()) job.folders += " --out " + quoted(options.out);
  if (!options.data.empty()) job.folders += " --data " + quoted(options.data);
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  job.threads = options.threads > 0 ? options.threads : processors;
  job.train_threads = options.threads > 0 ? options.threads : 1;
  return job;
}

const Device& device_of(const Job& job) {
  return find_device(job.spec.hardware.device);
}

void prepare_out(const Job& job) {
  std::error_code code;
  std::filesystem::create_directories(job.out, code);
  if (code || !std::filesystem::is_directory(job.out)) {
    throw Error(fmt::format("{}: cannot be the folder of the results: {}", job.out,
                            code ? code.message() : "it is no folder"),
                "name another one with --out");
  }
  const std::string probe = job.out + "/.writable";
  write_file(probe, "");
  std::filesystem::remove(probe, code);
}

std::string beside_config(const Job& job, const std::string& name) {
  return std::filesystem::path(job.config).replace_filename(name).string();
}

std::vector<std::string> find_files(const Job& job, const std::string& name) {
  std::vector<std::string> paths;
  for (const std::string& path : {job.out + "/" + name, beside_config(job, name)}) {
    if (file_exists(path)) paths.push_back(path);
  }
  return paths;
}

Stored<FloatModel> load_model(const std::string& path) {
  return {path, sha256_file(path), read_float_model(path)};
}

Stored<Program> load_program(const std::string& path) {
  return {path, sha256_file(path), read_program(path)};
}

std::optional<Stored<FloatModel>> find_model(const Job& job) {
  return find_stored(job, kModelFile, model_sections(), load_model);
}

std::optional<Stored<Program>> find_program(const Job& job) {
  return find_stored(job, kProgramFile, program_sections(), load_program);
}

Stored<FloatModel> require_model(const Job& job) {
  return require_stored(job, kModelFile, "train", model_sections(), load_model);
}

Stored<Program> require_program(const Job& job) {
  return require_stored(job, kProgramFile, "quantize", program_sections(), load_program);
}

const std::vector<std::string>& train_sections() {
  static const std::vector<std::string> sections = {"task", "model", "train"};
  return sections;
}

const std::vector<std::string>& model_sections() {
  static const std::vector<std::string> sections = {"task", "model"};
  return sections;
}

const std::vector<std::string>& program_sections() {
  static const std::vector<std::string> sections = {"task", "model", "approx", "quant"};
  return sections;
}

std::vector<std::size_t> integer_bytes(const Stored<Program>& program) {
  std::vector<std::size_t> bytes;
  const SafeTensors file = read_safetensors(program.path);
  for (const Op& op : program.content.ops) {
    bytes.push_back(0);
    for (const auto& [name, tensor] : file.tensors) {
      if (name.starts_with(name_of(op) + ".")) bytes.back() += tensor.bytes.size();
    }
  }
  return bytes;
}

const DataSet* data_set_of(Task task) {
  switch (task) {
    case Task::kFashionMnist:
      return &data_set("fashion-mnist");
    case Task::kCifar10:
      return &data_set("cifar-10");
    case Task::kMars:
      return &data_set("mars");
    case Task::kSyntheticImages:
    case Task::kSyntheticTokens:
      return nullptr;
  }
  return nullptr;
}

nlohmann::json data_hashes(const Job& job) {
  nlohmann::json hashes = nlohmann::json::object();
  const DataSet* set = data_set_of(job.spec.task);
  if (set == nullptr) return hashes;
  std::vector<std::string> paths;
  for (const std::string& file : set->files) {
    paths.push_back(require_data_file(*set, job.data, file));
  }
  ProgressLine line("data files");
  for (std::size_t i = 0; i < paths.size(); ++i) {
    line.update(i, paths.size(), set->files[i]);
    hashes[set->files[i]] = sha256_file(paths[i]);
  }
  return hashes;
}

void write_result(const Job& job, const std::string& name, const nlohmann::json& result) {
  write_file(job.out + "/" + name, result.dump(2) + "\n");
}

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What a verb works on: a spec, the folders, and the model and program files found there.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/stopwatch.h"
#include "cli/cli.h"
#include "data/catalogue.h"
#include "ir/float_model.h"
#include "ir/program.h"
#include "ir/spec.h"
#include "target/device.h"

namespace emamba {

inline constexpr char kModelFile[] = "model.safetensors";
inline constexpr char kFinetunedFile[] = "finetuned.safetensors";
inline constexpr char kProgramFile[] = "program.safetensors";
inline constexpr char kCheckpointFile[] = "checkpoint.safetensors";

struct Job {
  Spec spec;
  std::string config;     // path of config.toml
  std::string settings;   // config.toml and --set as typed; what a command must repeat
  std::string out, data;  // folders
  std::string folders;    // " --out DIR --data DIR" as typed
  int threads = 1;        // for everything but training
  int train_threads = 1;  // another number gives other last bits
};
Job open_job(const CommonOptions& options);

// What the job's accelerator is for.
const Device& device_of(const Job& job);

// Creates the output folder if it is absent; throws Error when nothing can be written there.
void prepare_out(const Job& job);

// The path of a file called `name` beside config.toml.
std::string beside_config(const Job& job, const std::string& name);
// The files called `name` that there are: in the output folder, then beside config.toml.
std::vector<std::string> find_files(const Job& job, const std::string& name);

// A file that was read, with the hash of its bytes.
template <class T>
struct Stored {
  std::string path, sha256;
  T content;
};
Stored<FloatModel> load_model(const std::string& path);
Stored<Program> load_program(const std::string& path);

// The first file found that was made from the job's configuration, as far as the file depends on
// it; nothing when there is none. require_*() then throws Error naming the keys that differ.
std::optional<Stored<FloatModel>> find_model(const Job& job);
std::optional<Stored<Program>> find_program(const Job& job);
Stored<FloatModel> require_model(const Job& job);
Stored<Program> require_program(const Job& job);

// The sections of the spec on which a training, the use of its model, and a program depend.
const std::vector<std::string>& train_sections();
const std::vector<std::string>& model_sections();
const std::vector<std::string>& program_sections();

// Bytes of the integers of each operation, in the order of program.ops.
std::vector<std::size_t> integer_bytes(const Stored<Program>& program);

// The data set that a task reads; null for synthetic tasks, which need no files.
const DataSet* data_set_of(Task task);
// {file name: SHA-256} of the data files of the job's task. Throws Error when one is missing.
nlohmann::json data_hashes(const Job& job);

// Writes OUT/name, indented.
void write_result(const Job& job, const std::string& name, const nlohmann::json& result);
// For result files: the shortest text that gives the number back is not wanted for seconds.
double rounded(double value, int digits);

}  // namespace emamba

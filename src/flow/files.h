// SPDX-License-Identifier: Apache-2.0
// Models, programs and results that are there already: made by an earlier run, or shipped.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "flow/job.h"
#include "flow/keys.h"
#include "ir/float_model.h"
#include "ir/program.h"
#include "net/files.h"

namespace emamba {

inline constexpr char kModelFile[] = "model.safetensors";
inline constexpr char kFinetunedFile[] = "finetuned.safetensors";
inline constexpr char kProgramFile[] = "program.safetensors";
inline constexpr char kCheckpointFile[] = "checkpoint.safetensors";

// As read_float_model() and read_program(), but where a file is damaged the hint says also that it
// must go: it may be somebody's only copy. Of one that cannot be read nothing is known.
Stored<FloatModel> load_model(const std::string& path);
Stored<Program> load_program(const std::string& path);

// The path of a file called `name` beside another file.
std::string beside(const std::string& path, const std::string& name);
// The files called `name` that there are: in the output folder, then beside config.toml. What has
// the name and cannot be read is among them, so that loading says why.
std::vector<std::string> find_files(const Job& job, const std::string& name);

// The first file found that was made from the job's spec, as far as `sections` of it go; nothing
// when there is none. A program also from the model with this hash, and without the samples that
// the job holds out, if a hash is given.
std::optional<Stored<FloatModel>> find_model(
    const Job& job, const std::vector<std::string>& sections = model_sections());
std::optional<Stored<Program>> find_program(const Job& job, const std::string& model_sha256 = "");
// The program that was made from the job's spec and from the model that find_model() finds; any of
// the spec when there is no model; nothing when there is none.
std::optional<Stored<Program>> current_program(const Job& job);
// The model and that program. Throw Error when there is none, naming the keys on which another
// differs, or the model that another program was made from.
Stored<FloatModel> require_model(const Job& job);
Stored<Program> require_program(const Job& job);

// What stands in Program::origin: the version and the model file that a program was made by and
// from. No path does, so that the same work gives the same file.
std::string program_origin(const std::string& model_sha256);
bool made_from(const Program& program, const std::string& model_sha256);

// Bytes of the integers of each operation, in the order of program.ops.
std::vector<std::size_t> integer_bytes(const Stored<Program>& program);

// A result file of an earlier run; nothing when there is none, or one that is damaged or lacks what
// `use` looks up in it: then it is made again and replaced.
template <class Use>
std::optional<nlohmann::json> read_result(const std::string& path, const Use& use) {
  if (!file_exists(path)) return {};
  try {
    nlohmann::json result = parse_json(read_file(path, 64 << 20), path);
    use(result);
    return result;
  } catch (const Error&) {
  } catch (const nlohmann::json::exception&) {
  }
  return {};
}

// Whether there is a result with this value in that field.
bool has(const std::optional<nlohmann::json>& result, const char* field, const std::string& value);

}  // namespace emamba

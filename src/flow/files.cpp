// SPDX-License-Identifier: Apache-2.0
// Looking for a file that fits, and what to say when there is none.
#include "flow/files.h"

#include <algorithm>
#include <filesystem>

#include "base/safetensors.h"
#include "flow/version.h"
#include "ir/structure.h"
#include "quant/quantise.h"

namespace emamba {
namespace {

template <class T>
Stored<T> load_stored(const std::string& path, Stored<T> (*read)(const std::string&)) {
  try {
    return read(path);
  } catch (const ReadError&) {
    throw;
  } catch (const Error& e) {
    const std::string remedy = fmt::format("remove {}, so that another one is made", path);
    throw Error(e.what(), e.hint().empty() ? remedy : fmt::format("{}\n{}", e.hint(), remedy));
  }
}

template <class T, class Fits>
std::optional<Stored<T>> find_stored(const Job& job, const std::string& name,
                                     Stored<T> (*load)(const std::string&), const Fits& fits) {
  for (const std::string& path : find_files(job, name)) {
    Stored<T> stored = load(path);
    if (fits(stored.content)) return stored;
  }
  return {};
}

const Program& network_in(const FloatModel& model) {
  return model.network;
}
const Program& network_in(const Program& program) {
  return program;
}

// What they must be of, by a spec.
Program wanted(const FloatModel&, const Spec& spec) {
  return network_of(spec).program;
}
Program wanted(const Program&, const Spec& spec) {
  return folded_network_of(spec);
}

// The keys on which what a file was made from differs from the spec; where none does, the place in
// which its network does, as with other data of one's own.
template <class T>
std::vector<std::string> differences(const T& content, const Spec& spec,
                                     const std::vector<std::string>& sections) {
  std::vector<std::string> keys = spec_differences(network_in(content).config, spec, sections);
  if (!keys.empty()) return keys;
  const std::string place = first_difference(network_in(content), wanted(content, spec));
  if (!place.empty()) keys.push_back("the network at " + place);
  return keys;
}

// Whether a program was made without the samples that the spec holds out.
bool same_holdout(const Program& program, const Spec& spec) {
  const auto keys = spec_differences(program.config, spec, {"train"});
  return std::find(keys.begin(), keys.end(), "train.holdout") == keys.end();
}

std::string remedy_for(const Job& job, const std::string& verb) {
  return fmt::format("make it with `emamba {} {}{}`", verb, job.settings, job.folders);
}

// There is no file that fits.
template <class T>
[[noreturn]] void fail_to_find(const Job& job, const std::string& name, const std::string& verb,
                               const std::vector<std::string>& sections,
                               Stored<T> (*load)(const std::string&)) {
  const std::string remedy = remedy_for(job, verb);
  const std::vector<std::string> others = find_files(job, name);
  if (!others.empty()) {
    const auto keys = differences(load(others.front()).content, job.spec, sections);
    throw Error(fmt::format("{}: made from another configuration than {}; these keys differ: {}",
                            others.front(), job.settings, fmt::join(keys, ", ")),
                remedy);
  }
  const std::string here = job.out + "/" + name;
  throw Error(job.config.empty()
                  ? fmt::format("there is no {}", here)
                  : fmt::format("there is neither {} nor {}", here, beside(job.config, name)),
              remedy);
}

}  // namespace

Stored<FloatModel> load_model(const std::string& path) {
  return load_stored(path, read_float_model);
}

Stored<Program> load_program(const std::string& path) {
  return load_stored(path, read_program);
}

std::string beside(const std::string& path, const std::string& name) {
  return std::filesystem::path(path).replace_filename(name).string();
}

std::vector<std::string> find_files(const Job& job, const std::string& name) {
  std::vector<std::string> paths = {job.out + "/" + name};
  if (!job.config.empty()) paths.push_back(beside(job.config, name));
  std::erase_if(paths, [](const std::string& path) { return !something_is_at(path); });
  return paths;
}

std::optional<Stored<FloatModel>> find_model(const Job& job,
                                             const std::vector<std::string>& sections) {
  return find_stored<FloatModel>(job, kModelFile, load_model, [&](const FloatModel& model) {
    return differences(model, job.spec, sections).empty();
  });
}

std::optional<Stored<Program>> find_program(const Job& job, const std::string& model_sha256) {
  return find_stored<Program>(job, kProgramFile, load_program, [&](const Program& program) {
    const bool of_model = made_from(program, model_sha256) && same_holdout(program, job.spec);
    return (model_sha256.empty() || of_model) &&
           differences(program, job.spec, program_sections()).empty();
  });
}

Stored<FloatModel> require_model(const Job& job) {
  if (auto model = find_model(job)) return std::move(*model);
  fail_to_find(job, kModelFile, "train", model_sections(), load_model);
}

std::optional<Stored<Program>> current_program(const Job& job) {
  const auto model = find_model(job);
  return find_stored<Program>(job, kProgramFile, load_program, [&](const Program& program) {
    return (!model || made_from(program, model->sha256)) &&
           differences(program, job.spec, program_sections()).empty();
  });
}

Stored<Program> require_program(const Job& job) {
  require_integer_form(folded_network_of(job.spec), job.spec.approx);
  if (auto program = current_program(job)) return std::move(*program);
  // A program of an earlier training has the right keys, and the wrong weights.
  if (const auto stale = find_program(job)) {
    throw Error(
        fmt::format("{}: made from another model than {}", stale->path, find_model(job)->path),
        remedy_for(job, "quantize"));
  }
  fail_to_find(job, kProgramFile, "quantize", program_sections(), load_program);
}

std::string program_origin(const std::string& model_sha256) {
  return fmt::format("emamba quantize; emamba {}; model sha256 {}", version(), model_sha256);
}

bool made_from(const Program& program, const std::string& model_sha256) {
  return program.origin.ends_with("model sha256 " + model_sha256);
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

bool has(const std::optional<nlohmann::json>& result, const char* field, const std::string& value) {
  return result && result->contains(field) && (*result)[field] == value;
}

}  // namespace emamba

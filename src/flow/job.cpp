// SPDX-License-Identifier: Apache-2.0
// Opening a job, and its output folder.
#include "flow/job.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/shell.h"
#include "data/dataset.h"
#include "hw/fold.h"
#include "target/device.h"

namespace emamba {
namespace {

Job job_of(Spec spec, const Workplace& workplace) {
  Job job;
  job.spec = std::move(spec);
  // Errors of every verb, not only of those that plan hardware.
  find_device(job.spec.hardware.device);
  if (job.spec.hardware.goal == Goal::kNone) {
    require_lanes(network_of(job.spec).program, job.spec.hardware);
  }
  job.out = workplace.out.empty() ? "out/" + job.spec.name : workplace.out;
  job.data = data_folder(workplace.data);
  if (!workplace.out.empty()) job.folders += " --out " + shell_word(workplace.out);
  if (!workplace.data.empty()) job.folders += " --data " + shell_word(workplace.data);
  const int processors = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  job.threads = workplace.threads > 0 ? workplace.threads : processors;
  job.train_threads = workplace.threads > 0 ? workplace.threads : 1;
  job.observer = workplace.observer;
  return job;
}

}  // namespace

ProgressCallback Job::progress(const std::string& what) const {
  return observer.progress ? observer.progress(what) : ProgressCallback();
}

void Job::say(const std::string& line) const {
  if (observer.say) observer.say(line);
}

Job open_job(const std::string& config, const std::vector<std::string>& overrides,
             const Workplace& workplace) {
  if (std::filesystem::is_directory(config)) {
    throw Error(fmt::format("{}: is a folder", config),
                fmt::format("name the file: {}/config.toml", config));
  }
  Job job = job_of(read_spec(config, overrides), workplace);
  job.config = config;
  job.settings = shell_word(config);
  for (const std::string& text : overrides) job.settings += " --set " + shell_word(text);
  return job;
}

Job open_job(const Spec& spec, const Workplace& workplace) {
  const std::string source = fmt::format("the spec {}", spec.name);
  Job job = job_of(spec_from_json(to_json(spec), source), workplace);
  job.settings = fmt::format("({}, a spec in memory)", spec.name);
  return job;
}

Job changed(const Job& job, const std::vector<std::string>& overrides, const std::string& out) {
  Job other = job;
  other.spec = overridden(job.spec, overrides);
  for (const std::string& text : overrides) other.settings += " --set " + shell_word(text);
  other.out = out;
  other.folders = fmt::format(" --out {} --data {}", shell_word(out), shell_word(job.data));
  return other;
}

FolderLock prepare_out(const Job& job, const std::vector<std::string>& files) {
  std::error_code code;
  std::filesystem::create_directories(job.out, code);
  if (code || !std::filesystem::is_directory(job.out)) {
    throw Error(fmt::format("{}: cannot be the folder of the results: {}", job.out,
                            code ? code.message() : "it is no folder"),
                "name another one with --out");
  }
  FolderLock lock(job.out);
  for (const std::string& file : files) require_replaceable(job.out + "/" + file);
  return lock;
}

void write_result(const Job& job, const std::string& name, const nlohmann::json& result) {
  write_file(job.out + "/" + name, result.dump(2) + "\n");
}

}  // namespace emamba

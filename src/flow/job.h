// SPDX-License-Identifier: Apache-2.0
// What is worked on: a spec, the folders, the threads, and whom to tell how it goes.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/folder_lock.h"
#include "base/progress.h"
#include "flow/spec.h"

namespace emamba {

// What the work tells, and asks, whoever started it. Any of them may be left empty.
struct Observer {
  // Work begins on `what`. What this returns is called with every step, and let go at the end.
  std::function<ProgressCallback(const std::string& what)> progress;
  // A line about something that is done.
  std::function<void(const std::string& line)> say;
  // A training begins. It ends early, and keeps its checkpoint, when the flag that this returns
  // becomes true; the flag is let go at the end.
  std::function<std::shared_ptr<const std::atomic<bool>>()> stop;
};

// Where results go, where data sets are, and how many threads work; "" and 0 are the defaults:
// out/NAME, $EMAMBA_DATA or data, and all of the machine but 1 for training.
struct Workplace {
  std::string out = {}, data = {};
  int threads = 0;
  Observer observer = {};
};

struct Job {
  Spec spec;
  std::string config;     // path of config.toml; "": the spec was in memory
  std::string settings;   // config.toml and overrides, as a command must repeat them
  std::string out, data;  // folders
  std::string folders;    // " --out DIR --data DIR" as far as they are not the defaults
  int threads = 1;        // for everything but training
  int train_threads = 1;  // another number gives other last bits
  Observer observer;

  // Reports the steps of `what`; may be empty.
  ProgressCallback progress(const std::string& what) const;
  void say(const std::string& line) const;
};

// A job from a config.toml and "key=value" overrides of it. Throws Error as read_spec() does.
Job open_job(const std::string& config, const std::vector<std::string>& overrides,
             const Workplace& workplace);
// A job from a spec in memory, which is checked as one from a file.
Job open_job(const Spec& spec, const Workplace& workplace);

// The same job with keys of its spec replaced as by --set, and its results in another folder.
Job changed(const Job& job, const std::vector<std::string>& overrides, const std::string& out);

// Creates the output folder if it is absent, and takes it for this process as long as the lock
// lives: everything that writes there does. Throws Error as FolderLock does, and when one of the
// files that are to be written, in the output folder, cannot be replaced: not after hours of work.
[[nodiscard]] FolderLock prepare_out(const Job& job, const std::vector<std::string>& files);
// Writes OUT/name, indented.
void write_result(const Job& job, const std::string& name, const nlohmann::json& result);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Options that verbs share, and the terminal as the observer of their work.
#include <CLI/CLI.hpp>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <memory>

#include "base/files.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "report/generated.h"

namespace emamba {
namespace {

std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free, "written in a signal handler");

// While it lives, the first Ctrl-C (or SIGTERM) asks the training to stop; a second one ends the
// process at once.
class StopOnSignal {
 public:
  StopOnSignal() {
    stop_requested = false;
    struct sigaction action {};
    action.sa_handler = [](int) { stop_requested = true; };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~StopOnSignal() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

 private:
  struct sigaction interrupt_ {
  }, terminate_{};
};

// "" is no name for a file or a folder; an unset variable of a script may have been meant.
CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& text) { return text.empty() ? "must not be empty" : ""; }, "");
}

ProgressCallback draw_progress(const std::string& what) {
  return [line = std::make_shared<ProgressLine>(what)](std::size_t done, std::size_t total,
                                                       const std::string& remark) {
    line->update(done, total, remark);
  };
}

}  // namespace

std::string full_name(const CLI::App* verb) {
  const std::string& name = verb->get_name();
  return verb->get_parent() == nullptr ? name : full_name(verb->get_parent()) + " " + name;
}

void add_job_options(CLI::App& verb, CommonOptions& options) {
  verb.add_option("config", options.config, "The model's config.toml")
      ->required()
      ->type_name("config.toml");
  verb.add_option("--set", options.overrides,
                  "Replace a key of config.toml, e.g. train.epochs=3; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb.add_option("--out", options.out, "Folder of the results; default: out/NAME")
      ->check(not_empty())
      ->type_name("DIR");
  add_data_option(verb, options);
  add_json_option(verb, options);
}

CLI::Option* add_target_options(CLI::App& verb, TargetOptions& options) {
  CLI::Option* target =
      verb.add_option("--target", options.target,
                      fmt::format("Process to map to: {}, or a .toml that describes one",
                                  fmt::join(asic_targets(), ", ")))
          ->type_name("NAME");
  verb.add_option("--pdk", options.libraries,
                  "Folder of the target's libraries; default: $EMAMBA_PDK")
      ->needs(target)
      ->type_name("DIR");
  verb.add_option("--clock", options.clock_mhz,
                  "Clock to be reached; units that miss it are mapped for speed; default: the "
                  "target's")
      ->needs(target)
      ->check(CLI::Range(1.0, 1e5))
      ->type_name("MHZ");
  return target;
}

AsicTarget target_of(const TargetOptions& options) {
  AsicTarget target = read_asic_target(options.target, options.libraries);
  if (options.clock_mhz > 0) target.clock_mhz = options.clock_mhz;
  return target;
}

void add_jobs_option(CLI::App& verb, int& jobs) {
  verb.add_option("--jobs", jobs, "Units synthesised at a time; default: all processors")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

void add_threads_option(CLI::App& verb, CommonOptions& options, const std::string& initial) {
  verb.add_option("--threads", options.threads, "Threads; default: " + initial)
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
}

void add_saturation_option(CLI::App& verb, Saturation& saturation) {
  verb.add_flag_callback(
      "--allow-saturation", [&saturation] { saturation = Saturation::kAllowed; },
      "Take a program of which more than 10 % of an edge's values lie beyond its integers");
}

void add_data_option(CLI::App& verb, CommonOptions& options) {
  verb.add_option("--data", options.data, "Folder of the data sets; default: $EMAMBA_DATA or data")
      ->check(not_empty())
      ->type_name("DIR");
}

void add_json_option(CLI::App& verb, CommonOptions& options) {
  verb.add_flag("--json", options.json, "Print one JSON object; errors still go to stderr");
}

Workplace workplace_of(const CommonOptions& options) {
  Workplace workplace{options.out, options.data, options.threads};
  workplace.observer.progress = draw_progress;
  workplace.observer.stop = [] {
    return std::shared_ptr<const std::atomic<bool>>(std::make_shared<StopOnSignal>(),
                                                    &stop_requested);
  };
  if (options.json) return workplace;
  workplace.observer.say = [](const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);
  };
  return workplace;
}

Job job_of(const CommonOptions& options) {
  return open_job(options.config, options.overrides, workplace_of(options));
}

std::string page_with(const std::string& file, const std::string& part,
                      const std::string& content) {
  return with_part(file_exists(file) ? read_file(file, 16 << 20) : "", part, content, file);
}

}  // namespace emamba

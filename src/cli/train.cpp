// SPDX-License-Identifier: Apache-2.0
// `emamba train`: from a config and data to a float model.
#include "train/train.h"

#include <CLI/CLI.hpp>
#include <csignal>
#include <memory>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/safetensors.h"
#include "cli/stages.h"
#include "train/checkpoint.h"

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

[[noreturn]] void report_stop(const Job& job, const TrainResult& result) {
  const std::size_t complete = result.history.size();
  if (complete == 0) throw Stopped("training stopped in its first epoch; nothing was kept");
  throw Stopped(fmt::format("training stopped after {} of {} epochs; the checkpoint is in {}",
                            complete, job.spec.train.epochs, job.out),
                fmt::format("go on with `emamba train {}{} --resume`", job.settings, job.folders));
}

Split load_val(const Job& job) {
  return job.spec.train.holdout > 0 ? load_split(job.spec, job.data, "val") : Split{};
}

void print_summary(const Job& job, const nlohmann::json& result) {
  fmt::print("{} epochs on {} samples in {:.0f} s; loss {:.4f}", job.spec.train.epochs,
             result.at("samples").at("train").get<std::size_t>(),
             result.at("seconds").get<double>(), result.at("loss").get<double>());
  for (const auto& [name, value] : result.at("val").items()) {
    fmt::print(", val {} {:.2f}", name, value.get<double>());
  }
  fmt::print("\nwrote {}\n", result.at("model").get<std::string>());
}

}  // namespace

nlohmann::json train_stage(const Job& job, const nlohmann::json& hashes, bool resume,
                           TrainDevice device) {
  const Split train_split = load_split(job.spec, job.data, "train");
  const Split val_split = load_val(job);
  TrainResult result;
  {
    const StopOnSignal guard;
    ProgressLine line("train");
    result = train(job.spec, train_split, val_split,
                   {.out = job.out,
                    .resume = resume,
                    .threads = job.train_threads,
                    .device = device,
                    .progress = line.callback(),
                    .stop = &stop_requested});
  }
  if (result.stopped) report_stop(job, result);

  const std::string command = "emamba train " + job.settings;
  const std::string path = job.out + "/" + kModelFile;
  result.model.origin =
      fmt::format("{}; seed {}, {} training samples, {} threads, emamba {}", command,
                  job.spec.train.seed, train_split.samples(), job.train_threads, EMAMBA_VERSION);
  write_float_model(path, result.model);
  double seconds = 0;
  for (const EpochRecord& record : result.history) seconds += record.seconds;
  const EpochRecord& last = result.history.back();
  const nlohmann::json summary = {
      {"key", train_key(job, hashes)},
      {"command", command},
      {"version", EMAMBA_VERSION},
      {"seed", job.spec.train.seed},
      {"spec", to_json(job.spec)},
      {"parameters", parameter_count(job.spec)},
      {"data", hashes},
      {"samples", {{"train", train_split.samples()}, {"val", val_split.samples()}}},
      {"threads", job.train_threads},
      {"machine", machine_name()},
      {"seconds", rounded(seconds, 3)},
      {"epochs", last.epoch},
      {"steps", last.step},
      {"loss", last.loss},
      {"val", last.val ? to_json(*last.val) : nlohmann::json::object()},
      {"model", path},
      {"model_sha256", sha256_file(path)}};
  write_result(job, "train.json", summary);
  return summary;
}

bool can_resume(const Job& job) {
  const std::string path = job.out + "/" + kCheckpointFile;
  if (!file_exists(path)) return false;
  const std::string remedy = fmt::format("remove {} to train from the start", path);
  Spec spec;
  std::size_t epochs = 0;
  try {
    const std::string text = read_safetensors(path).metadata[kCheckpointKey];
    const nlohmann::json meta = parse_json(text, path);
    spec = spec_from_json(meta.at("spec"), path);
    epochs = meta.at("history").size();
  } catch (const Error& e) {
    throw Error(e.what(), remedy);
  } catch (const nlohmann::json::exception& e) {
    throw Error(fmt::format("{}: damaged checkpoint: {}", path, e.what()), remedy);
  }
  if (epochs >= static_cast<std::size_t>(spec.train.epochs)) return false;
  const auto keys = spec_differences(spec, job.spec, train_sections());
  if (keys.empty()) return true;
  throw Error(fmt::format("{}: of a training that was stopped after {} of {} epochs, with another "
                          "configuration; these keys differ: {}",
                          path, epochs, spec.train.epochs, fmt::join(keys, ", ")),
              remedy + ", or set the keys back to finish that one");
}

void add_train(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("train", "Train the model on the task's training samples");
  struct Options : CommonOptions {
    bool resume = false;
    std::string device = "cpu";
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "1; another number gives other last bits");
  verb->add_flag("--resume", options->resume, "Go on from the checkpoint in the output folder");
  verb->add_option("--device", options->device, "cpu (default), or cuda with such a LibTorch")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->type_name("cpu|cuda");
  verb->footer(
      "Writes OUT/model.safetensors, train.json, train.jsonl (a line an epoch) and, after every\n"
      "epoch, checkpoint.safetensors. Ctrl-C stops after the step under way.\n\n"
      "Example: emamba train models/mars/config.toml --out out/mars --set train.epochs=20");
  verb->callback([options] {
    const Job job = open_job(*options);
    prepare_out(job);
    const nlohmann::json result =
        train_stage(job, data_hashes(job), options->resume,
                    options->device == "cuda" ? TrainDevice::kCuda : TrainDevice::kCpu);
    if (options->json) {
      fmt::print("{}\n", result.dump(2));
    } else {
      print_summary(job, result);
    }
  });
}

}  // namespace emamba

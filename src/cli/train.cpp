// SPDX-License-Identifier: Apache-2.0
// `emamba train`: from a config and data to a float model.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/cli.h"
#include "flow/data.h"
#include "flow/train.h"
#include "report/measures.h"

namespace emamba {
namespace {

void print_training(const Job& job, const nlohmann::json& result) {
  fmt::print("{} epochs on {} samples in {:.0f} s; loss {:.4f}", job.spec.train.epochs,
             result.at("samples").at("train").get<std::size_t>(),
             result.at("seconds").get<double>(), result.at("loss").get<double>());
  if (result.contains("measures")) {
    fmt::print("; val {}", metrics_text(measures_at(result), result.at("val")));
  }
  fmt::print("\nwrote {}\n", result.at("model").get<std::string>());
}

}  // namespace

void add_train(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("train", "Train the model on the task's training samples");
  struct Options : CommonOptions {
    bool resume = false, force = false;
    std::string device = "cpu";
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "1; another number gives other last bits");
  verb->add_flag("--resume", options->resume, "Go on from the checkpoint in the output folder");
  verb->add_flag("--force", options->force, "Replace the training that the output folder holds")
      ->excludes("--resume");
  verb->add_option(
          "--device", options->device,
          "cpu (default), or cuda with such a LibTorch: slower than one core at batches of "
          "hundreds, because a step is hundreds of small kernels")
      ->check(CLI::IsMember({"cpu", "cuda"}))
      ->type_name("cpu|cuda");
  verb->footer(
      "Writes OUT/model.safetensors, train.json, train.jsonl (a line an epoch) and, after every\n"
      "epoch, checkpoint.safetensors. Ctrl-C stops after the step under way.\n\n"
      "Example: emamba train models/mars/config.toml --out out/mars --set train.epochs=20");
  verb->callback([options] {
    const Job job = job_of(*options);
    const FolderLock lock = prepare_out(job, train_files());
    const TrainStart start = options->resume  ? TrainStart::kResume
                             : options->force ? TrainStart::kReplace
                                              : TrainStart::kFresh;
    const TrainDevice device = options->device == "cuda" ? TrainDevice::kCuda : TrainDevice::kCpu;
    print_result(*options, train_stage(job, data_hashes(job), start, device),
                 [&](const nlohmann::json& result) { print_training(job, result); });
  });
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Stands in for train.cpp and the training library in a tool built without LibTorch: there is no
// verb train, and what needs a training says why it cannot go on.
#include "base/error.h"
#include "cli/stages.h"
#include "train/finetune.h"

namespace emamba {

void add_train(CLI::App&) {}

bool can_resume(const Job&) {
  return false;
}

nlohmann::json train_stage(const Job& job, const nlohmann::json&, bool, TrainDevice) {
  throw Error(
      fmt::format("no model fits {}, and this emamba was built without training", job.config),
      "install libtorch-dev and build with -DEMAMBA_TRAIN=ON, or put a trained "
      "model.safetensors beside the config");
}

FinetuneResult finetune(const FloatModel&, const Program&, const Split&, int,
                        const ProgressCallback&) {
  throw Error("quant.finetune_steps > 0, and this emamba was built without training",
              "install libtorch-dev and build with -DEMAMBA_TRAIN=ON, or set it to 0");
}

}  // namespace emamba

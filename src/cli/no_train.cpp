// SPDX-License-Identifier: Apache-2.0
// Stands in for train.cpp in a tool built without LibTorch: there is no verb train, and a flow that
// needs a training says why it cannot go on.
#include "base/error.h"
#include "cli/stages.h"

namespace emamba {

void add_train(CLI::App&) {}

bool can_resume(const Job&) {
  return false;
}

nlohmann::json train_stage(const Job& job, const nlohmann::json&, bool) {
  throw Error(
      fmt::format("no model fits {}, and this emamba was built without training", job.config),
      "install libtorch-dev and build with -DEMAMBA_TRAIN=ON, or put a trained "
      "model.safetensors beside the config");
}

}  // namespace emamba

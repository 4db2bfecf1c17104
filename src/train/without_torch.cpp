// SPDX-License-Identifier: Apache-2.0
// Training and fine-tuning in a build without LibTorch: they say why they cannot be had.
#include "base/error.h"
#include "train/finetune.h"
#include "train/train.h"

namespace emamba {

TrainResult train(const Network&, const TrainSpec&, const Split&, const Split&,
                  const TrainOptions&) {
  throw Error("training needs LibTorch, and this emamba was built without it",
              "install libtorch-dev and build with -DEMAMBA_TRAIN=ON, or put a trained "
              "model.safetensors beside the config",
              ErrorKind::kMissing);
}

FinetuneResult finetune(const FloatModel&, const Program&, const TrainSpec&, const QuantSpec&,
                        const Split&, int, const ProgressCallback&) {
  throw Error("fine-tuning needs LibTorch, and this emamba was built without it",
              "install libtorch-dev and build with -DEMAMBA_TRAIN=ON, or set "
              "quant.finetune_steps = 0",
              ErrorKind::kMissing);
}

}  // namespace emamba

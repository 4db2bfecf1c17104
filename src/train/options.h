// SPDX-License-Identifier: Apache-2.0
// What the table [train] of a configuration says. Known without LibTorch, too.
#pragma once

#include <array>
#include <cstdint>

#include "base/keys.h"

namespace emamba {

enum class Schedule { kOneCycle, kCosine };
// kRmse is the mean over outputs of each output's root mean square error in the batch.
enum class Loss { kCrossEntropy, kMse, kRmse };

struct TrainSpec {
  int epochs = 16, batch = 128;
  double lr = 4e-3, weight_decay = 0.01;
  Schedule schedule = Schedule::kOneCycle;
  double warmup = 0.1;  // share of all steps
  double clip = 1.0;    // of the global gradient norm; 0 switches clipping off
  Loss loss = Loss::kCrossEntropy;
  double label_smoothing = 0.0;  // cross-entropy only
  int shift = 0;                 // augmentation: up to this many pixels in each direction
  bool flip = false;             // augmentation: mirror left-right with probability 1/2
  bool bfloat16 = false;         // trained weights are rounded to 16 bits
  double dropout = 0.0;          // of what Linears behind the pooling read
  double holdout = 0.1;          // share of the training samples held out as the split "val"
  std::uint64_t seed = 1;
};

EMAMBA_NAMES(Schedule, "one-cycle", "cosine");
EMAMBA_NAMES(Loss, "cross-entropy", "mse", "rmse");

template <class V>
void visit_keys(TrainSpec& t, V&& v) {
  v("train.epochs", t.epochs, Range{1, 100000}, "passes over the training split");
  v("train.batch", t.batch, Range{1, 65536}, "samples a step");
  v("train.lr", t.lr, Range{0, 1e30}, "highest learning rate (AdamW)");
  v("train.weight_decay", t.weight_decay, Range{0, 10}, "decoupled, on matrices only");
  v("train.schedule", t.schedule, "of the learning rate");
  v("train.warmup", t.warmup, Range{0, 1}, "share of all steps before the highest rate");
  v("train.clip", t.clip, Range{0, 1e9}, "largest norm of the gradient; 0: none");
  v("train.loss", t.loss, "rmse: mean over outputs of each output's batch RMSE");
  v("train.label_smoothing", t.label_smoothing, Range{0, 0.9}, "for cross-entropy");
  v("train.shift", t.shift, Range{0, 16}, "augmentation: random shifts in pixels");
  v("train.flip", t.flip, "augmentation: random left-right mirroring");
  v("train.bfloat16", t.bfloat16,
    "round the trained weights to BF16, of which model.safetensors takes half as many bytes");
  v("train.dropout", t.dropout, Range{0, 0.9},
    "share of the numbers that become 0 in front of every linear that reads one vector a sample");
  v("train.holdout", t.holdout, Range{0, 0.9}, "share of the training samples held out as val");
  v("train.seed", t.seed, Range{0, 9e15}, "of everything random");
}

}  // namespace emamba

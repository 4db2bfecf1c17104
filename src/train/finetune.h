// SPDX-License-Identifier: Apache-2.0
// Quantisation-aware fine-tuning: training goes on with the numbers that the hardware computes.
#pragma once

#include "base/progress.h"
#include "data/dataset.h"
#include "ir/float_model.h"
#include "ir/program.h"
#include "quant/options.h"
#include "train/options.h"

namespace emamba {

struct FinetuneResult {
  FloatModel model;  // the tuned parameters, before rounding
  Program program;   // the same, rounded; number types and tables as they were
  double loss = 0;   // mean over the last tenth of the steps
};

// AdamW for quant.finetune_steps batches of spec.batch samples of `train`, drawn and augmented as
// in training, towards the labels or the float model's outputs (quant.finetune_target); the
// learning rate falls from quant.finetune_lr to 0 along half a cosine. Every step runs the fast
// engine on `threads` threads; the gradients are those of train/quantised_network.h. `program` must
// have been made from `model`. The same inputs give the same bits for any number of threads. Throws
// Error at the first loss or parameter that is not finite.
FinetuneResult finetune(const FloatModel& model, const Program& program, const TrainSpec& spec,
                        const QuantSpec& quant, const Split& train, int threads,
                        const ProgressCallback& progress = {});

}  // namespace emamba

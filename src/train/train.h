// SPDX-License-Identifier: Apache-2.0
// Training: from a network and data to a float model.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "ir/float_model.h"
#include "ir/network.h"
#include "train/options.h"

namespace emamba {

enum class TrainDevice { kCpu, kCuda };

struct TrainOptions {
  // Folder (created if absent) for checkpoint.safetensors and train.jsonl, both replaced after
  // every epoch; empty: nothing is written.
  std::string out;
  bool resume = false;  // go on from the checkpoint in `out`
  // Shares of a batch that are worked on at a time. The same number, spec, data and binary give the
  // same bits on the same processor.
  int threads = 1;
  TrainDevice device = TrainDevice::kCpu;   // kCuda: throws Error where there is none
  ProgressCallback progress;                // after every step; may be empty
  const std::atomic<bool>* stop = nullptr;  // ends the training after the step in which it is set
};

// One epoch; also one line of train.jsonl.
struct EpochRecord {
  int epoch = 0;               // from 1
  std::size_t step = 0;        // steps done in all
  double loss = 0;             // mean over the epoch's steps
  double lr = 0;               // of the epoch's last step
  std::optional<Metrics> val;  // after the epoch; none without a val split
  double seconds = 0;          // of this epoch
};

struct TrainResult {
  FloatModel model;  // as it was after the last step
  std::vector<EpochRecord> history;
  bool stopped = false;  // by `stop`, before the last epoch was complete
};

// AdamW on `train` for spec.epochs passes in random order; a pass leaves out the samples
// that do not fill its last batch. The weights of the last epoch are kept, whatever `val` (which
// may be empty) says. Throws Error at the first loss, gradient or parameter that is not finite,
// naming it with epoch and step; the last epoch's checkpoint stays. A checkpoint made with another
// configuration (network.program.config) of task, data, model or training, or on another training
// split, is refused.
TrainResult train(const Network& network, const TrainSpec& spec, const Split& train,
                  const Split& val, const TrainOptions& options);

}  // namespace emamba

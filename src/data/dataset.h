// SPDX-License-Identifier: Apache-2.0
// Data sets in memory, read from the public files of each task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "data/answer.h"
#include "data/task.h"
#include "ir/input.h"

namespace emamba {

// A part of a data set. Inputs and targets are as published (grey levels 0..255, metres, token
// ids), not yet normalised. Exactly one of labels and targets is filled.
struct Split {
  std::string name;                   // "train", "val" or "test"
  Tensor<float> inputs;               // (samples, height, width, channels)
  std::vector<int> labels;            // (samples), classification
  Tensor<float> targets;              // (samples, outputs), regression
  std::vector<int> subjects;          // (samples), which person, from 1; empty: not known
  Answer answer;                      // what labels or targets mean
  std::vector<std::string> warnings;  // what a reader of results must know, e.g. skipped frames

  std::size_t samples() const { return inputs.shape.empty() ? 0 : inputs.shape[0]; }
};

// The folder that holds the data sets: `option` if not empty, else $EMAMBA_DATA, else "data".
std::string data_folder(const std::string& option);

// `to` becomes the samples `rows` (ascending) of `from`, which it may be itself.
void select_samples(const Split& from, const std::vector<std::size_t>& rows, Split& to);

// "train" and "val" divide the training samples: a random share of them, drawn with a fixed seed,
// is "val". Samples keep their order. Throws Error when none is left for `split`.
Split hold_out(Split training, double share, const std::string& split);

// Reads one split: "train", "val" or "test" ("train" and "val" divide the published training
// samples, `holdout` being the share of "val"; MARS pools its published train and validate parts
// first). Samples keep their published order. Throws Error naming the file and what to do when data
// is missing or damaged.
Split load_split(const Task& task, const std::string& folder, double holdout,
                 const std::string& split);

// The first `count` samples; all of them when count is 0 or too large.
Split first_samples(Split split, std::size_t count);
// `count` samples drawn without replacement with `seed`, in published order.
Split draw_samples(const Split& split, std::size_t count, std::uint64_t seed);

// Per-channel mean and population standard deviation of a (training) split. A channel without
// spread has std 1; token tasks have mean 0, std 1. Extremes are those of `sample`. Throws Error,
// naming sample and channel, on an input that is not finite.
Normalisation fit_normalisation(const Input& sample, const Split& train);

}  // namespace emamba

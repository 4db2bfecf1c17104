// SPDX-License-Identifier: Apache-2.0
// The state of a training between two epochs, as one safetensors file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/rng.h"
#include "base/tensor.h"
#include "ir/program.h"
#include "train/train.h"

namespace emamba {

struct Checkpoint {
  std::string config;           // the configuration, as JSON
  Normalisation normalisation;  // of the training split: tells another split from this one
  std::size_t samples = 0;      // in the training split
  std::map<std::string, Tensor<float>> parameters;
  std::vector<float> m, v;  // AdamW's moments, all parameters in name order
  Rng rng;                  // of shuffling and augmentation
  std::vector<EpochRecord> history;
};

// The metadata entry that holds the JSON of a checkpoint: "config", "history" and what else is no
// tensor.
inline constexpr char kCheckpointKey[] = "emamba.checkpoint";

// Tensors: the parameters by name, "adamw.m" and "adamw.v"; everything else is JSON in the
// metadata. Replaces the file atomically.
void write_checkpoint(const std::string& path, const Checkpoint& checkpoint);

// Reads a checkpoint and makes sure that training `network` as `expected.config` says, on a split
// with expected.samples and expected.normalisation, can go on from it; throws Error naming what
// differs.
Checkpoint read_checkpoint(const std::string& path, const Program& network,
                           const Checkpoint& expected);

// The keys of two configurations (JSON texts) that decide how a training goes, and differ.
std::vector<std::string> training_differences(const std::string& a, const std::string& b);

nlohmann::json to_json(const EpochRecord& record);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The stage "train": from data to a float model. A build without LibTorch throws Error instead.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "flow/job.h"
#include "train/train.h"

namespace emamba {

// What a training does with one that OUT holds already, finished or not.
enum class TrainStart {
  kFresh,    // throws Error: it may be hours of work
  kResume,   // goes on from its checkpoint
  kReplace,  // takes its place
};

std::string train_key(const Spec& spec, const nlohmann::json& hashes);
// The files that train_stage() writes in OUT.
const std::vector<std::string>& train_files();
// Writes OUT/model.safetensors, train.jsonl and train.json, and returns the last. `hashes` are
// those of data_hashes(). Throws Error as train() does, and one of the kind kStopped after
// Observer::stop; the checkpoint of the last complete epoch is kept then.
nlohmann::json train_stage(const Job& job, const nlohmann::json& hashes, TrainStart start,
                           TrainDevice device = TrainDevice::kCpu);

// Whether OUT holds a checkpoint of this very training whose model is not written yet. Throws Error
// when it holds such a one of another training, or a damaged one: a training from the start would
// replace it.
bool can_resume(const Job& job);

}  // namespace emamba

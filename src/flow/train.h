// SPDX-License-Identifier: Apache-2.0
// The stage "train": from data to a float model. A build without LibTorch throws Error instead.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "flow/job.h"
#include "train/train.h"

namespace emamba {

// Writes OUT/model.safetensors, train.jsonl and train.json, and returns the last; `resume` goes on
// from the checkpoint in OUT. `hashes` are those of data_hashes(). Throws Error as train() does,
// and one of the kind kStopped after Observer::stop; the checkpoint of the last complete epoch is
// kept then.
std::string train_key(const Spec& spec, const nlohmann::json& hashes);
nlohmann::json train_stage(const Job& job, const nlohmann::json& hashes, bool resume,
                           TrainDevice device = TrainDevice::kCpu);

// Whether OUT holds a checkpoint of this training before its end. Throws Error when it is of
// another training before its end, or damaged: a training from the start would replace it.
bool can_resume(const Job& job);

}  // namespace emamba

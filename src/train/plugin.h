// SPDX-License-Identifier: Apache-2.0
// What needs LibTorch, behind a table that the plug-in holds.
#pragma once

#include <string>

#include "train/finetune.h"
#include "train/train.h"

namespace emamba {

struct TrainPlugin {
  const char* sources;  // hash of what it was built from: another build's types may differ
  decltype(&train) train_function;
  decltype(&finetune) finetune_function;
};
// The name of the table, a `const TrainPlugin`, in the plug-in.
inline constexpr char kTrainPluginTable[] = "emamba_train_table";

// Loads the plug-in, and LibTorch with it, if that has not been done. Throws Error, of the kind
// kMissing, when it is not there, or LibTorch is not, or of the kind kInput when it is of another
// build.
const TrainPlugin& train_plugin();

}  // namespace emamba

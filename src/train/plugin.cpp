// SPDX-License-Identifier: Apache-2.0
#include "train/plugin.h"

#include "source_hash.h"  // written by cmake/source_hash.cmake

extern "C" const emamba::TrainPlugin emamba_train_table{EMAMBA_SOURCE_HASH, emamba::train,
                                                        emamba::finetune};

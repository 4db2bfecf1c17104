// SPDX-License-Identifier: Apache-2.0
// From files of users' own data to a configuration to start with.
#pragma once

#include <string>
#include <vector>

#include "data/own_data.h"

namespace emamba {

// What each .npy file is, from its name: it tells the part by "train", "val" ("valid",
// "validation", "dev") or "test", and the role by a word such as "x", "inputs", "features",
// "images" or "y", "targets", "labels"; e.g. x_train.npy, TestLabels.npy. Throws Error, naming the
// file, when a name tells neither or two files tell the same.
OwnData guess_files(const std::vector<std::string>& paths);

// The text of a config.toml that trains on `task`, with a comment for every choice. Paths in it are
// relative to `folder`, where it is going to stand. `name` is the model's.
std::string starting_config(const OwnTask& task, const std::string& name,
                            const std::string& folder);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Users' own data as splits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "data/dataset.h"
#include "data/own_data.h"

namespace emamba {

// All samples of "train", "val" or "test" as its files hold them, also those that are not finite.
// Throws Error, naming file, index and value, on a class or token id out of range and on a number
// to learn that is not finite.
Split read_own_part(const OwnTask& task, const std::string& part);

// The split that training and evaluation use: inputs that are not finite are treated as
// `data.nonfinite` says, and without files for val it is the share `holdout` of the training
// samples, as for the public data sets. Throws as read_own_part() does, and when a class has no
// sample in train (in val and test that is a warning).
Split load_own_split(const OwnTask& task, double holdout, const std::string& split);

// Gives `normalisation` the extremes of the finite training inputs, 0 where a channel has none, if
// `data.nonfinite` is "saturate" and it has none yet.
void add_extremes(const OwnTask& task, Normalisation& normalisation);

// The whole numbers of a file, which must lie in 0 .. classes - 1, or 0 .. vocab - 1. Throws Error,
// naming file, index and value, when one does not.
Tensor<std::int64_t> read_classes(const std::string& path, std::int64_t classes);
Tensor<std::int64_t> read_tokens(const std::string& path, std::int64_t vocab);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What there is to know about users' own data before training on it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "data/own_data.h"

namespace emamba {

// Reads all files and returns
//   kind      "images", "sequence" or "tokens"
//   sample    {height, width, channels, vocab}
//   answer    "classes", or "numbers" with their `unit`
//   parts     {train, val, test}, val only if it has files of its own; each with
//     inputs, targets            {file, dtype, shape} as stored
//     samples
//     nan, infinite, not_finite  inputs that are NaN, that are infinite; samples with such inputs
//     repeated                   samples that are equal to an earlier one of the part
//     in_train                   val and test: samples that are equal to one of train
//     channels                   list of {min, max, mean, std, constant}, of the finite inputs
//     (null
//                                where there is none); for tokens instead
//     tokens                     {largest, different} ids
//     classes                    list of {name, samples}; for numbers instead
//     outputs                    list of {name, min, max, mean, std, constant}
//   warnings  sentences: what may be wrong, or makes a result look better than it is
// Throws Error as read_own_part() does.
nlohmann::json inspect_own_data(const OwnTask& task);

// Whether a sequence has as many channels as steps, and many, as square images of one channel
// would.
bool may_be_images(const OwnTask& task);

}  // namespace emamba

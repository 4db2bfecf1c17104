// SPDX-License-Identifier: Apache-2.0
// The parameters a training starts from.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "ir/network.h"

namespace emamba {

// All parameters of the network, drawn with `seed` as their starts say (ir/parameters.h), but for
// the biases of the last operation: those are `output_bias` (the mean target of a regression), if
// it is not empty.
std::map<std::string, Tensor<float>> initial_parameters(const Network& network, std::uint64_t seed,
                                                        const std::vector<float>& output_bias);

}  // namespace emamba

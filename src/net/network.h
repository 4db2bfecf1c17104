// SPDX-License-Identifier: Apache-2.0
// From a configuration to a network: the only library that knows families of networks. Everything
// else starts from the program.
#pragma once

#include <string>
#include <vector>

#include "ir/network.h"
#include "net/config.h"

namespace emamba {

// What the samples of a task are, cut as the configuration says; without normalisation. Of
// `sample`, height, width, channels and vocab count.
Input cut(Input sample, const ModelSpec& model);

// The keys of [model] that a kind of network has, beside the kind.
std::vector<std::string> model_keys(NetKind kind);

// Throws Error, naming `source` and the keys, for sizes and switches that contradict each other or
// the samples.
void check(const ModelSpec& model, const Input& sample, const std::string& source);

// The network that `model` describes, for such samples and so many outputs. Edges have 8 bits, of
// token ids and of the answer 16; exponents are 0.
Network build_network(const std::string& name, const ModelSpec& model, const Input& sample,
                      int outputs);

}  // namespace emamba

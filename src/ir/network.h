// SPDX-License-Identifier: Apache-2.0
// A network to be trained.
#pragma once

#include <map>
#include <string>

#include "ir/parameters.h"
#include "ir/program.h"

namespace emamba {

// A program without integers, and how those of its parameters start that do not start as their
// operation says.
struct Network {
  Program program;
  std::map<std::string, Start> starts;  // by parameter
};

// The parameters of a network, in the order in which their start is drawn, each with its own start.
std::vector<ParameterSpec> parameters_of(const Network& network);

}  // namespace emamba

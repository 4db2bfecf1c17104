// SPDX-License-Identifier: Apache-2.0
// What the outputs of a task mean.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ir/spec.h"

namespace emamba {

// In the order of the data set's labels; "0", "1", ... where the data set names no `classes`.
std::vector<std::string> class_names(Task task, std::size_t classes);
// In the order of the data set's coordinates; "0", "1", ... where it names no `joints`.
std::vector<std::string> joint_names(Task task, std::size_t joints);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// One reader for each public task. Each returns all samples of a published part, in their order.
#pragma once

#include <string>
#include <string_view>

#include "data/dataset.h"

namespace emamba {

enum class Part { kTraining, kTest };

// Of a task of the table (data/task.h), by name.
Split read_part(const std::string& task, const std::string& folder, Part part);

Split read_fashion_mnist(const std::string& folder, Part part);
Split read_cifar10(const std::string& folder, Part part);
Split read_mars(const std::string& folder, Part part);
Split synthetic_images(Part part);
Split synthetic_tokens(Part part);

// So many records of CIFAR-10's binary version, which are 10,000 in a file of it: `images`
// (records, 32, 32, 3) and `labels` (records).
void parse_cifar10(std::string_view bytes, const std::string& source, std::size_t records,
                   float* images, int* labels);

}  // namespace emamba

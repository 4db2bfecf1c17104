// SPDX-License-Identifier: Apache-2.0
// Copies of data sets that are known to differ from what was published.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace emamba {

// What a reader of results on these files must know, a sentence each; from the files' names and
// SHA-256. Empty says only that nothing is known.
std::vector<std::string> known_gaps(const std::map<std::string, std::string>& sha256_of_file);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/answer.h"

#include <fmt/format.h>

namespace emamba {

std::string Answer::name(std::size_t output) const {
  return output < names.size() ? names[output] : fmt::format("{}", output);
}

std::vector<std::string> Answer::all_names(std::size_t outputs) const {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < outputs; ++i) all.push_back(name(i));
  return all;
}

}  // namespace emamba

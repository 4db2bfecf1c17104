// SPDX-License-Identifier: Apache-2.0
// Markers of generated parts.
#include "report/generated.h"

namespace emamba {

std::string begin_line(const std::string& name) {
  return "<!-- " + name + ":begin -->";
}

std::string end_line(const std::string& name) {
  return "<!-- " + name + ":end -->";
}

std::optional<std::string> with_generated(const std::string& page, const std::string& name,
                                          const std::string& content) {
  const std::string begin = begin_line(name) + "\n", end = end_line(name);
  const std::size_t first = page.find(begin), last = page.find(end);
  if (first == std::string::npos || last == std::string::npos || last < first ||
      page.find(begin, first + 1) != std::string::npos ||
      page.find(end, last + 1) != std::string::npos) {
    return {};
  }
  return page.substr(0, first) + begin + content + page.substr(last);
}

}  // namespace emamba

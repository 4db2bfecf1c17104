// SPDX-License-Identifier: Apache-2.0
// Markers of generated parts.
#include "report/generated.h"

#include "base/error.h"

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

std::string with_part(const std::string& page, const std::string& name, const std::string& content,
                      const std::string& path) {
  if (const auto replaced = with_generated(page, name, content)) return *replaced;
  const std::string begin = begin_line(name), end = end_line(name);
  if (page.find(begin) == std::string::npos && page.find(end) == std::string::npos) {
    const char* gap = page.empty() || page.ends_with("\n\n") ? ""
                      : page.ends_with('\n')                 ? "\n"
                                                             : "\n\n";
    return page + gap + begin + "\n" + content + end + "\n";
  }
  throw Error(fmt::format("{}: '{}' and '{}' do not enclose a part", path, begin, end),
              "put the first before the second, each once, or remove both");
}

}  // namespace emamba

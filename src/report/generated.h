// SPDX-License-Identifier: Apache-2.0
// Generated parts of pages that are otherwise written by hand: what stands between the lines
// <!-- NAME:begin --> and <!-- NAME:end -->.
#pragma once

#include <optional>
#include <string>

namespace emamba {

std::string begin_line(const std::string& name);
std::string end_line(const std::string& name);

// `page` with `content` as its part `name`; nothing when the page does not have both lines, each
// once and in this order.
std::optional<std::string> with_generated(const std::string& page, const std::string& name,
                                          const std::string& content);
// The same, behind the rest of the page if it has neither line. Throws Error, naming `path`, when
// they are not one of each, in their order.
std::string with_part(const std::string& page, const std::string& name, const std::string& content,
                      const std::string& path);

}  // namespace emamba

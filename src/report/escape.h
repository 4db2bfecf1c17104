// SPDX-License-Identifier: Apache-2.0
// Text in HTML.
#pragma once

#include <string>
#include <string_view>

namespace emamba {

// Safe in element content and in quoted attributes.
inline std::string html_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace emamba

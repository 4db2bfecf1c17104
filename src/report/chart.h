// SPDX-License-Identifier: Apache-2.0
// A timeline as a picture: SVG for HTML, characters for Markdown.
#pragma once

#include <string>

#include "report/document.h"

namespace emamba {

// One <svg>, as wide as there is room; names stand left of it, where style.h keeps room for them.
std::string svg_timeline(const Timeline& timeline);

// Lines of 64 columns beside the units' names, with a line of explanation.
std::string text_timeline(const Timeline& timeline);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// A curve as a picture: SVG for HTML, characters for Markdown.
#pragma once

#include <string>

#include "report/document.h"

namespace emamba {

// One <svg> that takes the width it is given.
std::string svg_curve(const Curve& curve);

// 64 columns and 12 lines of characters, with the axes.
std::string text_curve(const Curve& curve);

}  // namespace emamba

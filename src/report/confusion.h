// SPDX-License-Identifier: Apache-2.0
// A confusion matrix as a picture: SVG for HTML, characters for Markdown.
#pragma once

#include <string>

#include "report/document.h"

namespace emamba {

// One <svg>; the darker a cell, the larger its share of the true class's samples.
std::string svg_confusion(const ConfusionMatrix& matrix);

// A line a class.
std::string text_confusion(const ConfusionMatrix& matrix);

}  // namespace emamba

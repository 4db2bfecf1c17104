// SPDX-License-Identifier: Apache-2.0
// Which unit of a plan is busy when, during its first frame.
#pragma once

#include "report/document.h"

namespace emamba {

// A row a unit whose core takes steps; what only waits or copies (buffers, forks) has none.
Timeline report_timeline(const nlohmann::json& plan);

}  // namespace emamba

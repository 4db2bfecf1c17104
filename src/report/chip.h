// SPDX-License-Identifier: Apache-2.0
// The report's section on a chip: area, clock, energy and layout in standard cells, and what these
// numbers are not.
#pragma once

#include <nlohmann/json.hpp>

#include "report/document.h"

namespace emamba {

// The contents of asic.json, energy.json and layout.json, of one design and one target; the latter
// two may be null.
Section chip_section(const nlohmann::json& asic, const nlohmann::json& energy,
                     const nlohmann::json& layout);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What parts take of ECP5.
#include "target/ecp5.h"
namespace emamba {
const Family& ecp5() {
  static const Family family{.name = "ECP5",
                             .kinds = {{"dsp", "MULT18X18D", &Resources::dsp},
                                       {"lut", "LUT4", &Resources::lut},
                                       {"ff", "FF", &Resources::ff},
                                       {"dp16kd", "DP16KD", &Resources::block}},
                             .rule = {},
                             .part = [](const Part&) { return Resources{}; }};
  return family;
}
}  // namespace emamba

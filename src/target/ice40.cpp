// SPDX-License-Identifier: Apache-2.0
// What parts take of iCE40.
#include "target/ice40.h"
namespace emamba {
const Family& ice40() {
  static const Family family{
      .name = "iCE40",
      .kinds = {{"cell", "LC", &Resources::cell}, {"ebr", "EBR", &Resources::block}},
      .rule = {},
      .part = [](const Part&) { return Resources{}; }};
  return family;
}
const Family& ice40_ultraplus() {
  return ice40();
}
}  // namespace emamba

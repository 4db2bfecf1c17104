// SPDX-License-Identifier: Apache-2.0
// The table of devices.
#include "target/device.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "target/ultrascale.h"

namespace emamba {

const std::vector<Device>& devices() {
  static const std::vector<Device> table = {
      {"zcu102",
       "ZCU102 (XCZU9EG)",
       &ultrascale_plus(),
       {.lut = 274080, .ff = 548160, .dsp = 2520, .block = 2 * 912},
       "AMD DS891"},
      {"kv260",
       "KV260 (XCK26)",
       &ultrascale_plus(),
       {.lut = 117120, .ff = 234240, .dsp = 1248, .block = 2 * 144},
       "AMD DS987"}};
  return table;
}

const Device& find_device(const std::string& key) {
  std::vector<std::string> keys;
  for (const Device& device : devices()) {
    if (device.key == key) return device;
    keys.push_back(device.key);
  }
  throw Error(fmt::format("hardware.device = \"{}\": no device that is known; did you mean \"{}\"?",
                          key, nearest(key, keys)),
              fmt::format("known are {}", fmt::join(keys, ", ")));
}

std::string shortage(const Device& device, const Resources& resources) {
  std::string text;
  for (const ResourceKind& kind : device.family->kinds) {
    const double needs = kind.of(resources), has = kind.of(device.has);
    if (needs <= has) continue;
    text += fmt::format("{}{} of {} {}", text.empty() ? "needs " : ", ", needs, has, kind.name);
  }
  return text;
}

}  // namespace emamba

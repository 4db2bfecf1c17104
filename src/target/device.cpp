// SPDX-License-Identifier: Apache-2.0
// The table of devices.
#include "target/device.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "target/lattice.h"
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
       "AMD DS987"},
      {"lfe5u-25f",
       "LFE5U-25F",
       &ecp5(),
       {.lut = 24288, .ff = 24288, .dsp = 28, .block = 56},
       "Lattice FPGA-DS-02012"},
      {"lfe5u-45f",
       "LFE5U-45F",
       &ecp5(),
       {.lut = 43848, .ff = 43848, .dsp = 72, .block = 108},
       "Lattice FPGA-DS-02012"},
      {"lfe5u-85f",
       "LFE5U-85F",
       &ecp5(),
       {.lut = 83640, .ff = 83640, .dsp = 156, .block = 208},
       "Lattice FPGA-DS-02012"},
      {"hx8k", "iCE40 HX8K", &ice40(), {.block = 32, .cells = 7680}, "Lattice FPGA-DS-02029"},
      {"up5k", "iCE40 UP5K", &ice40(), {.block = 30, .cells = 5280}, "Lattice FPGA-DS-02008"}};
  return table;
}

const Device& find_device(const std::string& key) {
  std::vector<std::string> keys;
  for (const Device& device : devices()) {
    if (device.key == key) return device;
    keys.push_back(device.key);
  }
  throw Error(fmt::format("hardware.device = \"{}\": no device that is known", key),
              fmt::format("{}Known are {}", did_you_mean(key, keys), fmt::join(keys, ", ")));
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

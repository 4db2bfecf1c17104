// SPDX-License-Identifier: Apache-2.0
// Devices that an accelerator may be for, and whether it fits.
#pragma once

#include <string>
#include <vector>

#include "target/family.h"

namespace emamba {

struct Device {
  std::string key;   // hardware.device in config.toml
  std::string name;  // with its chip
  const Family* family = nullptr;
  Resources has;
  std::string source;  // of these figures
};

const std::vector<Device>& devices();

// Throws Error naming the nearest key when there is no such device.
const Device& find_device(const std::string& key);

// What the device has too little of: "needs 3000 of 2520 DSP48E2, 1000.5 of 912 BRAM36"; "" when
// everything fits.
std::string shortage(const Device& device, const Resources& resources);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "target/device.h"

#include <set>

#include "base/testing.h"

namespace emamba {
namespace {

TEST(Device, TheTableIsComplete) {
  std::set<std::string> keys;
  for (const Device& device : devices()) {
    SCOPED_TRACE(device.key);
    EXPECT_TRUE(keys.insert(device.key).second);
    EXPECT_EQ(&find_device(device.key), &device);
    EXPECT_FALSE(device.source.empty());
    std::set<std::string> kinds;
    for (const ResourceKind& kind : device.family->kinds) {
      EXPECT_TRUE(kinds.insert(kind.key).second) << kind.key;
    }
  }
}

TEST(Device, AnUnknownOneNamesTheNearest) {
  expect_error([] { find_device("zcu103"); }, "no device that is known");
  expect_error([] { find_device("kv26"); }, "no device that is known");
}

TEST(Device, SaysByHowMuchItIsTooSmall) {
  const Device& zcu102 = find_device("zcu102");
  EXPECT_EQ(shortage(zcu102, {.lut = 274080, .ff = 548160, .dsp = 2520, .block = 1824}), "");
  EXPECT_EQ(shortage(zcu102, {.lut = 1000000, .dsp = 7, .block = 1825}),
            "needs 1000000 of 274080 LUT, 912.5 of 912 BRAM36");
}

}  // namespace
}  // namespace emamba

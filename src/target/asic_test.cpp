// SPDX-License-Identifier: Apache-2.0
#include "target/asic.h"

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

const std::string kText =
    "name = \"Own\"\nnode_nm = 22\nsupply_v = 0.8\nclock_mhz = 250\n"
    "[[corner]]\nname = \"typical\"\nfiles = [\"own.lib\"]\n";

TEST(AsicTarget, AnOwnOneIsReadWithLibrariesBesideIt) {
  const TestFolder folder;
  write_file(folder / "own.lib", "");
  write_file(folder / "own.toml",
             kText + "[[equivalent]]\nnode_nm = 12\narea = 0.5\nsource = \"x\"\n");
  const AsicTarget target = read_asic_target(folder / "own.toml", "");
  EXPECT_EQ(target.name, "Own");
  EXPECT_EQ(target.node_nm, 22);
  EXPECT_EQ(target.supply_v, 0.8);
  EXPECT_EQ(target.clock_mhz, 250);
  ASSERT_EQ(target.corners.size(), 1);
  EXPECT_EQ(target.corners[0].files, std::vector<std::string>{folder / "own.lib"});
  ASSERT_EQ(target.equivalents.size(), 1);
  EXPECT_EQ(target.equivalents[0].area, 0.5);
}

TEST(AsicTarget, WhatIsWrongIsNamed) {
  const TestFolder folder;
  write_file(folder / "own.lib", "");
  const auto refused = [&](const std::string& text, const std::string& message) {
    write_file(folder / "own.toml", text);
    expect_error([&] { read_asic_target(folder / "own.toml", ""); }, message);
  };
  refused(kText + "x = 1\n", "corner 0: unknown key x");
  refused("nam = 1\n" + kText, "unknown key nam");
  refused("name = \"a\"\n", "node_nm must be a number above 0");
  refused("name = \"a\"\nnode_nm = -1\n", "node_nm = -1: must be above 0");
  refused("name = 1\n", "name must be a string, not 1");
  refused("name = \"a\"\nnode_nm = 1\nsupply_v = 1\nclock_mhz = 1\ncorner = []\n",
          "has no [[corner]]");
  std::string text = kText;
  text.replace(text.find("own.lib"), 7, "no.lib");
  refused(text, "no.lib is not there");
  expect_error([&] { read_asic_target(folder / "none.toml", ""); }, "none.toml");
}

TEST(AsicTarget, TheSuppliedOnesAreListedAndWantTheirLibraries) {
  const std::vector<std::string> names = asic_targets();
  EXPECT_EQ(names,
            (std::vector<std::string>{"asap7", "gf180mcu", "ihp-sg13g2", "nangate45", "sky130hd"}));
  const TestFolder folder;
  for (const std::string& name : names) {
    expect_error([&] { read_asic_target(name, folder.path()); }, "is not there");
  }
  expect_error([] { read_asic_target("nangate", ""); }, "--target nangate: no such target");
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "hw/emit.h"

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

TEST(Emit, MemoryFilesAreHeldAgainstTheDesign) {
  Design design;
  design.memories = {{"mem/a.hex", 8, {"01", "ff"}}, {"mem/b.hex", 12, {"07b", "001", "000"}}};
  const TestFolder folder;
  const auto write = [&](const std::string& b) {
    write_file(folder / "mem/a.hex", "01\nff\n");
    write_file(folder / "mem/b.hex", b);
  };
  write("07b\n001\n000\n");
  check_memory_files(design, folder.path());
  const auto expect_refused = [&](const std::string& b, const std::string& text) {
    write(b);
    expect_error([&] { check_memory_files(design, folder.path()); },
                 folder.path() + "/mem/b.hex: " + text);
  };
  expect_refused("07b\n001\n000", "the last line has no end");
  expect_refused("", "the last line has no end");
  expect_refused("07b\n002\n000\n", "word 2 is '002', but 001 in the plan");
  expect_refused("07b\n001\n", "2 words, but 3 in the plan");
  expect_refused("07b\n001\n000\n000\n", "4 words, but 3 in the plan");
  expect_refused("07b\n001\n000\n\n", "4 words, but 3 in the plan");
  expect_refused("07b\n001\n000 \n", "word 3 is '000 '");
  std::filesystem::remove(folder / "mem/b.hex");
  expect_error([&] { check_memory_files(design, folder.path()); }, "mem/b.hex");
}

}  // namespace
}  // namespace emamba

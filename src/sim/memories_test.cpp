// SPDX-License-Identifier: Apache-2.0
#include "sim/memories.h"

#include "sim/testing.h"
#include "sim/verify.h"

namespace emamba {
namespace {

// Nobody looks at the files here but the simulator.
TEST(Memories, VerifyNoticesWhatTheSimulatorReadsOtherwise) {
  Rng rng{5};
  const Program program = random_program(tiny_net(1), rng);
  const BuiltModel built(program, {.lanes = 1});
  const auto simulate = [&] {
    return verify(built.library, built.folder.path(), built.plan, Golden(program),
                  {random_tokens(program, rng)}, {});
  };
  ASSERT_TRUE(simulate().passed());

  int last_words = 0;
  for (const Memory& memory : built.plan.design.memories) {
    SCOPED_TRACE(memory.file);
    const std::string path = built.folder / memory.file, text = read_file(path);
    const auto expect_noticed = [&](const std::string& changed, std::size_t word) {
      write_file(path, changed);
      expect_error(simulate, fmt::format("{}: word {} of {} is {} in the plan", memory.file,
                                         word + 1, memory.words.size(), memory.words[word]));
      write_file(path, text);
    };
    const std::string& last = memory.words.back();
    if (last.find_first_not_of('0') != std::string::npos) {
      expect_noticed(text.substr(0, text.size() - 1), memory.words.size() - 1);
      ++last_words;
    }
    std::string flipped = text;
    flipped[0] = flipped[0] == '0' ? '1' : '0';
    expect_noticed(flipped, 0);
  }
  EXPECT_GT(last_words, 5);
  EXPECT_TRUE(simulate().passed());
}

// Another Verilator or compiler builds anew; the same ones do not.
TEST(Build, ToolsArePartOfTheKey) {
  const TestFolder folder, bin;
  const auto fake = [&](const std::string& name, const std::string& script) {
    write_file(bin / name, "#!/bin/sh\n" + script + "\n");
    std::filesystem::permissions(bin / name, std::filesystem::perms::all);
  };
  // It only notes that it was called.
  const auto verilator = [&](const std::string& version) {
    fake("verilator", "if [ \"$1\" = --version ]; then echo Verilator " + version +
                          "; else echo x >> calls; echo x > sim/libtop.so; fi");
  };
  const std::string before = std::getenv("PATH");
  setenv("PATH", (bin.path() + ":" + before).c_str(), 1);
  Design design;
  write_file(folder / "top.sv", "");
  const auto builds = [&] {
    build_simulator(design, {.directory = folder.path(), .files = {"top.sv"}}, 1);
    return read_file(folder / "calls").size() / 2;
  };
  verilator("5.006 2023-01-22");
  EXPECT_EQ(builds(), 1u);
  EXPECT_EQ(builds(), 1u);
  verilator("5.024 2024-04-05");
  EXPECT_EQ(builds(), 2u);
  fake("g++", "echo g++ 13.1.0");
  EXPECT_EQ(builds(), 3u);
  EXPECT_EQ(builds(), 3u);
  // One that does nothing is named, and not what it should have made.
  fake("verilator", "echo Verilator 5.030");
  expect_error(builds, bin / "verilator: says that all went well, but has not written");
  setenv("PATH", before.c_str(), 1);
}

}  // namespace
}  // namespace emamba

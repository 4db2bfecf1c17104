// SPDX-License-Identifier: Apache-2.0
#include "data/idx.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

using namespace std::string_literals;

const std::string kTwoByThree = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "\x01\x02\x03\x04\x05\xff"s;

TEST(Idx, Reads) {
  const Tensor<std::uint8_t> expected{{2, 3}, {1, 2, 3, 4, 5, 255}};
  EXPECT_EQ(parse_idx(kTwoByThree, "x", 6), expected);
  EXPECT_EQ(parse_idx("\0\0\x08\x01\0\0\0\0"s, "x", 6).shape, (std::vector<std::size_t>{0}));
  TestFolder folder;
  write_file(folder / "a", kTwoByThree);
  EXPECT_EQ(read_idx(folder / "a", 6), expected);
  ASSERT_EQ(std::system(("gzip -k " + folder / "a").c_str()), 0);
  EXPECT_EQ(read_idx(folder / "a.gz", 6), expected);
}

TEST(Idx, NamesWhatIsWrong) {
  const auto reject = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_idx(bytes, "x.idx", 1 << 20); }, text);
  };
  reject("", "x.idx: truncated IDX header");
  reject(kTwoByThree.substr(0, 11), "truncated IDX header");
  reject(kTwoByThree.substr(0, 17), "5 bytes of data do not fill the dimensions 2 x 3");
  reject(kTwoByThree + "x", "more than the 6 bytes of data that fill the dimensions 2 x 3");
  reject("\x89PNG rest", "starts with bytes 89 50 4e 47");
  reject("\0\0\x0d\x01\0\0\0\x01"s + "abcd", "starts with bytes 00 00 0d 01");
  reject("\0\0\x08\0"s, "1 to 4 dimensions");
  reject("\0\0\x08\x05"s + std::string(20, '\0'), "1 to 4 dimensions");
  // 65536 to the fourth is 2^64, which wraps around to 0.
  reject("\0\0\x08\x04"s + "\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0"s, "at most 1048576 bytes make sense");
  reject("\x1f\x8b no gzip", "damaged gzip stream");
}

// 256 MiB of zeros behind a header of six bytes, or of as many: neither is unpacked.
TEST(Idx, AGzipBombIsNotUnpacked) {
  TestFolder folder;
  const auto bomb = [&](const std::string& header) {
    write_file(folder / "head", header);
    EXPECT_EQ(
        std::system(fmt::format("{{ cat {0}; head -c 268435456 /dev/zero; }} | gzip -1 > {0}.gz",
                                folder / "head")
                        .c_str()),
        0);
    return folder / "head.gz";
  };
  const std::string small = bomb("\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s);
  rusage before, after;
  getrusage(RUSAGE_SELF, &before);
  expect_error([&] { read_idx(small, 1 << 20); }, "more than the 6 bytes of data");
  expect_error([&] { read_idx(bomb("\0\0\x08\x01\x10\0\0\0"s), 1 << 20); },
               "dimensions 268435456: at most 1048576 bytes make sense");
  getrusage(RUSAGE_SELF, &after);
  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 64 * 1024) << "KiB";
}

TEST(Idx, SurvivesDamage) {
  fuzz(kTwoByThree, 12, 5000, [](const std::string& bytes) {
    const Tensor<std::uint8_t> t = parse_idx(bytes, "fuzz", 1 << 20);
    std::size_t count = 1;
    for (std::size_t d : t.shape) count *= d;
    EXPECT_EQ(count, t.size());
  });
}

}  // namespace
}  // namespace emamba

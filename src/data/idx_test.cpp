// SPDX-License-Identifier: Apache-2.0
#include "data/idx.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

using namespace std::string_literals;

const std::string kTwoByThree = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "\x01\x02\x03\x04\x05\xff"s;

TEST(Idx, Reads) {
  const Tensor<std::uint8_t> expected{{2, 3}, {1, 2, 3, 4, 5, 255}};
  EXPECT_EQ(parse_idx(kTwoByThree, "x"), expected);
  EXPECT_EQ(parse_idx("\0\0\x08\x01\0\0\0\0"s, "x").shape, (std::vector<std::size_t>{0}));
  TestFolder folder;
  write_file(folder / "a", kTwoByThree);
  EXPECT_EQ(read_idx(folder / "a"), expected);
  ASSERT_EQ(std::system(("gzip -k " + folder / "a").c_str()), 0);
  EXPECT_EQ(read_idx(folder / "a.gz"), expected);
}

TEST(Idx, NamesWhatIsWrong) {
  const auto reject = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_idx(bytes, "x.idx"); }, text);
  };
  reject("", "x.idx: truncated IDX header");
  reject(kTwoByThree.substr(0, 11), "truncated IDX header");
  reject(kTwoByThree.substr(0, 17), "5 bytes of data do not fit the dimensions 2 x 3");
  reject(kTwoByThree + "x", "7 bytes of data");
  reject("\x89PNG rest", "starts with bytes 89 50 4e 47");
  reject("\0\0\x0d\x01\0\0\0\x01"s + "abcd", "starts with bytes 00 00 0d 01");
  reject("\0\0\x08\0"s, "1 to 4 dimensions");
  reject("\0\0\x08\x05"s + std::string(20, '\0'), "1 to 4 dimensions");
  // 65536 to the fourth is 2^64, which wraps around to 0.
  reject("\0\0\x08\x04"s + "\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0"s, "do not fit the dimensions");
  reject("\x1f\x8b no gzip", "damaged gzip stream");
}

TEST(Idx, SurvivesDamage) {
  fuzz(kTwoByThree, 12, 5000, [](const std::string& bytes) {
    const Tensor<std::uint8_t> t = parse_idx(bytes, "fuzz");
    std::size_t count = 1;
    for (std::size_t d : t.shape) count *= d;
    EXPECT_EQ(count, t.size());
  });
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "base/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

const std::string kShape23 = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
const std::vector<float> kSix = {1, 2, 3, 4, 5, 6};

TEST(Npy, ReadsCOrder) {
  const Tensor<float> expected{{2, 3}, kSix};
  EXPECT_EQ(parse_npy(make_npy(kShape23, kSix), "x"), expected);
  EXPECT_EQ(parse_npy(make_npy(kShape23, kSix, 2), "x"), expected);
}

TEST(Npy, ReadsFortranOrder) {
  const std::string header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
  const std::vector<float> columns = {1, 4, 2, 5, 3, 6};
  EXPECT_EQ(parse_npy(make_npy(header, columns), "x"), (Tensor<float>{{2, 3}, kSix}));

  // Three dimensions: element (i, j, k) is stored at i + 2 * (j + 3 * k), and holds 100i + 10j + k.
  std::vector<double> numbers(24);
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) numbers[i + 2 * (j + 3 * k)] = 100 * i + 10 * j + k;
    }
  }
  const Tensor<float> cube = parse_npy(
      make_npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3, 4), }", numbers), "x");
  for (int i = 0, n = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k, ++n) EXPECT_EQ(cube.data[n], 100 * i + 10 * j + k);
    }
  }
}

TEST(Npy, RoundsDoublesToTheNearestFloat) {
  const std::vector<double> numbers = {0.1, 1.0 + 0x1p-25, 1e300, std::nan("")};
  const Tensor<float> t = parse_npy(
      make_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }", numbers), "x");
  EXPECT_EQ(t.data[0], 0.1f);
  EXPECT_EQ(t.data[1], 1.0f);
  EXPECT_EQ(t.data[2], std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(t.data[3]));
}

TEST(Npy, ReadsScalarsEmptyArraysAndOtherSpacing) {
  EXPECT_EQ(parse_npy(make_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), }",
                               std::vector<float>{7}),
                      "x"),
            (Tensor<float>{{}, {7}}));
  EXPECT_EQ(parse_npy(make_npy("{ 'shape' :(0,5) , 'fortran_order':True,'descr':'<f4'}",
                               std::vector<float>{}),
                      "x"),
            (Tensor<float>{{0, 5}, {}}));
}

TEST(Npy, NamesWhatIsWrong) {
  const auto reject = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_npy(bytes, "x.npy"); }, text);
  };
  const auto reject_header = [&](const std::string& header, const std::string& text) {
    reject(make_npy(header, kSix), text);
  };
  const std::string valid = make_npy(kShape23, kSix);
  reject("", "x.npy: does not start");
  reject("PK\3\4 not numpy", "does not start");
  reject(valid.substr(0, 6), "version 0");
  reject(valid.substr(0, 9), "truncated npy header");
  reject(valid.substr(0, 30), "npy header of");
  reject(valid.substr(0, valid.size() - 1), "23 bytes of data do not fit the shape (2, 3)");
  reject(valid + "!", "25 bytes of data");
  reject(make_npy(kShape23, kSix, 3), "version 3");
  reject_header("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3), }", "'>f4'");
  reject_header("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", "'<i4'");
  reject_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (6,), }", "expected");
  reject_header("{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 3), }", "True or False");
  reject_header("{'descr': '<f4', 'fortran_order': False, }", "is missing");
  reject_header("{'descr': '<f4', 'descr': '<f4', 'shape': (6,), }", "stands twice");
  reject_header("{'descr': '<f4', 'order': 'C', 'shape': (6,), }", "unknown key 'order'");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }", "whole numbers");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } x", "closing brace");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6), }",
                "more than 8 dimensions");
  // 2^61 * 8 numbers of 4 bytes: the product wraps around to 0.
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2305843009213693952, 8), }",
                "do not fit the shape");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
                "at most 64 bits");
}

TEST(Npy, ReadsAFile) {
  TestFolder folder;
  write_file(folder / "a.npy", make_npy(kShape23, kSix));
  EXPECT_EQ(read_npy(folder / "a.npy").shape, (std::vector<std::size_t>{2, 3}));
  expect_error([&] { read_npy(folder / "b.npy"); }, "b.npy: cannot read");
}

TEST(Npy, SurvivesDamage) {
  const std::string valid = make_npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }",
                                     std::vector<double>{1, 2, 3, 4, 5, 6});
  fuzz(valid, 80, 5000, [](const std::string& bytes) {
    const Tensor<float> t = parse_npy(bytes, "fuzz");
    std::size_t count = 1;
    for (std::size_t d : t.shape) count *= d;
    EXPECT_EQ(count, t.size());
  });
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "base/npy.h"

#include <gtest/gtest.h>

#include <algorithm>
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

// The bytes of `numbers`, each turned round if `big_endian`.
template <class T>
std::string bytes_of(const std::vector<T>& numbers, bool big_endian) {
  std::string bytes;
  for (const T& number : numbers) {
    std::string one(reinterpret_cast<const char*>(&number), sizeof(T));
    if (big_endian) std::reverse(one.begin(), one.end());
    bytes += one;
  }
  return bytes;
}

std::string make_typed(const std::string& descr, const std::string& data, std::size_t count,
                       int version = 1) {
  return make_npy(
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({},), }}", descr, count),
      std::vector<char>(data.begin(), data.end()), version);
}

// Reads `numbers`, stored as `code`, in both byte orders and all format versions.
template <class T>
void expect_exact(const std::string& code, const std::string& name, const std::vector<T>& numbers) {
  SCOPED_TRACE(code);
  const std::vector<float> floats(numbers.begin(), numbers.end());
  const std::vector<std::int64_t> integers(numbers.begin(), numbers.end());
  for (const std::string order : {"<", ">"}) {
    for (const int version : {1, 2, 3}) {
      const std::string bytes =
          make_typed(order + code, bytes_of(numbers, order == ">"), numbers.size(), version);
      EXPECT_EQ(parse_npy(bytes, "x").data, floats);
      EXPECT_EQ(parse_npy_integers(bytes, "x").data, integers);
      const NpyHeader header = parse_npy_header(bytes, "x");
      EXPECT_EQ(header.dtype(), name);
      EXPECT_EQ(header.shape, (std::vector<std::size_t>{numbers.size()}));
      EXPECT_EQ(header.big_endian, order == ">");
    }
  }
}

template <class T>
void expect_exact_integers(const std::string& code, const std::string& name) {
  constexpr T kLowest = std::numeric_limits<T>::min();
  const T highest = static_cast<T>(std::min<std::uint64_t>(
      std::numeric_limits<T>::max(), std::numeric_limits<std::int64_t>::max()));
  expect_exact<T>(code, name, {0, 1, 2, 100, kLowest, highest, static_cast<T>(highest - 1)});
}

TEST(Npy, ReadsEveryNumberInEveryByteOrderAndVersion) {
  expect_exact_integers<std::int8_t>("i1", "int8");
  expect_exact_integers<std::int16_t>("i2", "int16");
  expect_exact_integers<std::int32_t>("i4", "int32");
  expect_exact_integers<std::int64_t>("i8", "int64");
  expect_exact_integers<std::uint8_t>("u1", "uint8");
  expect_exact_integers<std::uint16_t>("u2", "uint16");
  expect_exact_integers<std::uint32_t>("u4", "uint32");
  expect_exact_integers<std::uint64_t>("u8", "uint64");
  expect_exact<float>("f4", "float32", {0, -1, 0x1p24f, -0x1p62f});
  expect_exact<double>("f8", "float64", {0, -1, 0x1p53, -0x1p63});
  // One byte has no order; NumPy writes '|'.
  EXPECT_EQ(parse_npy(make_typed("|u1", "\x07\xff", 2), "x").data, (std::vector<float>{7, 255}));
  EXPECT_EQ(parse_npy(make_typed("|i1", "\x07\xff", 2), "x").data, (std::vector<float>{7, -1}));
  EXPECT_EQ(parse_npy(make_typed("|b1", std::string("\0\1\2", 3), 3), "x").data,
            (std::vector<float>{0, 1, 1}));
  EXPECT_EQ(parse_npy_header(make_typed("|b1", "\1", 1), "x").dtype(), "bool");
  // Bytes written out, rather than turned round by the helper.
  EXPECT_EQ(parse_npy_integers(make_typed("<i2", "\x2c\x01", 1), "x").data[0], 300);
  EXPECT_EQ(parse_npy_integers(make_typed(">i2", "\x01\x2c", 1), "x").data[0], 300);
  EXPECT_EQ(parse_npy(make_typed(">f4", std::string("\xc0\x20\0\0", 4), 1), "x").data[0], -2.5f);
}

TEST(Npy, ReadsHalfFloats) {
  const std::vector<std::uint16_t> bits = {0x0000, 0x8000, 0x3c00, 0xc100, 0x7bff,
                                           0x0400, 0x0001, 0x03ff, 0x7c00, 0xfc00};
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const std::vector<float> numbers = {0,        -0.0f,    1,          -2.5f,     65504,
                                      0x1p-14f, 0x1p-24f, 0x3ffp-24f, kInfinity, -kInfinity};
  for (const bool big : {false, true}) {
    const std::string bytes = make_typed(big ? ">f2" : "<f2", bytes_of(bits, big), bits.size());
    EXPECT_EQ(parse_npy(bytes, "x").data, numbers);
    EXPECT_EQ(parse_npy_header(bytes, "x").dtype(), "float16");
  }
  const Tensor<float> special = parse_npy(
      make_typed("<f2", bytes_of<std::uint16_t>({0x8000, 0x7e00, 0xfc01}, false), 3), "x");
  EXPECT_TRUE(std::signbit(special.data[0]));
  EXPECT_TRUE(std::isnan(special.data[1]) && std::isnan(special.data[2]));
  // All numbers of 16 bits are different floats, in order: 2 * 0x7c01 finite and infinite ones.
  std::vector<std::uint16_t> all(0x7c01);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint16_t>(i);
  const Tensor<float> ascending =
      parse_npy(make_typed("<f2", bytes_of(all, false), all.size()), "x");
  EXPECT_EQ(
      std::adjacent_find(ascending.data.begin(), ascending.data.end(), std::greater_equal<>()),
      ascending.data.end());
}

TEST(Npy, IntegersAreNeverRounded) {
  constexpr std::int64_t kBig = (std::int64_t{1} << 53) + 1;  // no double
  const std::string big = make_typed("<i8", bytes_of<std::int64_t>({kBig}, false), 1);
  EXPECT_EQ(parse_npy_integers(big, "x").data[0], kBig);
  EXPECT_EQ(parse_npy(big, "x").data[0], 0x1p53f);

  const auto refuse = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_npy_integers(bytes, "y.npy"); }, text);
  };
  refuse(make_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }",
                  std::vector<float>{1, 2, 3, 2.5f}),
         "y.npy: [1, 1] is 2.5, where whole numbers");
  refuse(make_npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }",
                  std::vector<float>{1, 2, 2.5f, 4}),
         "y.npy: [0, 1] is 2.5");
  refuse(make_typed("<f8", bytes_of<double>({0, std::nan("")}, false), 2), "[1] is nan");
  refuse(make_typed("<f8", bytes_of<double>({0x1p63}, false), 1), "[0] is 9.223372036854776e+18");
  refuse(make_typed("<f4", bytes_of<float>({-0x1p64f}, false), 1), "[0] is -1.8446744e+19");
  refuse(make_typed("<f2", bytes_of<std::uint16_t>({0x3800}, false), 1), "[0] is 0.5");
  refuse(make_typed("<u8", bytes_of<std::uint64_t>({1ull << 63}, false), 1),
         "[0] is 9223372036854775808");
}

TEST(Npy, NamesWhatIsWrong) {
  const auto reject = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_npy(bytes, "x.npy"); }, text);
    expect_error([&] { parse_npy_integers(bytes, "x.npy"); }, text);
    expect_error([&] { parse_npy_header(bytes, "x.npy"); }, text);
  };
  const auto reject_header = [&](const std::string& header, const std::string& text) {
    reject(make_npy(header, kSix), text);
  };
  const std::string valid = make_npy(kShape23, kSix);
  reject("", "x.npy: does not start");
  reject("PK\3\4 not numpy", "does not start");
  reject(valid.substr(0, 7), "an npy header, and 7 bytes in all");
  reject(valid.substr(0, 9), "an npy header, and 9 bytes in all");
  reject(valid.substr(0, 30), "npy header of 118 bytes in a file of 30");
  reject(valid.substr(0, valid.size() - 1),
         "shape (2, 3) of float32 has 24 bytes of data, but 23 are there");
  reject(valid + "!", "x.npy: 1 bytes after its data, which are 24 for shape (2, 3) of float32");
  reject(make_npy(kShape23, kSix, 4), "version 4.0");
  reject(make_npy(kShape23, kSix, 0), "version 0.0");
  std::string minor = valid;
  minor[7] = 1;
  reject(minor, "version 1.1");
  reject_header("{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 3), }", "True or False");
  reject_header("{'descr': '<f4', 'fortran_order': False, }", "is missing");
  reject_header("{'descr': '<f4', 'descr': '<f4', 'shape': (6,), }", "stands twice");
  reject_header("{'descr': '<f4', 'order': 'C', 'shape': (6,), }", "unknown key 'order'");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,), }", "whole numbers");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), } x", "closing brace");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,6), }",
                "more than 8 dimensions");
  // 2^61 * 8 numbers: the product wraps around to 0.
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (2305843009213693952, 8), }",
                "(2305843009213693952, 8) of float32: at most 1073741824 numbers are read");
  reject_header("{'descr': '|u1', 'fortran_order': False, 'shape': (1073741825,), }",
                "(1073741825) of uint8: at most 1073741824 numbers are read");
  reject_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1073741824,), }",
                "has 8589934592 bytes of data, but 24 are there");
  reject_header("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
                "at most 64 bits");
  reject(make_npy(kShape23 + std::string(70000, ' '), kSix, 2), "where at most 65535 make sense");
}

TEST(Npy, RefusesOtherDtypesByName) {
  const auto reject = [](const std::string& descr, const std::string& text) {
    const std::string header = "{'descr': " + descr + ", 'fortran_order': False, 'shape': (6,), }";
    expect_error([&] { parse_npy(make_npy(header, kSix), "x.npy"); }, "x.npy: dtype " + text);
  };
  reject("'|O'", "'|O' is not supported: Python objects");
  reject("'<U4'", "'<U4' is not supported: text");
  reject("'|S4'", "'|S4' is not supported: text");
  reject("'<c8'", "'<c8' is not supported: complex numbers");
  reject("'|V4'", "'|V4' is not supported: raw bytes");
  reject("'<M8[ns]'", "'<M8[ns]' is not supported: dates");
  reject("[('a', '<f4'), ('b', '<i4')]", "[...] is not supported: records");
  reject("'<f16'", "'<f16' is not supported: floats have");
  reject("'<f1'", "'<f1' is not supported: floats have");
  reject("'<i3'", "'<i3' is not supported: floats have");
  reject("'<b4'", "'<b4' is not supported: floats have");
  reject("'=f4'", "'=f4' is not supported: its byte order");
  reject("'|f4'", "'|f4' is not supported: its byte order");
  reject("'<x4'", "'<x4' is not supported: it is none");
  reject("'f'", "'f' is not supported: it is none");
}

TEST(Npy, ReadsPython2sShapes) {
  EXPECT_EQ(
      parse_npy_header(
          make_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }", kSix), "x")
          .shape,
      (std::vector<std::size_t>{2, 3}));
}

TEST(Npy, ReadsFiles) {
  TestFolder folder;
  write_file(folder / "a.npy", make_npy(kShape23, kSix));
  EXPECT_EQ(read_npy(folder / "a.npy").shape, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(read_npy_integers(folder / "a.npy").data[5], 6);
  EXPECT_EQ(read_npy_header(folder / "a.npy").dtype(), "float32");
  expect_error([&] { read_npy(folder / "b.npy"); }, "b.npy: cannot read");

  // The header of a file says what all of it must be, though only its start is read.
  const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (300000,), }";
  const std::string bytes = make_npy(header, std::vector<std::uint8_t>(300000));
  write_file(folder / "c.npy", bytes);
  EXPECT_EQ(read_npy_header(folder / "c.npy").count(), 300000u);
  write_file(folder / "c.npy", bytes.substr(0, bytes.size() - 5));
  expect_error([&] { read_npy_header(folder / "c.npy"); },
               "c.npy: shape (300000) of uint8 has 300000 bytes of data, but 299995 are there");
}

TEST(Npy, WritesVersion1) {
  const Tensor<float> floats{{2, 3}, kSix};
  const std::string bytes = serialise_npy(floats);
  EXPECT_EQ(bytes, make_npy(kShape23, kSix));
  EXPECT_EQ((bytes.size() - 24) % 64, 0u);
  const Tensor<std::int64_t> integers{{3}, {1, -2, std::int64_t{1} << 60}};
  EXPECT_EQ(serialise_npy(integers),
            make_npy("{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }", integers.data));
  for (const auto& shape : std::vector<std::vector<std::size_t>>{{}, {0}, {4, 0, 2}, {1, 1, 1}}) {
    const auto tensor = make_tensor<float>(shape);
    EXPECT_EQ(parse_npy(serialise_npy(tensor), "x"), tensor);
  }
  TestFolder folder;
  write_npy(folder / "new/a.npy", floats);
  EXPECT_EQ(read_npy(folder / "new/a.npy"), floats);
  EXPECT_EQ(folder.entries(), 2u) << "a folder, a file, nothing temporary";
}

TEST(Npy, SurvivesDamage) {
  const auto parse = [](const std::string& bytes) {
    const NpyHeader header = parse_npy_header(bytes, "fuzz");
    const Tensor<float> t = parse_npy(bytes, "fuzz");
    EXPECT_EQ(t.shape, header.shape);
    EXPECT_EQ(t.size(), header.count());
    EXPECT_EQ(parse_npy_integers(bytes, "fuzz").shape, header.shape);
  };
  fuzz(make_npy("{'descr': '<f8', 'fortran_order': True, 'shape': (2, 3), }",
                std::vector<double>{1, 2, 3, 4, 5, 6}),
       80, 5000, parse);
  fuzz(make_npy("{'descr': '>i2', 'fortran_order': False, 'shape': (3, 1, 2), }",
                std::vector<std::int16_t>{1, 2, 3, 4, 5, 6}, 3),
       80, 5000, parse);
}

}  // namespace
}  // namespace emamba

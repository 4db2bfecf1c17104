// SPDX-License-Identifier: Apache-2.0
#include "base/safetensors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

// A file of this header text and this data.
std::string container(const std::string& header, const std::string& data) {
  const std::uint64_t size = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &size, 8);
  return bytes + header + data;
}

void reject(const std::string& header, std::size_t data_size, const std::string& text) {
  SCOPED_TRACE(header.substr(0, 200));
  expect_error([&] { parse_safetensors(container(header, std::string(data_size, 'x')), "f"); },
               text);
}

SafeTensors example() {
  SafeTensors file;
  file.metadata = {{"format", "emamba \"1\"\n"}, {"graph", "[[[[[[[[]]]]]]]]"}};
  file.tensors["b.weight"] = store(Tensor<float>{{2, 3}, {1, -2, 3, 4.5f, 5, 6}});
  file.tensors["a"] = store(Tensor<std::int8_t>{{3}, {-128, 0, 127}});
  file.tensors["c"] = store(Tensor<std::int16_t>{{1, 2}, {-32768, 32767}});
  file.tensors["d"] = store(Tensor<std::int32_t>{{}, {-7}});
  file.tensors["e"] = store(Tensor<std::int64_t>{{1}, {INT64_MIN}});
  file.tensors["f"] = store(Tensor<double>{{2}, {0.1, 1e300}});
  file.tensors["g"] = store(Tensor<float>{{0, 4}, {}});
  return file;
}

TEST(Safetensors, RoundTrip) {
  const SafeTensors file = example();
  const std::string bytes = serialise_safetensors(file);
  const SafeTensors back = parse_safetensors(bytes, "x");
  EXPECT_EQ(back.metadata, file.metadata);
  ASSERT_EQ(back.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) {
    const StoredTensor& other = back.tensors.at(name);
    EXPECT_EQ(other.dtype, tensor.dtype) << name;
    EXPECT_EQ(other.shape, tensor.shape) << name;
    EXPECT_EQ(other.bytes, tensor.bytes) << name;
  }
  EXPECT_EQ(serialise_safetensors(back), bytes);
  EXPECT_EQ(to_tensor<float>(back.tensors.at("b.weight"), "b.weight"),
            (Tensor<float>{{2, 3}, {1, -2, 3, 4.5f, 5, 6}}));
  EXPECT_EQ(to_tensor<std::int64_t>(back.tensors.at("e"), "e").data[0], INT64_MIN);
  EXPECT_EQ(to_tensor<float>(back.tensors.at("g"), "g").shape, (std::vector<std::size_t>{0, 4}));
}

// The bytes themselves: other programs read them.
TEST(Safetensors, Layout) {
  SafeTensors file;
  file.tensors["t"] = store(Tensor<std::int16_t>{{2}, {258, -1}});
  const std::string entry = R"("t":{"data_offsets":[0,4],"dtype":"I16","shape":[2]}})";
  const std::string data = "\x02\x01\xff\xff";
  EXPECT_EQ(serialise_safetensors(file),
            container(R"({"__metadata__":{"emamba.sha256":")" + sha256("{" + entry + data) +
                          R"("},)" + entry + "      ",
                      data));
  EXPECT_EQ(serialise_safetensors({}),
            container(R"({"__metadata__":{"emamba.sha256":")" + sha256("{}") + "\"}}   ", ""));
}

// Whatever bit is flipped: in the header's length, the header, its padding or the data.
TEST(Safetensors, AFlippedBitAnywhereIsFound) {
  const std::string bytes = serialise_safetensors(example());
  EXPECT_TRUE(parse_safetensors(bytes, "f").hashed);
  const std::size_t key = bytes.find(kHashKey);
  for (std::size_t i = 0; i < 8 * bytes.size(); ++i) {
    // A key of another name is no hash; nothing else of the file is harmed by that.
    if (i / 8 >= key && i / 8 < key + std::string_view(kHashKey).size()) continue;
    std::string flipped = bytes;
    flipped[i / 8] = static_cast<char>(flipped[i / 8] ^ 1 << i % 8);
    EXPECT_THROW(parse_safetensors(flipped, "f"), Error) << "bit " << i;
  }
}

TEST(Safetensors, ADamagedFileNamesBothHashes) {
  std::string bytes = serialise_safetensors(example());
  const std::size_t at = bytes.find(kHashKey) + std::string_view(kHashKey).size() + 3;
  const std::string recorded = bytes.substr(at, 64);
  bytes.back() ^= 1;
  try {
    parse_safetensors(bytes, "f");
    ADD_FAILURE() << "was read";
  } catch (const Error& e) {
    EXPECT_TRUE(std::string(e.what()).starts_with("f: damaged: its contents have sha256 "));
    EXPECT_TRUE(std::string(e.what()).ends_with(", it records " + recorded)) << e.what();
    EXPECT_NE(e.hint().find("removes the entry emamba.sha256"), std::string::npos) << e.hint();
  }
}

// Whoever writes the same contents with other tools may order and space the header as he likes.
TEST(Safetensors, TheHashIsOfTheContentsAndNotOfTheirSpelling) {
  const std::string entry = R"("t":{"data_offsets":[0,1],"dtype":"I8","shape":[1]})";
  const std::string hash = sha256(R"({"__metadata__":{"a":"b"},)" + entry + "}x");
  const auto file = [&](const std::string& recorded) {
    return container(R"( { "t" : {"shape":[1],"dtype":"I8","data_offsets":[0, 1]},)"
                     R"("__metadata__":{"emamba.sha256":")" +
                         recorded + R"(","a":"\u0062"} } )",
                     "x");
  };
  const SafeTensors read = parse_safetensors(file(hash), "f");
  EXPECT_TRUE(read.hashed);
  EXPECT_EQ(read.metadata, (std::map<std::string, std::string>{{"a", "b"}}));
  expect_error([&] { parse_safetensors(file("no hash"), "f"); }, "it records no hash");
  const std::string without = container("{" + entry + "}", "x");
  EXPECT_FALSE(parse_safetensors(without, "f").hashed);
}

TEST(Safetensors, SaysWhatAFileIsThatIsNone) {
  const auto refuse = [](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_safetensors(bytes, "f"); }, "f: is " + text);
  };
  refuse("<!DOCTYPE html><html>404</html>", "a page of HTML");
  refuse("\n  <html><body>", "a page of HTML");
  refuse("PK\3\4 some zip file", "a zip archive");
  refuse("\x80\2}q\1(X\5weights", "a Python pickle");
  refuse("\x93NUMPY\1 v {'descr'", "an .npy file");
  refuse("version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS");
  refuse("[model]\nD = 24\n", "no safetensors file: it does not start with");
}

TEST(Safetensors, ReadsFloatsOfEveryWidth) {
  const auto stored = [](Dtype dtype, const std::string& bytes) {
    return StoredTensor{.dtype = dtype, .shape = {bytes.size() / 2}, .bytes = bytes};
  };
  const std::vector<float> numbers = {1, -2.5f, 0x1p-24f};
  EXPECT_EQ(to_floats(stored(Dtype::kF16, std::string("\0\x3c\0\xc1\1\0", 6)), "t").data, numbers);
  EXPECT_EQ(to_floats(stored(Dtype::kBf16, std::string("\x80\x3f\x20\xc0\x80\x33", 6)), "t").data,
            numbers);
  EXPECT_EQ(to_floats(store(Tensor<float>{{3}, numbers}), "t").data, numbers);
  EXPECT_EQ(to_floats(store(Tensor<double>{{3}, {1, -2.5, 0x1p-24}}), "t").data, numbers);
  EXPECT_EQ(to_floats(store(Tensor<double>{{1}, {0.1}}), "t").data[0], 0.1f);
  EXPECT_TRUE(std::isinf(to_floats(store(Tensor<double>{{1}, {INFINITY}}), "t").data[0]));
  expect_error(
      [&] {
        to_floats(store(Tensor<double>{{2}, {1, -1e39}}), "t");
      },
      "tensor 't': element 1 is -1e+39, beyond the range of F32");
  expect_error([&] { to_floats(store(Tensor<std::int8_t>{{1}, {1}}), "t"); }, "its dtype is I8");
  const SafeTensors file =
      parse_safetensors(container(R"({"t":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},)"
                                  R"("u":{"dtype":"BF16","shape":[1],"data_offsets":[2,4]}})",
                                  std::string("\0\x3c\x80\x3f", 4)),
                        "f");
  EXPECT_EQ(to_floats(file.tensors.at("t"), "t").data[0], 1);
  EXPECT_EQ(to_floats(file.tensors.at("u"), "u").data[0], 1);
}

TEST(Safetensors, Files) {
  TestFolder folder;
  write_safetensors(folder / "a.safetensors", example());
  EXPECT_EQ(read_safetensors(folder / "a.safetensors").tensors.size(), 7u);
  expect_error([&] { read_safetensors(folder / "b"); }, "b: cannot read");
}

TEST(Safetensors, RejectsADamagedContainer) {
  expect_error([] { parse_safetensors("", "f"); }, "f: 0 bytes are too few");
  expect_error([] { parse_safetensors(std::string(8, '\xff') + "{}", "f"); },
               "does not start with the length of a header");
  const std::size_t huge = (std::size_t{16} << 20) + 1;
  reject(std::string(huge, ' '), 0, "does not start with the length of a header");
  expect_error([] { parse_safetensors(container("{}      ", "").substr(0, 12), "f"); },
               "header of 8 bytes in a file of 12");
  reject("", 0, "f: header");
  reject("{", 0, "f: header");
  reject("[]", 0, "header is no object");
  reject("{} x", 0, "f: header");
  reject("{\"\xff\": 1}", 0, "f: header");
  reject("{}", 1, "1 bytes of data after the last tensor");
}

TEST(Safetensors, RejectsDeepJsonBeforeParsingIt) {
  reject(std::string(10000000, '['), 0, "nested deeper than 4");
  reject(R"({"a":)" + std::string(100000, '{'), 0, "nested deeper than 4");
}

TEST(Safetensors, RejectsBadEntries) {
  const std::string ok = R"({"dtype":"I8","shape":[4],"data_offsets":[0,4]})";
  EXPECT_EQ(parse_safetensors(container("{\"t\":" + ok + "}", "abcd"), "f").tensors.size(), 1u);

  reject(R"({"t":3})", 0, "f: tensor 't': is no object");
  reject(R"({"t":{}})", 0, "'dtype' is missing");
  reject(R"({"t":{"dtype":1,"shape":[],"data_offsets":[0,1]}})", 1, "'dtype' is missing or of");
  reject(R"({"t":{"dtype":"F8","shape":[2],"data_offsets":[0,4]}})", 4, "dtype 'F8'");
  reject(R"({"t":{"dtype":"I8","data_offsets":[0,4]}})", 4, "'shape' is missing");
  reject(R"({"t":{"dtype":"I8","shape":4,"data_offsets":[0,4]}})", 4, "'shape' is missing or of");
  reject(R"({"t":{"dtype":"I8","shape":[-4],"data_offsets":[0,4]}})", 4, "shape holds -4");
  reject(R"({"t":{"dtype":"I8","shape":[4.0],"data_offsets":[0,4]}})", 4, "shape holds 4.0");
  reject(R"({"t":{"dtype":"I8","shape":["4"],"data_offsets":[0,4]}})", 4, "shape holds \"4\"");
  reject(R"({"t":{"dtype":"I8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}})", 1,
         "9 dimensions");
  reject(R"({"t":{"dtype":"I8","shape":[4],"data_offsets":[0]}})", 4, "1 numbers instead of 2");
  reject(R"({"t":{"dtype":"I8","shape":[4],"data_offsets":[0,4],"x":1}})", 4, "unknown key 'x'");
  reject("{\"\":" + ok + "}", 4, "cannot be a tensor's name");
  reject(R"({"a\u0001":)" + ok + "}", 4, "cannot be a tensor's name");
  reject("{\"" + std::string(257, 'a') + "\":" + ok + "}", 4, "cannot be a tensor's name");
  reject("{\"t\":" + ok + ",\"t\":" + ok + "}", 4, "key 't' stands twice");
  reject(R"({"__metadata__":[]})", 0, "__metadata__ is no object");
  reject(R"({"__metadata__":{"a":1}})", 0, "__metadata__ 'a' is no string");
}

TEST(Safetensors, RejectsSizesThatOverflow) {
  reject(R"({"t":{"dtype":"I64","shape":[4294967296,4294967296],"data_offsets":[0,0]}})", 0,
         "too many elements");
  reject(R"({"t":{"dtype":"I64","shape":[2305843009213693952],"data_offsets":[0,0]}})", 0,
         "too many elements");
  reject(R"({"t":{"dtype":"I8","shape":[9223372036854775807],"data_offsets":[0,4]}})", 4,
         "needs 9223372036854775807");
  reject(R"({"t":{"dtype":"I8","shape":[99999999999999999999],"data_offsets":[0,4]}})", 4,
         "no whole number");
}

TEST(Safetensors, RejectsBadOffsets) {
  const auto two = [](const char* a, const char* b) {
    return fmt::format(R"({{"a":{{"dtype":"I8","shape":[4],"data_offsets":{}}},)"
                       R"("b":{{"dtype":"I8","shape":[4],"data_offsets":{}}}}})",
                       a, b);
  };
  EXPECT_EQ(
      parse_safetensors(container(two("[4,8]", "[0,4]"), "bbbbaaaa"), "f").tensors.at("a").bytes,
      "aaaa");
  reject(two("[0,4]", "[2,6]"), 6, "tensor 'b': data_offsets [2, 6] overlap");
  reject(two("[0,4]", "[0,4]"), 4, "overlap");
  reject(two("[0,4]", "[5,9]"), 9, "leave a gap");
  reject(two("[0,4]", "[4,8]"), 7, "not inside the 7 bytes");
  reject(two("[0,4]", "[8,4]"), 8, "not inside");
  reject(two("[0,4]", "[4,7]"), 7, "hold 3 bytes, its shape [4] of I8 needs 4");
  reject(two("[0,4]", "[18446744073709551612,18446744073709551615]"), 8, "not inside");
  reject(two("[0,4]", "[-4,0]"), 8, "data_offsets holds -4");
}

TEST(Safetensors, WritingChecksToo) {
  SafeTensors file;
  file.tensors["t"] = {.dtype = Dtype::kF32, .shape = {2}, .bytes = "1234"};
  expect_error([&] { serialise_safetensors(file); }, "tensor 't': 4 bytes do not fill");
  expect_error([&] { to_tensor<float>(file.tensors.at("t"), "t"); }, "4 bytes do not fill");
  expect_error([&] { to_tensor<double>(file.tensors.at("t"), "t"); },
               "tensor 't': its dtype is F32, expected F64");
  file.tensors.clear();
  file.tensors["__metadata__"] = store(Tensor<float>{{1}, {1}});
  expect_error([&] { serialise_safetensors(file); }, "cannot be a tensor's name");
  SafeTensors latin1;
  latin1.metadata["a"] = "\xe4";
  expect_error([&] { serialise_safetensors(latin1); }, "UTF-8");
}

TEST(Safetensors, SurvivesDamage) {
  std::string valid = serialise_safetensors(example());
  valid[valid.find(kHashKey)] = 'E';  // no hash, so that damage is not found by that alone
  fuzz(valid, valid.size() - 60, 5000, [](const std::string& bytes) {
    for (const auto& [name, tensor] : parse_safetensors(bytes, "fuzz").tensors) {
      if (tensor.dtype == Dtype::kF32) to_tensor<float>(tensor, name);
    }
  });
}

}  // namespace
}  // namespace emamba

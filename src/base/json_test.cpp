// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include "base/testing.h"

namespace emamba {
namespace {

TEST(Json, Parses) {
  EXPECT_EQ(parse_json(R"({"a": {"x": [1, "]]]["]}, "b": {"x": 2}})", "f").at("b").at("x"), 2);
  EXPECT_EQ(parse_json(R"("\"[[[[")", "f", 1), "\"[[[[");
  EXPECT_EQ(parse_json("[[[1]]]", "f", 3)[0][0][0], 1);
}

// The parser takes a zero byte for the end of the text.
TEST(Json, AZeroByteEndsNoText) {
  const std::string text = "{\"a\": 1}";
  for (const std::string& behind : {std::string(1, '\0'), std::string("\0 }", 3)}) {
    expect_error([&] { parse_json(text + behind, "f"); }, "f: JSON with a zero byte at 8");
  }
}

TEST(Json, NamesTheProblem) {
  expect_error([] { parse_json("[[[1]]]", "f", 2); }, "f: JSON nested deeper than 2 levels");
  expect_error([] { parse_json(std::string(1000000, '['), "f"); }, "nested deeper than 16");
  expect_error([] { parse_json(R"({"a": 1, "b": {"a": 1, "c": 2, "c": 3}})", "f"); },
               "f: JSON key 'c' stands twice");
  expect_error([] { parse_json("{\"a\": }", "f"); }, "f: ");
  expect_error([] { parse_json("", "f"); }, "f: ");
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <gtest/gtest.h>

namespace emamba {
namespace {

TEST(Text, ControlCharactersBecomeQuestionMarks) {
  EXPECT_EQ(printable("red \x1b[31m\x7f\n"), "red ?[31m??");
  EXPECT_EQ(printable("a b, \xc3\xa4"), "a b, \xc3\xa4");
}

TEST(Text, PlainNamesAreOfLettersDigitsAndTwoSigns) {
  EXPECT_TRUE(is_plain_name("Mars-tiny_2"));
  for (const char* name : {"", "a b", "../p", "a.b", "\xc3\xa4"}) {
    EXPECT_FALSE(is_plain_name(name)) << name;
  }
}

}  // namespace
}  // namespace emamba

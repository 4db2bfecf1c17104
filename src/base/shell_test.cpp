// SPDX-License-Identifier: Apache-2.0
// What is quoted comes out of a shell as it went in.
#include "base/shell.h"

#include <gtest/gtest.h>

#include "base/process.h"

namespace emamba {
namespace {

TEST(Shell, PlainWordsStayAsTheyAre) {
  for (const char* word : {"models/mars/config.toml", "train.lr=4e-3", "--out", "a@b:c,d+e%"}) {
    EXPECT_EQ(shell_word(word), word);
  }
}

TEST(Shell, ReadsEveryWordBack) {
  for (const char* word : {"", "a b", "it's", "$HOME", "`date`", "a\nb", "*.toml", "~", "\"", "\\",
                           "#", "!x", "a;b&c|d", "(x)", "{a,b}", "m\u00fcll", "^"}) {
    const std::string script = std::string("printf %s ") + shell_word(word);
    EXPECT_EQ(run_process({"sh", "-c", script}).output, word) << script;
  }
}

}  // namespace
}  // namespace emamba

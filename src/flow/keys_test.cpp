// SPDX-License-Identifier: Apache-2.0
// What changes a key, and the hash of the sources that is part of it.
#include "flow/keys.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/process.h"
#include "base/testing.h"
#include "flow/version.h"

namespace emamba {
namespace {

TEST(Keys, ChangeWithStageInputsAndSources) {
  const nlohmann::json inputs = {{"a", 1}};
  const std::string key = stage_key("eval", inputs);
  EXPECT_EQ(key.size(), 64u);
  EXPECT_EQ(stage_key("eval", inputs), key);
  EXPECT_EQ(stage_key("eval", inputs, source_hash()), key);
  EXPECT_NE(stage_key("eval", inputs, std::string(64, '0')), key);
  EXPECT_NE(stage_key("train", inputs), key);
  EXPECT_NE(stage_key("eval", {{"a", 2}}), key);
}

TEST(Keys, HoldTheNamedSectionsOfASpec) {
  const nlohmann::json sections = spec_sections(Spec{}, {"task", "train"});
  EXPECT_EQ(sections.size(), 2u);
  EXPECT_EQ(sections.at("train").at("seed"), 1);
}

TEST(Version, NamesTheSources) {
  EXPECT_EQ(source_hash().size(), 64u);
  EXPECT_TRUE(version().ends_with("+" + source_hash().substr(0, 12))) << version();
}

// The header that cmake/source_hash.cmake writes for a small tree.
class SourceHash : public testing::Test {
 protected:
  void SetUp() override {
    write_file(folder_ / "src/ir/program.cpp", "int x;\n");
    write_file(folder_ / "rtl/lib/em_add.sv", "module em_add;\n");
    write_file(folder_ / "docs/design.md", "# Design\n");
  }
  std::string header() const {
    const ProcessResult result = run_process({"cmake", "-D", "SOURCE=" + folder_.path(), "-D",
                                              "OUTPUT=" + path(), "-P", "cmake/source_hash.cmake"});
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return read_file(path());
  }
  std::string path() const { return folder_ / "source_hash.h"; }

  TestFolder folder_;
};

TEST_F(SourceHash, ChangesWithNamesAndContentsOfTheProduct) {
  const std::string first = header();
  EXPECT_NE(first.find("#define EMAMBA_SOURCE_HASH \""), std::string::npos) << first;
  write_file(folder_ / "src/ir/program.cpp", "int y;\n");
  const std::string changed = header();
  EXPECT_NE(changed, first);
  std::filesystem::rename(folder_ / "src/ir/program.cpp", folder_ / "src/ir/other.cpp");
  const std::string renamed = header();
  EXPECT_NE(renamed, changed);
  write_file(folder_ / "rtl/lib/em_add.sv", "module em_add; endmodule\n");
  EXPECT_NE(header(), renamed);
}

TEST_F(SourceHash, StaysForTestsAndDocuments) {
  const std::string first = header();
  const auto written = std::filesystem::last_write_time(path());
  write_file(folder_ / "src/ir/program_test.cpp", "int z;\n");
  write_file(folder_ / "docs/design.md", "# Another design\n");
  EXPECT_EQ(header(), first);
  EXPECT_EQ(std::filesystem::last_write_time(path()), written) << "nothing is compiled again";
}

}  // namespace
}  // namespace emamba

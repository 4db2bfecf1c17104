// SPDX-License-Identifier: Apache-2.0
#include "flow/files.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/testing.h"
#include "flow/train.h"

namespace emamba {
namespace {

TEST(StoredFiles, OnlyWhatIsDamagedIsToBeRemoved) {
  TestFolder folder;
  const std::string path = folder / "program.safetensors";
  write_file(path, "no program");
  try {
    load_program(path);
    ADD_FAILURE() << "was read";
  } catch (const Error& e) {
    EXPECT_NE(e.hint().find("remove " + path), std::string::npos) << e.hint();
  }
  std::filesystem::copy_file("models/mars-tiny/program.safetensors", path,
                             std::filesystem::copy_options::overwrite_existing);
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  as_nobody(folder, [&] {
    try {
      load_program(path);
      ADD_FAILURE() << "was read";
    } catch (const Error& e) {
      EXPECT_EQ(e.what(), path + ": cannot read: Permission denied");
      EXPECT_EQ(e.hint().find("remove"), std::string::npos) << e.hint();
    }
  });
}

TEST(StoredFiles, AFolderCalledLikeAModelIsNoModelThatIsMissing) {
  TestFolder folder;
  Job job;
  job.out = folder.path();
  ASSERT_EQ(mkdir((folder / kModelFile).c_str(), 0700), 0);
  expect_error([&] { find_model(job); }, folder / kModelFile + ": is no regular file but a folder");
}

TEST(StoredFiles, ACheckpointThatCannotBeReadIsNotToBeRemoved) {
  TestFolder folder;
  Job job;
  job.out = folder.path();
  const std::string path = folder / kCheckpointFile;
  write_file(path, "no checkpoint");
  const auto hint = [&] {
    try {
      can_resume(job);
      return std::string("was read");
    } catch (const Error& e) {
      return e.hint();
    }
  };
  EXPECT_TRUE(hint().starts_with("--force starts a training in its place")) << hint();
  ASSERT_EQ(chmod(path.c_str(), 0), 0);
  as_nobody(folder, [&] {
    EXPECT_EQ(hint(), "Check its owner and permissions, and those of its folders.");
  });
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/inventory.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "base/testing.h"
#include "data/dataset.h"

namespace emamba {
namespace {

// A folder with all files of Fashion-MNIST, each holding `text`.
void fill(const TestFolder& folder, const std::string& text) {
  for (const std::string& file : data_set("fashion-mnist").files) {
    write_file(folder / ("fashion-mnist/" + file), text);
  }
}

DataSetState inspect(const TestFolder& folder) {
  return inspect_data_set(data_set("fashion-mnist"), folder.path());
}

TEST(Inventory, ADamagedFileIsToBeRemoved) {
  TestFolder folder;
  fill(folder, "no IDX file");
  const DataSetState state = inspect(folder);
  EXPECT_TRUE(state.damaged);
  EXPECT_TRUE(state.remedy.starts_with("Remove the damaged file.")) << state.remedy;
}

TEST(Inventory, AFileThatCannotBeReadIsNeverToBeRemoved) {
  TestFolder folder;
  fill(folder, "perhaps the only copy");
  const std::string images = folder / "fashion-mnist/train-images-idx3-ubyte";
  ASSERT_EQ(chmod(images.c_str(), 0), 0);
  as_nobody(folder, [&] {
    const DataSetState state = inspect(folder);
    EXPECT_FALSE(state.usable() || state.damaged);
    EXPECT_EQ(state.problem, images + ": cannot read: Permission denied");
    EXPECT_EQ(state.remedy.find("emove"), std::string::npos) << state.remedy;
    EXPECT_NE(state.remedy.find("permissions"), std::string::npos) << state.remedy;
  });
}

TEST(Inventory, WhatHasAFilesNameButIsNoneSaysWhatItIs) {
  TestFolder folder;
  fill(folder, "x");
  const std::string images = folder / "fashion-mnist/train-images-idx3-ubyte";
  std::filesystem::remove(images);
  ASSERT_EQ(mkdir(images.c_str(), 0700), 0);
  EXPECT_EQ(inspect(folder).problem, images + ": is no regular file but a folder");
  std::filesystem::remove(images);
  ASSERT_EQ(mkfifo(images.c_str(), 0600), 0);
  EXPECT_EQ(inspect(folder).problem, images + ": is no regular file but a named pipe");
  std::filesystem::remove(images);
  ASSERT_EQ(symlink(images.c_str(), images.c_str()), 0);
  EXPECT_EQ(inspect(folder).problem, images + ": cannot read: Too many levels of symbolic links");
  // A sound one beside it is preferred.
  write_file(images + ".gz", "x");
  EXPECT_TRUE(inspect(folder).problem.starts_with(images + ".gz: truncated IDX header"));
  ASSERT_EQ(chmod((folder / "fashion-mnist").c_str(), 0), 0);
  as_nobody(folder, [&] {
    EXPECT_EQ(inspect(folder).problem, images + ": cannot read: Permission denied");
  });
  ASSERT_EQ(chmod((folder / "fashion-mnist").c_str(), 0700), 0);
}

TEST(Catalogue, ASetIsFoundByTheNameOfItsTaskToo) {
  EXPECT_EQ(data_set("cifar10").name, "cifar-10");
  EXPECT_EQ(data_set("cifar-10").name, "cifar-10");
  try {
    task_called("cifar-10");
    ADD_FAILURE() << "is a task";
  } catch (const Error& e) {
    EXPECT_TRUE(e.hint().starts_with("did you mean 'cifar10'?")) << e.hint();
  }
  expect_error([] { data_set("marz"); }, "data set 'marz' is not known; did you mean 'mars'?");
}

TEST(Catalogue, HowToGetRepeatsTheFolderAndNamesHowToGiveAnother) {
  const DataSet& mars = data_set("mars");
  const std::string other = how_to_get(mars, "/my data");
  EXPECT_NE(other.find("`emamba data fetch mars --data '/my data'`"), std::string::npos) << other;
  EXPECT_NE(other.find("name it with --data or EMAMBA_DATA"), std::string::npos) << other;
  const std::string standard = how_to_get(mars, data_folder(""));
  EXPECT_NE(standard.find("`emamba data fetch mars`"), std::string::npos) << standard;
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Downloads from file:// addresses, which curl treats as it treats a server that can continue.
#include "data/fetch.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/files.h"
#include "base/testing.h"
#include "data/dataset.h"
#include "data/inventory.h"

namespace emamba {
namespace {

class Fetch : public testing::Test {
 protected:
  // A server folder with a plain file, a gzip file and an archive of two files.
  void SetUp() override {
    write_file(server_ / "plain.bin", plain_);
    write_file(server_ / "packed", "packed content");
    write_file(server_ / "top/one.bin", "1");
    write_file(server_ / "top/two.bin", "22");
    write_file(server_ / "top/readme.html", "not needed");
    const std::string command = "cd " + server_.path() + " && gzip packed && tar -czf a.tar.gz top";
    ASSERT_EQ(std::system(command.c_str()), 0);
    plain_set_ = make_set({"plain.bin"}, Download::Kind::kPlain, "plain.bin", sha256(plain_));
  }
  DataSet make_set(std::vector<std::string> files, Download::Kind kind, const std::string& file,
                   const std::string& sum) {
    return {.task = "fashion-mnist",
            .name = "toy",
            .licence = "",
            .homepage = "https://example.org",
            .package = "",
            .folders = {"toy"},
            .files = std::move(files),
            .gzip = kind == Download::Kind::kGzip,
            .downloads = {
                {.file = file, .url = "file://" + server_ / file, .kind = kind, .sha256 = sum}}};
  }
  void reject(const DataSet& set, const std::string& text) {
    expect_error([&] { fetch_data_set(set, folder_.path()); }, text);
  }

  const std::string plain_ = std::string(100000, 'p') + "end";
  TestFolder server_, folder_;
  DataSet plain_set_;
};

TEST_F(Fetch, PlainFile) {
  fetch_data_set(plain_set_, folder_.path());
  EXPECT_EQ(read_file(folder_ / "toy/plain.bin"), plain_);
  EXPECT_EQ(folder_.entries(), 2u);
  // There is nothing left to do: no source is asked again.
  std::filesystem::remove(server_ / "plain.bin");
  fetch_data_set(plain_set_, folder_.path());
}

TEST_F(Fetch, GzipFileIsCheckedUnpackedAndKeptPacked) {
  const DataSet set =
      make_set({"packed"}, Download::Kind::kGzip, "packed.gz", sha256("packed content"));
  fetch_data_set(set, folder_.path());
  const std::string path = find_data_file(set, folder_.path(), "packed");
  EXPECT_EQ(path, folder_ / "toy/packed.gz");
  EXPECT_EQ(unpack_gzip(read_file(path), path, 100), "packed content");
}

TEST_F(Fetch, ArchiveIsUnpacked) {
  const DataSet set = make_set({"one.bin", "two.bin"}, Download::Kind::kTarGzip, "a.tar.gz",
                               sha256_file(server_ / "a.tar.gz"));
  fetch_data_set(set, folder_.path());
  EXPECT_EQ(read_file(folder_ / "toy/one.bin"), "1");
  EXPECT_EQ(read_file(folder_ / "toy/two.bin"), "22");
  EXPECT_EQ(folder_.entries(), 3u) << "the folder and two files";
  std::filesystem::remove(server_ / "a.tar.gz");
  fetch_data_set(set, folder_.path());
}

TEST_F(Fetch, ContinuesAPart) {
  // A wrong byte at the beginning shows that it was not downloaded again.
  write_file(folder_ / "toy/plain.bin.part", "X" + plain_.substr(1, 50000));
  plain_set_.downloads[0].sha256 = sha256("X" + plain_.substr(1));
  fetch_data_set(plain_set_, folder_.path());
  EXPECT_EQ(read_file(folder_ / "toy/plain.bin"), "X" + plain_.substr(1));
}

TEST_F(Fetch, TakesACompletePartWithoutTheNetwork) {
  write_file(folder_ / "toy/plain.bin.part", plain_);
  std::filesystem::remove(server_ / "plain.bin");
  fetch_data_set(plain_set_, folder_.path());
  EXPECT_TRUE(file_exists(folder_ / "toy/plain.bin"));
}

TEST_F(Fetch, StartsAgainWhenThePartIsTooLong) {
  write_file(folder_ / "toy/plain.bin.part", plain_ + "more");
  fetch_data_set(plain_set_, folder_.path());
  EXPECT_EQ(read_file(folder_ / "toy/plain.bin"), plain_);
}

TEST_F(Fetch, RemovesADownloadWithTheWrongChecksum) {
  plain_set_.downloads[0].sha256 = sha256("something else");
  reject(plain_set_, "the download's SHA-256 is " + sha256(plain_));
  EXPECT_EQ(folder_.entries(), 1u) << "only the folder";
}

TEST_F(Fetch, LeavesAFileThatIsThere) {
  write_file(folder_ / "toy/plain.bin", "mine");
  reject(plain_set_, "toy/plain.bin: is not the published file");
  EXPECT_EQ(read_file(folder_ / "toy/plain.bin"), "mine");
}

TEST_F(Fetch, WithoutASourceSaysWhatToDoByHand) {
  plain_set_.downloads[0].url = "http://127.0.0.1:9/plain.bin";  // the discard port: refused
  try {
    fetch_data_set(plain_set_, folder_.path());
    ADD_FAILURE() << "nothing could be downloaded";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("no network"), std::string::npos) << e.what();
    EXPECT_NE(e.hint().find("http://127.0.0.1:9/plain.bin"), std::string::npos) << e.hint();
    EXPECT_NE(e.hint().find(folder_ / "toy holds plain.bin"), std::string::npos) << e.hint();
  }
}

TEST_F(Fetch, NamesAMissingCurl) {
  const char* before = std::getenv("PATH");
  const std::string path = before != nullptr ? before : "";
  setenv("PATH", server_.path().c_str(), 1);
  reject(plain_set_, "curl is not installed; it downloads data sets");
  setenv("PATH", path.c_str(), 1);
}

TEST_F(Fetch, NamesAFolderThatCannotBeMade) {
  expect_error([&] { fetch_data_set(plain_set_, server_ / "plain.bin"); }, "cannot be filled");
}

TEST(Catalogue, IsConsistent) {
  for (const DataSet& set : data_sets()) {
    EXPECT_EQ(&data_set(set.name), &set);
    for (const Download& d : set.downloads) {
      EXPECT_EQ(d.sha256.size(), 64u) << d.file;
      EXPECT_TRUE(d.url.ends_with(d.file)) << d.url;
    }
  }
  expect_error([] { data_set("mnist"); }, "data set 'mnist' is not known");
}

// What is there has the checksums that downloads are held to.
TEST(Catalogue, ChecksumsOfFashionMnist) {
  if (std::getenv("EMAMBA_DATA") == nullptr) GTEST_SKIP() << "EMAMBA_DATA is not set";
  const DataSet& set = data_set("fashion-mnist");
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    const std::string path = require_data_file(set, data_folder(""), set.files[i]);
    const std::string bytes = read_file(path);
    EXPECT_EQ(sha256(path.ends_with(".gz") ? unpack_gzip(bytes, path, 1 << 28) : bytes),
              set.downloads[i].sha256);
  }
}

TEST_F(Fetch, ReportsProgress) {
  std::size_t done = 0;
  std::string what;
  fetch_data_set(plain_set_, folder_.path(),
                 [&](std::size_t bytes, std::size_t, const std::string& file) {
                   done = bytes;
                   what = file;
                 });
  EXPECT_EQ(done, plain_.size());
  EXPECT_EQ(what, "plain.bin");
}

TEST(Inventory, TellsFoundMissingAndDamaged) {
  TestFolder folder;
  const auto state_of = [&](const std::string& name) {
    return inspect_data_set(data_set(name), folder.path());
  };
  EXPECT_EQ(state_of("mars").problem, "not found");
  EXPECT_FALSE(state_of("mars").usable());
  for (const std::string& file : data_set("mars").files) write_file(folder / ("mars/" + file), "x");
  EXPECT_NE(state_of("mars").problem.find("featuremap_train.npy: does not start"),
            std::string::npos);
  std::filesystem::remove(folder / "mars/labels_test.npy");
  EXPECT_EQ(state_of("mars").problem, "missing: labels_test.npy");
  EXPECT_EQ(state_of("mars").files[0].second, folder / "mars/featuremap_train.npy");
  EXPECT_EQ(state_of("mars").files[5].second, "");
}

}  // namespace
}  // namespace emamba

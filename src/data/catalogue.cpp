// SPDX-License-Identifier: Apache-2.0
#include "data/catalogue.h"

#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"
#include "base/shell.h"
#include "data/dataset.h"

namespace emamba {
namespace {

std::string join_path(const std::string& folder, const std::string& name) {
  return name.starts_with('/') || folder.empty() ? name : folder + "/" + name;
}

DataSet fashion_mnist() {
  const std::string base = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/";
  DataSet set{.task = "fashion-mnist",
              .name = "fashion-mnist",
              .licence = "MIT",
              .homepage = "https://github.com/zalandoresearch/fashion-mnist",
              .package = "dataset-fashion-mnist",
              .folders = {"fashion-mnist", "FashionMNIST/raw", "/usr/share/datasets/fashion-mnist"},
              .files = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                        "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"},
              .gzip = true,
              .downloads = {}};
  const std::vector<std::string> sha256 = {
      "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"};
  const std::vector<std::size_t> bytes = {26421880, 29515, 4422102, 5148};
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    set.downloads.push_back({.file = set.files[i] + ".gz",
                             .url = base + set.files[i] + ".gz",
                             .kind = Download::Kind::kGzip,
                             .sha256 = sha256[i],
                             .bytes = bytes[i]});
  }
  return set;
}

DataSet cifar10() {
  return {
      .task = "cifar10",
      .name = "cifar-10",
      .licence = "none stated; cite Krizhevsky, Learning multiple layers of features, 2009",
      .homepage = "https://www.cs.toronto.edu/~kriz/cifar.html",
      .package = "",
      .folders = {"cifar-10-batches-bin"},
      .files = {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin",
                "data_batch_5.bin", "test_batch.bin"},
      .other_folder = "cifar-10-batches-py",
      .other_version =
          "the Python version, pickles, which are programs and never run; get the binary one",
      .downloads = {{.file = "cifar-10-binary.tar.gz",
                     .url = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                     .kind = Download::Kind::kTarGzip,
                     .sha256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                     .bytes = 170052171}}};
}

DataSet mars() {
  const std::string base =
      "https://raw.githubusercontent.com/SizheAn/MARS/"
      "dc902822f864ca0d5df90d559d53d3cd919d3c7c/feature/";
  DataSet set{.task = "mars",
              .name = "mars",
              .licence = "MIT",
              .homepage = "https://github.com/SizheAn/MARS",
              .package = "",
              .folders = {"mars"},
              .files = {"featuremap_train.npy", "featuremap_validate.npy", "featuremap_test.npy",
                        "labels_train.npy", "labels_validate.npy", "labels_test.npy"},
              .downloads = {}};
  const std::vector<std::string> sha256 = {
      "f00c9266059e6367c688d4bff0a7f5add633994c50fe0addbc501ed6f3ea0462",
      "13b701b45fce07b2105b3ec5fa348f70f50a64909257e8a92772915266d30807",
      "331551d42039e97a0afc260029d605dec29f4a0d11ede65e4c1328c49cb5c145",
      "14cc4f3e56dd2135f677fae68ba33d5973615136917cdc6b66d0a960da5324c7",
      "613f6b83d4d4ca9a785be6693e4eee75b52f607b3ea887203a3114c77cb8d9da",
      "a1f29ebee5d5b4a63810997e9eda811af97bd222dcf4d4766777ccaea1b256e8"};
  const std::vector<std::size_t> frames = {24066, 8033, 7984};
  for (std::size_t i = 0; i < set.files.size(); ++i) {
    // float64 behind an .npy header of 128 bytes: 8 x 8 x 5 features, 57 coordinates a frame.
    const std::size_t numbers = frames[i % 3] * (i < 3 ? 8 * 8 * 5 : 57);
    set.downloads.push_back({.file = set.files[i],
                             .url = base + set.files[i],
                             .kind = Download::Kind::kPlain,
                             .sha256 = sha256[i],
                             .bytes = 128 + 8 * numbers});
  }
  return set;
}

}  // namespace

const std::vector<DataSet>& data_sets() {
  static const std::vector<DataSet> sets = {fashion_mnist(), cifar10(), mars()};
  return sets;
}

const DataSet& data_set(const std::string& name) {
  std::vector<std::string> names;
  for (const DataSet& set : data_sets()) {
    if (set.name == name || set.task == name) return set;
    names.push_back(set.name);
  }
  throw Error(
      fmt::format("data set '{}' is not known; did you mean '{}'?", name, nearest(name, names)),
      fmt::format("Known are {}.", fmt::join(names, ", ")));
}

std::string download_folder(const DataSet& set, const std::string& folder) {
  return join_path(folder, set.folders.front());
}

std::string find_data_file(const DataSet& set, const std::string& folder, const std::string& file) {
  for (const std::string& searched : set.folders) {
    const std::string path = join_path(folder, searched) + "/" + file;
    for (const auto is_there : {file_exists, something_is_at}) {
      if (is_there(path)) return path;
      if (set.gzip && is_there(path + ".gz")) return path + ".gz";
    }
  }
  return "";
}

std::string require_data_file(const DataSet& set, const std::string& folder,
                              const std::string& file) {
  std::string path = find_data_file(set, folder, file);
  if (path.empty()) {
    std::vector<std::string> searched;
    for (const std::string& name : set.folders) searched.push_back(join_path(folder, name));
    throw Error(fmt::format("{}: {} is not in {}", set.name, file, fmt::join(searched, ", ")),
                how_to_get(set, folder));
  }
  return path;
}

std::string how_to_get(const DataSet& set, const std::string& folder) {
  const std::string install =
      set.package.empty() ? "" : fmt::format("Install Debian's package {}, or run", set.package);
  const std::string other = join_path(folder, set.other_folder);
  const bool other_is_there = !set.other_folder.empty() && something_is_at(other);
  const std::string here = folder == data_folder("") ? "" : " --data " + shell_word(folder);
  return fmt::format(
      "{}{} `emamba data fetch {}{}`, or put {} into {} (from {}). Where the data sets are in "
      "another "
      "folder, name it with --data or EMAMBA_DATA.",
      other_is_there ? fmt::format("{} holds {}. ", other, set.other_version) : "",
      install.empty() ? "Run" : install, set.name, here, fmt::join(set.files, ", "),
      download_folder(set, folder), set.homepage);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The readers on small made-up files, and on the real ones where $EMAMBA_DATA says they are.
#include "data/readers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

std::string idx(const std::vector<std::uint32_t>& shape, const std::string& data) {
  std::string bytes("\0\0\x08", 3);
  bytes += static_cast<char>(shape.size());
  for (std::uint32_t d : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(d >> shift);
  }
  return bytes + data;
}

// An .npy file of float32 in C order.
std::string npy(const std::string& shape, const std::vector<float>& numbers) {
  return make_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }", numbers);
}

class FashionMnist : public testing::Test {
 protected:
  // Two images: pixel p of image i is i + p, modulo 256.
  void SetUp() override {
    std::string pixels;
    for (int i = 0; i < 2 * 784; ++i) pixels += static_cast<char>(i / 784 + i % 784);
    write_file(images(), idx({2, 28, 28}, pixels));
    write_file(labels(), idx({2}, "\x09\x03"));
  }
  std::string images() const { return folder_ / "fashion-mnist/train-images-idx3-ubyte"; }
  std::string labels() const { return folder_ / "fashion-mnist/train-labels-idx1-ubyte"; }
  void reject(const std::string& text) {
    expect_error([&] { read_fashion_mnist(folder_.path(), Part::kTraining); }, text);
  }
  TestFolder folder_;
};

TEST_F(FashionMnist, Reads) {
  const Split split = read_fashion_mnist(folder_.path(), Part::kTraining);
  EXPECT_EQ(split.inputs.shape, (std::vector<std::size_t>{2, 28, 28, 1}));
  EXPECT_EQ(split.labels, (std::vector<int>{9, 3}));
  EXPECT_EQ(split.inputs.row(1)[0], 1.0f);
  EXPECT_EQ(split.inputs.row(1)[300], 45.0f);
}

TEST_F(FashionMnist, FindsPackedFilesInTheOtherFolder) {
  std::filesystem::create_directories(folder_ / "FashionMNIST/raw");
  for (const std::string& from : {images(), labels()}) {
    ASSERT_EQ(
        std::system(
            ("gzip " + from + " && mv " + from + ".gz " + (folder_ / "FashionMNIST/raw/")).c_str()),
        0);
  }
  EXPECT_EQ(read_fashion_mnist(folder_.path(), Part::kTraining).samples(), 2u);
}

TEST_F(FashionMnist, NamesWhatIsWrong) {
  write_file(labels(), idx({2}, "\x09\x0a"));
  reject("label 10 of sample 1 is not in 0..9");
  write_file(labels(), idx({3}, "\x01\x01\x01"));
  reject("train-labels-idx1-ubyte: dimensions 3, but 2 images");
  write_file(images(), idx({2, 28}, std::string(56, 'x')));
  reject("train-images-idx3-ubyte: dimensions 2 x 28, expected N x 28 x 28");
  write_file(images(), idx({0, 28, 28}, ""));
  reject("train-images-idx3-ubyte: holds no images");
  write_file(images(), "text");
  reject("train-images-idx3-ubyte: starts with bytes");
}

// 10,000 records; record i has label i % 10, and value (i + 50 c + p) % 256 in plane c at pixel p.
std::string cifar10_file() {
  std::string bytes;
  bytes.reserve(10000 * 3073);
  for (int i = 0; i < 10000; ++i) {
    bytes += static_cast<char>(i % 10);
    for (int c = 0; c < 3; ++c) {
      for (int p = 0; p < 1024; ++p) bytes += static_cast<char>(i + 50 * c + p);
    }
  }
  return bytes;
}

TEST(Cifar10, ReadsPlanesIntoPixels) {
  TestFolder folder;
  write_file(folder / "cifar-10-batches-bin/test_batch.bin", cifar10_file());
  const Split split = read_cifar10(folder.path(), Part::kTest);
  EXPECT_EQ(split.inputs.shape, (std::vector<std::size_t>{10000, 32, 32, 3}));
  EXPECT_EQ(split.labels[9999], 9);
  const float* image = split.inputs.row(7);
  for (int c = 0; c < 3; ++c) EXPECT_EQ(image[3 * 40 + c], 7 + 50 * c + 40);
}

TEST(Cifar10, NamesWhatIsWrong) {
  std::vector<float> images(10000 * 3072);
  std::vector<int> labels(10000);
  const auto reject = [&](const std::string& bytes, const std::string& text) {
    expect_error([&] { parse_cifar10(bytes, "b.bin", 10000, images.data(), labels.data()); }, text);
  };
  std::string bytes = cifar10_file();
  reject(bytes.substr(1), "b.bin: 30729999 bytes, expected 30730000");
  reject(bytes + "x", "30730001 bytes");
  reject("", "0 bytes");
  bytes[3073 * 8] = 10;
  reject(bytes, "label 10 of record 8 is not in 0..9");
  TestFolder folder;
  expect_error([&] { read_cifar10(folder.path(), Part::kTraining); },
               "cifar-10: data_batch_1.bin is not in " + folder / "cifar-10-batches-bin");
}

TEST(Cifar10, ThePythonVersionIsRefusedByName) {
  TestFolder folder;
  const std::string pickle = "\x80\x02}q\x01(U\x06labels";
  write_file(folder / "cifar-10-batches-bin/test_batch.bin", pickle);
  expect_error([&] { read_cifar10(folder.path(), Part::kTest); },
               "test_batch.bin: is of the Python version, a pickle, which is a program");
  write_file(folder / "cifar-10-batches-py/data_batch_1", pickle);
  try {
    read_cifar10(folder.path(), Part::kTraining);
    ADD_FAILURE() << "was read";
  } catch (const Error& e) {
    EXPECT_NE(e.hint().find("cifar-10-batches-py holds the Python version"), std::string::npos)
        << e.hint();
  }
}

class Mars : public testing::Test {
 protected:
  // Three frames to train, two to validate; feature k of frame i is 1000 i + k, label k of frame i
  // is 10 i + k, and frames of "validate" count from 3.
  void SetUp() override {
    write("train", 0, 3);
    write("validate", 3, 2);
  }
  void write(const std::string& part, int first, int frames) {
    std::vector<float> features, labels;
    for (int i = first; i < first + frames; ++i) {
      for (int k = 0; k < 320; ++k) features.push_back(static_cast<float>(1000 * i + k));
      for (int k = 0; k < 57; ++k) labels.push_back(static_cast<float>(10 * i + k));
    }
    write_features(part, features);
    write_labels(part, labels);
  }
  void write_features(const std::string& part, const std::vector<float>& numbers) {
    write_file(path("featuremap", part),
               npy(std::to_string(numbers.size() / 320) + ", 8, 8, 5", numbers));
  }
  void write_labels(const std::string& part, const std::vector<float>& numbers) {
    write_file(path("labels", part), npy(std::to_string(numbers.size() / 57) + ", 57", numbers));
  }
  std::string path(const std::string& what, const std::string& part) const {
    return folder_ / ("mars/" + what + "_" + part + ".npy");
  }
  void reject(const std::string& text) {
    expect_error([&] { read_mars(folder_.path(), Part::kTraining); }, text);
  }
  TestFolder folder_;
};

TEST_F(Mars, PoolsTrainAndValidate) {
  const Split split = read_mars(folder_.path(), Part::kTraining);
  EXPECT_EQ(split.inputs.shape, (std::vector<std::size_t>{5, 8, 8, 5}));
  EXPECT_EQ(split.targets.shape, (std::vector<std::size_t>{5, 57}));
  EXPECT_TRUE(split.labels.empty());
  EXPECT_TRUE(split.warnings.empty());
  EXPECT_EQ(split.inputs.row(4)[319], 4319.0f);
  EXPECT_EQ(split.targets.row(3)[56], 86.0f);
  EXPECT_TRUE(split.subjects.empty()) << "not as many frames as were published";
}

TEST_F(Mars, SkipsFramesWithoutLabel) {
  std::vector<float> labels(3 * 57, 1.0f);
  labels[0] = labels[2 * 57 + 56] = std::nanf("");
  write_labels("train", labels);
  const Split split = read_mars(folder_.path(), Part::kTraining);
  EXPECT_EQ(split.samples(), 3u);
  EXPECT_EQ(split.inputs.row(0)[0], 1000.0f);
  ASSERT_EQ(split.warnings.size(), 1u);
  EXPECT_EQ(split.warnings[0],
            path("labels", "train") + ": 2 of 3 frames have no label (NaN) and are skipped");
}

TEST_F(Mars, NamesWhatIsWrong) {
  expect_error([&] { read_mars(folder_.path(), Part::kTest); }, "featuremap_test.npy is not in");
  const float infinity = std::numeric_limits<float>::infinity();
  std::vector<float> labels(3 * 57, 1.0f), features(3 * 320, 1.0f);
  labels[57 + 5] = -infinity;
  write_labels("train", labels);
  reject("labels_train.npy: row 1: coordinate 5 is -inf");
  features[2 * 320 + 7] = std::nanf("");
  write_features("train", features);
  labels[57 + 5] = 0;
  write_labels("train", labels);
  reject("featuremap_train.npy: row 2: feature 7 is nan");
  write_features("train", std::vector<float>(2 * 320));
  reject("featuremap_train.npy: shape (2, 8, 8, 5), expected (3, 8, 8, 5)");
  // Clouds of points are no features: neither 65 points nor 64.
  for (const int points : {64, 65}) {
    write_file(path("featuremap", "train"),
               npy(fmt::format("3, {}, 5", points), std::vector<float>(3 * points * 5)));
    reject(fmt::format("featuremap_train.npy: shape (3, {}, 5), expected (3, 8, 8, 5)", points));
  }
  write_file(path("labels", "train"), npy("57, 3", labels));
  reject("labels_train.npy: shape (57, 3), expected (frames, 57)");
  write_file(path("labels", "train"), npy("", {1}));
  reject("labels_train.npy: shape ()");
  for (const char* part : {"train", "validate"}) {
    write_labels(part, std::vector<float>(2 * 57, std::nanf("")));
    write_features(part, std::vector<float>(2 * 320));
  }
  reject("mars: no frame with a label");
}

// SHA-256 of all samples and labels.
std::string fingerprint(const Split& split) {
  std::string bytes;
  for (float x : split.inputs.data) bytes += static_cast<char>(static_cast<unsigned char>(x));
  for (int label : split.labels) bytes += static_cast<char>(label);
  return sha256(bytes);
}

// Expected results of other tests rest on these very samples.
TEST(Synthetic, IsTheSameOnEveryMachine) {
  EXPECT_EQ(synthetic_images(Part::kTraining).samples(), 2048u);
  EXPECT_EQ(synthetic_images(Part::kTest).samples(), 512u);
  EXPECT_EQ(fingerprint(synthetic_images(Part::kTraining)),
            "78ce858d6860efa134ebe891fb10cf64d87bb123201d0201f3733604822185be");
  EXPECT_EQ(fingerprint(synthetic_images(Part::kTest)),
            "9d7cffc783ee55f7ebcab0112825fbfdeea3ef8f6bcb3fbf98c918a70d6dc743");
  EXPECT_EQ(fingerprint(synthetic_tokens(Part::kTraining)),
            "965736cd6058809c541f7f203f327e163455e3b1c4678ff09bad805ee6d9f184");
  EXPECT_EQ(fingerprint(synthetic_tokens(Part::kTest)),
            "dc4e28ac4d540e3585cbb0a956b215ca547f00af700f4db270de513b76a75db4");
}

// The brightest quadrant gives the class often, but not always.
TEST(Synthetic, ImagesCanBeLearned) {
  const Split split = synthetic_images(Part::kTraining);
  std::size_t correct = 0;
  std::array<int, 4> classes{};
  for (std::size_t i = 0; i < split.samples(); ++i) {
    std::array<float, 4> sum{};
    for (int p = 0; p < 64; ++p) {
      const float x = split.inputs.row(i)[p];
      ASSERT_TRUE(x >= 0 && x <= 255 && x == std::floor(x)) << x;
      sum[static_cast<std::size_t>(p / 32 * 2 + p % 8 / 4)] += x;
    }
    const auto best = std::max_element(sum.begin(), sum.end()) - sum.begin();
    correct += best == split.labels[i];
    ++classes.at(static_cast<std::size_t>(split.labels[i]));
  }
  const double share = static_cast<double>(correct) / static_cast<double>(split.samples());
  EXPECT_GT(share, 0.7);
  EXPECT_LT(share, 0.97);
  for (int n : classes) EXPECT_NEAR(n, 512, 80);
}

TEST(Synthetic, TokensHaveTheMostFrequentMarkAsClass) {
  const Split split = synthetic_tokens(Part::kTest);
  EXPECT_EQ(split.inputs.shape, (std::vector<std::size_t>{512, 1, 32, 1}));
  std::array<int, 4> classes{};
  for (std::size_t i = 0; i < split.samples(); ++i) {
    std::array<int, 16> count{};
    for (int t = 0; t < 32; ++t) ++count.at(static_cast<std::size_t>(split.inputs.row(i)[t]));
    const auto label = static_cast<std::size_t>(split.labels[i]);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_TRUE(k == label || count[k] < count[label]);
    ++classes.at(label);
  }
  for (int n : classes) EXPECT_NEAR(n, 128, 45);
}

// The files as published.
class RealData : public testing::Test {
 protected:
  void SetUp() override {
    if (std::getenv("EMAMBA_DATA") == nullptr) GTEST_SKIP() << "EMAMBA_DATA is not set";
    folder_ = data_folder("");
  }
  std::string folder_;
};

TEST_F(RealData, FashionMnist) {
  const Split train = read_fashion_mnist(folder_, Part::kTraining);
  const Split test = read_fashion_mnist(folder_, Part::kTest);
  EXPECT_EQ(train.samples(), 60000u);
  EXPECT_EQ(test.samples(), 10000u);
  for (int c = 0; c < 10; ++c) {
    EXPECT_EQ(std::count(train.labels.begin(), train.labels.end(), c), 6000) << c;
    EXPECT_EQ(std::count(test.labels.begin(), test.labels.end(), c), 1000) << c;
  }
}

TEST_F(RealData, Cifar10) {
  for (const Part part : {Part::kTraining, Part::kTest}) {
    const Split split = read_cifar10(folder_, part);
    const std::size_t samples = part == Part::kTraining ? 50000 : 10000;
    EXPECT_EQ(split.samples(), samples);
    for (int c = 0; c < 10; ++c) {
      EXPECT_EQ(std::count(split.labels.begin(), split.labels.end(), c), samples / 10) << c;
    }
  }
}

// Of the 32,099 frames to train, 7,112 have no label in a widespread copy of the files.
TEST_F(RealData, Mars) {
  const Split train = read_mars(folder_, Part::kTraining);
  EXPECT_EQ(train.samples(), train.warnings.empty() ? 32099u : 24987u);
  EXPECT_EQ(read_mars(folder_, Part::kTest).samples(), 7984u);
  for (float x : train.targets.data) ASSERT_LT(std::abs(x), 10) << "metres";
}

// The published intensities are normalised for each subject of a part by itself.
TEST_F(RealData, MarsSubjectsAreWhereTheirIntensitiesSay) {
  const Split test = read_mars(folder_, Part::kTest);
  ASSERT_EQ(test.subjects.size(), test.samples());
  for (int subject = 1; subject <= 4; ++subject) {
    double points = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < test.samples(); ++i) {
      if (test.subjects[i] != subject) continue;
      for (const float* point = test.inputs.row(i); point < test.inputs.row(i) + 320; point += 5) {
        if (std::all_of(point, point + 5, [](float x) { return x == 0; })) continue;  // padding
        points += 1;
        sum += point[4];
        squares += static_cast<double>(point[4]) * point[4];
      }
    }
    EXPECT_NEAR(sum / points, 0, 1e-4) << subject;
    EXPECT_NEAR(squares / points, 1, 1e-4) << subject;
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// CIFAR-10, binary version: 32 x 32 colour images of ten classes, 50,000 to train and 10,000 to
// test. A file is 10,000 records: the label (1 byte), then a red, a green and a blue plane of 32
// rows of 32 bytes.
#include "base/error.h"
#include "base/files.h"
#include "data/catalogue.h"
#include "data/readers.h"

namespace emamba {
namespace {

constexpr std::size_t kRecords = 10000;
constexpr std::size_t kPixels = 32 * 32;
constexpr std::size_t kRecordBytes = 1 + 3 * kPixels;

}  // namespace

void parse_cifar10(std::string_view bytes, const std::string& source, std::size_t records,
                   float* images, int* labels) {
  // A record begins with a label of at most 9, a pickle with 0x80.
  if (bytes.starts_with("\x80")) {
    throw Error(
        source + ": is of the Python version, a pickle, which is a program and is never run",
        "Get the binary version.");
  }
  if (bytes.size() != records * kRecordBytes) {
    throw Error(
        fmt::format("{}: {} bytes, expected {}", source, bytes.size(), records * kRecordBytes),
        bytes.size() < records * kRecordBytes ? "The file may be truncated."
                                              : "It is no file of the binary version.");
  }
  const auto* record = reinterpret_cast<const unsigned char*>(bytes.data());
  for (std::size_t i = 0; i < records; ++i, record += kRecordBytes) {
    if (record[0] > 9) {
      throw Error(fmt::format("{}: label {} of record {} is not in 0..9", source, record[0], i));
    }
    labels[i] = record[0];
    float* image = images + i * 3 * kPixels;  // (32, 32, 3)
    for (std::size_t p = 0; p < kPixels; ++p) {
      for (std::size_t c = 0; c < 3; ++c) image[3 * p + c] = record[1 + c * kPixels + p];
    }
  }
}

Split read_cifar10(const std::string& folder, Part part) {
  const DataSet& set = data_set("cifar-10");
  std::vector<std::string> paths;
  for (const std::string& file : set.files) {
    const bool test = file == "test_batch.bin";
    if (test == (part == Part::kTest)) paths.push_back(require_data_file(set, folder, file));
  }
  Split split;
  split.inputs = make_tensor<float>({paths.size() * kRecords, 32, 32, 3});
  split.labels.resize(paths.size() * kRecords);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    parse_cifar10(read_file(paths[i]), paths[i], kRecords, split.inputs.row(i * kRecords),
                  split.labels.data() + i * kRecords);
  }
  return split;
}

}  // namespace emamba

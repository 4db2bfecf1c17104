// SPDX-License-Identifier: Apache-2.0
// Fashion-MNIST: 28 x 28 grey levels of ten kinds of clothing, 60,000 to train and 10,000 to test.
#include <algorithm>

#include "base/error.h"
#include "data/catalogue.h"
#include "data/idx.h"
#include "data/readers.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxImages = std::size_t{1} << 18;
constexpr std::size_t kPixels = 28 * 28;

}  // namespace

Split read_fashion_mnist(const std::string& folder, Part part) {
  const DataSet& set = data_set("fashion-mnist");
  const std::string prefix = part == Part::kTraining ? "train" : "t10k";
  const std::string images_path = require_data_file(set, folder, prefix + "-images-idx3-ubyte");
  const std::string labels_path = require_data_file(set, folder, prefix + "-labels-idx1-ubyte");
  const Tensor<std::uint8_t> images = read_idx(images_path, kMaxImages * kPixels);
  const Tensor<std::uint8_t> labels = read_idx(labels_path, kMaxImages);

  if (images.shape.size() != 3 || images.shape[1] != 28 || images.shape[2] != 28) {
    throw Error(fmt::format("{}: dimensions {}, expected N x 28 x 28", images_path,
                            fmt::join(images.shape, " x ")));
  }
  if (images.empty()) throw Error(images_path + ": holds no images", how_to_get(set, folder));
  if (labels.shape != std::vector<std::size_t>{images.shape[0]}) {
    throw Error(fmt::format("{}: dimensions {}, but {} images in {}", labels_path,
                            fmt::join(labels.shape, " x "), images.shape[0], images_path));
  }
  const auto bad = std::find_if(labels.data.begin(), labels.data.end(),
                                [](std::uint8_t label) { return label > 9; });
  if (bad != labels.data.end()) {
    throw Error(fmt::format("{}: label {} of sample {} is not in 0..9", labels_path, *bad,
                            bad - labels.data.begin()));
  }

  Split split;
  split.inputs.shape = {images.shape[0], 28, 28, 1};
  split.inputs.data.assign(images.data.begin(), images.data.end());
  split.labels.assign(labels.data.begin(), labels.data.end());
  return split;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/gaps.h"

#include <array>

namespace emamba {
namespace {

struct Gap {
  const char* file;
  const char* sha256;
  const char* note;
};

constexpr std::array kGaps = {
    Gap{"labels_train.npy", "eff6a9ea235adc10a41d4d6a19cdc2b434d81710572cb5dc08616a406f98fa00",
        "This copy of MARS lacks the labels of subject 1's 7,112 training frames: trained on the "
        "rest. Its validate and test parts are complete."},
    Gap{"test_batch.bin", "3f7010f5855423b8de3f72b1ee0acb6dd69d8d7dbde577bf05bcf82ed272d6c1",
        "In this copy of CIFAR-10, 121 of the 60,000 images, 25 of them test images, are JPEG "
        "approximations and not the published ones bit for bit. All labels are."}};

}  // namespace

std::vector<std::string> known_gaps(const std::map<std::string, std::string>& sha256_of_file) {
  std::vector<std::string> notes;
  for (const Gap& gap : kGaps) {
    const auto found = sha256_of_file.find(gap.file);
    if (found != sha256_of_file.end() && found->second == gap.sha256) notes.emplace_back(gap.note);
  }
  return notes;
}

}  // namespace emamba

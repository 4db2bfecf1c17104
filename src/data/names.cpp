// SPDX-License-Identifier: Apache-2.0
#include "data/names.h"

#include <fmt/format.h>

namespace emamba {
namespace {

// Numbers, unless there are as many names as are wanted.
std::vector<std::string> named(std::vector<std::string> names, std::size_t count) {
  if (names.size() == count) return names;
  names.clear();
  for (std::size_t i = 0; i < count; ++i) names.push_back(fmt::format("{}", i));
  return names;
}

}  // namespace

std::vector<std::string> class_names(Task task, std::size_t classes) {
  switch (task) {
    case Task::kFashionMnist:
      return named({"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                    "Sneaker", "Bag", "Ankle boot"},
                   classes);
    case Task::kCifar10:
      return named({"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                    "truck"},
                   classes);
    case Task::kMars:
    case Task::kSyntheticImages:
    case Task::kSyntheticTokens:
      break;
  }
  return named({}, classes);
}

std::vector<std::string> joint_names(Task task, std::size_t joints) {
  if (task != Task::kMars) return named({}, joints);
  // Kinect v2's names; of its 25 joints MARS has all but hands, their tips and thumbs.
  return named({"SpineBase", "SpineMid", "Neck", "Head", "ShoulderLeft", "ElbowLeft", "WristLeft",
                "ShoulderRight", "ElbowRight", "WristRight", "HipLeft", "KneeLeft", "AnkleLeft",
                "FootLeft", "HipRight", "KneeRight", "AnkleRight", "FootRight", "SpineShoulder"},
               joints);
}

}  // namespace emamba

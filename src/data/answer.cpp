// SPDX-License-Identifier: Apache-2.0
// Names and units of the built-in tasks.
#include "data/answer.h"

#include <fmt/format.h>

namespace emamba {
namespace {

// Kinect v2's names; of its 25 joints MARS has all but hands, their tips and thumbs. The outputs
// are x of all joints, then y, then z, in metres.
Answer joints_of_mars() {
  const std::vector<std::string> joints = {
      "SpineBase", "SpineMid",   "Neck",          "Head",         "ShoulderLeft",
      "ElbowLeft", "WristLeft",  "ShoulderRight", "ElbowRight",   "WristRight",
      "HipLeft",   "KneeLeft",   "AnkleLeft",     "FootLeft",     "HipRight",
      "KneeRight", "AnkleRight", "FootRight",     "SpineShoulder"};
  const std::vector<std::string> axes = {"x", "y", "z"};
  Answer answer{.names = {}, .unit = "cm", .units = 100, .groups = {}};
  for (std::size_t a = 0; a < axes.size(); ++a) {
    OutputGroup& axis = answer.groups.emplace_back(OutputGroup{"axis", axes[a], {}});
    for (std::size_t j = 0; j < joints.size(); ++j) {
      axis.outputs.push_back(a * joints.size() + j);
      answer.names.push_back(joints[j] + " " + axes[a]);
    }
  }
  for (std::size_t j = 0; j < joints.size(); ++j) {
    OutputGroup& joint = answer.groups.emplace_back(OutputGroup{"joint", joints[j], {}});
    for (std::size_t a = 0; a < axes.size(); ++a) joint.outputs.push_back(a * joints.size() + j);
  }
  return answer;
}

}  // namespace

std::string Answer::name(std::size_t output) const {
  return output < names.size() ? names[output] : fmt::format("{}", output);
}

Answer answer_of(Task task) {
  Answer answer;
  switch (task) {
    case Task::kFashionMnist:
      answer.names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
      break;
    case Task::kCifar10:
      answer.names = {"airplane", "automobile", "bird",  "cat",  "deer",
                      "dog",      "frog",       "horse", "ship", "truck"};
      break;
    case Task::kMars:
      return joints_of_mars();
    case Task::kSyntheticImages:
    case Task::kSyntheticTokens:
      break;  // numbered classes
  }
  return answer;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/task.h"

#include "base/error.h"
#include "base/nearest.h"
#include "data/own_data.h"

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

Answer classes(std::vector<std::string> names) {
  return {.names = std::move(names), .unit = "", .units = 1, .groups = {}};
}

}  // namespace

const std::vector<Task>& tasks() {
  static const std::vector<Task> table = {
      {.name = "fashion-mnist",
       .data_set = "fashion-mnist",
       .shape = {28, 28, 1, 0, 10, false},
       .answer = classes({"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                          "Sneaker", "Bag", "Ankle boot"}),
       .mirrors = true,
       .own = {}},
      {.name = "cifar10",
       .data_set = "cifar-10",
       .shape = {32, 32, 3, 0, 10, false},
       .answer = classes({"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse",
                          "ship", "truck"}),
       .mirrors = true,
       .own = {}},
      {.name = "mars",
       .data_set = "mars",
       .shape = {8, 8, 5, 0, 57, true},
       .answer = joints_of_mars(),
       .own = {}},
      {.name = "synthetic-images",
       .data_set = "",
       .shape = {8, 8, 1, 0, 4, false},
       .answer = {},
       .mirrors = true,
       .own = {}},
      {.name = "synthetic-tokens",
       .data_set = "",
       .shape = {1, 32, 1, 16, 4, false},
       .answer = {},
       .own = {}}};
  return table;
}

const Task& task_called(const std::string& name) {
  std::vector<std::string> names;
  for (const Task& task : tasks()) {
    if (task.name == name) return task;
    names.push_back(task.name);
  }
  names.push_back("own");
  throw Error(fmt::format("task = \"{}\": must be one of {}", name, fmt::join(names, ", ")),
              did_you_mean(name, names) +
                  "`emamba inspect --keys` lists every key with its type and range");
}

Task task_of(OwnTask own) {
  Task task{.name = "own",
            .data_set = "",
            .shape = own.shape,
            .answer = {.names = own.shape.regression ? own.data.outputs : own.data.classes,
                       .unit = own.data.unit,
                       .units = 1,
                       .groups = {}},
            .mirrors = own.data.mirror,
            .own = {}};
  task.own = std::make_shared<const OwnTask>(std::move(own));
  return task;
}

}  // namespace emamba

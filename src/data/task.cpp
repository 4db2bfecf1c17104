// SPDX-License-Identifier: Apache-2.0
#include "data/task.h"

#include "base/error.h"
#include "base/nearest.h"
#include "data/own_data.h"

namespace emamba {

const std::vector<Task>& tasks() {
  static const std::vector<Task> table = {
      {.name = "fashion-mnist",
       .data_set = "fashion-mnist",
       .shape = {28, 28, 1, 0, 10, false},
       .classes = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt",
                   "Sneaker", "Bag", "Ankle boot"},
       .outputs = {},
       .axes = {},
       .unit = "",
       .mirrors = true,
       .own = {}},
      {.name = "cifar10",
       .data_set = "cifar-10",
       .shape = {32, 32, 3, 0, 10, false},
       .classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship",
                   "truck"},
       .outputs = {},
       .axes = {},
       .unit = "",
       .mirrors = true,
       .own = {}},
      // Kinect v2's names; of its 25 joints MARS has all but hands, their tips and thumbs. Metres.
      {.name = "mars",
       .data_set = "mars",
       .shape = {8, 8, 5, 0, 57, true},
       .classes = {},
       .outputs = {"SpineBase", "SpineMid", "Neck", "Head", "ShoulderLeft", "ElbowLeft",
                   "WristLeft", "ShoulderRight", "ElbowRight", "WristRight", "HipLeft", "KneeLeft",
                   "AnkleLeft", "FootLeft", "HipRight", "KneeRight", "AnkleRight", "FootRight",
                   "SpineShoulder"},
       .axes = {"x", "y", "z"},
       .unit = "cm",
       .scale = 100,
       .own = {}},
      {.name = "synthetic-images",
       .data_set = "",
       .shape = {8, 8, 1, 0, 4, false},
       .classes = {},
       .outputs = {},
       .axes = {},
       .unit = "",
       .mirrors = true,
       .own = {}},
      {.name = "synthetic-tokens",
       .data_set = "",
       .shape = {1, 32, 1, 16, 4, false},
       .classes = {},
       .outputs = {},
       .axes = {},
       .unit = "",
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
  throw Error(fmt::format("task = \"{}\": must be one of {}; did you mean '{}'?", name,
                          fmt::join(names, ", "), nearest(name, names)),
              "`emamba inspect --keys` lists every key with its type and range");
}

Task task_of(OwnTask own) {
  Task task{.name = "own",
            .data_set = "",
            .shape = own.shape,
            .classes = own.data.classes,
            .outputs = own.data.outputs,
            .axes = {},
            .unit = own.data.unit,
            .mirrors = own.data.mirror,
            .own = {}};
  task.own = std::make_shared<const OwnTask>(std::move(own));
  return task;
}

std::vector<std::string> output_names(const Task& task) {
  const auto count = static_cast<std::size_t>(task.shape.outputs);
  if (task.axes.empty()) return names_or_numbers(task.outputs, count);
  std::vector<std::string> names;
  for (const std::string& axis : task.axes) {
    for (const std::string& name : names_or_numbers(task.outputs, count / task.axes.size())) {
      names.push_back(name + " " + axis);
    }
  }
  return names;
}

std::vector<std::string> names_or_numbers(const std::vector<std::string>& names,
                                          std::size_t count) {
  if (names.size() == count) return names;
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(fmt::format("{}", i));
  return numbers;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Tasks are data: what the samples of a data set are, what is asked of them, and what the answers
// are called. A task of the public data sets is a row of one table; a user's own data makes
// another.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/answer.h"
#include "ir/input.h"

namespace emamba {

struct OwnTask;

// The shape of one sample and of the answer. Token tasks have height 1, channels 1, width = tokens,
// and vocab > 0; others have vocab 0.
struct TaskShape {
  int height, width, channels, vocab;
  int outputs;      // classes, or regressed numbers
  bool regression;  // false: classification

  // One sample for a network; how it is cut into vectors is the network's choice.
  Input sample() const {
    Input input;
    input.height = height, input.width = width, input.channels = channels, input.vocab = vocab;
    return input;
  }
};

struct Task {
  std::string name;      // as the key `task` has it
  std::string data_set;  // in the catalogue; empty: none has to be there
  TaskShape shape{};
  Answer answer;
  bool mirrors = false;                // a mirrored image has the same answer
  std::shared_ptr<const OwnTask> own;  // a user's own data
};

// The tasks of the public data sets, and two made-up ones that need no files, for tests.
const std::vector<Task>& tasks();
// By name; throws Error with the nearest known name.
const Task& task_called(const std::string& name);
// The task of a user's own data, called "own".
Task task_of(OwnTask own);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Answers for new samples: of whole files, or vector by vector as they come.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/tensor.h"
#include "flow/eval.h"
#include "flow/job.h"

namespace emamba {

// What an answer says, by the task: the class of highest score, or numbers.
struct Prediction {
  std::vector<float> outputs;  // class scores, or numbers in the unit of the task's targets
  int label = -1;              // of classes
  std::string text;            // "Sneaker (score 7.31)", or "x 0.512 m, y ..."
};
Prediction prediction_of(const Task& task, const float* outputs, std::size_t count);

// The samples of an .npy file, `text` being its bytes, as (samples, height, width, channels), for a
// program of that input. Dimensions of one may be missing, and a single sample needs no first
// dimension. Throws Error, naming `source`, on another shape, on inputs that are not finite (the
// first one's place) unless model or data.nonfinite saturate them, and on token ids outside the
// vocabulary.
Tensor<float> samples_from_npy(const Task& task, const Input& input, std::string_view text,
                               const std::string& source);

// Runs the engine over samples (as samples_from_npy() gives them); `outputs` (samples, outputs).
// {"samples", "engine", "seconds"}, and of classes "classes" and "labels": name and number of each
// sample's class.
nlohmann::json predict_stage(const Job& job, Engine engine, const EvalFiles& files,
                             const Tensor<float>& samples, Tensor<float>& outputs);

// A header with the outputs' names (classes: and "class"), then a line a sample.
std::string outputs_csv(const Task& task, const Tensor<float>& outputs);

// Reads vectors of raw numbers, patch by patch, from `next` (empty: the end), steps the engine, and
// calls give(answer) as soon as there is one: after the last vector of every sequence, or of a
// network that answers every vector, after each. Throws Error on vectors of another length, on
// numbers as samples_from_npy() does, when the input ends inside a sequence, and for networks that
// cannot be stepped.
void predict_stream(const Job& job, Engine engine, const EvalFiles& files,
                    const std::function<std::vector<float>()>& next,
                    const std::function<void(const Prediction&)>& give);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "flow/predict.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/npy.h"
#include "base/stopwatch.h"
#include "data/metrics.h"
#include "data/own_split.h"
#include "exec/golden.h"

namespace emamba {
namespace {

using Shape = std::vector<std::size_t>;

std::string text_of(const Shape& shape) {
  return fmt::format("({})", fmt::join(shape, ", "));
}

// Without its dimensions of one.
Shape squeezed(Shape shape) {
  std::erase(shape, 1u);
  return shape;
}

Shape sample_shape(const TaskShape& s) {
  return {std::size_t(s.height), std::size_t(s.width), std::size_t(s.channels)};
}

// The model's input; the task's data say how numbers saturate where a model does not know it, that
// was trained before its configuration asked for it.
Input input_of(const Task& task, const Input& model) {
  Input input = model;
  if (task.own) add_extremes(*task.own, input.normalisation);
  return input;
}

// One sequence after the other, vector by vector; T is the engine's number.
template <class Engine, class Convert>
void stream(const Engine& engine, const Task& task, const std::function<std::vector<float>()>& next,
            const std::function<void(const std::vector<typename Engine::Number>&)>& give,
            const Convert& convert) {
  const Input input = input_of(task, engine.program().input);
  const bool fixed = has_fixed_length(engine.program());
  auto state = engine.initial();
  for (std::size_t read = 0;; ++read) {
    Tensor<float> vector;
    vector.data = next();
    if (vector.empty()) {
      if (!fixed || state.token == 0) return;
      throw Error(fmt::format("the input ends after {} of the {} vectors of a sequence",
                              state.token, input.vectors()),
                  "give whole sequences");
    }
    const auto width = static_cast<std::size_t>(input.vector_width());
    if (vector.size() != width) {
      throw Error(fmt::format("vector {} has {} numbers, must have {}", read, vector.size(), width),
                  fmt::format("a vector is a patch of {} x {} with {} channels, row by row",
                              input.patch.height, input.patch.width, input.channels));
    }
    vector.shape = {1, width};
    make_usable(input, vector.data.data(), width,
                [&](std::size_t i) { return fmt::format("vector {}, number {}", read, i); });
    normalise(input, vector.data.data(), width);
    engine.step(state, convert(vector).data());
    const bool complete = fixed && state.token == input.vectors();
    if (!fixed || complete) give(state.answer());
    if (complete) state = engine.initial();
  }
}

}  // namespace

Prediction prediction_of(const Task& task, const float* outputs, std::size_t count) {
  Prediction answer{.outputs = {outputs, outputs + count}, .text = ""};
  if (!task.shape.regression) {
    answer.label = predicted_class(outputs, count);
    const auto label = static_cast<std::size_t>(answer.label);
    answer.text = fmt::format("{} (score {:.4g})", task.answer.name(label), outputs[label]);
    return answer;
  }
  const std::string unit = task.answer.unit.empty() ? "" : " " + task.answer.unit;
  for (std::size_t i = 0; i < count; ++i) {
    answer.text += fmt::format("{}{} {:.4g}{}", i == 0 ? "" : ", ", task.answer.name(i),
                               static_cast<double>(outputs[i]) * task.answer.units, unit);
  }
  return answer;
}

Tensor<float> samples_from_npy(const Task& task, const Input& input, std::string_view text,
                               const std::string& source) {
  Tensor<float> samples = parse_npy(text, source);
  const Shape wanted = sample_shape(task.shape), one = squeezed(wanted);
  const Shape given = samples.shape;
  const Shape tail = given.empty() ? given : Shape(given.begin() + 1, given.end());
  const bool single = squeezed(given) == one && squeezed(tail) != one;
  if (!single && (given.empty() || squeezed(tail) != one)) {
    throw Error(fmt::format("{}: shape {}, where samples of {} are needed", source, text_of(given),
                            text_of(wanted)),
                fmt::format("save an array of shape (samples, {})", fmt::join(wanted, ", ")));
  }
  samples.shape = wanted;
  samples.shape.insert(samples.shape.begin(), single ? 1 : given[0]);
  const std::size_t width = wanted[0] * wanted[1] * wanted[2];
  if (samples.shape[0] == 0 || samples.empty()) {
    throw Error(source + ": there are no samples", "give one at least");
  }
  const PlaceOf place = [&](std::size_t i) {
    return fmt::format("{}: sample {}, [{}]", source, i / width,
                       fmt::join(index_of(wanted, i % width), ", "));
  };
  make_usable(input_of(task, input), samples.data.data(), samples.size(), place);
  return samples;
}

nlohmann::json predict_stage(const Job& job, Engine engine, const EvalFiles& files,
                             const Tensor<float>& samples, Tensor<float>& outputs) {
  const Stopwatch watch;
  outputs = engine_answers(engine, files, samples, job.threads,
                           job.progress(fmt::format("predict, {}", name_of(engine))));
  nlohmann::json result = {
      {"samples", outputs.shape[0]}, {"engine", name_of(engine)}, {"seconds", watch.seconds()}};
  if (job.spec.shape().regression) return result;
  nlohmann::json names = nlohmann::json::array(), labels = nlohmann::json::array();
  for (std::size_t i = 0; i < outputs.shape[0]; ++i) {
    const int label = predicted_class(outputs.row(i), outputs.shape[1]);
    labels.push_back(label);
    names.push_back(job.spec.task.answer.name(static_cast<std::size_t>(label)));
  }
  result["classes"] = names;
  result["labels"] = labels;
  return result;
}

std::string outputs_csv(const Task& task, const Tensor<float>& outputs) {
  const bool classes = !task.shape.regression;
  const std::size_t count = outputs.shape[1];
  const auto field = [](std::string text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) {
      text.insert(at, 1, '"');
    }
    return fmt::format("\"{}\"", text);
  };
  const std::vector<std::string> names = task.answer.all_names(count);
  std::string text = "sample";
  for (const std::string& name : names) text += fmt::format(",{}", field(name));
  text += classes ? ",class\n" : "\n";
  for (std::size_t i = 0; i < outputs.shape[0]; ++i) {
    text += fmt::format("{}", i);
    for (std::size_t o = 0; o < count; ++o) text += fmt::format(",{}", outputs.row(i)[o]);
    if (classes) {
      const auto label = static_cast<std::size_t>(predicted_class(outputs.row(i), count));
      text += fmt::format(",{}", field(names[label]));
    }
    text += "\n";
  }
  return text;
}

void predict_stream(const Job& job, Engine engine, const EvalFiles& files,
                    const std::function<std::vector<float>()>& next,
                    const std::function<void(const Prediction&)>& give) {
  const Task& task = job.spec.task;
  if (job.spec.model.overlap != Size{0, 0}) {
    throw Error("vectors of a model with model.overlap reach over their neighbours",
                "give whole samples with --input FILE");
  }
  if (engine == Engine::kFast) {
    throw Error("the fast engine takes whole samples", "stream with --engine golden or float");
  }
  if (engine == Engine::kFloat) {
    return stream(
        FloatEngine(files.model.content), task, next,
        [&](const std::vector<float>& y) { give(prediction_of(task, y.data(), y.size())); },
        [](const Tensor<float>& vector) { return vector.data; });
  }
  const Golden golden(files.program.content);
  const NumberType in = golden.program().edges.front().type;
  const int exp = golden.program().edges.back().type.exp;
  stream(
      golden, task, next,
      [&](const std::vector<std::int32_t>& y) {
        std::vector<float> real;
        for (std::int32_t q : y) real.push_back(std::ldexp(static_cast<float>(q), exp));
        give(prediction_of(task, real.data(), real.size()));
      },
      [&](const Tensor<float>& vector) { return quantise_tokens(vector, in).data; });
}

}  // namespace emamba

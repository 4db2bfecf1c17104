// SPDX-License-Identifier: Apache-2.0
// `emamba predict`: answers for new samples.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>

#include "base/files.h"
#include "base/npy.h"
#include "cli/cli.h"
#include "flow/predict.h"

namespace emamba {
namespace {

using nlohmann::json;

struct Options : CommonOptions {
  std::string input, output, engine = "golden";
  bool stream = false;
};

std::string read_all(std::istream& in) {
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// The numbers of the next line that holds any, parted by spaces or commas; none at the end.
std::vector<float> next_vector(std::istream& in, std::size_t& line_number) {
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream words(line);
    std::vector<float> vector;
    for (std::string word; words >> word;) {
      std::size_t used = 0;
      float value = 0;
      try {
        value = std::stof(word, &used);
      } catch (const std::exception&) {
      }
      if (used != word.size()) {
        throw Error(fmt::format("line {}: '{}' is no number", line_number, word.substr(0, 40)),
                    "give a vector a line, its numbers parted by spaces or commas");
      }
      vector.push_back(value);
    }
    if (!vector.empty()) return vector;
  }
  return {};
}

void stream(const Options& options, const Job& job, Engine engine, const EvalFiles& files) {
  std::size_t line = 0, answers = 0;
  predict_stream(
      job, engine, files, [&] { return next_vector(std::cin, line); },
      [&](const Prediction& answer) {
        if (options.json) {
          json object = {{"answer", answers}, {"outputs", answer.outputs}};
          if (answer.label >= 0) object["label"] = answer.label;
          fmt::print("{}\n", object.dump());
        } else {
          fmt::print("{}  {}\n", answers, answer.text);
        }
        std::fflush(stdout);
        ++answers;
      });
}

void write_outputs(const Options& options, const Task& task, const Tensor<float>& outputs) {
  if (options.output.empty()) return;
  if (options.output.ends_with(".csv")) {
    write_file(options.output, outputs_csv(task, outputs));
  } else {
    write_npy(options.output, outputs);
  }
}

void print_answers(const Options& options, const Task& task, const Tensor<float>& outputs) {
  if (!options.output.empty()) {
    fmt::print("{} answers in {}\n", outputs.shape[0], options.output);
    return;
  }
  for (std::size_t i = 0; i < outputs.shape[0]; ++i) {
    fmt::print("{}  {}\n", i, prediction_of(task, outputs.row(i), outputs.shape[1]).text);
  }
}

void run(const Options& options) {
  if (!options.output.empty() && !options.output.ends_with(".npy") &&
      !options.output.ends_with(".csv")) {
    throw Error(fmt::format("--output {}: is neither .npy nor .csv", options.output),
                "name a file that ends in one of them", ErrorKind::kUsage);
  }
  if (options.stream && !options.output.empty()) {
    throw Error("--stream prints its answers as they come, and writes no --output",
                "redirect them: ... --stream > FILE", ErrorKind::kUsage);
  }
  if (options.stream && !options.input.empty() && options.input != "-") {
    throw Error(fmt::format("--stream reads standard input, and no --input {}", options.input),
                "feed it: ... --stream < FILE", ErrorKind::kUsage);
  }
  if (!options.stream && options.input.empty()) {
    throw Error("predict: nothing to predict",
                "name an .npy file or - with --input, or use --stream", ErrorKind::kUsage);
  }
  const Job job = job_of(options);
  const Engine engine = engine_called(options.engine);
  const EvalFiles files = require_files(job, {.engine = engine});
  if (options.stream) return stream(options, job, engine, files);
  const bool standard = options.input == "-";
  const Tensor<float> samples =
      samples_from_npy(job.spec.task, network_of(engine, files).input,
                       standard ? read_all(std::cin) : read_file(options.input),
                       standard ? "standard input" : options.input);
  Tensor<float> outputs;
  json result = predict_stage(job, engine, files, samples, outputs);
  write_outputs(options, job.spec.task, outputs);
  if (!options.output.empty()) result["output"] = options.output;
  print_result(options, result,
               [&](const json&) { print_answers(options, job.spec.task, outputs); });
}

}  // namespace

void add_predict(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("predict", "Answer new samples");
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine");
  verb->add_option("--input", options->input,
                   "Samples as .npy, raw as the data set's; - for standard input")
      ->type_name("X.npy|-");
  verb->add_option("--output", options->output,
                   "Where class scores or numbers go, (samples, outputs) in float32; default: a "
                   "line a sample is printed")
      ->type_name("Y.npy|Y.csv");
  verb->add_option("--engine", options->engine, "golden (default) or fast: integers; float")
      ->check(CLI::IsMember({"float", "golden", "fast"}))
      ->type_name("float|golden|fast");
  verb->add_flag("--stream", options->stream,
                 "Read a vector a line (the numbers of a patch, raw) from standard input, and "
                 "answer as soon as a sequence is complete");
  verb->footer(
      "Numbers are in the unit of the targets that the model was trained on; printed ones in that\n"
      "of the reports.\n\n"
      "Example: emamba predict models/mars/config.toml --input frames.npy --output poses.npy");
  verb->callback([options] { run(*options); });
}

}  // namespace emamba

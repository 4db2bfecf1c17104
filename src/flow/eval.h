// SPDX-License-Identifier: Apache-2.0
// The stage "eval": a model or a program over a split.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "exec/float.h"
#include "flow/files.h"
#include "flow/job.h"

namespace emamba {

enum class Engine { kFloat, kGolden, kFast };
const char* name_of(Engine engine);
// By that name; throws Error for another.
Engine engine_called(const std::string& name);

struct EvalChoice {
  Engine engine = Engine::kFloat;  // the others: integers only
  bool pwl = false;                // floating point: with the program's piecewise-linear functions
  std::string split = "test";
  std::size_t limit = 0;  // the first so many samples; 0: all

  bool needs_model() const { return engine == Engine::kFloat; }
  bool needs_program() const { return engine != Engine::kFloat || pwl; }
  const char* functions() const { return needs_program() ? "pwl" : "exact"; }
};

// The files that a choice needs; the others stay empty.
struct EvalFiles {
  Stored<FloatModel> model;
  Stored<Program> program;
};
// Throws Error when one of them is not there.
EvalFiles require_files(const Job& job, const EvalChoice& choice);
// The network that the engine runs, of its file.
const Program& network_of(Engine engine, const EvalFiles& files);

// The engine's answers (samples, outputs) to raw samples (samples, height, width, channels); the
// float engine's with `options`.
Tensor<float> engine_answers(Engine engine, const EvalFiles& files, const Tensor<float>& samples,
                             int threads, const ProgressCallback& progress,
                             const FloatOptions& options = {});

// What docs/formats.md says of `emamba eval --json`. `hashes` are those of data_hashes().
std::string eval_key(const Spec& spec, const EvalChoice& choice, const EvalFiles& files,
                     const nlohmann::json& hashes);
nlohmann::json eval_stage(const Job& job, const EvalChoice& choice, const EvalFiles& files);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The stages of the flow, each implemented in the file of its verb. A stage returns its result as
// JSON, with a "key": the SHA-256 of everything it depends on. Two runs with one key give the same.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/job.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "hw/plan.h"
#include "train/train.h"

namespace emamba {

// {"key", "data", "samples", "warnings", "seconds"}: reads every split.
std::string data_key(const Job& job, const nlohmann::json& hashes);
nlohmann::json data_stage(const Job& job, const nlohmann::json& hashes);

// Writes OUT/model.safetensors, train.jsonl and train.json, and returns the last. Throws Stopped
// after SIGINT or SIGTERM; the checkpoint of the last complete epoch is kept for `resume`.
class Stopped : public Error {
  using Error::Error;
};
std::string train_key(const Job& job, const nlohmann::json& hashes);
nlohmann::json train_stage(const Job& job, const nlohmann::json& hashes, bool resume,
                           TrainDevice device = TrainDevice::kCpu);
// Whether OUT holds a checkpoint of this training before its end. Throws Error when it is of
// another training before its end, or damaged: a training from the start would replace it.
bool can_resume(const Job& job);

// Writes OUT/program.safetensors and quantize.json, and returns the last.
std::string quantize_key(const Job& job, const std::string& model_sha256,
                         const nlohmann::json& hashes);
nlohmann::json quantize_stage(const Job& job, const Stored<FloatModel>& model,
                              const nlohmann::json& hashes);
// The samples of the split "train" that ranges, curves and exponents are found on.
Split calibration_samples(const Job& job, const Split& train);
// What quantize_stage() writes into Program::origin: the model file that a program was made from.
std::string program_origin(const std::string& settings, const std::string& model_sha256);
bool made_from(const Program& program, const std::string& model_sha256);

// Runs a model or a program over a split.
enum class Engine { kFloat, kGolden, kFast };
struct EvalChoice {
  Engine kind = Engine::kFloat;  // the others: integers only
  bool pwl = false;              // floating point: with the program's piecewise-linear functions
  std::string split = "test";
  std::size_t limit = 0;  // the first so many samples; 0: all

  bool needs_model() const { return kind == Engine::kFloat; }
  bool needs_program() const { return kind != Engine::kFloat || pwl; }
  std::string engine() const;
  std::string functions() const { return needs_program() ? "pwl" : "exact"; }
};
// The files that a choice needs; the others stay empty.
struct EvalFiles {
  Stored<FloatModel> model;
  Stored<Program> program;
};
std::string eval_key(const Job& job, const EvalChoice& choice, const EvalFiles& files,
                     const nlohmann::json& hashes);
nlohmann::json eval_stage(const Job& job, const EvalChoice& choice, const EvalFiles& files);

// The accelerator of a job's [hardware]; where its files go; the frames of a split as tokens.
inline constexpr char kHardwareFolder[] = "hardware";
Plan job_plan(const Job& job, const Program& program);
// Of everything that simulation and synthesis of the design depend on.
std::string design_hash(const Plan& plan);
std::string emit_stage(const Job& job, const Plan& plan, const Program& program);
std::vector<Tensor<std::int32_t>> test_frames(const Job& job, const Program& program,
                                              std::size_t count);

// Simulates the accelerator that emit_stage() wrote to `folder` on the first `frames` test frames
// against golden. Returns
// {"frames", "edges_checked", "values_checked", "mismatches", "latency_cycles",
// "cycles_per_frame", ...}; on a mismatch writes `wave`, if that names a file.
nlohmann::json verify_stage(const Job& job, const Plan& plan, const Program& program,
                            const std::string& folder, std::size_t frames,
                            const std::string& wave = "");
// Throws Error when such a result is not a success, naming what differs and where.
void require_verified(const nlohmann::json& result);

// {"accuracy"} in percent, or {"mae_cm", "rmse_cm"}.
nlohmann::json to_json(const Metrics& metrics);

// SHA-256 over the inputs of a stage and this tool's version.
std::string stage_key(const std::string& stage, const nlohmann::json& inputs);
// The named parts of a spec, as JSON.
nlohmann::json spec_sections(const Spec& spec, const std::vector<std::string>& sections);

}  // namespace emamba

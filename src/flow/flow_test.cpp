// SPDX-License-Identifier: Apache-2.0
// The flow from C++, without a process: a spec in memory, a synthetic task, little training.
#include "flow/flow.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing.h"
#include "flow/ablate.h"
#include "flow/estimate.h"
#include "flow/eval.h"
#include "flow/files.h"
#include "flow/trace.h"
#include "flow/train.h"

namespace emamba {
namespace {

using nlohmann::json;

Spec small_spec() {
  Spec spec;
  spec.name = "small";
  spec.task = task_called("synthetic-images");
  spec.model.D = 8, spec.model.N = 4, spec.model.M = 1;
  spec.model.P = {2, 2};
  spec.quant.samples = 64;
  spec.quant.calibration = Calibration::kMax;
  spec.train.epochs = 1;
  return spec;
}

class FlowInMemory : public testing::Test {
 protected:
  // A job in the test's folder whose lines are kept in `lines_`.
  Job job(const Spec& spec) {
    Workplace workplace{.out = folder_ / "out", .threads = 1};
    workplace.observer.say = [this](const std::string& line) { lines_.push_back(line); };
    workplace.observer.progress = [this](const std::string& what) {
      progress_.push_back(what);
      return ProgressCallback();
    };
    return open_job(spec, workplace);
  }

  TestFolder folder_;
  std::vector<std::string> lines_, progress_;
};

TEST_F(FlowInMemory, RunsFromASpecToIntegers) {
  const Job job = this->job(small_spec());
  const json first = run_flow(job, {.frames = 0});
  EXPECT_EQ(first.at("name"), "small");
  EXPECT_EQ(first.at("stages").size(), 7u);
  EXPECT_GT(first.at("summary").at("golden").at("accuracy"), 0);
  ASSERT_EQ(lines_.size(), 7u);
  EXPECT_TRUE(lines_.front().starts_with("data ")) << lines_.front();
  EXPECT_NE(std::find(progress_.begin(), progress_.end(), "train"), progress_.end());
  // All of it is found again, also by the stages alone.
  const json second = run_flow(job, {.frames = 0});
  for (const auto& [name, stage] : second.at("stages").items()) {
    EXPECT_EQ(stage.at("status"), name == "report" ? "run" : "unchanged") << name;
  }
  EXPECT_EQ(second.at("summary"), first.at("summary"));
  const EvalChoice golden{.engine = Engine::kGolden};
  EXPECT_EQ(eval_stage(job, golden, require_files(job, golden)).at("metrics"),
            first.at("summary").at("golden"));
  EXPECT_TRUE(estimate_stage(job).at("trained"));
}

// What another build has computed is computed again, but for hours of training.
TEST_F(FlowInMemory, AnotherBuildKeepsTheModelAndMeasuresAnew) {
  const Job job = this->job(small_spec());
  run_flow(job, {.frames = 0});
  for (const char* stage : {"train", "quantize", "eval-float"}) {
    const std::string path = fmt::format("{}/{}.json", job.out, stage);
    json result = parse_json(read_file(path), path);
    result["key"] = std::string(64, '0');
    write_file(path, result.dump());
  }
  const json stages = run_flow(job, {.frames = 0}).at("stages");
  EXPECT_EQ(stages.at("train").at("status"), "found");
  EXPECT_EQ(stages.at("quantize").at("status"), "run");
  EXPECT_EQ(stages.at("eval-float").at("status"), "run");
}

TEST_F(FlowInMemory, AStopKeepsTheCheckpointAndGoesOn) {
  Spec spec = small_spec();
  spec.train.epochs = 3;
  Job job = this->job(spec);
  const FolderLock lock = prepare_out(job, train_files());
  auto flag = std::make_shared<std::atomic<bool>>(false);
  job.observer.stop = [flag] { return flag; };
  job.observer.progress = [flag](const std::string&) {
    return [flag](std::size_t, std::size_t, const std::string& remark) {
      if (remark.starts_with("epoch 2/")) *flag = true;
    };
  };
  try {
    train_stage(job, json::object(), TrainStart::kFresh);
    ADD_FAILURE() << "was not stopped";
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::kStopped) << e.what();
  }
  EXPECT_TRUE(can_resume(job));
  job.observer.stop = {};
  EXPECT_EQ(train_stage(job, json::object(), TrainStart::kResume).at("epochs"), 3);
}

TEST_F(FlowInMemory, ComparesChoices) {
  const Job job = this->job(small_spec());
  const json result = run_ablation(job, {.seeds = 1, .only = {"weights"}, .split = "test"});
  ASSERT_EQ(result.at("rows").size(), 3u);
  EXPECT_TRUE(result.at("rows").at(1).at("configured")) << "one exponent a tensor";
  EXPECT_FALSE(result.at("rows").at(2).at("configured"));
  expect_error([&] { run_ablation(job, {.only = {"weight"}}); }, "--only weight");
}

// Half of every edge's values saturate at the 50th percentile of their magnitudes.
TEST_F(FlowInMemory, RefusesEdgesThatSaturateUnlessAllowed) {
  Spec spec = small_spec();
  spec.quant.calibration = Calibration::kPercentile;
  spec.quant.percentile = 50;
  const Job job = this->job(spec);
  const std::string program = job.out + "/program.safetensors";
  expect_error([&] { run_flow(job, {.frames = 0}); },
               "more than 10 % of the values on these edges lie beyond their integers: ");
  EXPECT_FALSE(file_exists(program));
  lines_.clear();
  const json result = run_flow(job, {.frames = 0, .saturation = Saturation::kAllowed});
  EXPECT_TRUE(file_exists(program));
  const json warnings = result.at("stages").at("quantize").at("warnings");
  ASSERT_EQ(warnings.size(), 1u);
  const std::string warning = "warning: " + warnings.at(0).get<std::string>();
  EXPECT_TRUE(warning.starts_with("warning: more than 1 % of the values saturate: ")) << warning;
  EXPECT_NE(warning.find("blocks.0.conv ("), std::string::npos) << warning;
  EXPECT_NE(std::find(lines_.begin(), lines_.end(), warning), lines_.end());
}

TEST_F(FlowInMemory, WarnsOfNothingWhereNothingSaturates) {
  const json result = run_flow(job(small_spec()), {.frames = 0});
  EXPECT_EQ(result.at("stages").at("quantize").at("warnings"), json::array());
}

// Fine-tuned weights that a killed quantisation left are not taken for those of the program.
TEST_F(FlowInMemory, TracesByTheWeightsThatTheProgramHolds) {
  const Job job = this->job(small_spec());
  run_flow(job, {.frames = 0});
  FloatModel other = load_model(job.out + "/model.safetensors").content;
  for (auto& [name, tensor] : other.parameters) {
    for (float& v : tensor.data) v *= 1.5f;
  }
  write_float_model(job.out + "/finetuned.safetensors", other);
  EXPECT_TRUE(trace_stage(job, "test", 0).at("first_beyond").is_null());
  // Those of a fine-tuned program are.
  Spec tuned = small_spec();
  tuned.quant.finetune_steps = 5;
  tuned.quant.finetune_lr = 1e-6;
  const Job second = this->job(tuned);
  const json result = run_flow(second, {.frames = 0});
  ASSERT_TRUE(result.at("stages").at("quantize").at("finetune").at("kept"));
  EXPECT_TRUE(trace_stage(second, "test", 0).at("first_beyond").is_null());
}

TEST_F(FlowInMemory, ChecksTheSpec) {
  Spec spec = small_spec();
  spec.model.P = {3, 3};
  expect_error([&] { job(spec); }, "the spec small: model.P = 3 does not divide");
  expect_error([&] { require_model(job(small_spec())); }, "there is no ");
}

}  // namespace
}  // namespace emamba

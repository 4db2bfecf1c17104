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

TEST_F(FlowInMemory, ChecksTheSpec) {
  Spec spec = small_spec();
  spec.model.P = {3, 3};
  expect_error([&] { job(spec); }, "the spec small: model.P = 3 does not divide");
  expect_error([&] { require_model(job(small_spec())); }, "there is no ");
}

}  // namespace
}  // namespace emamba

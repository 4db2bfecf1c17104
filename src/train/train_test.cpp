// SPDX-License-Identifier: Apache-2.0
#include "train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace emamba {
namespace {

namespace fs = std::filesystem;

// A tiny model on synthetic images, and a folder of its own.
class Training : public testing::Test {
 protected:
  Training() {
    spec_.name = "tiny";
    spec_.task = Task::kSyntheticImages;
    spec_.model = {.D = 8, .E = 2, .N = 4, .P = 4, .M = 1, .K = 3};
    spec_.train.epochs = 4;
    spec_.train.batch = 32;
    spec_.train.lr = 1e-2;
    spec_.train.holdout = 0.2;
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
  }
  ~Training() override { fs::remove_all(folder_); }

  Split split(const char* name) const { return load_split(spec_, "", name); }
  TrainOptions options(const char* folder) const {
    TrainOptions options;
    options.out = folder_ / folder;
    return options;
  }
  std::string message_of(const std::function<void()>& work) const {
    try {
      work();
    } catch (const Error& e) {
      return e.what();
    }
    return "(no error)";
  }

  Spec spec_;
  fs::path folder_;
};

TEST_F(Training, LearnsSyntheticImagesFarAboveChance) {
  const TrainResult result = train(spec_, split("train"), split("val"), {});
  ASSERT_EQ(result.history.size(), 4u);
  const double chance = 100.0 / spec_.shape().outputs;
  EXPECT_GT(result.history.back().val->main().value, std::min(3 * chance, 0.5 * (100 + chance)));
  EXPECT_LT(result.history.back().loss, 0.8 * std::log(spec_.shape().outputs));
  EXPECT_FALSE(result.stopped);
}

TEST_F(Training, ResumeReproducesTheUninterruptedRunBitForBit) {
  spec_.train.shift = 1;
  spec_.train.flip = true;  // so that the random stream matters
  const Split data = split("train"), val = split("val");
  const TrainResult whole = train(spec_, data, val, options("whole"));

  std::atomic<bool> stop = false;
  TrainOptions interrupted = options("parts");
  interrupted.stop = &stop;
  std::size_t stop_at = 0;
  interrupted.progress = [&](std::size_t done, std::size_t total, const std::string&) {
    stop_at = total / 2 + 3;  // in the midst of the third epoch
    if (done == stop_at) stop = true;
  };
  const TrainResult part = train(spec_, data, val, interrupted);
  EXPECT_TRUE(part.stopped);
  EXPECT_EQ(part.history.size(), 2u);

  TrainOptions resumed = options("parts");
  resumed.resume = true;
  const TrainResult rest = train(spec_, data, val, resumed);
  EXPECT_EQ(rest.model.parameters, whole.model.parameters);
  ASSERT_EQ(rest.history.size(), whole.history.size());
  for (std::size_t i = 0; i < rest.history.size(); ++i) {
    EXPECT_EQ(rest.history[i].loss, whole.history[i].loss) << "epoch " << i + 1;
    EXPECT_EQ(rest.history[i].val, whole.history[i].val) << "epoch " << i + 1;
  }
  const std::string log = read_file(resumed.out + "/train.jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), spec_.train.epochs);
}

TEST_F(Training, ResumingACompleteTrainingReturnsItsModel) {
  spec_.train.epochs = 1;
  const TrainResult once = train(spec_, split("train"), {}, options("a"));
  EXPECT_FALSE(once.history.back().val.has_value());
  TrainOptions again = options("a");
  again.resume = true;
  EXPECT_EQ(train(spec_, split("train"), {}, again).model.parameters, once.model.parameters);
}

TEST_F(Training, RefusesACheckpointOfAnotherConfigurationNamingTheKeys) {
  spec_.train.epochs = 1;
  const Split data = split("train");
  train(spec_, data, {}, options("a"));
  TrainOptions resumed = options("a");
  resumed.resume = true;
  spec_.hardware.lanes = 8;  // decides nothing in training
  EXPECT_EQ(message_of([&] { train(spec_, data, {}, resumed); }), "(no error)");
  spec_.train.lr = 0.5;
  spec_.model.N = 5;
  const std::string message = message_of([&] { train(spec_, data, {}, resumed); });
  EXPECT_THAT(message, testing::HasSubstr("differ: model.N, train.lr"));
}

TEST_F(Training, RefusesACheckpointOfOtherDataAndOneThatIsAbsentOrDamaged) {
  spec_.train.epochs = 1;
  const Split data = split("train");
  train(spec_, data, {}, options("a"));
  TrainOptions resumed = options("a");
  resumed.resume = true;
  EXPECT_THAT(message_of([&] { train(spec_, first_samples(data, 64), {}, resumed); }),
              testing::HasSubstr("other training data"));
  const std::string path = resumed.out + "/checkpoint.safetensors";
  const std::string bytes = read_file(path);
  write_file(path, std::string_view(bytes).substr(0, bytes.size() / 2));
  EXPECT_THAT(message_of([&] { train(spec_, data, {}, resumed); }), testing::HasSubstr(path));
  fs::remove(path);
  EXPECT_THAT(message_of([&] { train(spec_, data, {}, resumed); }), testing::HasSubstr(path));
}

TEST_F(Training, StopsAtTheFirstNonFiniteValueNamingItAndKeepsTheCheckpoint) {
  spec_.train.lr = 1e30;
  spec_.train.warmup = 0;
  const std::string message = message_of([&] { train(spec_, split("train"), {}, options("a")); });
  EXPECT_THAT(message, testing::ContainsRegex(
                           "(the loss|the gradient of .+|the value of .+) is not finite in "
                           "epoch 1, step [0-9]+"));
  EXPECT_FALSE(file_exists(options("a").out + "/checkpoint.safetensors"));
}

TEST_F(Training, NamesTheParameterThatAStepMadeInfinite) {
  spec_.train.lr = 1e39;  // beyond float
  spec_.train.warmup = 0;
  EXPECT_THAT(message_of([&] { train(spec_, split("train"), {}, {}); }),
              testing::HasSubstr("the value of blocks.0.b_proj.weight is not finite in epoch 1, "
                                 "step 1"));
}

TEST_F(Training, AnInfiniteInputIsFoundAsALossThatIsNotFinite) {
  Split data = split("train");
  data.inputs.data[5] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(message_of([&] { train(spec_, data, {}, {}); }),
              testing::HasSubstr("not finite in epoch 1"));
}

TEST_F(Training, AStepThatDoesNotFitInMemoryIsRefusedBeforehand) {
  spec_.model = {.D = 512, .E = 4, .N = 64, .P = 1, .M = 64, .K = 3};
  EXPECT_THAT(message_of([&] { train(spec_, split("train"), {}, {}); }),
              testing::HasSubstr("a training step of 32 samples needs about"));
}

TEST_F(Training, TokensAndAnEmptySplit) {
  spec_.task = Task::kSyntheticTokens;
  spec_.model.head = Head::kMeanLinear;
  const TrainResult result = train(spec_, split("train"), split("val"), {});
  EXPECT_GT(result.history.back().val->main().value, 120.0 / spec_.shape().outputs);
  EXPECT_THAT(message_of([&] { train(spec_, {}, {}, {}); }), testing::HasSubstr("no samples"));
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"
#include "net/testing.h"

namespace emamba {
namespace {

namespace fs = std::filesystem;

// A tiny model on synthetic images, and a folder of its own.
class Training : public testing::Test {
 protected:
  Training() {
    net_.model.D = 8, net_.model.N = 4, net_.model.M = 1, net_.model.K = 3;
    spec_.epochs = 4;
    spec_.batch = 32;
    spec_.lr = 1e-2;
    spec_.holdout = 0.2;
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
  }
  ~Training() override { fs::remove_all(folder_); }

  Split split(const char* name) const {
    const char* task = net_.sample.vocab > 0 ? "synthetic-tokens" : "synthetic-images";
    return load_split(task_called(task), "", spec_.holdout, name);
  }
  // With its configuration, as far as it decides how a training goes, and a key that does not.
  Network network() const {
    Network network = network_of(net_);
    nlohmann::json config = {{"hardware", {{"lanes", lanes_}}}};
    NetSpec net = net_;
    TrainSpec spec = spec_;
    visit_keys(net.model, KeyWriter{config});
    visit_keys(spec, KeyWriter{config});
    network.program.config = config.dump();
    return network;
  }
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

  NetSpec net_;
  TrainSpec spec_;
  int lanes_ = 4;
  fs::path folder_;
};

TEST_F(Training, LearnsSyntheticImagesFarAboveChance) {
  const TrainResult result = train(network(), spec_, split("train"), split("val"), {});
  ASSERT_EQ(result.history.size(), 4u);
  const double chance = 100.0 / net_.outputs;
  EXPECT_GT(result.history.back().val->main().value, std::min(3 * chance, 0.5 * (100 + chance)));
  EXPECT_LT(result.history.back().loss, 0.8 * std::log(net_.outputs));
  EXPECT_FALSE(result.stopped);
}

TEST_F(Training, ResumeReproducesTheUninterruptedRunBitForBit) {
  spec_.shift = 1;
  spec_.flip = true;  // so that the random stream matters
  const Split data = split("train"), val = split("val");
  const TrainResult whole = train(network(), spec_, data, val, options("whole"));

  std::atomic<bool> stop = false;
  TrainOptions interrupted = options("parts");
  interrupted.stop = &stop;
  std::size_t stop_at = 0;
  interrupted.progress = [&](std::size_t done, std::size_t total, const std::string&) {
    stop_at = total / 2 + 3;  // in the midst of the third epoch
    if (done == stop_at) stop = true;
  };
  const TrainResult part = train(network(), spec_, data, val, interrupted);
  EXPECT_TRUE(part.stopped);
  EXPECT_EQ(part.history.size(), 2u);

  TrainOptions resumed = options("parts");
  resumed.resume = true;
  const TrainResult rest = train(network(), spec_, data, val, resumed);
  EXPECT_EQ(rest.model.parameters, whole.model.parameters);
  ASSERT_EQ(rest.history.size(), whole.history.size());
  for (std::size_t i = 0; i < rest.history.size(); ++i) {
    EXPECT_EQ(rest.history[i].loss, whole.history[i].loss) << "epoch " << i + 1;
    EXPECT_EQ(rest.history[i].val, whole.history[i].val) << "epoch " << i + 1;
  }
  const std::string log = read_file(resumed.out + "/train.jsonl");
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), spec_.epochs);
}

TEST_F(Training, ResumingACompleteTrainingReturnsItsModel) {
  spec_.epochs = 1;
  const TrainResult once = train(network(), spec_, split("train"), {}, options("a"));
  EXPECT_FALSE(once.history.back().val.has_value());
  TrainOptions again = options("a");
  again.resume = true;
  EXPECT_EQ(train(network(), spec_, split("train"), {}, again).model.parameters,
            once.model.parameters);
}

TEST_F(Training, RefusesACheckpointOfAnotherConfigurationNamingTheKeys) {
  spec_.epochs = 1;
  const Split data = split("train");
  train(network(), spec_, data, {}, options("a"));
  TrainOptions resumed = options("a");
  resumed.resume = true;
  lanes_ = 8;  // decides nothing in training
  EXPECT_EQ(message_of([&] { train(network(), spec_, data, {}, resumed); }), "(no error)");
  spec_.lr = 0.5;
  net_.model.N = 5;
  const std::string message = message_of([&] { train(network(), spec_, data, {}, resumed); });
  EXPECT_THAT(message, testing::HasSubstr("differ: model.N, train.lr"));
}

TEST_F(Training, RefusesACheckpointOfOtherDataAndOneThatIsAbsentOrDamaged) {
  spec_.epochs = 1;
  const Split data = split("train");
  train(network(), spec_, data, {}, options("a"));
  TrainOptions resumed = options("a");
  resumed.resume = true;
  EXPECT_THAT(message_of([&] { train(network(), spec_, first_samples(data, 64), {}, resumed); }),
              testing::HasSubstr("other training data"));
  const std::string path = resumed.out + "/checkpoint.safetensors";
  const std::string bytes = read_file(path);
  write_file(path, std::string_view(bytes).substr(0, bytes.size() / 2));
  EXPECT_THAT(message_of([&] { train(network(), spec_, data, {}, resumed); }),
              testing::HasSubstr(path));
  fs::remove(path);
  EXPECT_THAT(message_of([&] { train(network(), spec_, data, {}, resumed); }),
              testing::HasSubstr(path));
}

TEST_F(Training, StopsAtTheFirstNonFiniteValueNamingItAndKeepsTheCheckpoint) {
  spec_.lr = 1e30;
  spec_.warmup = 0;
  const std::string message =
      message_of([&] { train(network(), spec_, split("train"), {}, options("a")); });
  EXPECT_THAT(message, testing::ContainsRegex(
                           "(the loss|the gradient of .+|the value of .+) is not finite in "
                           "epoch 1, step [0-9]+"));
  EXPECT_FALSE(file_exists(options("a").out + "/checkpoint.safetensors"));
}

TEST_F(Training, NamesTheParameterThatAStepMadeInfinite) {
  spec_.lr = 1e39;  // beyond float
  spec_.warmup = 0;
  EXPECT_THAT(message_of([&] { train(network(), spec_, split("train"), {}, {}); }),
              testing::HasSubstr("the value of blocks.0.b_proj.weight is not finite in epoch 1, "
                                 "step 1"));
}

TEST_F(Training, AnInfiniteInputIsRefusedByItsSampleAndChannel) {
  Split data = split("train");
  data.inputs.row(2)[3] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(message_of([&] { train(network(), spec_, data, {}, {}); }),
              testing::HasSubstr("split train: sample 2, [0, 3, 0] is inf"));
}

TEST_F(Training, AValidationInputThatCannotBeNormalisedIsRefusedByItsSample) {
  Split val = split("val");
  val.inputs.row(1)[8] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message_of([&] { train(network(), spec_, split("train"), val, {}); }),
              testing::HasSubstr("split val: sample 1, [1, 0, 0] is nan, in channel 0"));
}

TEST_F(Training, AStepThatDoesNotFitInMemoryIsRefusedBeforehand) {
  net_.model.D = 512, net_.model.E = 4, net_.model.N = 64;
  net_.model.P = {1, 1}, net_.model.M = 64;
  EXPECT_THAT(message_of([&] { train(network(), spec_, split("train"), {}, {}); }),
              testing::HasSubstr("a training step of 32 samples needs about"));
}

TEST_F(Training, TokensAndAnEmptySplit) {
  net_.sample = token_samples();
  net_.model.head = Head::kMeanLinear;
  const TrainResult result = train(network(), spec_, split("train"), split("val"), {});
  EXPECT_GT(result.history.back().val->main().value, 120.0 / net_.outputs);
  EXPECT_THAT(message_of([&] { train(network(), spec_, {}, {}, {}); }),
              testing::HasSubstr("no samples"));
}

}  // namespace
}  // namespace emamba

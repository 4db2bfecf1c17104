// SPDX-License-Identifier: Apache-2.0
// Runs that are stopped or killed: what is on disk is whole, and the work can go on.
#include <filesystem>

#include "tool.h"

namespace emamba {
namespace {

using KilledRun = Tool;

// Starts "$@", waits for the first checkpoint and $2 more seconds, sends signal $1.
constexpr char kSignalAfterCheckpoint[] = R"(
signal=$1 pause=$2 checkpoint=$3
shift 3
"$@" & child=$!
while [[ ! -e $checkpoint ]] && kill -0 $child; do sleep 0.02; done
sleep $pause
kill -$signal $child
wait $child
)";

TEST_F(KilledRun, GoesOnToTheSameBits) {
  const std::string config = write_config();
  const std::vector<std::string> train = {EMAMBA_TOOL, "train", config, "--set", "train.epochs=60"};
  const auto with = [](std::vector<std::string> words, const std::vector<std::string>& before,
                       const std::vector<std::string>& after) {
    words.insert(words.begin(), before.begin(), before.end());
    words.insert(words.end(), after.begin(), after.end());
    return words;
  };
  const std::string whole = folder_ / "whole";
  ASSERT_EQ(run_script("exec \"$@\"", with(train, {}, {"--out", whole})).exit_code, 0);

  const std::string checkpoint = out() + "/checkpoint.safetensors";
  std::vector<std::string> more = {"--out", out()};
  for (const std::string pause : {"0", "0.1", "0.3"}) {
    const ToolRun killed =
        run_script(kSignalAfterCheckpoint, with(train, {"KILL", pause, checkpoint}, more));
    ASSERT_EQ(killed.exit_code, 137) << killed.err;
    EXPECT_FALSE(file_exists(out() + "/model.safetensors"));
    more = {"--out", out(), "--resume"};
  }
  const ToolRun finished = run_script("exec \"$@\"", with(train, {}, more));
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(read_file(out() + "/model.safetensors"), read_file(whole + "/model.safetensors"));
}

TEST_F(KilledRun, InterruptSaysHowToGoOn) {
  const std::string config = write_config();
  const ToolRun stopped = run_script(
      kSignalAfterCheckpoint, {"INT", "0.1", out() + "/checkpoint.safetensors", EMAMBA_TOOL,
                               "train", config, "--set", "train.epochs=9999", "--out", out()});
  EXPECT_EQ(stopped.exit_code, 130);
  EXPECT_NE(stopped.err.find("emamba train " + config + " --set train.epochs=9999 --out " + out() +
                             " --resume"),
            std::string::npos)
      << stopped.err;
  EXPECT_TRUE(file_exists(out() + "/checkpoint.safetensors"));
  EXPECT_FALSE(file_exists(out() + "/model.safetensors"));
}

TEST_F(KilledRun, FlowFinishesWhatAnEarlierOneLeft) {
  const std::string config = write_config();
  const std::string checkpoint = out() + "/checkpoint.safetensors";
  const ToolRun killed = run_script(
      kSignalAfterCheckpoint, {"KILL", "0", checkpoint, EMAMBA_TOOL, "flow", config, "--out", out(),
                               "--frames", "0", "--set", "train.epochs=60"});
  ASSERT_EQ(killed.exit_code, 137) << killed.err;
  ASSERT_FALSE(file_exists(out() + "/model.safetensors"));

  // Another training would replace the checkpoint.
  const std::string before = read_file(checkpoint);
  const std::vector<std::string> other = {"flow",     config, "--out", out(),
                                          "--frames", "0",    "--json"};
  expect_failure(other, 1, "train.epochs");
  expect_failure(other, 1, "--force starts a training in its place");
  EXPECT_EQ(read_file(checkpoint), before);

  const ToolRun finished =
      succeed({"flow", config, "--out", out(), "--frames", "0", "--set", "train.epochs=60"});
  EXPECT_NE(finished.out.find("goes on from " + checkpoint), std::string::npos) << finished.out;
  const auto number = [&](const std::string& file, const char* pointer) {
    return parse_json(read_file(out() + "/" + file), file)
        .at(nlohmann::json::json_pointer(pointer));
  };
  EXPECT_EQ(number("train.json", "/epochs"), 60);
  EXPECT_GT(number("eval-golden.json", "/metrics/accuracy"), 50);
  // A finished one is no more replaced unasked.
  expect_failure(other, 1, "train.epochs");
}

// Kills train, quantize, results and ablate, and fills their disk; the same at a thousand points is
// a campaign of its own.
constexpr char kCampaign[] = "exec tools/kill-campaign --seed 1 \"$@\"";

TEST_F(KilledRun, AtRandomPointsLosesNothing) {
  const ToolRun campaign = run_script(kCampaign, {"--points", "10", "--no-disk", "--tool",
                                                  EMAMBA_TOOL, "--work", folder_ / "work"});
  EXPECT_EQ(campaign.exit_code, 0) << campaign.err;
  EXPECT_NE(campaign.out.find("| ablate | "), std::string::npos) << campaign.out;
}

TEST_F(KilledRun, OnAFullDiskLosesNothing) {
  const ToolRun campaign =
      run_script(kCampaign, {"--points", "0", "--tool", EMAMBA_TOOL, "--work", folder_ / "work"});
  EXPECT_EQ(campaign.exit_code, 0) << campaign.err;
  if (campaign.out.find("skipped: full disks") != std::string::npos) {
    GTEST_SKIP() << "a small file system needs root and tmpfs";
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Quantising a real model: to the same bytes every time, and not in silence where numbers saturate.
#include "data/dataset.h"
#include "tool.h"

namespace emamba {
namespace {

class Quantize : public Tool {
 protected:
  // The bytes of the program and of the weights that it rounds.
  std::pair<std::string, std::string> quantized(const std::string& out,
                                                const std::string& threads) {
    succeed({"quantize", "models/mars-tiny/config.toml", "--set", "quant.samples=32", "--set",
             "quant.finetune_steps=10", "--threads", threads, "--out", out});
    const std::string tuned = out + "/finetuned.safetensors";
    return {read_file(out + "/program.safetensors"), file_exists(tuned) ? read_file(tuned) : ""};
  }
};

TEST_F(Quantize, GivesTheSameBytesTwiceAndOnAnyNumberOfThreads) {
  if (!file_exists(data_folder("") + "/mars/featuremap_train.npy")) {
    GTEST_SKIP() << "mars is not in " << data_folder("");
  }
  const auto first = quantized(folder_ / "first", "1");
  EXPECT_EQ(quantized(folder_ / "first", "1"), first);
  EXPECT_EQ(quantized(folder_ / "other", "8"), first);
}

TEST_F(Quantize, RefusesEdgesThatSaturateUnlessAllowed) {
  const std::string config = write_config();
  succeed({"train", config, "--out", out()});
  std::vector<std::string> half = {"quantize", config,
                                   "--out",    out(),
                                   "--set",    "quant.calibration=percentile",
                                   "--set",    "quant.percentile=50"};
  expect_failure(half, 1, "--allow-saturation");
  EXPECT_FALSE(file_exists(out() + "/program.safetensors"));
  half.push_back("--allow-saturation");
  EXPECT_NE(succeed(half).out.find("warning: more than 1 % of the values saturate: "),
            std::string::npos);
  EXPECT_TRUE(file_exists(out() + "/program.safetensors"));
}

}  // namespace
}  // namespace emamba

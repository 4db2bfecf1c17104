// SPDX-License-Identifier: Apache-2.0
// Ablations: what is measured, that nothing is measured twice, and the page they write.
#include <filesystem>
#include <set>

#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

class Ablate : public Tool {
 protected:
  std::vector<std::string> ablate(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"ablate", config_, "--out",
                                          out(),    "--set", "train.epochs=1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  // Every file of the ablation and when it was written.
  std::set<std::pair<std::string, std::filesystem::file_time_type>> files() const {
    std::set<std::pair<std::string, std::filesystem::file_time_type>> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(out() + "/ablate")) {
      files.emplace(entry.path(), entry.last_write_time());
    }
    return files;
  }
  static const json& row(const json& result, const std::string& group, const std::string& name) {
    for (const json& row : result.at("rows")) {
      if (row.at("group") == group && row.at("name") == name) return row;
    }
    ADD_FAILURE() << "no row " << group << " " << name;
    return result;
  }

  const std::string config_ = write_config();
};

TEST_F(Ablate, MeasuresEveryRowWithEverySeed) {
  const std::vector<std::string> cheap = {"--set", "quant.calibration=max", "--json"};
  const auto result_of = [&](std::vector<std::string> words) {
    words.insert(words.end(), cheap.begin(), cheap.end());
    return succeed(words).json();
  };
  const json result = result_of(ablate({"--seeds", "2", "--only", "norm,state"}));
  EXPECT_EQ(parse_json(read_file(out() + "/ablation.json"), "ablation.json"), result);
  EXPECT_EQ(result.at("metric"), "accuracy");
  EXPECT_EQ(result.at("samples"), 512);
  EXPECT_EQ(result.at("failed"), json::array());
  EXPECT_EQ(result.at("rows").size(), 1u + 3u + 5u);
  for (const json& row : result.at("rows")) {
    const auto values = row.at("values").get<std::vector<double>>();
    ASSERT_EQ(values.size(), 2u);
    EXPECT_DOUBLE_EQ(row.at("mean"), (values[0] + values[1]) / 2);
    EXPECT_EQ(row.at("min"), std::min(values[0], values[1]));
    EXPECT_EQ(row.at("max"), std::max(values[0], values[1]));
  }
  // What says the same is the same.
  const json& baseline = result.at("rows").at(0);
  EXPECT_EQ(row(result, "norm", "range").at("values"), baseline.at("values"));
  EXPECT_TRUE(row(result, "norm", "range").at("configured"));
  EXPECT_FALSE(row(result, "norm", "layer").at("configured"));
  EXPECT_TRUE(row(result, "state", "24 bits, stored in 17").at("configured"));
  EXPECT_EQ(baseline.at("change"), 0);

  // A row by hand: the verbs give the same number.
  const auto by_hand = [&](std::vector<std::string> words) {
    for (const char* word : {"--set", "train.epochs=1", "--set", "train.seed=2", "--out"}) {
      words.push_back(word);
    }
    words.push_back(folder_ / "by-hand");
    return result_of(words);
  };
  by_hand({"train", config_});
  EXPECT_EQ(by_hand({"eval", config_}).at("metrics").at("accuracy"), baseline.at("values")[1]);
  by_hand({"quantize", config_, "--set", "quant.state_bits=15"});
  EXPECT_EQ(by_hand({"eval", config_, "--engine", "golden", "--set", "quant.state_bits=15"})
                .at("metrics")
                .at("accuracy"),
            row(result, "state", "15 bits, stored in 8").at("values")[1]);
}

TEST_F(Ablate, FineTunesWhereTheConfigurationDoes) {
  const std::vector<std::string> settings = {"--set", "quant.calibration=max", "--set",
                                             "quant.finetune_steps=20"};
  std::vector<std::string> words = ablate({"--seeds", "1", "--only", "fine-tuning", "--json"});
  words.insert(words.end(), settings.begin(), settings.end());
  const json result = succeed(words).json();
  ASSERT_EQ(result.at("rows").size(), 1u + 3u);
  EXPECT_EQ(row(result, "fine-tuning", "none").at("arithmetic"), "integers");
  EXPECT_EQ(row(result, "fine-tuning", "towards labels").at("arithmetic"), "integers, tuned");
  EXPECT_TRUE(row(result, "fine-tuning", "towards labels").at("configured"));
  EXPECT_FALSE(row(result, "fine-tuning", "towards float").at("configured"));
}

TEST_F(Ablate, MeasuresOnlyWhatIsMissing) {
  const std::vector<std::string> two = ablate({"--seeds", "1", "--only", "delta", "--json"});
  const json first = succeed(two).json();
  const auto before = files();
  EXPECT_EQ(succeed(two).json(), first);
  EXPECT_EQ(files(), before);

  // Another group adds its own trainings.
  succeed(ablate({"--seeds", "1", "--only", "delta,convolution", "--json"}));
  const auto more = files();
  EXPECT_TRUE(std::includes(more.begin(), more.end(), before.begin(), before.end()));
  EXPECT_GT(more.size(), before.size());
  // Lines need no training; a damaged number is measured again.
  const std::string lines =
      succeed(ablate({"--seeds", "1", "--only", "delta,lines", "--threads", "1"})).out;
  EXPECT_EQ(lines.find("trained"), std::string::npos) << lines;
  for (const auto& [path, time] : before) {
    if (path.ends_with(".json") && !path.ends_with("train.json")) write_file(path, "{\"key\":");
  }
  EXPECT_EQ(succeed(two).json(), first);
  // Another training configuration trains again.
  EXPECT_NE(succeed(ablate({"--seeds", "1", "--only", "delta", "--set", "train.lr=1e-3"}))
                .out.find("trained"),
            std::string::npos);
}

TEST_F(Ablate, UsesAModelBesideTheConfigForItsSeedAlone) {
  const std::string beside = folder_ / "model";
  succeed({"train", config_, "--set", "train.epochs=1", "--out", beside});
  const ToolRun both = succeed(ablate({"--seeds", "2", "--only", "lines"}));
  EXPECT_EQ(both.out.find("seed 1  training"), std::string::npos) << both.out;
  EXPECT_NE(both.out.find("seed 2  training"), std::string::npos) << both.out;
  // Another file there is measured anew.
  const std::vector<std::string> one = ablate({"--seeds", "1", "--only", "lines"});
  const auto line = [&] {
    const std::string out = succeed(one).out;
    const std::size_t at = out.find("baseline as configured, seed 1");
    return out.substr(at, out.find('\n', at) - at);
  };
  EXPECT_NE(line().find("found"), std::string::npos);
  succeed({"train", config_, "--set", "train.epochs=1", "--set", "quant.samples=77", "--out",
           beside, "--force"});
  EXPECT_EQ(line().find("found"), std::string::npos);
}

TEST_F(Ablate, GoesOnWhereItWasStopped) {
  const std::vector<std::string> run = {
      EMAMBA_TOOL,       "ablate",  config_, "--out",  out(), "--set",
      "train.epochs=40", "--seeds", "1",     "--only", "norm"};
  std::vector<std::string> arguments = {out() + "/ablate"};
  arguments.insert(arguments.end(), run.begin(), run.end());
  const ToolRun stopped = run_script(
      "folder=$1; shift; \"$@\" & child=$!\n"
      "until compgen -G \"$folder/*/checkpoint.safetensors\" > /dev/null; do sleep 0.02; done\n"
      "kill -INT $child; wait $child",
      arguments);
  EXPECT_EQ(stopped.exit_code, 130) << stopped.out;
  EXPECT_NE(stopped.err.find("1/4  baseline as configured, seed 1: training stopped after"),
            std::string::npos)
      << stopped.err;
  EXPECT_NE(stopped.err.find("the same `emamba ablate` goes on"), std::string::npos);

  const ToolRun finished = succeed({run.begin() + 1, run.end()});
  EXPECT_NE(finished.out.find("the training goes on"), std::string::npos) << finished.out;
  EXPECT_NE(finished.out.find("range (configured)"), std::string::npos) << finished.out;
}

TEST_F(Ablate, WritesItsPartOfAPage) {
  const std::string page = folder_ / "results.md";
  write_file(page,
             "# Results\n\n<!-- ablation small:begin -->\nold\n<!-- ablation small:end -->\nend\n");
  const std::vector<std::string> run =
      ablate({"--seeds", "1", "--only", "calibration", "--write", page});
  succeed(run);
  const std::string text = read_file(page);
  EXPECT_TRUE(text.starts_with("# Results\n\n<!-- ablation small:begin -->\n### small\n")) << text;
  EXPECT_TRUE(text.ends_with(" |\n<!-- ablation small:end -->\nend\n")) << text;
  EXPECT_EQ(text.find("old"), std::string::npos);
  EXPECT_NE(text.find("| calibration | search (configured) | integers | "), std::string::npos);
  EXPECT_NE(text.find("1 epoch of training"), std::string::npos);
  succeed(run);
  EXPECT_EQ(read_file(page), text);
  // A page without the markers, and none at all.
  write_file(page, "# Results");
  succeed(run);
  EXPECT_TRUE(read_file(page).starts_with("# Results\n\n<!-- ablation small:begin -->\n"));
  std::filesystem::remove(page);
  succeed(run);
  EXPECT_TRUE(read_file(page).starts_with("<!-- ablation small:begin -->\n"));

  write_file(page, "<!-- ablation small:end -->");
  expect_failure(run, 1, "do not enclose a part");
}

TEST_F(Ablate, RefusesWhatItCannotDo) {
  expect_failure(ablate({"--only", "norms"}), 1, "did you mean 'norm'?");
  expect_failure(ablate({"--only", "overlap"}), 1, "--only overlap");
  expect_failure(ablate({"--seeds", "0"}), 2, "--seeds");
  expect_failure(ablate({"--only", "state", "--set", "model.norm=rms"}), 1, "model.norm");
  EXPECT_FALSE(file_exists(out() + "/ablation.json"));
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Sweeps: what is measured, that nothing is measured twice, and the page and picture of a sweep.
#include <filesystem>

#include "report/sweep.h"
#include "tool.h"

namespace emamba {
namespace {

using nlohmann::json;

class SweepTool : public Tool {
 protected:
  std::string write_sweep(const std::string& text) {
    const std::string path = folder_ / "sweep.toml";
    write_file(path, text);
    return path;
  }
  std::string small_sweep() {
    write_config();
    write_file(folder_ / "cnn/config.toml",
               "name = \"small-cnn\"\ntask = \"synthetic-images\"\n"
               "model = { kind = \"cnn\", layers = [\"conv 4 /2\", \"mean\"] }\n"
               "quant = { samples = 128 }\ntrain = { epochs = 1 }\n");
    return write_sweep(
        "name = \"small\"\nseeds = 2\n"
        "[[family]]\nname = \"Mamba\"\nconfig = \"model/config.toml\"\n"
        "sizes = [[\"train.epochs=1\"], [\"model.D=4\", \"train.epochs=1\"]]\n"
        "[[family]]\nname = \"CNN\"\nconfig = \"cnn/config.toml\"\nsizes = [[]]\n");
  }
};

TEST_F(SweepTool, MeasuresEverySizeWithEverySeed) {
  const std::string page = folder_ / "page.md", picture = folder_ / "sweep.svg";
  const std::vector<std::string> run = {"sweep", small_sweep(), "--out",   out(),
                                        "--svg", picture,       "--write", page};
  std::vector<std::string> as_json = run;
  as_json.emplace_back("--json");
  const json result = succeed(as_json).json();
  EXPECT_EQ(parse_json(read_file(out() + "/sweep.json"), "sweep.json"), result);
  EXPECT_EQ(result.at("failed"), json::array());
  EXPECT_EQ(result.at("samples"), 512);
  ASSERT_EQ(result.at("families").size(), 2u);
  const json &mamba = result.at("families")[0], &cnn = result.at("families")[1];
  EXPECT_EQ(mamba.at("kind"), "mamba");
  EXPECT_EQ(cnn.at("kind"), "cnn");
  ASSERT_EQ(mamba.at("sizes").size(), 2u);
  EXPECT_GT(mamba.at("sizes")[0].at("parameters"), mamba.at("sizes")[1].at("parameters"));
  for (const json& family : result.at("families")) {
    for (const json& size : family.at("sizes")) {
      for (const char* arithmetic : {"float", "integers"}) {
        const json& numbers = size.at(arithmetic);
        const auto values = numbers.at("values").get<std::vector<double>>();
        ASSERT_EQ(values.size(), 2u);
        EXPECT_DOUBLE_EQ(numbers.at("mean"), (values[0] + values[1]) / 2);
        EXPECT_EQ(numbers.at("min"), std::min(values[0], values[1]));
      }
    }
  }
  EXPECT_EQ(read_file(page),
            "<!-- sweep small:begin -->\n" + sweep_markdown(result) + "<!-- sweep small:end -->\n");
  EXPECT_EQ(read_file(picture), sweep_svg(result));
  // By hand: the verbs give the same number.
  const std::vector<std::string> by_hand = {folder_ / "model/config.toml",
                                            "--out",
                                            folder_ / "by-hand",
                                            "--json",
                                            "--set",
                                            "model.D=4",
                                            "--set",
                                            "train.epochs=1",
                                            "--set",
                                            "train.seed=2"};
  json measured;
  for (const auto& verb : std::vector<std::vector<std::string>>{
           {"train"}, {"quantize"}, {"eval", "--engine", "golden"}}) {
    std::vector<std::string> words = verb;
    words.insert(words.end(), by_hand.begin(), by_hand.end());
    measured = succeed(words).json();
  }
  EXPECT_EQ(measured.at("metrics").at("accuracy"),
            mamba.at("sizes")[1].at("integers").at("values")[1]);
  // Again: everything is there.
  const std::string again = succeed(run).out;
  EXPECT_EQ(again.find("trained"), std::string::npos) << again;
  EXPECT_NE(again.find("found"), std::string::npos) << again;
}

TEST_F(SweepTool, RefusesWhatItCannotRead) {
  const auto refuses = [&](const std::string& text, const std::string& message) {
    expect_failure({"sweep", write_sweep(text), "--out", out()}, 1, message);
  };
  write_config();
  const std::string family = "[[family]]\nname = \"a\"\nconfig = \"model/config.toml\"\n";
  refuses("seeds = 1\n", "name must be a string");
  refuses("name = \"a\"\n", "family must be a list of tables");
  refuses("name = \"a\"\nfamilies = 1\n", "did you mean 'family'?");
  refuses("name = \"a\"\nseeds = 0\n" + family + "sizes = [[]]\n", "seeds = 0: must be 1 to");
  refuses("name = \"a\"\n" + family, "family 0: sizes must be a list of lists");
  refuses("name = \"a\"\n" + family + "sizes = []\n", "sizes is empty");
  refuses("name = \"a\"\n" + family + "sizes = [[\"model.d=1\"]]\n", "model.d");
  refuses("name = \"a\"\n[[family]]\nname = \"a\"\nconfig = \"none.toml\"\nsizes = [[]]\n",
          "none.toml");
  EXPECT_FALSE(file_exists(out() + "/sweep.json"));
}

// The document and the picture beside a result that is kept are what it says.
TEST(Sweeps, TheDocumentShowsWhatIsKept) {
  for (const std::string name : {"mars"}) {
    const std::string kept = "sweeps/" + name + ".json";
    const json result = parse_json(read_file(kept), kept);
    EXPECT_NE(read_file("docs/baselines.md").find(sweep_markdown(result)), std::string::npos)
        << kept;
    EXPECT_EQ(read_file("sweeps/" + name + ".svg"), sweep_svg(result)) << kept;
    EXPECT_EQ(result.at("command"), "emamba sweep sweeps/" + name + ".toml");
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "flow/spec.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing.h"

namespace emamba {
namespace {

constexpr char kMars[] = R"(
name = "mars"
task = "mars"
[model]
D = 20
E = 2
P = 2
M = 2
N = 8
K = 4
dt_rank = 2
head = "flatten-mlp"
head_hidden = 20
[train]
loss = "rmse"
)";

// The text with one line added at its end, which belongs to [train].
std::string mars_and(const std::string& line) {
  return kMars + line + "\n";
}

// toml++ would call them impossible, and go on anywhere.
TEST(ParseSpec, LettersOfOtherScriptsBehindAValueAreRefused) {
  for (const char* letter :
       {"\u00a1", "\u00e9", "\u0401", "\u0499", "\u1700", "\u2030", "\u3001"}) {
    for (const char* before : {"name = \"a\" \t", "", "name", "name = "}) {
      EXPECT_THROW(parse_spec(std::string(before) + letter + "\n", "f"), Error) << before << letter;
    }
  }
}

TEST(ReadSpec, ABinaryFileIsNoConfiguration) {
  for (const char* file : {"model.safetensors", "program.safetensors"}) {
    const std::string path = std::string("models/mars-tiny/") + file;
    expect_error([&] { read_spec(path); }, path + ": is no config.toml but a binary file");
  }
}

TEST(Spec, PaperMarsNetworkHas15717Parameters) {
  const Spec spec = parse_spec(kMars, "mars.toml");
  const Input input = network_of(spec).program.input;
  EXPECT_EQ(input.vectors(), 16);
  EXPECT_EQ(input.vector_width(), 20);
  EXPECT_EQ(spec.model.ED(), 40);
  EXPECT_EQ(parameter_count(spec), 15717u);
}

TEST(Spec, DtRankZeroIsCeilOfWidthOver16) {
  Spec spec;
  for (int D = 1; D <= 64; ++D) {
    spec.model.D = D;
    EXPECT_EQ(spec.model.R(), (D + 15) / 16);
  }
}

TEST(Spec, OverridesApplyToASpecInMemory) {
  const Spec spec = parse_spec(kMars, "mars.toml");
  const Spec other = overridden(spec, {"model.N=4", "train.loss=mse"});
  EXPECT_EQ(spec_differences(spec, other, {"model", "train"}),
            (std::vector<std::string>{"model.N", "train.loss"}));
  EXPECT_EQ(to_json(other), to_json(parse_spec(kMars, "", {"model.N=4", "train.loss=mse"})));
  expect_error([&] { overridden(spec, {"model.N=0"}); }, "the spec mars: model.N = 0");
  expect_error([&] { overridden(spec, {"model.NN=4"}); }, "unknown key");
}

// Every key at a value that is not its default.
TEST(Spec, JsonRoundTripKeepsEveryKey) {
  nlohmann::json json = to_json(parse_spec(kMars, "mars.toml"));
  json["model"]["position"] = "learned";
  json["model"]["P"] = {4, 2};
  json["model"]["overlap"] = {0, 1};
  json["approx"]["silu"]["segments"] = 5;
  json["quant"]["percentile"] = 98.5;
  json["train"]["seed"] = 12345678901;
  json["hardware"]["reciprocal"] = "divider";
  EXPECT_EQ(to_json(spec_from_json(json, "json")), json);
  const Spec spec = spec_from_json(json, "json");
  EXPECT_TRUE(spec_differences(json.dump(), spec, {"model", "train", "hardware"}).empty());
}

TEST(Spec, PatchesMayBeRectangles) {
  const Spec spec = parse_spec(kMars, "mars.toml", {"model.P=[4, 2]"});
  EXPECT_EQ(network_of(spec).program.input.vectors(), 8);
  EXPECT_EQ(network_of(spec).program.input.vector_width(), 40);
  EXPECT_EQ(to_json(spec).at("model").at("P"), nlohmann::json({4, 2}));
  expect_error([&] { parse_spec(kMars, "m", {"model.P=[4, 3]"}); },
               "model.P = [4, 3] does not divide the samples of 8 x 8");
  expect_error([&] { parse_spec(kMars, "m", {"model.P=[4]"}); }, "or [height, width]");
  expect_error([&] { parse_spec(kMars, "m", {"model.P=[4, 0]"}); }, "must lie in 1 .. ");
}

// A file made by another version knows fewer keys, or others.
TEST(Spec, DifferencesToAStoredConfigurationLeaveOutWhatOneOfThemDoesNotKnow) {
  const Spec spec = parse_spec(kMars, "a");
  nlohmann::json stored = to_json(spec);
  stored["model"].erase("kind");
  stored["model"]["colour"] = "blue";
  EXPECT_TRUE(spec_differences(stored.dump(), spec, {"task", "model", "train"}).empty());
  stored["model"]["N"] = 7;
  EXPECT_EQ(spec_differences(stored.dump(), spec, {"task", "model", "train"}),
            (std::vector<std::string>{"model.N"}));
}

// Before there was a choice, scans rounded delta * B.
TEST(Spec, AStoredConfigurationWithoutAnOrderMeansDeltaB) {
  const Spec spec = parse_spec(kMars, "a");
  EXPECT_EQ(spec.quant.scan_order, ScanOrder::kDeltaX);
  nlohmann::json stored = to_json(spec);
  stored["quant"].erase("scan_order");
  EXPECT_EQ(spec_differences(stored.dump(), spec, {"quant"}),
            (std::vector<std::string>{"quant.scan_order"}));
  EXPECT_TRUE(spec_differences(stored.dump(), parse_spec(kMars, "a", {"quant.scan_order=delta-b"}),
                               {"quant"})
                  .empty());
}

// Before there were tables, functions had lines.
TEST(Spec, AStoredConfigurationWithoutFormsMeansLines) {
  const Spec tables = parse_spec(kMars, "a");
  const Spec lines = parse_spec(kMars, "a", {"approx.silu.form=lines", "approx.exp.form=lines"});
  nlohmann::json stored = to_json(tables);
  for (const char* function : {"silu", "exp"}) stored["approx"][function].erase("form");
  EXPECT_TRUE(spec_differences(stored.dump(), lines, {"approx"}).empty());
  EXPECT_EQ(spec_differences(stored.dump(), tables, {"approx"}),
            (std::vector<std::string>{"approx.exp.form", "approx.silu.form"}));
}

TEST(Spec, OverridesWinAndStringsGoUnquoted) {
  const Spec spec = parse_spec(kMars, "mars.toml",
                               {"train.epochs=3", "model.norm=layer", "train.lr=1e-4",
                                "model.projection_bias=true", "name=other"});
  EXPECT_EQ(spec.train.epochs, 3);
  EXPECT_EQ(spec.model.norm, Norm::kLayer);
  EXPECT_EQ(spec.train.lr, 1e-4);
  EXPECT_TRUE(spec.model.projection_bias);
  EXPECT_EQ(spec.name, "other");
}

TEST(Spec, DifferencesNameTheKeys) {
  const Spec a = parse_spec(kMars, "a");
  const Spec b = parse_spec(kMars, "b", {"model.N=4", "train.lr=1", "model.norm=rms"});
  EXPECT_EQ(spec_differences(a, b, {"task", "model"}),
            (std::vector<std::string>{"model.N", "model.norm"}));
}

// What is wrong with a configuration, and the hint.
std::string hint_of(const std::string& toml) {
  try {
    parse_spec(toml, "c.toml");
  } catch (const Error& e) {
    return std::string(e.what()) + " | " + e.hint();
  }
  return "accepted";
}

TEST(Spec, UnknownKeysNameTheNearest) {
  EXPECT_EQ(hint_of(mars_and("epoch = 3")),
            "c.toml: unknown key 'train.epoch' | did you mean 'train.epochs'? `emamba inspect "
            "--keys` lists every key");
  EXPECT_EQ(hint_of(mars_and("dt_rank = 3")),
            "c.toml: unknown key 'train.dt_rank' | did you mean 'model.dt_rank'? `emamba inspect "
            "--keys` lists every key");
  EXPECT_EQ(hint_of("name = 'x'\n[modle]\nD = 3\n"),
            "c.toml: unknown key 'modle.D' | did you mean 'model.D'? `emamba inspect --keys` lists "
            "every key");
}

TEST(Spec, BadValuesNameFileKeyAndValue) {
  const auto reject = [](const std::string& toml, const std::string& message) {
    expect_error([&] { parse_spec(toml, "c.toml"); }, message);
  };
  reject(mars_and("epochs = 0"), "c.toml: train.epochs = 0: must lie in 1 .. 100000");
  reject(mars_and("epochs = 1.5"), "train.epochs = 1.5: must be an integer");
  reject(mars_and("epochs = 'many'"), "train.epochs = \"many\": must be an integer");
  reject(mars_and("lr = true"), "train.lr = true: must be a number");
  reject(mars_and("lr = nan"), "train.lr");
  reject(mars_and("flip = 1"), "must be true or false");
  reject(mars_and("schedule = 'cosin'"), "must be one of one-cycle, cosine");
  EXPECT_NE(hint_of(mars_and("schedule = 'cosin'")).find("did you mean 'cosine'?"),
            std::string::npos);
  reject(mars_and("epochs = [1]"), "train.epochs = [1]: must be an integer");
  reject(mars_and("epochs = 2020-01-01"), "dates and times are not values");
  reject(mars_and("epochs = 1\nepochs = 2"), "c.toml:");
  reject("name = \"x", "c.toml:1:");
  reject("task = 'mars'\n", "name = \"\" must be letters");
  reject("name = 'a b'\n", "name = \"a b\" must be letters");
}

TEST(Spec, ContradictionsAreNamed) {
  const auto reject = [](const std::vector<std::string>& overrides, const std::string& message) {
    expect_error([&] { parse_spec(kMars, "c.toml", overrides); }, message);
  };
  reject({"model.P=3"}, "model.P = 3 does not divide the samples of 8 x 8");
  reject({"model.overlap=1", "task=synthetic-tokens"},
         "model.overlap = 1 has no meaning for token ids");
  reject({"model.head_hidden=0"}, "needs model.head_hidden > 0");
  reject({"model.head=mean-linear"}, "model.head_hidden = 20 has no meaning");
  reject({"model.D=1024", "model.E=8", "model.M=64"}, "parameters, at most 16777216");
  reject({"model.dt_rank=100"}, "model.dt_rank = 100 is larger than the inner width");
  reject({"train.loss=cross-entropy"}, "does not fit a regression task");
  reject({"approx.exp.lo=2"}, "approx.exp: lo = 2 must be below hi = 1");
  reject({"approx.exp.lo=0.99"}, "approx.exp: lo = 0.99 and hi = 1 are less than 0.0625 apart");
  reject({"approx.exp.form=tables"},
         "approx.exp.form = \"tables\": must be one of auto, table, lines");
  reject({"approx.silu.form=1"}, "approx.silu.form = 1: must be a string");
  reject({"task=\xff"}, "must be one of");
  reject({"train.flip=true"}, "train.shift and train.flip are for image classification");
  reject({"hardware.goal=rate"}, "needs hardware.frames_per_second");
  reject({"hardware.frames_per_second=9"}, "is for hardware.goal = \"rate\", which is \"none\"");
  reject({"hardware.goal=area", "hardware.frames_per_second=9"}, "which is \"area\"");
  for (const std::string key : {"lanes=2", "cycles_per_token=8", "cycles_per_sequence=8",
                                "shared_blocks=false", "merged_linears=true"}) {
    reject({"hardware.goal=area", "hardware." + key}, "hardware.goal = \"area\" chooses it");
  }
  reject({"model"}, "must be key=value");
  reject({"name.x=1"}, "'name' is a value, not a table");
}

// A goal given later stands in place of what a file says; beside it in one file it contradicts.
TEST(Spec, AGoalStandsInPlaceOfWhatItChooses) {
  const std::string lanes = std::string(kMars) + "[hardware]\nlanes = 5\n";
  const Spec spec = parse_spec(lanes, "c.toml", {"hardware.goal=area"});
  EXPECT_EQ(spec.hardware.goal, Goal::kArea);
  EXPECT_EQ(spec_from_json(to_json(spec), "c.toml").hardware.goal, Goal::kArea);
  EXPECT_EQ(overridden(parse_spec(lanes, "c.toml"), {"hardware.goal=area"}).hardware.goal,
            Goal::kArea);
  EXPECT_EQ(overridden(spec, {"hardware.goal=latency"}).hardware.goal, Goal::kLatency);
  expect_error([&] { overridden(spec, {"hardware.lanes=5"}); }, "hardware.lanes = 5 is given");
  expect_error([&] { parse_spec(lanes + "goal = \"area\"\n", "c.toml"); },
               "c.toml: hardware.lanes = 5 is given");
}

TEST(Spec, EveryKeyIsDocumentedWithItsDefault) {
  const auto keys = spec_keys();
  EXPECT_GT(keys.size(), 40u);
  for (const KeyDoc& key : keys) {
    EXPECT_FALSE(key.meaning.empty()) << key.key;
    EXPECT_FALSE(key.type.empty()) << key.key;
  }
}

TEST(Spec, TheTableInTheDocumentsIsUpToDate) {
  const std::string document = read_file("docs/formats.md");
  for (const KeyDoc& key : spec_keys()) {
    const std::string row = fmt::format("\n| `{}` | {} | {} | {} | {} |\n", key.key, key.type,
                                        key.range, key.initial, key.meaning);
    EXPECT_NE(document.find(row), std::string::npos) << "docs/formats.md lacks this row:" << row;
  }
}

TEST(Spec, SurvivesMutatedText) {
  fuzz(kMars, 200, 10000, [](const std::string& text) { parse_spec(text, "fuzz"); });
}

TEST(Spec, DeeplyNestedTextIsRefused) {
  expect_error([] { parse_spec("a = " + std::string(100000, '['), "deep"); }, "brackets");
  std::string nested = "a";
  for (int i = 0; i < 50000; ++i) nested += ".a";
  EXPECT_THROW(parse_spec(nested + " = 1\n", "deep"), Error);
  EXPECT_THROW(parse_spec("[" + nested + "]\n", "deep"), Error);
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/own_config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/npy.h"
#include "data/own_report.h"

namespace emamba {
namespace {

// --- Names of files -----------------------------------------------------------------------------

using Words = std::vector<std::string>;

const Words kTrain = {"train", "training"};
const Words kVal = {"val", "valid", "validate", "validation", "dev"};
const Words kTest = {"test", "testing"};
const Words kInputs = {"x",      "input",  "inputs",  "data",    "feature",   "features",
                       "image",  "images", "window",  "windows", "sequence",  "sequences",
                       "signal", "tokens", "signals", "samples", "featuremap"};
const Words kTargets = {"y", "target", "targets", "label", "labels", "class", "classes", "answers"};

bool any_of(const Words& words, const Words& wanted) {
  return std::find_first_of(words.begin(), words.end(), wanted.begin(), wanted.end()) !=
         words.end();
}

// The two words that `word` is joined of: a part and a role, in either order. None if it is not.
Words taken_apart(const std::string& word) {
  for (const Words& parts : {kTrain, kVal, kTest}) {
    for (const std::string& part : parts) {
      if (part.size() > word.size()) continue;
      const std::string behind = word.substr(part.size());
      const std::string before = word.substr(0, word.size() - part.size());
      for (const Words& roles : {kInputs, kTargets}) {
        if (word.starts_with(part) && any_of({behind}, roles)) return {part, behind};
        if (word.ends_with(part) && any_of({before}, roles)) return {before, part};
      }
    }
  }
  return {};
}

// The words of a file's name, in lower case: "x_trainSet2.npy" has x, train and set; "ytest.npy"
// has y and test, and both in one.
Words words_of(const std::string& path) {
  Words words(1);
  bool lower = false;
  for (const char c : std::filesystem::path(path).stem().string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (!std::isalpha(byte) || (std::isupper(byte) && lower)) words.emplace_back();
    lower = std::islower(byte);
    if (std::isalpha(byte)) words.back() += static_cast<char>(std::tolower(byte));
  }
  for (std::size_t i = 0, count = words.size(); i < count; ++i) {
    const Words two = taken_apart(words[i]);
    words.insert(words.end(), two.begin(), two.end());
  }
  return words;
}

// --- Choices ------------------------------------------------------------------------------------

// About twice as many tokens as numbers in a token, and not many more than 256 of them; square
// patches rather than long ones.
Size choose_patch(const TaskShape& shape) {
  Size best{1, 1};
  double lowest = 1e9;
  for (int h = 1; h <= shape.height; ++h) {
    for (int w = 1; w <= shape.width; ++w) {
      if (shape.height % h != 0 || shape.width % w != 0) continue;
      const double tokens = (shape.height / h) * (shape.width / w);
      const double numbers = h * w * shape.channels;
      double score =
          std::abs(std::log2(tokens / numbers / 2)) + std::max(0.0, std::log2(tokens / 256));
      if (shape.height > 1) score += std::abs(std::log2(static_cast<double>(h) / w));
      if (score < lowest) {
        lowest = score;
        best = {h, w};
      }
    }
  }
  return best;
}

// Of three values the one for few, some or many samples.
int by_samples(std::size_t samples, std::size_t some, std::size_t many, std::array<int, 3> values) {
  return values[samples < some ? 0 : samples < many ? 1 : 2];
}

// --- Text ---------------------------------------------------------------------------------------

// A TOML string. JSON's escapes are TOML's.
std::string quoted(const std::string& text) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(fmt::format("\"{}\" is not UTF-8, and cannot stand in config.toml", text),
                "Rename it.");
  }
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t kWidth = 96;
  std::string text = "[", line;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string item = quoted(names[i]) + (i + 1 < names.size() ? ", " : "");
    if (line.size() + item.size() > kWidth) {
      text += "\n  " + line;
      line.clear();
    }
    line += item;
  }
  return text + (text.size() > 1 ? "\n  " + line + "\n]" : line + "]");
}

class ConfigText {
 public:
  void section(const std::string& name) { text_ += "\n[" + name + "]\n"; }
  // `value` as TOML writes it.
  void key(const std::string& name, const std::string& value, const std::string& comment = "") {
    const std::string line = name + " = " + value;
    text_ += comment.empty() ? line + "\n" : fmt::format("{:<28} # {}\n", line, comment);
  }
  void comment(const std::string& sentence) { text_ += "# " + sentence + "\n"; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void write_data(const OwnTask& task, const std::string& folder, ConfigText& text) {
  const OwnData& data = task.data;
  const TaskShape& s = task.shape;
  text.section("data");
  for (const std::string part : {"train", "val", "test"}) {
    const ArrayFiles& files = files_of(data, part);
    if (files.inputs.empty()) continue;
    const auto path = [&](const std::string& file) {
      return quoted(std::filesystem::proximate(file, folder.empty() ? "." : folder).string());
    };
    text.key(part + ".inputs", path(files.inputs));
    text.key(part + ".targets", path(files.targets));
  }
  if (data.kind == InputKind::kImages) {
    text.key("kind", "\"images\"",
             fmt::format("of {} x {} pixels with {} channels", s.height, s.width, s.channels));
    text.key("mirror", data.mirror ? "true" : "false",
             "true: a mirrored image has the same answer");
  } else if (data.kind == InputKind::kSequence) {
    text.key("kind", "\"sequence\"",
             fmt::format("{} steps in time of {} channels", s.width, s.channels));
    if (may_be_images(task)) text.comment("If these are grey images, kind = \"images\" is right.");
  } else {
    text.key("kind", "\"tokens\"", fmt::format("{} ids a sample", s.width));
    text.key("vocab", fmt::format("{}", s.vocab), "ids are 0 .. vocab - 1");
  }
  if (s.regression) {
    text.key("answer", "\"numbers\"");
    text.key("outputs", list(data.outputs), "their names");
    text.key("unit", quoted(data.unit), "of all of them, e.g. \"cm\"; for reports");
  } else {
    text.key("answer", "\"classes\"");
    text.key("classes", list(data.classes), "names of the classes 0, 1, ...");
  }
  text.key("nonfinite", quoted(name_of_key(data.nonfinite)),
           "inputs that are NaN or infinite; or \"drop\", \"saturate\"");
}

void write_model(const OwnTask& task, std::size_t samples, ConfigText& text) {
  const TaskShape& s = task.shape;
  const int D = by_samples(samples, 2000, 50000, {16, 24, 32});
  text.section("model");
  text.key("D", fmt::format("{}", D), fmt::format("channels of a token; for {} samples", samples));
  text.key("E", "2", fmt::format("inner width E * D = {}", 2 * D));
  text.key("N", "8", "states per inner channel");
  int tokens = s.width;
  if (s.vocab == 0) {
    const Size patch = choose_patch(s);
    tokens = s.height / patch.height * (s.width / patch.width);
    const int numbers = patch.height * patch.width * s.channels;
    const std::string what = task.data.kind == InputKind::kSequence
                                 ? fmt::format("{} steps", patch.width)
                                 : fmt::format("{} x {} pixels", patch.height, patch.width);
    text.key("P", fmt::format("[{}, {}]", patch.height, patch.width),
             fmt::format("{} tokens of {}: {} numbers each", tokens, what, numbers));
    if (tokens > 512) {
      text.comment(
          fmt::format("{} tokens are many, as few numbers divide {} x {}: cut or pad the samples.",
                      tokens, s.height, s.width));
    }
  }
  text.key("M", "2", "blocks");
  text.key("K", "4", "taps of the causal convolution");
  text.key("norm", "\"range\"");
  const bool images = task.data.kind == InputKind::kImages;
  const bool flatten = images && static_cast<double>(tokens) * D * s.outputs <= 50000;
  if (images) {
    text.key("position", "\"learned\"", "each patch has a bias of its own");
  } else {
    text.key("position", "\"none\"", "what happens counts, not when: the scan knows the order");
  }
  if (flatten) {
    text.key("head", "\"flatten-linear\"", fmt::format("{} * {} -> {}", tokens, D, s.outputs));
  } else {
    text.key("head", "\"mean-linear\"",
             fmt::format("mean over the tokens, {} -> {}", D, s.outputs));
  }
}

void write_training(const OwnTask& task, std::size_t samples, ConfigText& text) {
  const TaskShape& s = task.shape;
  const double epochs = std::clamp(2e6 / static_cast<double>(samples), 10.0, 60.0);
  text.section("train");
  text.key(
      "epochs", fmt::format("{:.0f}", epochs),
      fmt::format("{:.0f} samples seen in all", std::round(epochs) * static_cast<double>(samples)));
  text.key("batch", fmt::format("{}", by_samples(samples, 2000, 20000, {32, 64, 128})));
  text.key("lr", "4e-3", "highest learning rate (AdamW)");
  text.key("weight_decay", "0.1", "less if the training accuracy stays low");
  text.key("schedule", "\"one-cycle\"");
  if (s.regression) {
    text.key("loss", "\"rmse\"", "mean over the outputs of each one's error; or \"mse\"");
  } else {
    text.key("loss", "\"cross-entropy\"");
    if (task.data.kind == InputKind::kImages) {
      const int shift = std::min(s.height, s.width) >= 16 ? 1 : 0;
      text.key("shift", fmt::format("{}", shift), "augmentation: random shifts by so many pixels");
      text.key("flip", task.data.mirror ? "true" : "false", "and mirroring; as data.mirror says");
    }
  }
  if (task.data.val.inputs.empty()) {
    text.comment(
        "val is a share of train, drawn at random. Of windows that overlap, or of samples of");
    text.comment("the same person, give val files instead: else it is too much like train.");
    text.key("holdout", "0.1");
  }
  text.key("seed", "1");
}

void write_hardware(ConfigText& text) {
  text.section("hardware");
  text.key("lanes", "4", "stream elements a cycle; divides D and E * D");
  text.key("cycles_per_token", "64", "fewer: faster, with more multipliers (emamba estimate)");
}

}  // namespace

OwnData guess_files(const std::vector<std::string>& paths) {
  OwnData data;
  const std::array<std::pair<const Words*, ArrayFiles*>, 3> parts = {
      {{&kTrain, &data.train}, {&kVal, &data.val}, {&kTest, &data.test}}};
  for (const std::string& path : paths) {
    const Words words = words_of(path);
    std::vector<ArrayFiles*> files;
    for (const auto& [names, part] : parts) {
      if (any_of(words, *names)) files.push_back(part);
    }
    const bool targets = any_of(words, kTargets);
    if (files.size() != 1 || (!targets && !any_of(words, kInputs))) {
      throw Error(fmt::format("{}: its name does not tell what it is", path),
                  "Names such as x_train.npy, y_train.npy, x_test.npy, y_test.npy do.");
    }
    std::string& own = targets ? files[0]->targets : files[0]->inputs;
    if (!own.empty()) {
      throw Error(fmt::format("{} and {} are both named like the {} of one part", own, path,
                              targets ? "targets" : "inputs"),
                  "Give one of them.");
    }
    own = path;
  }
  return data;
}

std::string starting_config(const OwnTask& task, const std::string& name,
                            const std::string& folder) {
  const std::size_t samples = read_npy_header(task.data.train.inputs).shape.at(0);
  ConfigText text;
  text.comment(
      "A first model of own data; every choice is a place to start from, not the best one.");
  text.comment("`emamba inspect --keys` explains every key.");
  text.key("name", quoted(name));
  text.key("task", "\"own\"", "the data described in [data]");
  write_data(task, folder, text);
  write_model(task, samples, text);
  write_training(task, samples, text);
  write_hardware(text);
  return text.take();
}

}  // namespace emamba

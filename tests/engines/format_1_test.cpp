// SPDX-License-Identifier: Apache-2.0
// Files of format 1, which the supported models are, are read as what they were: the network of
// their configuration, and golden's integers to the bit.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "base/testing.h"
#include "base/toml.h"
#include "data/task.h"
#include "exec/golden.h"
#include "ir/structure.h"
#include "net/files.h"
#include "tester.h"

namespace emamba {
namespace {

// The network that models/NAME/config.toml describes.
Program configured(const std::string& name) {
  const std::string path = "models/" + name + "/config.toml";
  const nlohmann::json flat = flattened(parse_toml(read_file(path), path));
  ModelSpec model;
  std::set<std::string> known;
  visit_keys(model, KeyReader{flat, path, known});
  const TaskShape& shape = task_called(flat.at("task")).shape;
  return build_network(flat.at("name"), model, shape.sample(), shape.outputs).program;
}

void expect_same_network(const Program& read, const Program& wanted) {
  EXPECT_EQ(first_difference(read, wanted), "");
  EXPECT_EQ(read.name, wanted.name);
  EXPECT_EQ(read.groups, wanted.groups);
  EXPECT_FALSE(read.config.empty());
}

class Format1 : public ::testing::TestWithParam<const char*> {
 protected:
  std::string path(const std::string& file) const {
    return fmt::format("models/{}/{}.safetensors", GetParam(), file);
  }
};

TEST_P(Format1, AProgramIsItsConfigurationsAndStaysSo) {
  const std::string file = path("program");
  ASSERT_EQ(read_safetensors(file).metadata.at("format"), "emamba-program-1");
  Case before{.name = file,
              .model = read_float_model(path("model")).content,
              .program = read_program(file).content,
              .sequences = {}};
  expect_same_network(before.program, configured(GetParam()));

  const TestFolder folder;
  write_program(folder / "p", before.program);
  ASSERT_EQ(read_safetensors(folder / "p").metadata.at("format"), "emamba-program-2");
  const Program after = read_program(folder / "p").content;
  expect_same_network(after, before.program);
  EXPECT_EQ(after.config, before.program.config);
  EXPECT_EQ(after.origin, before.program.origin);
  EXPECT_EQ(after.input.normalisation, before.program.input.normalisation);
  Rng rng{1};
  const int length = after.input.vectors();
  for (const auto& tokens : random_sequences(after, {length, length}, rng)) {
    EXPECT_TRUE(Golden(after).trace(tokens) == Golden(before.program).trace(tokens));
  }
}

TEST_P(Format1, AModelIsItsConfigurationsAndStaysSo) {
  for (const char* name : {"model", "finetuned"}) {
    if (!std::filesystem::exists(path(name))) continue;
    ASSERT_EQ(read_safetensors(path(name)).metadata.at("format"), "emamba-float-1");
    const FloatModel before = read_float_model(path(name)).content;
    expect_same_network(before.network, configured(GetParam()));
    const TestFolder folder;
    write_float_model(folder / "m", before);
    const FloatModel after = read_float_model(folder / "m").content;
    expect_same_network(after.network, before.network);
    EXPECT_TRUE(after.parameters == before.parameters);
    EXPECT_EQ(after.network.config, before.network.config);
    EXPECT_EQ(after.network.origin, before.network.origin);
    EXPECT_EQ(after.network.input.normalisation, before.network.input.normalisation);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, Format1,
                         ::testing::Values("mars", "mars-tiny", "fashion-mnist",
                                           "fashion-mnist-large", "cifar10"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// Both files of mars-tiny with a change to the container or to one member of a JSON in it.
void expect_refused(const std::function<void(SafeTensors&)>& change, const std::string& message,
                    bool program_only = false) {
  const TestFolder folder;
  for (const bool program : {true, false}) {
    if (program_only && !program) continue;
    SafeTensors file = read_safetensors(
        fmt::format("models/mars-tiny/{}.safetensors", program ? "program" : "model"));
    change(file);
    write_safetensors(folder / "f", file);
    expect_error(
        [&] { program ? void(read_program(folder / "f")) : void(read_float_model(folder / "f")); },
        message);
  }
}

std::function<void(SafeTensors&)> with(const std::string& key, const std::string& pointer,
                                       const nlohmann::json& value) {
  return [=](SafeTensors& file) {
    nlohmann::json json = parse_json(file.metadata.at(key), key);
    json[nlohmann::json::json_pointer(pointer)] = value;
    file.metadata[key] = json.dump();
  };
}

TEST(FilesOfFormat1, DamagedFilesAreNamed) {
  expect_refused([](SafeTensors& f) { f.metadata.erase("spec"); }, "header.spec: is missing");
  expect_refused([](SafeTensors& f) { f.metadata["spec"] = "{]"; }, ": spec");
  expect_refused(with("spec", "/task", "imagenet"), "spec: task \"imagenet\" is not known");
  expect_refused(with("spec", "/task", 3), "spec: task must be a string");
  expect_refused(with("spec", "/name", nullptr), "spec: name must be a string");
  expect_refused(with("spec", "/name", "a name"), "name: 'a name' must be letters");
  expect_refused(with("spec", "/model/D", "ten"), "spec: model.D");
  expect_refused(with("spec", "/model/P", 3), "model.P = 3 does not divide");
  expect_refused([](SafeTensors& f) { f.tensors.erase("normalisation.mean"); },
                 "normalisation.mean: the tensor is missing");
  expect_refused([](SafeTensors& f) { f.tensors["stray"] = f.tensors.begin()->second; },
                 "tensor 'stray' is not part");
  // More blocks, or another patch, than the program has.
  expect_refused(with("spec", "/model/M", 3), "group 0: 3 times", true);
  expect_refused(with("spec", "/model/P", 4), "input: width 20, the patches have 80", true);
  expect_refused(with("program", "/edges/1/width", 11), "embed: writes vectors of 10", true);
  expect_refused(with("program", "/edges/1/per_sequence", 0), "per_sequence: must be true", true);
  expect_refused(with("program", "/edges/1/per_sequence", true), "embed: writes", true);
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Command lines, configs and files that cannot work: a message, an exit code, nothing written.
#include <filesystem>

#include "base/safetensors.h"
#include "tool.h"

namespace emamba {
namespace {

using BadInput = Tool;

TEST_F(BadInput, WordsThatAreNotUnderstood) {
  const std::string config = write_config();
  expect_failure({"trian", config}, 2, "did you mean 'train'?");
  expect_failure({"eval", config, "--spilt", "test"}, 2, "did you mean '--split'?");
  expect_failure({"eval", config, "--engine", "golde"}, 2, "--engine");
  expect_failure({"eval", config, "--frames", "-1"}, 2, "--frames");
  expect_failure({"eval", config, "--trace", "--engine", "golden"}, 2, "--engine");
  expect_failure({"eval", config, "--trace", "--threads", "2"}, 2, "--threads");
  expect_failure({"eval"}, 2, "config");
  expect_failure({}, 2, "subcommand");
  expect_failure({"inspect"}, 2, "nothing to inspect");
  expect_failure({"predict", config}, 2, "nothing to predict");
  expect_failure({"predict", config, "--input", "x.npy", "--output", "y.txt"}, 2, "y.txt");
  expect_failure({"predict", config, "--stream", "--output", "y.npy"}, 2, "--stream");
  expect_failure({"predict", config, "--stream", "--input", "x.npy"}, 2, "--stream");
  expect_failure({"eval", config, "--engine", "fast", "--functions", "exact"}, 2, "--functions");
  expect_failure({"data", "fetch", "marz"}, 1, "mars");
  expect_failure({"synth", config, "--target", "nangat45"}, 1, "did you mean 'nangate45'?");
  expect_failure({"synth", config, "--target", "nangate45", "--pdk", folder_.path()}, 1,
                 "nangate45_typ.lib.gz is not there");
  expect_failure({"synth", config, "--pdk", folder_.path()}, 2, "--target");
  expect_failure({"synth", config, "--target", "x.toml", "--netlist", "1"}, 2, "--netlist");
  expect_failure({"energy", config}, 2, "--target");
  expect_failure({"energy", config, "--target", "nangate45", "--frames", "65"}, 2, "--frames");
  expect_failure({"layout", config}, 1, "no unit is named");
  expect_failure({"layout", config, "--unit", "embed", "--all"}, 2, "--all");
  expect_failure({"layout", config, "--all", "--utilisation", "0.95"}, 2, "--utilisation");
}

TEST_F(BadInput, KeysAndValues) {
  const std::string config = write_config();
  expect_failure({"train", config, "--set", "train.epoch=3"}, 1, "did you mean 'train.epochs'?");
  expect_failure({"train", config, "--set", "model.D=0"}, 1, "model.D");
  expect_failure({"train", config, "--set", "task=mers"}, 1, "did you mean 'mars'?");
  expect_failure({"train", config, "--set", "train.epochs"}, 1, "key=value");
  expect_failure({"train", config, "--set", "model.P=3"}, 1, "model.P");
  expect_failure({"train", write_config("lr = [1]\n"), "--out", out()}, 1, "config.toml");
  expect_failure({"train", folder_ / "absent.toml"}, 1, "absent.toml");
  expect_failure({"train", folder_.path()}, 1, "is a folder");
  EXPECT_FALSE(file_exists(out() + "/train.json"));
}

TEST_F(BadInput, MissingFilesNameTheCommandThatMakesThem) {
  const std::string config = write_config();
  expect_failure({"eval", config, "--out", out()}, 1, "emamba train " + config);
  expect_failure({"eval", config, "--out", out(), "--engine", "golden"}, 1,
                 "emamba quantize " + config);
}

TEST_F(BadInput, MissingDataNamesFilesAndRemedy) {
  const std::vector<std::string> train = {
      "train", "models/mars/config.toml", "--data", folder_ / "empty", "--out", out()};
  expect_failure(train, 1, "featuremap_train.npy");
  expect_failure(train, 1, "emamba data fetch mars --data " + folder_ / "empty");
  expect_failure(train, 1, "EMAMBA_DATA");
}

TEST_F(BadInput, FilesOfAnotherModelAreRefused) {
  const std::string config = write_config();
  succeed({"train", config, "--out", out(), "--set", "train.epochs=1"});
  succeed({"quantize", config, "--out", out()});
  expect_failure({"eval", config, "--out", out(), "--set", "model.N=5"}, 1, "model.N");
  expect_failure(
      {"eval", config, "--out", out(), "--engine", "golden", "--set", "quant.output_bits=12"}, 1,
      "quant.output_bits");
  expect_failure({"train", config, "--out", out(), "--resume"}, 1, "train.epochs");
  expect_failure({"train", config, "--out", folder_ / "new", "--resume"}, 1, "leave out --resume");
  expect_failure({"eval", config, "--out", out(), "--trace", "--sample", "100000"}, 1, "512");
}

TEST_F(BadInput, DamagedFilesAreRefused) {
  const std::string config = write_config();
  succeed({"train", config, "--out", out()});
  succeed({"quantize", config, "--out", out()});
  for (const std::string file : {"model.safetensors", "program.safetensors"}) {
    const std::string path = out() + "/" + file;
    const std::string whole = read_file(path);
    for (const std::string& damaged : {whole.substr(0, whole.size() / 2), std::string("nonsense"),
                                       std::string(8, '\xff') + whole.substr(8), std::string()}) {
      write_file(path, damaged);
      const std::string engine = file == "model.safetensors" ? "float" : "golden";
      expect_failure({"eval", config, "--out", out(), "--engine", engine}, 1, file);
      expect_failure({"inspect", path}, 1, file);
    }
    write_file(path, whole);
  }
}

TEST_F(BadInput, FlowNamesTheDamagedFileToRemove) {
  const std::vector<std::string> flow = {"flow",  write_config(), "--frames", "0",
                                         "--out", out(),          "--json"};
  succeed(flow);
  for (const std::string file : {"model.safetensors", "program.safetensors"}) {
    const std::string path = out() + "/" + file;
    const std::string whole = read_file(path);
    write_file(path, whole.substr(0, whole.size() / 2));
    expect_failure(flow, 1, "remove " + path);
    std::filesystem::remove(path);
    succeed(flow);
    EXPECT_EQ(read_file(path), whole);
  }
}

// Of a program that comes with the project: the record beside it tells.
TEST_F(BadInput, AProgramWithAFlippedBitIsRefusedByEveryVerb) {
  const std::filesystem::path model = folder_ / "mars-tiny";
  std::filesystem::copy("models/mars-tiny", model);
  const std::string config = model / "config.toml", program = model / "program.safetensors";
  std::string bytes = read_file(program);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  write_file(program, bytes);
  const std::string samples = folder_ / "x.npy";
  write_file(samples, make_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 8, 8, 5), }",
                               std::vector<float>(320)));
  for (const std::vector<std::string>& verb :
       std::vector<std::vector<std::string>>{{"eval", config, "--engine", "golden"},
                                             {"eval", config, "--engine", "fast"},
                                             {"predict", config, "--input", samples},
                                             {"emit", config, "--out", out()},
                                             {"verify", config, "--out", out()},
                                             {"synth", config, "--out", out()},
                                             {"estimate", config},
                                             {"inspect", program}}) {
    expect_failure(verb, 1,
                   program + ": damaged, or another file than " +
                       (model / "quantize.json").string() + " tells of");
  }
}

TEST_F(BadInput, AModelInPlaceOfAConfigIsSaidToBeOne) {
  for (const std::string verb : {"estimate", "eval", "train"}) {
    expect_failure({verb, "models/mars-tiny/model.safetensors"}, 1,
                   "model.safetensors: is no config.toml but a binary file");
  }
}

// What a file says must not move a terminal's cursor.
// Such as other tools may write.
TEST_F(BadInput, AProgramThatHoldsNoConfigurationIsShownAllTheSame) {
  const std::string program = folder_ / "small.safetensors";
  write_file(program, read_file("tests/fuzz/corpus/program/small"));
  const ToolRun shown = succeed({"inspect", program});
  EXPECT_NE(shown.out.find("accumulator"), std::string::npos) << shown.out;
}

TEST_F(BadInput, ControlCharactersAreNotPrinted) {
  const std::string config = write_config();
  succeed({"train", config, "--out", out()});
  succeed({"quantize", config, "--out", out()});
  for (const std::string name : {"model.safetensors", "program.safetensors"}) {
    SafeTensors file = read_safetensors(out() + "/" + name);
    file.metadata["origin"] = "red \x1b[31m\x7f";
    write_safetensors(out() + "/" + name, file);
    const std::string text = succeed({"inspect", out() + "/" + name}).out;
    EXPECT_NE(text.find("made by: red ?[31m?\n"), std::string::npos) << text;
  }
  // Names of operations too: here of the first one in the program.
  SafeTensors file = read_safetensors(out() + "/program.safetensors");
  std::string& graph = file.metadata["program"];
  for (const std::string& name : {std::string("\\u001b[31m"), std::string(257, 'a')}) {
    const std::string before = graph;
    graph.insert(graph.find("\"name\":\"", graph.find("\"ops\":[")) + 8, name);
    write_safetensors(out() + "/program.safetensors", file);
    expect_failure({"inspect", out() + "/program.safetensors"}, 1, "no control characters");
    graph = before;
  }
}

TEST_F(BadInput, OutputsThatCannotBeWritten) {
  const std::string config = write_config();
  expect_failure({"train", config, "--out", "/dev/null"}, 1, "/dev/null");
  const ToolRun full = run_script("\"$@\" > /dev/full", {EMAMBA_TOOL, "inspect", "--keys"});
  EXPECT_EQ(full.exit_code, 1) << full.err;
}

// A file size limit stands in for a disk that fills up while a result is written.
TEST_F(BadInput, FullDisk) {
  const std::string config = write_config();
  succeed({"train", config, "--out", out()});
  const std::string limited = "trap '' XFSZ; ulimit -f 4; exec \"$@\"";
  for (const std::string verb : {"train", "quantize"}) {
    const std::string before = read_file(out() + "/model.safetensors");
    std::vector<std::string> command = {EMAMBA_TOOL, verb, config, "--out", out()};
    if (verb == "train") command.emplace_back("--force");
    const ToolRun full = run_script(limited, command);
    EXPECT_EQ(full.exit_code, 1) << verb;
    EXPECT_NE(full.err.find("error: " + out()), std::string::npos) << full.err;
    EXPECT_EQ(read_file(out() + "/model.safetensors"), before) << verb;
    EXPECT_FALSE(file_exists(out() + "/program.safetensors")) << verb;
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "net/files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/json.h"
#include "base/testing.h"

namespace emamba {
namespace {

// A copy of a model that comes with the project; its files hold no hash of their own.
class ShippedFiles : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"model.safetensors", "program.safetensors", "train.json", "quantize.json"}) {
      std::filesystem::copy_file(std::string("models/mars-tiny/") + name, folder_ / name);
    }
  }
  // Flips the lowest bit of a file's last byte, which is a weight's.
  void flip(const std::string& name) {
    std::string bytes = read_file(folder_ / name);
    bytes.back() = static_cast<char>(bytes.back() ^ 1);
    write_file(folder_ / name, bytes);
  }
  void expect_damaged(const std::function<void()>& read, const std::string& record,
                      const std::string& key) {
    const std::string recorded = parse_json(read_file(folder_ / record), record).at(key);
    try {
      read();
      ADD_FAILURE() << "was read";
    } catch (const Error& e) {
      const std::string what = e.what();
      EXPECT_NE(what.find("damaged, or another file than " + folder_ / record), std::string::npos)
          << what;
      EXPECT_TRUE(what.ends_with("recorded is " + recorded)) << what;
    }
  }
  std::string program() const { return folder_ / "program.safetensors"; }
  std::string model() const { return folder_ / "model.safetensors"; }
  TestFolder folder_;
};

TEST_F(ShippedFiles, AFlippedBitIsFoundByTheRecordBesideThem) {
  EXPECT_EQ(read_program(program()).sha256, sha256_file(program()));
  EXPECT_EQ(read_float_model(model()).sha256, sha256_file(model()));
  flip("program.safetensors");
  flip("model.safetensors");
  expect_damaged([&] { read_program(program()); }, "quantize.json", "program_sha256");
  expect_damaged([&] { read_float_model(model()); }, "train.json", "model_sha256");
}

TEST_F(ShippedFiles, ARecordOfAnotherFileSaysNothing) {
  flip("program.safetensors");
  std::filesystem::rename(program(), folder_ / "other.safetensors");
  EXPECT_NO_THROW(read_program(folder_ / "other.safetensors"));
  std::filesystem::rename(folder_ / "other.safetensors", program());
  EXPECT_THROW(read_program(program()), Error);
  write_file(folder_ / "quantize.json", "{ damaged");
  EXPECT_NO_THROW(read_program(program()));
  std::filesystem::remove(folder_ / "quantize.json");
  EXPECT_NO_THROW(read_program(program()));
}

// A file that holds its hash needs no record, and may be newer than one.
TEST_F(ShippedFiles, WrittenAgainTheyHoldTheirHash) {
  write_program(program(), read_program(program()).content);
  write_float_model(model(), read_float_model(model()).content);
  EXPECT_NO_THROW(read_program(program()));
  EXPECT_NO_THROW(read_float_model(model()));
  flip("program.safetensors");
  flip("model.safetensors");
  expect_error([&] { read_program(program()); }, "damaged: its contents have sha256");
  expect_error([&] { read_float_model(model()); }, "damaged: its contents have sha256");
}

}  // namespace
}  // namespace emamba

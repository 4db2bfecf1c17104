// SPDX-License-Identifier: Apache-2.0
#include "net/network.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "net/cnn.h"
#include "net/mamba.h"
#include "net/vit.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxParameters = std::size_t{1} << 24;

// Keys that are not what they are of themselves, though the kind of network has no use for them.
void require_unused(const ModelSpec& model, const std::string& source) {
  nlohmann::json given, initial;
  ModelSpec defaults, own = model;
  visit_keys(own, KeyWriter{given});
  visit_keys(defaults, KeyWriter{initial});
  const std::vector<std::string> used = model_keys(model.kind);
  for (const auto& [key, value] : given.at("model").items()) {
    if (key == "kind" || std::find(used.begin(), used.end(), key) != used.end()) continue;
    if (value == initial.at("model").at(key)) continue;
    throw Error(fmt::format("{}: model.{} = {} has no meaning with model.kind = \"{}\"", source,
                            key, value.dump(), name_of_key(model.kind)),
                "remove it");
  }
}

// Of those that work on vectors of one width.
void check_vectors(const ModelSpec& m, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  if (m.head == Head::kFlattenMlp && m.head_hidden == 0) {
    fail("model.head = \"flatten-mlp\" needs model.head_hidden > 0",
         "set model.head_hidden, or use \"flatten-linear\"");
  }
  if (m.head != Head::kFlattenMlp && m.head_hidden != 0) {
    fail(fmt::format("model.head_hidden = {} has no meaning without model.head = \"flatten-mlp\"",
                     m.head_hidden),
         "remove it or change the head");
  }
  if (m.norm == Norm::kBatch) {
    fail("model.norm = \"batch\": blocks have none", "use range, layer or rms");
  }
}

}  // namespace

std::vector<std::string> model_keys(NetKind kind) {
  switch (kind) {
    case NetKind::kMamba:
      return {"D",
              "E",
              "N",
              "P",
              "M",
              "K",
              "overlap",
              "dt_rank",
              "position",
              "norm",
              "conv_activation",
              "delta_activation",
              "projection_bias",
              "head",
              "head_hidden"};
    case NetKind::kVit:
      return {"layers",         "D",        "E",    "P",    "M",          "overlap", "heads",
              "mlp_activation", "position", "norm", "head", "head_hidden"};
    case NetKind::kCnn:
      return {"layers"};
  }
  return {};
}

Input cut(Input sample, const ModelSpec& model) {
  if (sample.vocab > 0) return sample;
  if (model.kind != NetKind::kCnn) {
    sample.patch = model.P, sample.overlap = model.overlap;
  } else {
    sample.patch = {1, 1}, sample.overlap = {0, 0};
  }
  return sample;
}

void check(const ModelSpec& model, const Input& sample, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  require_unused(model, source);
  const auto text = [](Size size) {
    return size.height == size.width ? fmt::format("{}", size.height)
                                     : fmt::format("[{}, {}]", size.height, size.width);
  };
  if (model.kind != NetKind::kCnn && sample.vocab == 0 &&
      (sample.height % model.P.height != 0 || sample.width % model.P.width != 0)) {
    fail(fmt::format("model.P = {} does not divide the samples of {} x {}", text(model.P),
                     sample.height, sample.width),
         "choose a patch whose height and width divide theirs; model.P may be [height, width]");
  }
  if (sample.vocab > 0 && model.overlap != Size{0, 0}) {
    fail(fmt::format("model.overlap = {} has no meaning for token ids", text(model.overlap)),
         "remove it");
  }
  if ((sample.height == 1 && model.overlap.height > 0) ||
      (sample.width == 1 && model.overlap.width > 0)) {
    fail(fmt::format("model.overlap = {} reaches out of samples of {} x {} on both sides",
                     text(model.overlap), sample.height, sample.width),
         "give [height, width], with 0 where there is nothing beside a patch");
  }
  if (model.kind != NetKind::kCnn) check_vectors(model, source);
  if (model.kind == NetKind::kMamba) check_mamba(model, source);
  if (model.kind == NetKind::kVit) check_vit(model, sample, source);
  if (model.kind == NetKind::kCnn && sample.vocab > 0) {
    fail("model.kind = \"cnn\" needs images, this task has token ids", "use a mamba");
  }
  // Sizes and nothing else: the outputs' number adds little.
  const std::size_t parameters = parameter_count(build_network("check", model, sample, 1).program);
  if (parameters > kMaxParameters) {
    fail(fmt::format("the model has {} parameters, at most {}", parameters, kMaxParameters),
         model.kind == NetKind::kCnn ? "make model.layers fewer or narrower"
                                     : "lower model.D, model.E, model.M or model.head_hidden");
  }
}

Network build_network(const std::string& name, const ModelSpec& model, const Input& sample,
                      int outputs) {
  const Input input = cut(sample, model);
  switch (model.kind) {
    case NetKind::kMamba:
      return build_mamba(name, model, input, outputs);
    case NetKind::kVit:
      return build_vit(name, model, input, outputs);
    case NetKind::kCnn:
      return build_cnn(name, model, input, outputs);
  }
  throw Error("unknown kind of network");
}

}  // namespace emamba

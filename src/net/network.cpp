// SPDX-License-Identifier: Apache-2.0
#include "net/network.h"

#include "base/error.h"
#include "net/mamba.h"

namespace emamba {
namespace {

constexpr std::size_t kMaxParameters = std::size_t{1} << 24;

}  // namespace

Input cut(Input sample, const ModelSpec& model) {
  if (sample.vocab == 0) sample.patch = model.P, sample.overlap = model.overlap;
  return sample;
}

void check(const ModelSpec& model, const Input& sample, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  const auto text = [](Size size) {
    return size.height == size.width ? fmt::format("{}", size.height)
                                     : fmt::format("[{}, {}]", size.height, size.width);
  };
  if (sample.vocab == 0 &&
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
  check_mamba(model, source);
  // Sizes and nothing else: the outputs' number adds little.
  const std::size_t parameters = parameter_count(build_network("check", model, sample, 1).program);
  if (parameters > kMaxParameters) {
    fail(fmt::format("the model has {} parameters, at most {}", parameters, kMaxParameters),
         "lower model.D, model.E, model.M or model.head_hidden");
  }
}

Network build_network(const std::string& name, const ModelSpec& model, const Input& sample,
                      int outputs) {
  const Input input = cut(sample, model);
  switch (model.kind) {
    case NetKind::kMamba:
      return build_mamba(name, model, input, outputs);
  }
  throw Error("unknown kind of network");
}

}  // namespace emamba

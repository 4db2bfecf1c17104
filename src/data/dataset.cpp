// SPDX-License-Identifier: Apache-2.0
// From the published parts of a data set to the splits that training and evaluation use.
#include "data/dataset.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/error.h"
#include "base/rng.h"
#include "data/own_split.h"
#include "data/readers.h"

namespace emamba {
namespace {

// Never changed: a model's "val" samples must not become another version's training samples.
constexpr std::uint64_t kHoldoutSeed = 20250810;

// Row i of `to` becomes row `rows[i]` of `from`. They may be the same tensor, as `rows` ascend.
template <class T>
void gather(const Tensor<T>& from, const std::vector<std::size_t>& rows, Tensor<T>& to) {
  if (from.shape.empty()) return;  // labels or targets: a split has one of them
  std::size_t width = 1;
  for (std::size_t i = 1; i < from.shape.size(); ++i) width *= from.shape[i];
  if (&to != &from) {
    to.shape = from.shape;
    to.data.resize(rows.size() * width);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const T* source = from.data.data() + rows[i] * width;
    T* target = to.data.data() + i * width;
    if (source != target) std::copy(source, source + width, target);
  }
  to.shape[0] = rows.size();
  to.data.resize(rows.size() * width);
  // A few samples must not keep the memory of all; most samples may, as a move would need both.
  if (to.size() < to.data.capacity() / 2) to.data.shrink_to_fit();
}

// The first `count` elements of a random permutation of 0..n-1, ascending.
std::vector<std::size_t> draw(std::size_t n, std::size_t count, std::uint64_t seed) {
  Rng rng{seed};
  std::vector<std::size_t> rows = permutation(n, rng);
  rows.resize(count);
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Split read_part(const std::string& task, const std::string& folder, Part part) {
  if (task == "fashion-mnist") return read_fashion_mnist(folder, part);
  if (task == "cifar10") return read_cifar10(folder, part);
  if (task == "mars") return read_mars(folder, part);
  if (task == "synthetic-images") return synthetic_images(part);
  if (task == "synthetic-tokens") return synthetic_tokens(part);
  throw Error(fmt::format("task \"{}\" has no reader", task));
}

std::string data_folder(const std::string& option) {
  if (!option.empty()) return option;
  const char* variable = std::getenv("EMAMBA_DATA");
  return variable != nullptr && *variable != '\0' ? variable : "data";
}

void select_samples(const Split& from, const std::vector<std::size_t>& rows, Split& to) {
  to.name = from.name;
  to.answer = from.answer;
  to.warnings = from.warnings;
  gather(from.inputs, rows, to.inputs);
  gather(from.targets, rows, to.targets);
  for (const auto member : {&Split::labels, &Split::subjects}) {
    std::vector<int> selected;
    if (!(from.*member).empty()) {
      for (std::size_t row : rows) selected.push_back((from.*member)[row]);
    }
    to.*member = std::move(selected);
  }
}

Split hold_out(Split training, double share, const std::string& name) {
  const std::size_t samples = training.samples();
  const auto held_out = static_cast<std::size_t>(std::lround(share * static_cast<double>(samples)));
  std::vector<std::size_t> rows = draw(samples, std::min(held_out, samples), kHoldoutSeed);
  if (name == "train") {
    std::vector<std::size_t> all(samples), others;
    std::iota(all.begin(), all.end(), std::size_t{0});
    std::set_difference(all.begin(), all.end(), rows.begin(), rows.end(),
                        std::back_inserter(others));
    rows = std::move(others);
  }
  if (rows.empty()) {
    throw Error(fmt::format("train.holdout = {} leaves no sample for the split '{}'", share, name),
                "Set train.holdout to 0.1, for example.");
  }
  training.name = name;
  select_samples(training, rows, training);
  return training;
}

Split load_split(const Task& task, const std::string& folder, double holdout,
                 const std::string& name) {
  if (name != "train" && name != "val" && name != "test") {
    throw Error(fmt::format("split '{}' is not known", name), "Known are train, val and test.");
  }
  Split split;
  if (task.own) {
    split = load_own_split(*task.own, holdout, name);
  } else {
    split = read_part(task.name, folder, name == "test" ? Part::kTest : Part::kTraining);
    split.name = name;
    if (name != "test") split = hold_out(std::move(split), holdout, name);
  }
  split.answer = task.answer;
  return split;
}

Split first_samples(Split split, std::size_t count) {
  if (count == 0 || count >= split.samples()) return split;
  std::vector<std::size_t> rows(count);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  select_samples(split, rows, split);
  return split;
}

Split draw_samples(const Split& split, std::size_t count, std::uint64_t seed) {
  Split drawn;
  select_samples(split, draw(split.samples(), std::min(count, split.samples()), seed), drawn);
  return drawn;
}

Normalisation fit_normalisation(const Input& sample, const Split& train) {
  const std::size_t channels = train.inputs.shape.at(3);
  Normalisation result{std::vector<float>(channels, 0.0f), std::vector<float>(channels, 1.0f),
                       sample.normalisation.saturate};
  if (sample.vocab > 0) return result;

  const std::vector<float>& x = train.inputs.data;
  const auto bad = std::find_if(x.begin(), x.end(), [](float v) { return !std::isfinite(v); });
  if (bad != x.end()) {
    const auto index = index_of(train.inputs.shape, static_cast<std::size_t>(bad - x.begin()));
    throw Error(fmt::format("split {}: sample {}, [{}, {}, {}] is {}", train.name, index[0],
                            index[1], index[2], index[3], *bad),
                "replace or leave out what is not finite");
  }
  const double count = static_cast<double>(x.size()) / static_cast<double>(channels);
  for (std::size_t c = 0; c < channels; ++c) {
    double sum = 0, squares = 0;
    for (std::size_t i = c; i < x.size(); i += channels) sum += x[i];
    const double mean = sum / count;
    for (std::size_t i = c; i < x.size(); i += channels) squares += (x[i] - mean) * (x[i] - mean);
    const double deviation = std::sqrt(squares / count);
    result.mean[c] = static_cast<float>(mean);
    // Below float's resolution around the mean there is no spread, only rounding.
    if (deviation > 1e-7 * std::abs(mean)) result.std[c] = static_cast<float>(deviation);
  }
  return result;
}

}  // namespace emamba

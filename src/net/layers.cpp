// SPDX-License-Identifier: Apache-2.0
#include "net/layers.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sstream>
#include <vector>

#include "base/error.h"

namespace emamba {
namespace {

constexpr int kMostChannels = 4096, kMostKernel = 15;

// A number in front of which `prefix` stands, and behind which nothing.
std::optional<int> number_in(const std::string& word, const std::string& prefix = "") {
  if (!word.starts_with(prefix)) return std::nullopt;
  int value = 0;
  const char *begin = word.data() + prefix.size(), *end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(begin, end, value);
  if (error != std::errc() || stop != end || begin == end) return std::nullopt;
  return value;
}

class Layers {
 public:
  Layers(Builder builder, const std::vector<std::string>& texts)
      : builder_(builder), texts_(texts) {
    const Input& input = builder.program.input;
    grid_ = {input.height / input.patch.height, input.width / input.patch.width};
  }

  Layered build() {
    for (index_ = 0; index_ < texts_.size(); ++index_) layer();
    if (!skips_.empty()) fail("a [ without its ]", "end it with \"]\"");
    return {x_, pooled_};
  }

 private:
  struct Skip {
    EdgeIndex x;
    int width;
    Size grid;
  };

  [[noreturn]] void fail(const std::string& what, const std::string& hint) const {
    const bool at = index_ < texts_.size();
    throw Error(at ? fmt::format("model.layers: layer {}, \"{}\": {}", index_, texts_[index_], what)
                   : fmt::format("model.layers: {}", what),
                hint);
  }
  std::string name(const char* part) const { return fmt::format("layers.{}.{}", index_, part); }
  // Of the newest vectors.
  int width() const { return builder_.width(x_); }

  void layer() {
    std::vector<std::string> words;
    std::istringstream text(texts_[index_]);
    for (std::string word; text >> word;) words.push_back(word);
    if (words.empty()) fail("is empty", "leave it out");
    const std::string kind = words.front();
    words.erase(words.begin());
    if (kind == "conv" || kind == "dense") {
      linear_layer(kind == "conv", words);
    } else if (kind == "max") {
      max_layer(words);
    } else {
      plain_layer(kind, words);
    }
  }

  void plain_layer(const std::string& kind, const std::vector<std::string>& words) {
    static const std::vector<std::string> kinds = {"norm", "[", "]", "flatten", "mean"};
    if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
      fail("no such layer", "layers are conv, dense, max, norm, [, ], flatten and mean");
    }
    if (!words.empty()) fail(fmt::format("\"{}\" has no words behind it", kind), "remove them");
    if (kind == "norm") {
      batch_norm();
    } else if (kind == "[") {
      skips_.push_back({x_, width(), grid_});
    } else if (kind == "]") {
      if (skips_.empty()) fail("no [ stands before it", "begin with \"[\"");
      const Skip skip = skips_.back();
      skips_.pop_back();
      if (skip.width != width() || skip.grid != grid_) {
        fail(fmt::format("{} x {} vectors of {} numbers, at its [ there are {} x {} of {}",
                         grid_.height, grid_.width, width(), skip.grid.height, skip.grid.width,
                         skip.width),
             "keep grid and channels between [ and ]");
      }
      x_ = builder_.add(Add{name("add"), x_, skip.x, width()});
    } else {
      if (pooled_) fail("there is one vector already", "remove it");
      x_ = add_pool(builder_, name("pool"), x_,
                    kind == "mean" ? PoolKind::kMean : PoolKind::kFlatten);
      pooled_ = true;
    }
  }

  void linear_layer(bool conv, const std::vector<std::string>& words) {
    const std::optional<int> channels = words.empty() ? std::nullopt : number_in(words.front());
    if (!channels || *channels < 1 || *channels > kMostChannels) {
      fail(fmt::format("needs a number of channels, 1 to {}", kMostChannels),
           conv ? "for example \"conv 16\"" : "for example \"dense 64\"");
    }
    Window window;
    bool normed = false, relu = true;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const std::string& word = words[i];
      const std::size_t cross = word.find('x');
      if (word == "norm") {
        normed = true;
      } else if (word == "linear") {
        relu = false;
      } else if (const auto stride = number_in(word, "/"); conv && stride) {
        window.stride = {*stride, *stride};
      } else if (conv && cross != std::string::npos && number_in(word.substr(0, cross)) &&
                 word.substr(0, cross) == word.substr(cross + 1)) {
        const int kernel = *number_in(word.substr(0, cross));
        window.kernel = {kernel, kernel};
      } else {
        fail(fmt::format("\"{}\" means nothing here", word),
             conv ? "behind the channels stand a kernel as 5x5, a stride as /2, norm, linear"
                  : "behind the channels stand norm and linear");
      }
    }
    const int kernel = window.kernel.height, stride = window.stride.height;
    if (kernel < 1 || kernel > kMostKernel || kernel % 2 == 0) {
      fail(fmt::format("a kernel of {0} x {0}", kernel),
           fmt::format("kernels are 1x1, 3x3, ... {0}x{0}", kMostKernel));
    }
    if (stride < 1 || stride > kernel) {
      fail(fmt::format("steps of {} with a kernel of {}", stride, kernel),
           fmt::format("steps are 1 to {}", kernel));
    }
    if (conv && pooled_) fail("there is no grid any more", "use dense");
    if (conv && kernel > 1) {
      window.padding = {(kernel - 1) / 2, (kernel - 1) / 2};
      add_window(std::move(window));
    }
    // What stands between Linear and ReLU keeps them apart; folding brings them together.
    Linear op = linear(name(conv ? "conv" : "dense"), x_, width(), *channels, !normed,
                       relu && !normed ? Activation::kRelu : Activation::kNone);
    x_ = builder_.add(std::move(op));
    if (!normed) return;
    batch_norm();
    if (!relu) return;
    x_ = builder_.add(function(name("relu"), x_, width(), Function::kRelu));
  }

  void max_layer(const std::vector<std::string>& words) {
    const std::optional<int> size = words.size() == 1 ? number_in(words.front()) : std::nullopt;
    if (!size || *size < 2 || *size > kMostKernel) {
      fail(fmt::format("needs a size, 2 to {}", kMostKernel), "for example \"max 2\"");
    }
    if (pooled_) fail("there is no grid any more", "remove it");
    if (grid_.height < *size || grid_.width < *size) {
      fail(fmt::format("the grid has only {} x {} vectors", grid_.height, grid_.width),
           "leave it out");
    }
    Window window;
    window.kernel = window.stride = {*size, *size};
    window.padding = {0, 0};
    Max max;
    max.name = name("max");
    max.width = width();
    add_window(std::move(window));
    max.x = x_;
    max.terms = *size * *size;
    x_ = builder_.add(std::move(max));
  }

  void add_window(Window window) {
    window.name = name("window");
    window.x = x_;
    window.width = width();
    window.grid = grid_;
    grid_ = window.places();
    x_ = builder_.add(std::move(window));
  }

  void batch_norm() { x_ = builder_.add(norm(name("norm"), x_, width(), Norm::kBatch)); }

  Builder builder_;
  const std::vector<std::string>& texts_;
  std::size_t index_ = 0;
  EdgeIndex x_ = 0;
  Size grid_;
  bool pooled_ = false;
  std::vector<Skip> skips_;
};

}  // namespace

Layered add_layers(Builder builder, const std::vector<std::string>& layers) {
  return Layers(builder, layers).build();
}

}  // namespace emamba

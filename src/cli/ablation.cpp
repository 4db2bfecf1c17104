// SPDX-License-Identifier: Apache-2.0
#include "cli/ablation.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "cli/job.h"
#include "report/generated.h"

namespace emamba {
namespace {

using nlohmann::json;

// Rounded before it is printed, as no change is to be called -0.00.
std::string to_two_digits(const json& value, const char* format) {
  return number(value.is_null() ? value : json(rounded(value.get<double>(), 2)), format);
}

}  // namespace

const char* name_of(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::kExact:
      return "float, exact";
    case Arithmetic::kPiecewise:
      return "float, lines";
    case Arithmetic::kInteger:
      return "integers";
    case Arithmetic::kTuned:
      return "integers, tuned";
  }
  return "";
}

std::vector<AblationRow> ablation_rows(const Spec& base) {
  constexpr Arithmetic kExact = Arithmetic::kExact, kInteger = Arithmetic::kInteger;
  std::vector<AblationRow> rows = {
      {"baseline", "as configured", {}, kExact},
      {"norm", "range", {"model.norm=range"}, kExact},
      {"norm", "layer", {"model.norm=layer"}, kExact},
      {"norm", "rms", {"model.norm=rms"}, kExact},
      {"delta", "relu-after", {"model.delta_activation=relu-after"}, kExact},
      {"delta", "relu-before", {"model.delta_activation=relu-before"}, kExact},
      {"delta", "softplus", {"model.delta_activation=softplus"}, kExact},
      {"convolution", "silu", {"model.conv_activation=silu"}, kExact},
      {"convolution", "no activation", {"model.conv_activation=none"}, kExact},
      {"position", "none", {"model.position=none"}, kExact},
      {"position", "learned", {"model.position=learned"}, kExact}};
  if (base.model.overlap > 0) {
    for (int overlap : {0, base.model.overlap}) {
      rows.push_back({"overlap",
                      fmt::format("{} pixels", overlap),
                      {fmt::format("model.overlap={}", overlap)},
                      kExact});
    }
  }
  rows.push_back({"lines", "as configured", {}, Arithmetic::kPiecewise});
  for (const char* method : {"equal", "data"}) {
    for (int segments : {4, 8, 11, 17, 32}) {
      rows.push_back({"lines",
                      fmt::format("{}, {} segments", method, segments),
                      {fmt::format("approx.silu.method={}", method),
                       fmt::format("approx.exp.method={}", method),
                       fmt::format("approx.silu.segments={}", segments),
                       fmt::format("approx.exp.segments={}", segments)},
                      Arithmetic::kPiecewise});
    }
  }
  for (const char* rule : {"max", "percentile", "search"}) {
    rows.push_back({"calibration", rule, {fmt::format("quant.calibration={}", rule)}, kInteger});
  }
  // A state of 15 bits is stored in 8: everything that is kept has 8 bits.
  for (int bits : {15, 16, 17, 20, 24}) {
    rows.push_back({"state",
                    fmt::format("{} bits, stored in {}", bits, bits - 7),
                    {fmt::format("quant.state_bits={}", bits)},
                    kInteger});
  }
  for (const char* rule : {"per-tensor", "per-channel"}) {
    rows.push_back({"weights", rule, {fmt::format("quant.weight_exponents={}", rule)}, kInteger});
  }
  if (base.quant.finetune_steps > 0) {
    rows.push_back({"fine-tuning", "none", {"quant.finetune_steps=0"}, kInteger});
    for (const char* target : {"labels", "float"}) {
      rows.push_back({"fine-tuning",
                      fmt::format("towards {}", target),
                      {fmt::format("quant.finetune_target={}", target)},
                      Arithmetic::kTuned});
    }
  }
  return rows;
}

std::vector<std::string> ablation_groups(const std::vector<AblationRow>& rows) {
  std::vector<std::string> groups;
  for (const AblationRow& row : rows) {
    if (row.group == rows.front().group) continue;
    if (groups.empty() || groups.back() != row.group) groups.push_back(row.group);
  }
  return groups;
}

TextTable ablation_table(const json& result) {
  const bool regression = result.at("metric") == "rmse_cm";
  TextTable table({"group", "choice", "arithmetic", regression ? "RMSE cm" : "accuracy %", "min",
                   "max", "change"});
  for (const json& row : result.at("rows")) {
    const bool named = !row.at("overrides").empty();
    table.add({row.at("group"),
               row.at("name").get<std::string>() +
                   (named && row.at("configured").get<bool>() ? " (configured)" : ""),
               row.at("arithmetic"), to_two_digits(row.at("mean"), "{:.2f}"),
               to_two_digits(row.at("min"), "{:.2f}"), to_two_digits(row.at("max"), "{:.2f}"),
               to_two_digits(row.at("change"), "{:+.2f}")});
  }
  return table;
}

std::string ablation_caption(const json& result) {
  const bool regression = result.at("metric") == "rmse_cm";
  const int seeds = result.at("seeds");
  std::string text = fmt::format(
      "`{}`: {} of training, {} samples of the split {}. Means, smallest and largest over {}; the "
      "change is the mean difference to the baseline of the same seed, in {}: {} is worse.",
      result.at("command").get<std::string>(),
      result.at("epochs") == 1 ? "1 epoch" : fmt::format("{} epochs", result.at("epochs").dump()),
      result.at("samples").get<std::size_t>(), result.at("split").get<std::string>(),
      seeds == 1 ? "seed 1 alone" : fmt::format("the seeds 1 to {}", seeds),
      regression ? "cm RMSE" : "points of accuracy", regression ? "positive" : "negative");
  for (const json& failed : result.at("failed")) {
    text += fmt::format(" Not counted: {} {}, seed {} ({}).", failed.at("group").get<std::string>(),
                        failed.at("name").get<std::string>(), failed.at("seed").get<int>(),
                        failed.at("error").get<std::string>());
  }
  return text;
}

std::string with_ablation(const std::string& page, const std::string& name,
                          const std::string& content, const std::string& path) {
  const std::string part = "ablation " + name;
  if (const auto replaced = with_generated(page, part, content)) return *replaced;
  const std::string begin = begin_line(part), end = end_line(part);
  if (page.find(begin) == std::string::npos && page.find(end) == std::string::npos) {
    const char* gap = page.empty() || page.ends_with("\n\n") ? ""
                      : page.ends_with('\n')                 ? "\n"
                                                             : "\n\n";
    return page + gap + begin + "\n" + content + end + "\n";
  }
  throw Error(fmt::format("{}: '{}' and '{}' do not enclose a part", path, begin, end),
              "put the first before the second, each once, or remove both");
}

}  // namespace emamba

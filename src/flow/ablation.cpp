// SPDX-License-Identifier: Apache-2.0
// The table of choices.
#include "flow/ablation.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/nearest.h"

namespace emamba {
namespace {

// The groups of such rows, in their order, without the baseline.
std::vector<std::string> groups_of(const std::vector<Trial>& rows) {
  std::vector<std::string> groups;
  for (const Trial& row : rows) {
    if (row.group == rows.front().group) continue;
    if (groups.empty() || groups.back() != row.group) groups.push_back(row.group);
  }
  return groups;
}

}  // namespace

std::vector<Trial> ablation_trials(const Spec& base) {
  constexpr Arithmetic kExact = Arithmetic::kExact, kInteger = Arithmetic::kInteger;
  std::vector<Trial> rows = {
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
  if (const Size over = base.model.overlap; over != Size{0, 0}) {
    const std::string configured = to_json(base).at("model").at("overlap").dump();
    for (const std::string& overlap : {std::string("0"), configured}) {
      rows.push_back({"overlap",
                      fmt::format("{} pixels", overlap),
                      {fmt::format("model.overlap={}", overlap)},
                      kExact});
    }
  }
  rows.push_back({"lines", "as configured", {}, Arithmetic::kPiecewise});
  const std::vector<std::string> lines = {"approx.silu.form=lines", "approx.exp.form=lines"};
  for (const char* method : {"equal", "data"}) {
    for (int segments : {4, 8, 11, 17, 32}) {
      std::vector<std::string> overrides = lines;
      for (const char* function : {"silu", "exp"}) {
        overrides.push_back(fmt::format("approx.{}.method={}", function, method));
        overrides.push_back(fmt::format("approx.{}.segments={}", function, segments));
      }
      rows.push_back({"lines", fmt::format("{}, {} segments", method, segments),
                      std::move(overrides), Arithmetic::kPiecewise});
    }
  }
  rows.push_back({"functions", "lines", lines, kInteger});
  rows.push_back(
      {"functions", "tables", {"approx.silu.form=table", "approx.exp.form=table"}, kInteger});
  for (const char* order : {"delta-b", "delta-x"}) {
    rows.push_back({"scan", order, {fmt::format("quant.scan_order={}", order)}, kInteger});
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

std::vector<Trial> chosen_trials(const Spec& base, const std::vector<std::string>& only) {
  std::vector<Trial> rows = ablation_trials(base);
  if (only.empty()) return rows;
  const std::vector<std::string> groups = groups_of(rows);
  for (const std::string& group : only) {
    if (std::find(groups.begin(), groups.end(), group) != groups.end()) continue;
    throw Error(
        fmt::format("--only {}: there is no such group for {}", group, base.name),
        fmt::format("{}Groups are: {}", did_you_mean(group, groups), fmt::join(groups, ", ")));
  }
  const std::string baseline = rows.front().group;
  std::erase_if(rows, [&](const Trial& row) {
    return row.group != baseline && std::find(only.begin(), only.end(), row.group) == only.end();
  });
  return rows;
}

}  // namespace emamba

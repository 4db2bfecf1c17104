// SPDX-License-Identifier: Apache-2.0
// Wording of an ablation's numbers.
#include "report/ablation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "report/fields.h"
#include "report/measures.h"

namespace emamba {
namespace {

using nlohmann::json;

// Rounded before it is printed, as no change is to be called -0.00.
std::string to_two_digits(const json& value, const char* format) {
  return number(value.is_null() ? value : json(rounded(value.get<double>(), 2)), format);
}

}  // namespace

TextTable ablation_table(const json& result) {
  const Measure measure = measures_at(result).back();
  TextTable table({"group", "choice", "arithmetic", measure.label(), "min", "max", "change"});
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
  const Measure measure = measures_at(result).back();
  const int seeds = result.at("seeds");
  const std::string text = fmt::format(
      "`{}`: {} of training, {} samples of the split {}. Means, smallest and largest over {}; the "
      "change is the mean difference to the baseline of the same seed, in {}: {} is worse.",
      result.at("command").get<std::string>(),
      result.at("epochs") == 1 ? "1 epoch" : fmt::format("{} epochs", result.at("epochs").dump()),
      result.at("samples").get<std::size_t>(), result.at("split").get<std::string>(),
      seeds == 1 ? "seed 1 alone" : fmt::format("the seeds 1 to {}", seeds), measure.change_of(),
      measure.larger_is_better ? "negative" : "positive");
  return text + not_counted(result.at("failed"));
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "flow/ablate.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "base/machine.h"
#include "flow/ablation.h"
#include "flow/version.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string command(const Job& job, const AblationChoice& choice) {
  std::string text = fmt::format("emamba ablate {} --seeds {}", job.settings, choice.seeds);
  if (!choice.only.empty()) text += fmt::format(" --only {}", fmt::join(choice.only, ","));
  if (choice.split != "test") text += " --split " + choice.split;
  return text;
}

bool as_configured(const Job& job, const Trial& trial) {
  return spec_differences(overridden(job.spec, trial.overrides), job.spec,
                          {"model", "approx", "quant"})
      .empty();
}

// Of every seed's number to the baseline's.
json changes(const json& values, const json& baseline) {
  json changes = json::array();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!values[i].is_null()) {
      changes.push_back(values[i].get<double>() - baseline[i].get<double>());
    }
  }
  return changes;
}

}  // namespace

json run_ablation(const Job& job, const AblationChoice& choice) {
  const std::vector<Trial> trials = chosen_trials(job.spec, choice.only);
  const FolderLock lock = prepare_out(job, {"ablation.json"});
  const TrialNumbers numbers = run_trials(
      job, trials,
      {.verb = "ablate", .seeds = choice.seeds, .split = choice.split, .needs_first = true});
  json rows = json::array();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Trial& trial = trials[i];
    const json& values = numbers.values[i];
    json row = {{"group", trial.group},
                {"name", trial.name},
                {"overrides", trial.overrides},
                {"arithmetic", name_of(trial.arithmetic)},
                {"configured", as_configured(job, trial)},
                {"values", values},
                {"change", statistics(changes(values, numbers.values[0])).at("mean")}};
    row.update(statistics(values));
    rows.push_back(std::move(row));
  }
  const json result = {{"name", job.spec.name},
                       {"command", command(job, choice)},
                       {"version", version()},
                       {"machine", machine_name()},
                       {"spec", to_json(job.spec)},
                       {"split", choice.split},
                       {"samples", numbers.samples},
                       {"seeds", choice.seeds},
                       {"epochs", job.spec.train.epochs},
                       {"metric", numbers.measures.back().at("key")},
                       {"measures", numbers.measures},
                       {"rows", rows},
                       {"failed", numbers.failed}};
  write_result(job, "ablation.json", result);
  return result;
}

}  // namespace emamba

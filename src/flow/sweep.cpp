// SPDX-License-Identifier: Apache-2.0
#include "flow/sweep.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/shell.h"
#include "base/toml.h"
#include "flow/trials.h"
#include "flow/version.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr int kMostSeeds = 1000;
constexpr std::size_t kMostBytes = 1 << 20;

constexpr char kExample[] = "an example is sweeps/mars.toml";

Sweep::Family read_family(const json& table, const std::string& where, const std::string& folder,
                          const Workplace& workplace) {
  if (!table.is_object()) throw Error(where + ": must be a table", "write [[family]]");
  require_keys(table, {"name", "config", "sizes"}, where);
  Sweep::Family family;
  family.name = value_at<std::string>(table, "name", where, "a string", kExample);
  const auto config =
      value_at<std::string>(table, "config", where, "the path of a config.toml", kExample);
  family.job =
      open_job((std::filesystem::path(folder) / config).lexically_normal().string(), {}, workplace);
  const auto sizes = value_at<std::vector<std::vector<std::string>>>(
      table, "sizes", where, "a list of lists of \"key=value\"", kExample);
  if (sizes.empty()) throw Error(where + ": sizes is empty", "[[]] is the config as it is");
  for (const std::vector<std::string>& set : sizes) {
    family.sizes.push_back({set, overridden(family.job.spec, set)});
  }
  return family;
}

std::vector<Trial> trials_of(const Sweep::Family& family) {
  std::vector<Trial> trials;
  for (const auto& [set, spec] : family.sizes) {
    const std::string name = fmt::format("{} parameters", parameter_count(spec));
    trials.push_back({family.name, name, set, Arithmetic::kExact});
    trials.push_back({family.name, name, set,
                      spec.quant.finetune_steps > 0 ? Arithmetic::kTuned : Arithmetic::kInteger});
  }
  return trials;
}

json with_statistics(const json& values) {
  json result = statistics(values);
  result["values"] = values;
  return result;
}

}  // namespace

Sweep read_sweep(const std::string& path, const Workplace& workplace) {
  const json root = parse_toml(read_file(path, kMostBytes), path);
  require_keys(root, {"name", "seeds", "family"}, path);
  Sweep sweep;
  sweep.path = path;
  sweep.name = value_at<std::string>(root, "name", path, "a string", kExample);
  if (root.contains("seeds"))
    sweep.seeds = value_at<int>(root, "seeds", path, "a number", kExample);
  if (sweep.seeds < 1 || sweep.seeds > kMostSeeds) {
    throw Error(fmt::format("{}: seeds = {}: must be 1 to {}", path, sweep.seeds, kMostSeeds),
                "3 are usual");
  }
  Workplace place = workplace;
  if (place.out.empty()) place.out = "out/sweeps/" + sweep.name;
  const auto families =
      value_at<std::vector<json>>(root, "family", path, "a list of tables", kExample);
  if (families.empty()) throw Error(path + ": has no [[family]]", "write one at least");
  for (std::size_t i = 0; i < families.size(); ++i) {
    sweep.families.push_back(read_family(families[i], fmt::format("{}: family {}", path, i),
                                         std::filesystem::path(path).parent_path().string(),
                                         place));
    const std::string &first = sweep.families.front().job.spec.task.name,
                      &task = sweep.families.back().job.spec.task.name;
    if (task != first) {
      throw Error(
          fmt::format("{}: family {} is of the task {}, the first of {}", path, i, task, first),
          "compare families on one task");
    }
  }
  return sweep;
}

json run_sweep(const Sweep& sweep) {
  const Job& first = sweep.families.front().job;
  const FolderLock lock = prepare_out(first, {"sweep.json"});
  json families = json::array(), failed = json::array();
  TrialNumbers numbers;
  for (const Sweep::Family& family : sweep.families) {
    const std::vector<Trial> trials = trials_of(family);
    numbers = run_trials(family.job, trials, {.verb = "sweep", .seeds = sweep.seeds});
    json sizes = json::array();
    for (std::size_t i = 0; i < family.sizes.size(); ++i) {
      sizes.push_back({{"set", family.sizes[i].set},
                       {"parameters", parameter_count(family.sizes[i].spec)},
                       {"float", with_statistics(numbers.values[2 * i])},
                       {"integers", with_statistics(numbers.values[2 * i + 1])}});
    }
    families.push_back({{"name", family.name},
                        {"config", family.job.config},
                        {"kind", name_of_key(family.job.spec.model.kind)},
                        {"sizes", sizes}});
    failed.insert(failed.end(), numbers.failed.begin(), numbers.failed.end());
  }
  const json result = {{"name", sweep.name},
                       {"task", first.spec.task.name},
                       {"command", "emamba sweep " + shell_word(sweep.path)},
                       {"version", version()},
                       {"machine", machine_name()},
                       {"split", TrialOptions{}.split},
                       {"samples", numbers.samples},
                       {"seeds", sweep.seeds},
                       {"measures", numbers.measures},
                       {"families", families},
                       {"failed", failed}};
  write_result(first, "sweep.json", result);
  return result;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Every choice with every seed, and what is kept of it for the next run.
#include "flow/ablate.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "exec/evaluate.h"
#include "flow/ablation.h"
#include "flow/data.h"
#include "flow/files.h"
#include "flow/keys.h"
#include "flow/quantise.h"
#include "flow/train.h"
#include "flow/version.h"
#include "quant/fold.h"
#include "quant/quantise.h"
#include "train/finetune.h"

namespace emamba {
namespace {

using nlohmann::json;

// A row with one seed: what is measured, trained and stored by itself.
struct Cell {
  const AblationRow* row;
  int seed;
  Job job;          // its `out` is the folder of the model
  bool supplied;    // its model is the one beside config.toml
  std::string key;  // of everything its number depends on
};

bool in_integers(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kInteger || arithmetic == Arithmetic::kTuned;
}

class Ablation {
 public:
  Ablation(const Job& base, const AblationChoice& choice)
      : base_(base), choice_(choice), rows_(chosen_rows(base.spec, choice.only)) {
    const auto integer = [](const AblationRow& row) { return in_integers(row.arithmetic); };
    if (std::any_of(rows_.begin(), rows_.end(), integer))
      require_integer_form(folded_network_of(base_.spec), base_.spec.approx);
  }

  json run() {
    const FolderLock lock = prepare_out(base_, {"ablation.json"});
    hashes_ = data_hashes(base_);
    const std::string supplied = base_.config.empty() ? "" : beside(base_.config, kModelFile);
    if (file_exists(supplied)) supplied_ = load_model(supplied);
    const std::vector<Cell> cells = plan();
    test_ = job_split(base_, choice_.split);
    json numbers = json::array();  // of every cell, or null
    for (std::size_t i = 0; i < cells.size(); ++i) numbers.push_back(number(cells, i));
    const json result = summary(numbers);
    write_result(base_, "ablation.json", result);
    return result;
  }

 private:
  // Seed by seed, so that what there is when it is interrupted is whole.
  std::vector<Cell> plan() const {
    std::vector<Cell> cells;
    for (int seed = 1; seed <= choice_.seeds; ++seed) {
      for (const AblationRow& row : rows_) {
        std::vector<std::string> overrides = row.overrides;
        overrides.push_back(fmt::format("train.seed={}", seed));
        const std::string trained = train_key(overridden(base_.spec, overrides), hashes_);
        Job job = changed(base_, overrides,
                          fmt::format("{}/ablate/{}", base_.out, trained.substr(0, 16)));
        const bool supplied =
            supplied_ &&
            spec_differences(supplied_->content.network.config, job.spec, train_sections()).empty();
        std::string key = cell_key(row.arithmetic, job, supplied);
        cells.push_back({&row, seed, std::move(job), supplied, std::move(key)});
      }
    }
    return cells;
  }

  std::string cell_key(Arithmetic arithmetic, const Job& job, bool supplied) const {
    json inputs = {{"arithmetic", name_of(arithmetic)},
                   {"split", choice_.split},
                   {"spec", spec_sections(job.spec, train_sections())},
                   {"data", hashes_}};
    if (supplied) inputs["model"] = supplied_->sha256;
    if (arithmetic != Arithmetic::kExact) {
      inputs["approx"] = spec_sections(job.spec, {"approx"});
      inputs["samples"] = job.spec.quant.samples;
    }
    if (in_integers(arithmetic)) inputs["quant"] = spec_sections(job.spec, {"quant"});
    return stage_key("ablate", inputs);
  }

  // The metric of a cell: as stored, or measured now. Null when its training failed.
  json number(const std::vector<Cell>& cells, std::size_t index) {
    const Cell& cell = cells[index];
    const std::string what =
        fmt::format("{:>{}}/{}  {} {}, seed {}", index + 1, fmt::format("{}", cells.size()).size(),
                    cells.size(), cell.row->group, cell.row->name, cell.seed);
    const std::string path = fmt::format("{}/ablate/{}.json", base_.out, cell.key.substr(0, 16));
    const auto use = [&](const json& result) {
      return metrics_from_json(result.at("metrics"), result.at("measures")).main().value;
    };
    std::optional<json> result = read_result(path, use);
    std::string remark = "found";
    if (!has(result, "key", cell.key)) {
      const std::optional<Stored<FloatModel>> model = trained(cell, what);
      if (!model) return nullptr;
      const Stopwatch watch;
      const std::optional<Tensor<float>> given = outputs(cell, *model, what);
      if (!given) return nullptr;
      const Metrics metrics = metrics_of(test_, *given);
      result = json{{"key", cell.key},
                    {"group", cell.row->group},
                    {"name", cell.row->name},
                    {"seed", cell.seed},
                    {"spec", to_json(cell.job.spec)},
                    {"arithmetic", name_of(cell.row->arithmetic)},
                    {"split", choice_.split},
                    {"samples", test_.samples()},
                    {"model_sha256", model->sha256},
                    {"metrics", to_json(metrics)},
                    {"measures", measures_of(metrics)},
                    {"seconds", watch.seconds()}};
      write_file(path, result->dump(2) + "\n");
      remark = fmt::format("{:.1f} s", watch.seconds());
    }
    measures_ = result->at("measures");
    base_.say(fmt::format("{}  {:.2f}  {}", what, use(*result), remark));
    return use(*result);
  }

  // That a choice does not work is a result too; without the baseline there is nothing to compare.
  void note_failure(const Cell& cell, const std::string& what, const Error& error) {
    if (cell.row == &rows_.front()) throw error;
    base_.say(fmt::format("{}  failed: {}", what, error.what()));
    failed_.push_back({{"group", cell.row->group},
                       {"name", cell.row->name},
                       {"seed", cell.seed},
                       {"error", error.what()}});
  }

  // The cell's model, trained or resumed where it is not there; nothing when training fails.
  std::optional<Stored<FloatModel>> trained(const Cell& cell, const std::string& what) {
    if (cell.supplied) return supplied_;
    const std::string path = cell.job.out + "/" + kModelFile;
    if (file_exists(path)) return load_model(path);
    try {
      const bool resume = can_resume(cell.job);
      base_.say(what + (resume ? "  the training goes on" : "  training"));
      const json result =
          train_stage(cell.job, hashes_, resume ? TrainStart::kResume : TrainStart::kReplace);
      base_.say(fmt::format("{}  trained in {:.0f} s", what, result.at("seconds").get<double>()));
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::kStopped) {
        throw Error(fmt::format("{}: {}", what, e.what()),
                    "the same `emamba ablate` goes on where it was", e.kind());
      }
      note_failure(cell, what, e);
      return {};
    }
    return load_model(path);
  }

  // The answers on the split; nothing when the model has no valid program.
  std::optional<Tensor<float>> outputs(const Cell& cell, const Stored<FloatModel>& model,
                                       const std::string& what) {
    const ProgressCallback progress = base_.progress(what);
    const Spec& spec = cell.job.spec;
    const int threads = cell.job.threads;
    const Arithmetic arithmetic = cell.row->arithmetic;
    try {
      if (in_integers(arithmetic)) {
        const FloatModel weights = folded(model.content);
        Program program =
            quantise(weights, spec.approx, spec.quant, calibration(), threads, progress).program;
        if (arithmetic == Arithmetic::kTuned) {
          const Split train = job_split(base_, "train");
          program =
              finetune(weights, program, spec.train, spec.quant, train, threads, progress).program;
        }
        return answers(Fast(std::move(program)), test_.inputs, threads);
      }
      FloatOptions options;
      if (arithmetic == Arithmetic::kPiecewise) {
        options.curves = fit_curves(folded(model.content), spec.approx, calibration(), threads);
      }
      return answers(FloatEngine(model.content, options), test_.inputs, threads, progress);
    } catch (const Error& e) {
      note_failure(cell, what, e);
      return {};
    }
  }

  // No row changes what the samples depend on.
  const Split& calibration() {
    if (!calibration_) {
      calibration_ = calibration_samples(base_, job_split(base_, "train"));
    }
    return *calibration_;
  }

  json summary(const json& numbers) const {
    json rows = json::array();
    for (std::size_t r = 0; r < rows_.size(); ++r) {
      const AblationRow& row = rows_[r];
      json of_seeds = json::array();
      std::vector<double> values, changes;
      for (std::size_t first = 0; first < numbers.size(); first += rows_.size()) {
        const json& value = numbers[first + r];
        of_seeds.push_back(value);
        if (value.is_null()) continue;
        values.push_back(value);
        changes.push_back(value.get<double>() - numbers[first].get<double>());
      }
      const auto mean = [](const std::vector<double>& list) {
        const double sum = std::accumulate(list.begin(), list.end(), 0.0);
        return list.empty() ? json() : json(sum / static_cast<double>(list.size()));
      };
      const auto [min, max] = std::minmax_element(values.begin(), values.end());
      rows.push_back({{"group", row.group},
                      {"name", row.name},
                      {"overrides", row.overrides},
                      {"arithmetic", name_of(row.arithmetic)},
                      {"configured", as_configured(row)},
                      {"values", of_seeds},
                      {"mean", mean(values)},
                      {"min", values.empty() ? json() : json(*min)},
                      {"max", values.empty() ? json() : json(*max)},
                      {"change", mean(changes)}});
    }
    return {{"name", base_.spec.name},
            {"command", command()},
            {"version", version()},
            {"machine", machine_name()},
            {"spec", to_json(base_.spec)},
            {"split", choice_.split},
            {"samples", test_.samples()},
            {"seeds", choice_.seeds},
            {"epochs", base_.spec.train.epochs},
            {"metric", measures_.back().at("key")},
            {"measures", measures_},
            {"rows", rows},
            {"failed", failed_}};
  }

  std::string command() const {
    std::string text = fmt::format("emamba ablate {} --seeds {}", base_.settings, choice_.seeds);
    if (!choice_.only.empty()) text += fmt::format(" --only {}", fmt::join(choice_.only, ","));
    if (choice_.split != "test") text += " --split " + choice_.split;
    return text;
  }

  bool as_configured(const AblationRow& row) const {
    return spec_differences(overridden(base_.spec, row.overrides), base_.spec,
                            {"model", "approx", "quant"})
        .empty();
  }

  const Job& base_;
  const AblationChoice choice_;
  const std::vector<AblationRow> rows_;
  json hashes_;
  std::optional<Stored<FloatModel>> supplied_;  // beside config.toml
  Split test_;
  std::optional<Split> calibration_;
  json measures_;  // of every number
  json failed_ = json::array();
};

}  // namespace

json run_ablation(const Job& job, const AblationChoice& choice) {
  return Ablation(job, choice).run();
}

}  // namespace emamba

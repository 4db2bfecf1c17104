// SPDX-License-Identifier: Apache-2.0
// Every trial with every seed, and what is kept of it for the next run.
#include "flow/trials.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/stopwatch.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "exec/evaluate.h"
#include "flow/data.h"
#include "flow/files.h"
#include "flow/keys.h"
#include "flow/quantise.h"
#include "flow/train.h"
#include "quant/fold.h"
#include "quant/quantise.h"
#include "train/finetune.h"

namespace emamba {
namespace {

using nlohmann::json;

// A trial with one seed: what is measured, trained and stored by itself.
struct Cell {
  const Trial* trial;
  int seed;
  Job job;          // its `out` is the folder of the model
  bool supplied;    // its model is the one beside config.toml
  std::string key;  // of everything its number depends on
};

bool in_integers(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kInteger || arithmetic == Arithmetic::kTuned;
}

class Runner {
 public:
  Runner(const Job& base, const std::vector<Trial>& trials, const TrialOptions& options)
      : base_(base), trials_(trials), options_(options) {
    const auto integer = [](const Trial& trial) { return in_integers(trial.arithmetic); };
    if (std::any_of(trials_.begin(), trials_.end(), integer))
      require_integer_form(folded_network_of(base_.spec), base_.spec.approx);
  }

  TrialNumbers run() {
    hashes_ = data_hashes(base_);
    const std::string supplied = base_.config.empty() ? "" : beside(base_.config, kModelFile);
    if (file_exists(supplied)) supplied_ = load_model(supplied);
    const std::vector<Cell> cells = plan();
    test_ = job_split(base_, options_.split);
    numbers_.samples = test_.samples();
    for (std::size_t i = 0; i < trials_.size(); ++i) numbers_.values.push_back(json::array());
    for (std::size_t i = 0; i < cells.size(); ++i) {
      numbers_.values[i % trials_.size()].push_back(number(cells, i));
    }
    return std::move(numbers_);
  }

 private:
  // Seed by seed, so that what there is when it is interrupted is whole.
  std::vector<Cell> plan() const {
    std::vector<Cell> cells;
    for (int seed = 1; seed <= options_.seeds; ++seed) {
      for (const Trial& trial : trials_) {
        std::vector<std::string> overrides = trial.overrides;
        overrides.push_back(fmt::format("train.seed={}", seed));
        const std::string trained = train_key(overridden(base_.spec, overrides), hashes_);
        Job job = changed(base_, overrides,
                          fmt::format("{}/{}/{}", base_.out, options_.verb, trained.substr(0, 16)));
        const bool supplied =
            supplied_ &&
            spec_differences(supplied_->content.network.config, job.spec, train_sections()).empty();
        std::string key = cell_key(trial.arithmetic, job, supplied);
        cells.push_back({&trial, seed, std::move(job), supplied, std::move(key)});
      }
    }
    return cells;
  }

  std::string cell_key(Arithmetic arithmetic, const Job& job, bool supplied) const {
    json inputs = {{"arithmetic", name_of(arithmetic)},
                   {"split", options_.split},
                   {"spec", spec_sections(job.spec, train_sections())},
                   {"data", hashes_}};
    if (supplied) inputs["model"] = supplied_->sha256;
    if (arithmetic != Arithmetic::kExact) {
      inputs["approx"] = spec_sections(job.spec, {"approx"});
      inputs["samples"] = job.spec.quant.samples;
    }
    if (in_integers(arithmetic)) inputs["quant"] = spec_sections(job.spec, {"quant"});
    return stage_key("trial", inputs);
  }

  // The metric of a cell: as stored, or measured now. Null when its training failed.
  json number(const std::vector<Cell>& cells, std::size_t index) {
    const Cell& cell = cells[index];
    const std::string what =
        fmt::format("{:>{}}/{}  {} {}, seed {}", index + 1, fmt::format("{}", cells.size()).size(),
                    cells.size(), cell.trial->group, cell.trial->name, cell.seed);
    const std::string path =
        fmt::format("{}/{}/{}.json", base_.out, options_.verb, cell.key.substr(0, 16));
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
                    {"group", cell.trial->group},
                    {"name", cell.trial->name},
                    {"seed", cell.seed},
                    {"spec", to_json(cell.job.spec)},
                    {"arithmetic", name_of(cell.trial->arithmetic)},
                    {"split", options_.split},
                    {"samples", test_.samples()},
                    {"model_sha256", model->sha256},
                    {"metrics", to_json(metrics)},
                    {"measures", measures_of(metrics)},
                    {"seconds", watch.seconds()}};
      write_file(path, result->dump(2) + "\n");
      remark = fmt::format("{:.1f} s", watch.seconds());
    }
    numbers_.measures = result->at("measures");
    base_.say(fmt::format("{}  {:.2f}  {}", what, use(*result), remark));
    return use(*result);
  }

  // That a choice does not work is a result too.
  void note_failure(const Cell& cell, const std::string& what, const Error& error) {
    if (options_.needs_first && cell.trial == &trials_.front()) throw error;
    base_.say(fmt::format("{}  failed: {}", what, error.what()));
    numbers_.failed.push_back({{"group", cell.trial->group},
                               {"name", cell.trial->name},
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
                    fmt::format("the same `emamba {}` goes on where it was", options_.verb),
                    e.kind());
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
    const Arithmetic arithmetic = cell.trial->arithmetic;
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

  const Job& base_;
  const std::vector<Trial>& trials_;
  const TrialOptions& options_;
  json hashes_;
  std::optional<Stored<FloatModel>> supplied_;  // beside config.toml
  Split test_;
  std::optional<Split> calibration_;
  TrialNumbers numbers_;
};

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

TrialNumbers run_trials(const Job& base, const std::vector<Trial>& trials,
                        const TrialOptions& options) {
  return Runner(base, trials, options).run();
}

json statistics(const json& values) {
  std::vector<double> there;
  for (const json& value : values) {
    if (!value.is_null()) there.push_back(value);
  }
  if (there.empty()) return {{"mean", nullptr}, {"min", nullptr}, {"max", nullptr}};
  const auto [min, max] = std::minmax_element(there.begin(), there.end());
  const double sum = std::accumulate(there.begin(), there.end(), 0.0);
  return {{"mean", sum / static_cast<double>(there.size())}, {"min", *min}, {"max", *max}};
}

}  // namespace emamba

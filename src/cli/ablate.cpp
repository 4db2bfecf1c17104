// SPDX-License-Identifier: Apache-2.0
// `emamba ablate`: what every design choice costs, over several seeds.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/nearest.h"
#include "cli/ablation.h"
#include "cli/result.h"
#include "cli/stages.h"
#include "exec/evaluate.h"
#include "quant/quantise.h"
#include "train/finetune.h"

namespace emamba {
namespace {

using nlohmann::json;

struct Options : CommonOptions {
  int seeds = 3;
  std::vector<std::string> only;  // groups; none: all
  std::string split = "test", write;
};

// A row with one seed: what is measured, trained and stored by itself.
struct Cell {
  const AblationRow* row;
  int seed;
  Job job;          // its `out` is the folder of the model
  bool supplied;    // its model is the one beside config.toml
  std::string key;  // of everything its number depends on
};

// The rows of the groups asked for, the baseline before them.
std::vector<AblationRow> chosen_rows(const Spec& base, const std::vector<std::string>& only) {
  std::vector<AblationRow> rows = ablation_rows(base);
  if (only.empty()) return rows;
  const std::vector<std::string> groups = ablation_groups(rows);
  for (const std::string& group : only) {
    if (std::find(groups.begin(), groups.end(), group) != groups.end()) continue;
    throw Error(fmt::format("--only {}: there is no such group for {}", group, base.name),
                fmt::format("did you mean '{}'? Groups are: {}", nearest(group, groups),
                            fmt::join(groups, ", ")));
  }
  const std::string baseline = rows.front().group;
  std::erase_if(rows, [&](const AblationRow& row) {
    return row.group != baseline && std::find(only.begin(), only.end(), row.group) == only.end();
  });
  return rows;
}

bool in_integers(Arithmetic arithmetic) {
  return arithmetic == Arithmetic::kInteger || arithmetic == Arithmetic::kTuned;
}

class Ablation {
 public:
  explicit Ablation(const Options& options)
      : options_(options), base_(open_job(options)), rows_(chosen_rows(base_.spec, options.only)) {
    const auto integer = [](const AblationRow& row) { return in_integers(row.arithmetic); };
    if (std::any_of(rows_.begin(), rows_.end(), integer)) require_integer_form(base_.spec);
  }

  const std::string& name() const { return base_.spec.name; }

  // As in docs/formats.md; writes OUT/ablation.json.
  json run() {
    prepare_out(base_);
    hashes_ = data_hashes(base_);
    const std::string beside = beside_config(base_, kModelFile);
    if (file_exists(beside)) supplied_ = load_or_explain(load_model, beside);
    const std::vector<Cell> cells = plan();
    test_ = load_split(base_.spec, base_.data, options_.split);
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
    for (int seed = 1; seed <= options_.seeds; ++seed) {
      for (const AblationRow& row : rows_) {
        CommonOptions options = options_;
        options.overrides.insert(options.overrides.end(), row.overrides.begin(),
                                 row.overrides.end());
        options.overrides.push_back(fmt::format("train.seed={}", seed));
        const std::string trained = train_key(open_job(options), hashes_);
        options.out = fmt::format("{}/ablate/{}", base_.out, trained.substr(0, 16));
        Job job = open_job(options);
        const bool supplied =
            supplied_ &&
            spec_differences(supplied_->content.spec, job.spec, train_sections()).empty();
        std::string key = cell_key(row.arithmetic, job, supplied);
        cells.push_back({&row, seed, std::move(job), supplied, std::move(key)});
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
    return stage_key("ablate", inputs);
  }

  void say(const std::string& text) const {
    if (options_.json) return;
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

  std::string metric() const { return base_.spec.shape().regression ? "rmse_cm" : "accuracy"; }

  // The metric of a cell: as stored, or measured now. Null when its training failed.
  json number(const std::vector<Cell>& cells, std::size_t index) {
    const Cell& cell = cells[index];
    const std::string what =
        fmt::format("{:>{}}/{}  {} {}, seed {}", index + 1, fmt::format("{}", cells.size()).size(),
                    cells.size(), cell.row->group, cell.row->name, cell.seed);
    const std::string path = fmt::format("{}/ablate/{}.json", base_.out, cell.key.substr(0, 16));
    const auto use = [&](const json& result) {
      return result.at("metrics").at(metric()).get<double>();
    };
    std::optional<json> result = read_result(path, use);
    std::string remark = "found";
    if (!has(result, "key", cell.key)) {
      const std::optional<Stored<FloatModel>> model = trained(cell, what);
      if (!model) return nullptr;
      const Stopwatch watch;
      const std::optional<Tensor<float>> given = outputs(cell, *model, what);
      if (!given) return nullptr;
      result = json{{"key", cell.key},
                    {"group", cell.row->group},
                    {"name", cell.row->name},
                    {"seed", cell.seed},
                    {"spec", to_json(cell.job.spec)},
                    {"arithmetic", name_of(cell.row->arithmetic)},
                    {"split", options_.split},
                    {"samples", test_.samples()},
                    {"model_sha256", model->sha256},
                    {"metrics", to_json(metrics_of(test_, *given))},
                    {"seconds", watch.seconds()}};
      write_file(path, result->dump(2) + "\n");
      remark = fmt::format("{:.1f} s", watch.seconds());
    }
    say(fmt::format("{}  {:.2f}  {}", what, use(*result), remark));
    return use(*result);
  }

  // That a choice does not work is a result too; without the baseline there is nothing to compare.
  void note_failure(const Cell& cell, const std::string& what, const Error& error) {
    if (cell.row == &rows_.front()) throw error;
    say(fmt::format("{}  failed: {}", what, error.what()));
    failed_.push_back({{"group", cell.row->group},
                       {"name", cell.row->name},
                       {"seed", cell.seed},
                       {"error", error.what()}});
  }

  // The cell's model, trained or resumed where it is not there; nothing when training fails.
  std::optional<Stored<FloatModel>> trained(const Cell& cell, const std::string& what) {
    if (cell.supplied) return supplied_;
    const std::string path = cell.job.out + "/" + kModelFile;
    if (file_exists(path)) return load_or_explain(load_model, path);
    try {
      const bool resume = can_resume(cell.job);
      say(what + (resume ? "  the training goes on" : "  training"));
      const json result = train_stage(cell.job, hashes_, resume);
      say(fmt::format("{}  trained in {:.0f} s", what, result.at("seconds").get<double>()));
    } catch (const Stopped& e) {
      throw Error(fmt::format("{}: {}", what, e.what()),
                  "the same `emamba ablate` goes on where it was");
    } catch (const Error& e) {
      note_failure(cell, what, e);
      return {};
    }
    return load_model(path);
  }

  // The answers on the split; nothing when the model has no valid program.
  std::optional<Tensor<float>> outputs(const Cell& cell, const Stored<FloatModel>& model,
                                       const std::string& what) {
    ProgressLine line(what);
    FloatModel configured = model.content;
    configured.spec = cell.job.spec;  // differs in what a weight file does not depend on
    const int threads = cell.job.threads;
    const Arithmetic arithmetic = cell.row->arithmetic;
    try {
      if (in_integers(arithmetic)) {
        Program program = quantise(configured, calibration(), threads, line.callback()).program;
        if (arithmetic == Arithmetic::kTuned) {
          const Split train = load_split(base_.spec, base_.data, "train");
          program = finetune(configured, program, train, threads, line.callback()).program;
        }
        return answers(Fast(std::move(program)), test_.inputs, threads);
      }
      FloatOptions options;
      if (arithmetic == Arithmetic::kPiecewise) {
        options.curves = fit_curves(configured, calibration(), threads);
      }
      return answers(FloatEngine(configured, options), configured.normalisation, test_.inputs,
                     threads, line.callback());
    } catch (const Error& e) {
      note_failure(cell, what, e);
      return {};
    }
  }

  // No row changes what the samples depend on.
  const Split& calibration() {
    if (!calibration_) {
      calibration_ = calibration_samples(base_, load_split(base_.spec, base_.data, "train"));
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
            {"version", EMAMBA_VERSION},
            {"machine", machine_name()},
            {"spec", to_json(base_.spec)},
            {"split", options_.split},
            {"samples", test_.samples()},
            {"seeds", options_.seeds},
            {"epochs", base_.spec.train.epochs},
            {"metric", metric()},
            {"rows", rows},
            {"failed", failed_}};
  }

  std::string command() const {
    std::string text = fmt::format("emamba ablate {} --seeds {}", base_.settings, options_.seeds);
    if (!options_.only.empty()) text += fmt::format(" --only {}", fmt::join(options_.only, ","));
    if (options_.split != "test") text += " --split " + options_.split;
    return text;
  }

  bool as_configured(const AblationRow& row) const {
    std::vector<std::string> overrides = options_.overrides;
    overrides.insert(overrides.end(), row.overrides.begin(), row.overrides.end());
    return spec_differences(read_spec(base_.config, overrides), base_.spec,
                            {"model", "approx", "quant"})
        .empty();
  }

  const Options options_;
  const Job base_;
  const std::vector<AblationRow> rows_;
  json hashes_;
  std::optional<Stored<FloatModel>> supplied_;  // beside config.toml
  Split test_;
  std::optional<Split> calibration_;
  json failed_ = json::array();
};

// FILE with the markers of `name` replaced; absent: as if empty.
std::string replaced(const std::string& file, const std::string& name, const std::string& part) {
  return with_ablation(file_exists(file) ? read_file(file, 16 << 20) : "", name, part, file);
}

}  // namespace

void add_ablate(CLI::App& app) {
  CLI::App* verb =
      app.add_subcommand("ablate", "Measure what every design choice costs, over several seeds");
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  add_threads_option(*verb, *options, "all of the machine; 1 for training");
  verb->add_option("--seeds", options->seeds, "Train with train.seed = 1 .. N; default: 3")
      ->check(CLI::Range(1, 1000))
      ->type_name("N");
  verb->add_option("--only", options->only,
                   "Only these groups, e.g. norm,state; the baseline is always measured")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false)
      ->type_name("GROUP[,GROUP]");
  verb->add_option("--split", options->split, "test (default), val or train")
      ->check(CLI::IsMember({"test", "val", "train"}))
      ->type_name("test|val|train");
  verb->add_option("--write", options->write,
                   "Also put the table into FILE, between the lines '<!-- ablation NAME:begin -->' "
                   "and\n'<!-- ablation NAME:end -->'; at its end if it has none")
      ->type_name("FILE");
  verb->footer(
      "Norm, delta, convolution, position and overlap are trained anew; lines, calibration, "
      "state,\n"
      "weights and fine-tuning use the configured model; for its own seed the one beside\n"
      "config.toml, if that was trained so. Every number is kept in OUT/ablate, so that the next\n"
      "run measures only what is missing or has changed, and goes on with a training that was\n"
      "stopped. The result is in OUT/ablation.json.\n\n"
      "Example: emamba ablate models/mars/config.toml --set train.epochs=20 --seeds 2");
  verb->callback([options] {
    Ablation ablation(*options);
    if (!options->write.empty()) replaced(options->write, ablation.name(), "");  // fails early
    const json result = ablation.run();
    if (!options->write.empty()) {
      write_file(options->write, replaced(options->write, ablation.name(),
                                          fmt::format("### {}\n\n{}\n\n{}", ablation.name(),
                                                      ablation_caption(result),
                                                      ablation_table(result).markdown())));
    }
    if (options->json) return fmt::print("{}\n", result.dump(2));
    fmt::print("\n{}\n{}\n", ablation_table(result).text(), ablation_caption(result));
  });
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// A training with what its record says of it.
#include "flow/train.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/safetensors.h"
#include "base/toml.h"
#include "data/metrics.h"
#include "data/own_split.h"
#include "flow/data.h"
#include "flow/files.h"
#include "flow/keys.h"
#include "flow/version.h"
#include "train/checkpoint.h"

namespace emamba {
namespace {

using nlohmann::json;

[[noreturn]] void report_stop(const Job& job, const TrainResult& result) {
  const std::size_t complete = result.history.size();
  if (complete == 0) {
    throw Error("training stopped in its first epoch; nothing was kept", "", ErrorKind::kStopped);
  }
  throw Error(fmt::format("training stopped after {} of {} epochs; the checkpoint is in {}",
                          complete, job.spec.train.epochs, job.out),
              fmt::format("go on with `emamba train {}{} --resume`", job.settings, job.folders),
              ErrorKind::kStopped);
}

// Throws Error when OUT holds a training, saying in which keys it is another one.
void require_no_training(const Job& job) {
  const std::string model = job.out + "/" + kModelFile,
                    checkpoint = job.out + "/" + kCheckpointFile;
  const std::string remedy = "--force replaces it, --out DIR trains in another folder, ";
  const std::string go_on = "--resume goes on from its checkpoint";
  if (something_is_at(model)) {
    const auto keys =
        spec_differences(load_model(model).content.network.config, job.spec, train_sections());
    if (keys.empty()) throw Error(model + ": there is a trained model already", remedy + go_on);
    throw Error(fmt::format("{}: there is a trained model already, of another configuration; these "
                            "keys differ: {}",
                            model, fmt::join(keys, ", ")),
                remedy + "with the keys as they were " + go_on);
  }
  if (!something_is_at(checkpoint)) return;
  throw Error(checkpoint + ": there is the checkpoint of a training already", remedy + go_on);
}

}  // namespace

const std::vector<std::string>& train_files() {
  static const std::vector<std::string> files = {kModelFile, kCheckpointFile, "train.json",
                                                 "train.jsonl"};
  return files;
}

std::string train_key(const Spec& spec, const json& hashes) {
  return stage_key("train", {{"spec", spec_sections(spec, train_sections())}, {"data", hashes}});
}

json train_stage(const Job& job, const json& hashes, TrainStart start, TrainDevice device) {
  if (start == TrainStart::kFresh) require_no_training(job);
  const Split train_split = job_split(job, "train");
  const Split val_split = has_val(job.spec) ? job_split(job, "val") : Split{};
  Network network = network_of(job.spec);
  if (job.spec.task.own) {
    add_extremes(*job.spec.task.own, network.program.input.normalisation);
  }
  TrainResult result;
  {
    const auto stop = job.observer.stop ? job.observer.stop() : nullptr;
    result = train(network, job.spec.train, train_split, val_split,
                   {.out = job.out,
                    .resume = start == TrainStart::kResume,
                    .threads = job.train_threads,
                    .device = device,
                    .progress = job.progress("train"),
                    .stop = stop.get()});
  }
  if (result.stopped) report_stop(job, result);

  const std::string command = "emamba train " + job.settings;
  const std::string path = job.out + "/" + kModelFile;
  result.model.network.origin =
      fmt::format("emamba train; seed {}, {} training samples, {} threads, emamba {}",
                  job.spec.train.seed, train_split.samples(), job.train_threads, version());
  write_float_model(path, result.model);
  double seconds = 0;
  for (const EpochRecord& record : result.history) seconds += record.seconds;
  const EpochRecord& last = result.history.back();
  json summary = {{"key", train_key(job.spec, hashes)},
                  {"command", command},
                  {"version", version()},
                  {"seed", job.spec.train.seed},
                  {"spec", to_json(job.spec)},
                  {"parameters", parameter_count(job.spec)},
                  {"data", hashes},
                  {"samples", {{"train", train_split.samples()}, {"val", val_split.samples()}}},
                  {"threads", job.train_threads},
                  {"machine", machine_name()},
                  {"seconds", rounded(seconds, 3)},
                  {"epochs", last.epoch},
                  {"steps", last.step},
                  {"loss", last.loss},
                  {"val", last.val ? to_json(*last.val) : json::object()},
                  {"model", path},
                  {"model_sha256", sha256_file(path)}};
  if (last.val) summary["measures"] = measures_of(*last.val);
  write_result(job, "train.json", summary);
  return summary;
}

bool can_resume(const Job& job) {
  const std::string path = job.out + "/" + kCheckpointFile;
  if (!something_is_at(path)) return false;
  const std::string remedy = "--force starts a training in its place, --out DIR in another folder";
  const std::string bytes = read_file(path);
  std::string config;
  std::size_t epochs = 0;
  try {
    const std::string text = parse_safetensors(bytes, path).metadata[kCheckpointKey];
    const json meta = parse_json(text, path);
    config = meta.at("config");
    epochs = meta.at("history").size();
  } catch (const Error& e) {
    throw Error(e.what(), remedy);
  } catch (const json::exception& e) {
    throw Error(fmt::format("{}: damaged checkpoint: {}", path, e.what()), remedy);
  }
  const auto configured =
      flattened(parse_json(config, path)).value("train.epochs", TrainSpec{}.epochs);
  const bool finished = epochs >= static_cast<std::size_t>(configured);
  if (finished && file_exists(job.out + "/" + kModelFile)) return false;
  const auto keys = spec_differences(config, job.spec, train_sections());
  if (keys.empty()) return true;
  throw Error(fmt::format("{}: of a training that was stopped after {} of {} epochs, with another "
                          "configuration; these keys differ: {}",
                          path, epochs, configured, fmt::join(keys, ", ")),
              "set the keys back to finish that one; " + remedy);
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "flow/spec.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/text.h"
#include "base/toml.h"
#include "data/own_data.h"
#include "quant/fold.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kOwn[] = "own";

// The keys as they stand in config.toml, before the task is looked up.
struct Keys {
  std::string name, task = "fashion-mnist";
  OwnData data;
  Spec spec;  // the rest
};

// Calls v(key, field, [range,] meaning) for every key of config.toml.
template <class V>
void visit(Keys& k, const V& v) {
  v("name", k.name, "name of the model: letters, digits, '-', '_'");
  v("task", k.task, "the data set and what is asked of it; own: what [data] describes");
  visit_keys(k.data, v);
  visit_keys(k.spec.model, v);
  visit_keys(k.spec.approx, v);
  visit_keys(k.spec.quant, v);
  visit_keys(k.spec.train, v);
  visit_keys(k.spec.hardware, v);
}

Keys keys_of(const Spec& spec) {
  return {spec.name, spec.task.name, spec.task.own ? spec.task.own->data : OwnData{}, spec};
}

// Contradictions between tables, and what no single range can say.
void check(const Spec& s, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  if (!is_plain_name(s.name)) {
    fail(fmt::format("name = \"{}\" must be letters, digits, '-' and '_'", s.name),
         "give the model a name, e.g. name = \"my-model\"");
  }
  check(s.model, s.shape().sample(), source);
  check(s.approx, source);
  const bool regression = s.shape().regression;
  if (regression == (s.train.loss == Loss::kCrossEntropy)) {
    fail(fmt::format("train.loss = \"{}\" does not fit a {} task", name_of_key(s.train.loss),
                     regression ? "regression" : "classification"),
         regression ? "use \"rmse\" or \"mse\"" : "use \"cross-entropy\"");
  }
  if (s.train.label_smoothing > 0 && regression) {
    fail("train.label_smoothing needs a classification task", "remove it");
  }
  if ((s.train.shift > 0 || s.train.flip) && (regression || s.shape().vocab > 0)) {
    fail("train.shift and train.flip are for image classification", "remove them");
  }
  const HardwareSpec& hardware = s.hardware;
  if (hardware.goal == Goal::kRate && hardware.frames_per_second == 0) {
    fail("hardware.goal = \"rate\" needs hardware.frames_per_second",
         "set it to the frames a second that are wanted at hardware.clock_mhz");
  }
  if (hardware.goal != Goal::kRate && hardware.frames_per_second != 0) {
    fail(fmt::format("hardware.frames_per_second = {:g} is for hardware.goal = \"rate\", which is "
                     "\"{}\"",
                     hardware.frames_per_second, name_of_key(hardware.goal)),
         "remove it, or set hardware.goal to rate");
  }
  if (s.train.flip && !s.task.mirrors) {
    fail("train.flip mirrors samples of which a mirrored one may have another answer",
         "remove it, or set data.mirror = true for data of your own");
  }
}

// What a goal chooses, of the table [hardware].
constexpr const char* kChosen[] = {"lanes", "cycles_per_token", "cycles_per_sequence",
                                   "shared_blocks", "merged_linears"};

// Throws Error when what a goal chooses is given beside it. A goal that is an override stands in
// place of what the text says of these keys.
void settle_goal(json& nested, const std::vector<std::string>& overrides,
                 const std::string& source) {
  const auto overridden = [&](const std::string& key) {
    return std::any_of(overrides.begin(), overrides.end(), [&](const std::string& text) {
      return text.starts_with("hardware." + key + "=");
    });
  };
  const auto hardware = nested.find("hardware");
  if (hardware == nested.end() || !hardware->is_object()) return;
  const json goal = hardware->value("goal", json("none"));
  if (goal == "none") return;
  for (const char* key : kChosen) {
    if (!hardware->contains(key)) continue;
    if (overridden(key) || !overridden("goal")) {
      throw Error(fmt::format("{}: hardware.{} = {} is given, and hardware.goal = {} chooses it",
                              source, key, hardware->at(key).dump(), goal.dump()),
                  "remove one of them, or set hardware.goal to none");
    }
    hardware->erase(key);
  }
}

// The task of the keys; the files of own data are in `folder`.
Task task_of_keys(const Keys& keys, const json& flat, const std::string& source,
                  const std::string& folder) {
  if (keys.task != kOwn) {
    for (const auto& [key, value] : flat.items()) {
      if (!key.starts_with("data.")) continue;
      throw Error(fmt::format("{}: {} is given, but task = \"{}\"", source, key, keys.task),
                  "set task = \"own\" for data of your own, or remove it");
    }
    try {
      return task_called(keys.task);
    } catch (const Error& e) {
      throw Error(source + ": " + e.what(), e.hint());
    }
  }
  OwnData data = keys.data;
  for (ArrayFiles* files : {&data.train, &data.val, &data.test}) {
    for (std::string* path : {&files->inputs, &files->targets}) {
      if (!path->empty()) *path = (std::filesystem::path(folder) / *path).string();
    }
  }
  return task_of(open_own_data(std::move(data)));
}

Spec build(const json& nested, const std::string& source, const std::string& folder) {
  const json flat = flattened(nested);
  Keys keys;
  std::set<std::string> known;
  visit(keys, KeyReader{flat, source, known});
  for (const auto& [key, value] : flat.items()) {
    if (!known.contains(key)) {
      throw Error(fmt::format("{}: unknown key '{}'", source, key),
                  did_you_mean(key, {known.begin(), known.end()}) +
                      "`emamba inspect --keys` lists every key");
    }
  }
  Spec spec = std::move(keys.spec);
  spec.name = keys.name;
  spec.task = task_of_keys(keys, flat, source, folder);
  check(spec, source);
  return spec;
}

}  // namespace

Spec parse_spec(std::string_view toml, const std::string& source,
                const std::vector<std::string>& overrides, const std::string& folder) {
  json nested = parse_toml(toml, source);
  for (const std::string& text : overrides) apply_override(nested, text);
  settle_goal(nested, overrides, source);
  return build(nested, source, folder);
}

Spec read_spec(const std::string& path, const std::vector<std::string>& overrides) {
  const std::string start = read_file_start(path, 64).bytes;
  if (start.find('\0') != std::string::npos || start.starts_with("PK\3\4")) {
    throw Error(path + ": is no config.toml but a binary file",
                "Give the config.toml that it belongs to; `emamba inspect` shows what a model or a "
                "program holds.");
  }
  return parse_spec(read_file(path, 1 << 20), path, overrides,
                    std::filesystem::path(path).parent_path().string());
}

Spec overridden(const Spec& spec, const std::vector<std::string>& overrides) {
  const std::string source = "the spec " + spec.name;
  json nested = to_json(spec);
  if (spec.hardware.goal != Goal::kNone) {
    for (const char* key : kChosen) nested.at("hardware").erase(key);
  }
  for (const std::string& text : overrides) apply_override(nested, text);
  settle_goal(nested, overrides, source);
  return build(nested, source, "");
}

json to_json(const Spec& spec) {
  json root = json::object();
  Keys keys = keys_of(spec);
  visit(keys, KeyWriter{root});
  if (!spec.task.own) root.erase("data");
  return root;
}

std::string stored_config(const Spec& spec) {
  json root = to_json(spec);
  if (spec.task.own) {
    for (json& files : root.at("data")) {
      if (!files.is_object()) continue;
      for (json& path : files) path = std::filesystem::path(path.get<std::string>()).filename();
    }
  }
  return root.dump();
}

Spec spec_from_json(const json& nested, const std::string& source) {
  if (!nested.is_object()) throw Error(source + ": the spec must be a JSON object");
  return build(nested, source, "");
}

std::vector<std::string> spec_differences(const Spec& a, const Spec& b,
                                          const std::vector<std::string>& tables) {
  return spec_differences(to_json(a), b, tables);
}

std::vector<std::string> spec_differences(const std::string& stored, const Spec& spec,
                                          const std::vector<std::string>& tables) {
  return spec_differences(parse_json(stored, "configuration"), spec, tables);
}

std::vector<std::string> spec_differences(const json& stored, const Spec& spec,
                                          const std::vector<std::string>& tables) {
  // A configuration of before there were tables and orders says nothing of them, and means lines
  // and delta * B.
  Spec defaults;
  defaults.approx.silu.form = defaults.approx.exp.form = FunctionForm::kLines;
  defaults.quant.scan_order = ScanOrder::kDeltaB;
  return key_differences(flattened(stored), flattened(to_json(spec)), flattened(to_json(defaults)),
                         tables);
}

Network network_of(const Spec& spec) {
  Network network =
      build_network(spec.name, spec.model, spec.shape().sample(), spec.shape().outputs);
  Program& program = network.program;
  set_widths(program, spec.quant);
  program.config = stored_config(spec);
  const auto channels = static_cast<std::size_t>(program.input.channels);
  program.input.normalisation = {std::vector<float>(channels, 0.0f),
                                 std::vector<float>(channels, 1.0f)};
  return network;
}

Program folded_network_of(const Spec& spec) {
  return folded(network_of(spec).program);
}

std::size_t parameter_count(const Spec& spec) {
  return parameter_count(network_of(spec).program);
}

std::vector<KeyDoc> spec_keys() {
  std::vector<KeyDoc> docs;
  Keys defaults;
  visit(defaults, KeyDocs{docs});
  return docs;
}

}  // namespace emamba

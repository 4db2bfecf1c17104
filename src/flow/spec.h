// SPDX-License-Identifier: Apache-2.0
// What config.toml says, all of it: the task, and the options of every library.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "approx/options.h"
#include "base/keys.h"
#include "data/task.h"
#include "hw/options.h"
#include "net/network.h"
#include "quant/options.h"
#include "train/options.h"

namespace emamba {

struct Spec {
  std::string name;  // of the model; letters, digits, '-' and '_'
  Task task = task_called("fashion-mnist");
  ModelSpec model;
  ApproxSpec approx;
  QuantSpec quant;
  TrainSpec train;
  HardwareSpec hardware;

  const TaskShape& shape() const { return task.shape; }
};

// Reads a spec from TOML text. `source` names the text in messages; `overrides` are "key=value"
// with dotted keys and TOML values (strings may go unquoted), applied after the text. Files of a
// user's own data are looked for in `folder`, which they have in the spec; their headers are read.
// Throws Error on a syntax error, an unknown key (naming the nearest one), a value of the wrong
// type or outside its range, on contradictions between keys, and as open_own_data() does.
Spec parse_spec(std::string_view toml, const std::string& source,
                const std::vector<std::string>& overrides = {}, const std::string& folder = "");
// The same of a file, whose folder is that of its data.
Spec read_spec(const std::string& path, const std::vector<std::string>& overrides = {});

// The spec with overrides as above applied to it, and checked again.
Spec overridden(const Spec& spec, const std::vector<std::string>& overrides);

// The spec as JSON with the same keys as config.toml; spec_from_json() checks as parse_spec() does.
nlohmann::json to_json(const Spec& spec);
// The same as text, for the file of a model or a program: files of own data without their folders,
// so that the same model is the same file wherever its data were.
std::string stored_config(const Spec& spec);
Spec spec_from_json(const nlohmann::json& json, const std::string& source);

// Dotted keys on which a spec and another, or the configuration that a file holds (JSON, or its
// text), differ, in the named tables: "name", "task", "model", "approx", "quant", "train",
// "hardware". What a configuration does not say has its default, or what it meant before there was
// a choice.
std::vector<std::string> spec_differences(const Spec& a, const Spec& b,
                                          const std::vector<std::string>& tables);
std::vector<std::string> spec_differences(const std::string& stored, const Spec& spec,
                                          const std::vector<std::string>& tables);
std::vector<std::string> spec_differences(const nlohmann::json& stored, const Spec& spec,
                                          const std::vector<std::string>& tables);

// The network of a spec, with the widths that it asks for and the spec as its configuration. Its
// normalisation is that of no data.
Network network_of(const Spec& spec);
// The same as its integer program has it (quant/fold.h).
Program folded_network_of(const Spec& spec);
// Numbers in all its parameters.
std::size_t parameter_count(const Spec& spec);

// Every key of config.toml, in the file's order: name, type or choices, range, default, meaning.
std::vector<KeyDoc> spec_keys();

}  // namespace emamba

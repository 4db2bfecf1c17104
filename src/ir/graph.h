// SPDX-License-Identifier: Apache-2.0
// A program's graph as JSON and its arrays as tensors: what the files of models and programs have
// in common (docs/formats.md).
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "base/safetensors.h"
#include "ir/program.h"

namespace emamba {

// kSkeleton: without the integers, of a network to be trained.
enum class GraphContent { kSkeleton, kIntegers };

// {"name", "input", "edges", "ops", "groups"}; the constants of the normalisation and the integers
// go into file.tensors.
nlohmann::json write_graph(const Program& program, GraphContent content, SafeTensors& file);

// The inverse, unvalidated. Adds the names of the tensors it read to `used`. Throws Error naming
// `source`, op and field.
Program read_graph(const nlohmann::json& graph, GraphContent content, const SafeTensors& file,
                   std::set<std::string>& used, const std::string& source);

// The graph of files of format 1, {"edges", "ops"} with integers: everything but the name, the
// input and the groups, which such files leave to the configuration that they hold.
Program read_graph_1(const nlohmann::json& graph, const SafeTensors& file,
                     std::set<std::string>& used, const std::string& source);

// The constants of the normalisation, as files of either format hold them.
void read_normalisation(const SafeTensors& file, std::set<std::string>& used,
                        const std::string& source, Normalisation& normalisation);

// The value of a metadata key. Throws Error where there is none.
const std::string& metadata_of(const SafeTensors& file, const std::string& key,
                               const std::string& source);

}  // namespace emamba

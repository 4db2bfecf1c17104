// SPDX-License-Identifier: Apache-2.0
#include "target/asic.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/machine.h"
#include "base/nearest.h"
#include "base/toml.h"

namespace emamba {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 1 << 20;
constexpr char kExample[] = "an example is targets/nangate45.toml";

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where the targets that come with the tool are.
std::string targets_folder() {
  const std::string installed = beside_program("../share/emamba/targets");
  return fs::is_directory(installed) ? installed : EMAMBA_TARGETS_DIR;
}

template <class T>
T positive(const json& table, const char* key, const std::string& where) {
  const T value = value_at<T>(table, key, where, "a number above 0", kExample);
  if (!(value > 0))
    throw Error(fmt::format("{}: {} = {}: must be above 0", where, key, value), kExample);
  return value;
}

std::vector<json> tables(const json& root, const char* key, const std::string& where) {
  return value_at<std::vector<json>>(root, key, where, "a list of tables", kExample);
}

std::string text_at(const json& table, const char* key, const std::string& where) {
  return value_at<std::string>(table, key, where, "a string", kExample);
}

// A file below the folder. Throws Error when it is not there.
std::string library_path(const std::string& folder, const std::string& file,
                         const std::string& where) {
  const std::string path = (fs::path(folder) / file).lexically_normal().string();
  if (file_exists(path)) return path;
  throw Error(fmt::format("{}: {} is not there", where, path),
              "--pdk or EMAMBA_PDK names the folder that the libraries lie in");
}

AsicTarget::Corner read_corner(const json& table, const std::string& where,
                               const std::string& folder) {
  require_keys(table, {"name", "files"}, where);
  AsicTarget::Corner corner{.name = text_at(table, "name", where), .files = {}};
  const auto files =
      value_at<std::vector<std::string>>(table, "files", where, "a list of paths", kExample);
  if (files.empty()) throw Error(where + ": files is empty", kExample);
  for (const std::string& file : files) {
    corner.files.push_back(library_path(folder, file, where));
  }
  return corner;
}

AsicTarget parse_target(const std::string& path, const std::string& folder) {
  const json root = parse_toml(read_file(path, kMostBytes), path);
  require_keys(root,
               {"name", "node_nm", "supply_v", "clock_mhz", "licence", "avoid", "corner",
                "equivalent", "layout"},
               path);
  AsicTarget target;
  target.name = text_at(root, "name", path);
  target.node_nm = positive<int>(root, "node_nm", path);
  target.supply_v = positive<double>(root, "supply_v", path);
  target.clock_mhz = positive<double>(root, "clock_mhz", path);
  if (root.contains("licence")) target.licence = text_at(root, "licence", path);
  if (root.contains("avoid")) {
    target.avoid =
        value_at<std::vector<std::string>>(root, "avoid", path, "a list of patterns", kExample);
  }
  for (const json& table : tables(root, "corner", path)) {
    const std::string where = fmt::format("{}: corner {}", path, target.corners.size());
    target.corners.push_back(read_corner(table, where, folder));
  }
  if (target.corners.empty()) throw Error(path + ": has no [[corner]]", kExample);
  if (root.contains("layout")) {
    const std::string where = path + ": layout";
    const json& table = root.at("layout");
    require_keys(table, {"technology", "cells", "shapes"}, where);
    const auto file = [&](const char* key) {
      return library_path(folder, text_at(table, key, where), where);
    };
    target.layout = AsicTarget::Layout{file("technology"), file("cells"), file("shapes")};
  }
  if (!root.contains("equivalent")) return target;
  for (const json& table : tables(root, "equivalent", path)) {
    const std::string where = fmt::format("{}: equivalent {}", path, target.equivalents.size());
    require_keys(table, {"node_nm", "area", "energy", "source"}, where);
    AsicTarget::Equivalent equivalent;
    equivalent.node_nm = positive<int>(table, "node_nm", where);
    equivalent.area = positive<double>(table, "area", where);
    if (table.contains("energy")) equivalent.energy = positive<double>(table, "energy", where);
    equivalent.source = text_at(table, "source", where);
    target.equivalents.push_back(equivalent);
  }
  return target;
}

}  // namespace

std::vector<std::string> asic_targets() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(targets_folder())) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

AsicTarget read_asic_target(const std::string& name, const std::string& libraries) {
  const std::string folder = libraries.empty() ? variable("EMAMBA_PDK") : libraries;
  AsicTarget target;
  if (name.ends_with(".toml")) {
    const std::string beside = fs::path(name).parent_path().string();
    target = parse_target(name, folder.empty() ? beside : folder);
  } else {
    const std::vector<std::string> known = asic_targets();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      throw Error(fmt::format("--target {}: no such target", name),
                  fmt::format("{}Known are {}; a path that ends in .toml is one of your own",
                              did_you_mean(name, known), fmt::join(known, ", ")));
    }
    if (folder.empty()) {
      throw Error(fmt::format("--target {}: where its libraries are is not known", name),
                  "--pdk or EMAMBA_PDK names the folder that they lie in");
    }
    target = parse_target(fmt::format("{}/{}.toml", targets_folder(), name), folder);
  }
  target.key = name;
  return target;
}

}  // namespace emamba

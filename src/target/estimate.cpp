// SPDX-License-Identifier: Apache-2.0
// Estimates as JSON.
#include "target/estimate.h"

#include <nlohmann/json.hpp>

#include "hw/json.h"

namespace emamba {

using nlohmann::json;

json to_json(const Resources& resources, const std::vector<ResourceKind>& kinds) {
  json result = json::object();
  for (const ResourceKind& kind : kinds) {
    if (kind.per == 1) {
      result[kind.key] = resources.*kind.count;
    } else {
      result[kind.key] = kind.of(resources);
    }
  }
  return result;
}

json use_json(const Device& device, const Resources& resources) {
  const json needs = to_json(resources, device.family->kinds),
             has = to_json(device.has, device.family->kinds);
  json list = json::array();
  for (const ResourceKind& kind : device.family->kinds) {
    list.push_back({{"key", kind.key},
                    {"name", kind.name},
                    {"needs", needs.at(kind.key)},
                    {"has", has.at(kind.key)}});
  }
  return {{"key", device.key},
          {"name", device.name},
          {"family", device.family->name},
          {"shortage", shortage(device, resources)},
          {"resources", list}};
}

json estimate_json(const Plan& plan, const Device& device) {
  json result = summary_json(plan);
  const std::vector<Parts> parts = unit_parts(plan.design);
  Resources total;
  for (std::size_t u = 0; u < parts.size(); ++u) {
    const Resources unit = resources_of(parts[u], *device.family);
    result["units"][u].update(to_json(unit, device.family->kinds));
    total += unit;
  }
  result.update(to_json(total, device.family->kinds));
  result["device"] = use_json(device, total);
  result["fits"] = shortage(device, total).empty();
  return result;
}

}  // namespace emamba

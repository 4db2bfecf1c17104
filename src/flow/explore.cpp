// SPDX-License-Identifier: Apache-2.0
// The exploration of a job, and its files.
#include "flow/explore.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/stopwatch.h"
#include "flow/estimate.h"
#include "hw/json.h"
#include "report/exploration.h"
#include "target/estimate.h"
#include "target/explore.h"

namespace emamba {

using nlohmann::json;

json explore_stage(const Job& job) {
  const Stopwatch watch;
  const Device& device = device_of(job);
  const PlannedProgram planned = program_to_plan(job);
  json points = json::array();
  for (const DesignPoint& point : explore(planned.program, job.spec.hardware, device, job.threads,
                                          job.progress("exploring"))) {
    json item = {{"cycles_per_frame", point.cycles_per_frame},
                 {"latency_cycles", point.latency},
                 {"multipliers", point.multipliers},
                 {"settings", settings_json(point.hardware)}};
    item.update(to_json(point.resources, device.family->kinds));
    points.push_back(std::move(item));
  }
  json kinds = json::array();
  for (const ResourceKind& kind : device.family->kinds) {
    kinds.push_back({{"key", kind.key},
                     {"name", kind.name},
                     {"has", to_json(device.has, {kind}).at(kind.key)}});
  }
  return {{"name", job.spec.name},
          {"device", {{"key", device.key}, {"name", device.name}, {"resources", kinds}}},
          {"trained", planned.trained},
          {"points", points},
          {"seconds", watch.seconds()}};
}

void write_exploration(const Job& job, const json& result) {
  write_result(job, "explore.json", result);
  write_file(job.out + "/explore.csv", exploration_csv(result));
  write_file(job.out + "/explore.html", exploration_html(result, job.settings));
}

}  // namespace emamba

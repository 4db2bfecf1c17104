// SPDX-License-Identifier: Apache-2.0
#include "flow/compare.h"

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "base/stopwatch.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/results.h"
#include "hw/json.h"
#include "hw/plan.h"
#include "target/estimate.h"
#include "target/explore.h"

namespace emamba {
namespace {

using nlohmann::json;

const std::vector<Rule>& rules() {
  static const std::vector<Rule> all = {{"latency", Goal::kLatency},
                                        {"throughput", Goal::kThroughput},
                                        {"multipliers-64", Goal::kThroughput, 64},
                                        {"multipliers-512", Goal::kThroughput, 512},
                                        {"smallest", Goal::kArea}};
  return all;
}

// What the paper reports of its Mamba against the networks that it compares with on MARS (eMamba,
// abstract).
json paper_ratio(const std::string& task, const std::string& rule, const std::string& kind) {
  if (task != "mars") return nullptr;
  const bool cnn = kind == "cnn", vit = kind == "vit";
  if (rule == "latency") return cnn ? json(5.62) : vit ? json(4.95) : json(nullptr);
  if (rule == "throughput") return cnn ? json(9.95) : vit ? json(2.22) : json(nullptr);
  return nullptr;
}

// Multiplications that a frame needs, in any design.
std::int64_t products_of(const Program& program, const BlockRule& rule) {
  std::int64_t products = 0;
  for (const Instance& instance : draft_program(program, {.lanes = 1}, rule).instances) {
    products += instance.products;
  }
  return products;
}

json compared(const Job& job, const Device& device) {
  const json results = current_results(job);
  const Program program = require_program(job).content;
  HardwareSpec hardware = job.spec.hardware;
  hardware.goal = Goal::kNone;
  hardware.device = device.key;
  const auto designs = choose_designs(program, hardware, rules(), device, job.threads,
                                      job.progress("comparing " + job.spec.name));
  json chosen = json::object();
  for (std::size_t i = 0; i < designs.size(); ++i) {
    json& item = chosen[rules()[i].name];
    if (!designs[i]) continue;  // nothing fits: null
    item = to_json(designs[i]->resources, device.family->kinds);
    item["cycles_per_frame"] = designs[i]->cycles_per_frame;
    item["latency_cycles"] = designs[i]->latency;
    item["multipliers"] = designs[i]->multipliers;
    item["settings"] = settings_json(designs[i]->hardware);
  }
  return {{"name", job.spec.name},
          {"config", job.config},
          {"kind", name_of_key(job.spec.model.kind)},
          {"parameters", results.at("parameters")},
          {"bytes", results.at("program_bytes")},
          {"products_per_frame", products_of(program, device.family->rule)},
          {"metrics",
           {{"float", results.at("float").at("metrics")},
            {"integers", results.at("golden").at("metrics")}}},
          {"measures", results.at("measures")},
          {"rules", chosen}};
}

// How much more of it a model takes than the first one.
json ratios_of(const std::string& task, const json& first, const json& other) {
  json ratios = json::array();
  const auto add = [&](const std::string& rule, const char* what, const json& a, const json& b) {
    if (a.is_null() || b.is_null()) return;
    const bool rated =
        what == std::string("latency_cycles") || what == std::string("cycles_per_frame");
    ratios.push_back(
        {{"rule", rule},
         {"what", what},
         {"of", other.at("name")},
         {"to", first.at("name")},
         {"value", b.get<double>() / a.get<double>()},
         {"paper", rated ? paper_ratio(task, rule, other.at("kind")) : json(nullptr)}});
  };
  for (const char* what : {"parameters", "bytes", "products_per_frame"}) {
    add("", what, first.at(what), other.at(what));
  }
  const auto number = [](const json& model, const char* rule, const char* what) {
    const json& design = model.at("rules").at(rule);
    return design.is_null() ? json(nullptr) : design.at(what);
  };
  for (const auto& [rule, what] : {std::pair{"latency", "latency_cycles"},
                                   {"throughput", "cycles_per_frame"},
                                   {"multipliers-64", "cycles_per_frame"},
                                   {"multipliers-512", "cycles_per_frame"},
                                   {"smallest", "lut"}}) {
    add(rule, what, number(first, rule, what), number(other, rule, what));
  }
  return ratios;
}

}  // namespace

json compare_stage(const std::vector<Job>& jobs) {
  const Stopwatch watch;
  const Device& device = device_of(jobs.front());
  const std::string& task = jobs.front().spec.task.name;
  json models = json::array(), ratios = json::array();
  for (const Job& job : jobs) {
    if (job.spec.task.name != task) {
      throw Error(fmt::format("{}: is of the task {}, {} of {}", job.config, job.spec.task.name,
                              jobs.front().config, task),
                  "compare models of one task");
    }
  }
  for (const Job& job : jobs) {
    models.push_back(compared(job, device));
    if (models.size() == 1) continue;
    for (json& ratio : ratios_of(task, models.front(), models.back())) {
      ratios.push_back(std::move(ratio));
    }
  }
  return {{"task", task},
          {"device", {{"key", device.key}, {"name", device.name}}},
          {"models", models},
          {"ratios", ratios},
          {"seconds", watch.seconds()}};
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "hw/json.h"

#include "base/overloaded.h"

namespace emamba {
namespace {

using nlohmann::json;

double share(std::int64_t products, std::int64_t multipliers, std::int64_t cycles) {
  if (multipliers == 0) return 0;
  return static_cast<double>(products) /
         (static_cast<double>(multipliers) * static_cast<double>(cycles));
}

json timing_json(const Timing& timing) {
  return std::visit(Overloaded{[](const Steps& s) {
                                 return json{
                                     {"kind", "steps"},           {"depth", s.depth},
                                     {"active", s.active},        {"idle", s.idle},
                                     {"pop_every", s.pop_every},  {"emit_from", s.emit_from},
                                     {"emit_every", s.emit_every}};
                               },
                               [](const Fifo& f) {
                                 return json{{"kind", "buffer"}, {"beats", f.depth}};
                               },
                               [](const Fork& f) {
                                 return json{{"kind", "fork"}, {"outputs", f.outputs}};
                               },
                               [](const LoopEntry& m) {
                                 return json{{"kind", "merge"}, {"passes", m.passes}};
                               },
                               [](const LoopExit& s) {
                                 return json{{"kind", "split"}, {"passes", s.passes}};
                               }},
                    timing);
}

json port_json(const Design& design, const Port& port) {
  const StreamType& s = design.streams[port.stream];
  return {{"name", port.name},       {"stream", port.stream}, {"words", s.words},
          {"bits", s.bits},          {"width", port.width},   {"beats", port.beats},
          {"vectors", port.vectors}, {"edges", port.edges}};
}

}  // namespace

json to_json(const Resources& r) {
  return {{"multipliers", r.multipliers},
          {"dsp", r.dsp},
          {"lut", r.lut},
          {"ff", r.ff},
          {"bram36", r.bram36()}};
}

json estimate_json(const Plan& plan) {
  const Design& design = plan.design;
  const std::vector<Resources> parts = unit_resources(design);
  std::vector<std::int64_t> products(parts.size()), busy(parts.size());
  std::int64_t all_products = 0;
  for (const Instance& instance : design.instances) {
    products[instance.unit] += instance.products;
    all_products += instance.products;
    if (const auto* steps = std::get_if<Steps>(&instance.timing)) {
      busy[instance.unit] = std::max(busy[instance.unit], steps->active * instance.vectors);
    }
  }
  json units = json::array();
  for (std::size_t u = 0; u < parts.size(); ++u) {
    json unit = to_json(parts[u]);
    unit["name"] = design.units[u].name;
    unit["kind"] = design.units[u].kind;
    unit["busy_cycles"] = busy[u];
    unit["products_per_frame"] = products[u];
    unit["multiplier_use"] = share(products[u], parts[u].multipliers, plan.cycles.per_frame);
    units.push_back(unit);
  }
  const Resources total = total_resources(design);
  json result = to_json(total);
  result["name"] = design.name;
  result["lanes"] = design.lanes;
  result["latency_cycles"] = plan.cycles.latency;
  result["cycles_per_frame"] = plan.cycles.per_frame;
  result["products_per_frame"] = all_products;
  result["multiplier_use"] = share(all_products, total.multipliers, plan.cycles.per_frame);
  result["units"] = units;
  return result;
}

json plan_json(const Plan& plan) {
  const Design& design = plan.design;
  json result = estimate_json(plan);
  json instances = json::array();
  for (std::size_t i = 0; i < design.instances.size(); ++i) {
    const Instance& instance = design.instances[i];
    json spans = json::array();  // of the first frame's vectors: cycles of first and last step
    for (const Span& span : plan.cycles.spans[i]) spans.push_back({span.begin, span.end});
    json parameters = json::object();
    for (const Parameter& p : instance.parameters) parameters[p.name] = p.value;
    instances.push_back({{"name", instance.name},
                         {"module", instance.module},
                         {"unit", design.units[instance.unit].name},
                         {"parameters", parameters},
                         {"timing", timing_json(instance.timing)},
                         {"spans", spans},
                         {"inputs", instance.inputs},
                         {"outputs", instance.outputs},
                         {"resources", to_json(instance.resources)}});
  }
  json memories = json::array();
  for (const Memory& m : design.memories) {
    memories.push_back({{"file", m.file}, {"width", m.width}, {"words", m.words.size()}});
  }
  json inputs = json::array(), outputs = json::array(), probes = json::array();
  for (const Port& p : design.inputs) inputs.push_back(port_json(design, p));
  for (const Port& p : design.outputs) outputs.push_back(port_json(design, p));
  for (const Port& p : design.probes) probes.push_back(port_json(design, p));
  result["instances"] = instances;
  result["memories"] = memories;
  result["inputs"] = inputs;
  result["outputs"] = outputs;
  result["edges"] = probes;
  return result;
}

}  // namespace emamba

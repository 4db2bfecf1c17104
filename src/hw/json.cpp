// SPDX-License-Identifier: Apache-2.0
// Parts, steps, streams and whole plans as JSON.
#include "hw/json.h"

#include <nlohmann/json.hpp>

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
  return std::visit(
      Overloaded{[](const Steps& s) {
                   return json{{"kind", "steps"},           {"depth", s.depth},
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
                 },
                 [](const Deal& d) {
                   return json{{"kind", "deal"}, {"beats", d.beats}};
                 },
                 [](const Windows& w) {
                   return json{{"kind", "windows"}, {"rows", w.rows}};
                 },
                 [](const Replay& r) {
                   return json{{"kind", "replay"}, {"beats", r.beats}, {"times", r.times}};
                 }},
      timing);
}

json part_json(const Part& part) {
  return std::visit(
      Overloaded{
          [](const Multiplier& p) {
            return json{{"part", "multiplier"},
                        {"a_bits", p.a_bits},
                        {"b_bits", p.b_bits},
                        {"b_register", p.b_register}};
          },
          [](const MultiplierPair& p) {
            return json{{"part", "multiplier_pair"}, {"a_bits", p.a_bits}, {"b_bits", p.b_bits}};
          },
          [](const Adder& p) {
            return json{{"part", "adder"}, {"bits", p.bits}};
          },
          [](const Register& p) {
            return json{{"part", "register"}, {"bits", p.bits}};
          },
          [](const Delay& p) {
            return json{{"part", "delay"}, {"bits", p.bits}, {"depth", p.depth}};
          },
          [](const Multiplexer& p) {
            return json{{"part", "multiplexer"}, {"choices", p.choices}, {"bits", p.bits}};
          },
          [](const Choice& p) {
            return json{{"part", "choice"}, {"bits", p.bits}};
          },
          [](const Logic& p) {
            return json{{"part", "logic"}, {"bits", p.bits}};
          },
          [](const Requantiser& p) {
            return json{{"part", "requantiser"},
                        {"in_bits", p.in_bits},
                        {"out_bits", p.out_bits},
                        {"contexts", p.contexts}};
          },
          [](const PwlLine& p) {
            return json{{"part", "pwl_line"},
                        {"in_bits", p.in_bits},
                        {"knots", p.knots},
                        {"slope_bits", p.slope_bits},
                        {"intercept_bits", p.intercept_bits},
                        {"contexts", p.contexts}};
          },
          [](const Rom& p) {
            return json{{"part", "rom"},
                        {"words", p.words},
                        {"width", p.width},
                        {"block", p.block},
                        {"smooth", p.smooth}};
          },
          [](const Ram& p) {
            return json{{"part", "ram"}, {"words", p.words}, {"width", p.width}};
          },
          [](const Control& p) {
            return json{{"part", "control"}, {"steps", p.steps}, {"depth", p.depth}};
          }},
      part);
}

json port_json(const Design& design, const Port& port) {
  const StreamType& s = design.streams[port.stream];
  return {{"name", port.name},       {"stream", port.stream}, {"words", s.words},
          {"bits", s.bits},          {"width", port.width},   {"beats", port.beats},
          {"vectors", port.vectors}, {"edges", port.edges}};
}

}  // namespace

json to_json(const Parts& parts) {
  json list = json::array();
  for (const Parts::Entry& entry : parts.entries) {
    json item = part_json(entry.part);
    item["count"] = entry.count;
    list.push_back(item);
  }
  return list;
}

json settings_json(const HardwareSpec& hardware) {
  return {{"hardware.lanes", hardware.lanes},
          {"hardware.cycles_per_token", hardware.cycles_per_token},
          {"hardware.cycles_per_sequence", hardware.cycles_per_sequence},
          {"hardware.shared_blocks", hardware.shared_blocks},
          {"hardware.merged_linears", hardware.merged_linears}};
}

json summary_json(const Plan& plan) {
  const Design& design = plan.design;
  const std::vector<Parts> parts = unit_parts(design);
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
    const std::int64_t count = multipliers(parts[u]);
    units.push_back({{"name", design.units[u].name},
                     {"kind", design.units[u].kind},
                     {"multipliers", count},
                     {"busy_cycles", busy[u]},
                     {"products_per_frame", products[u]},
                     {"multiplier_use", share(products[u], count, plan.cycles.per_frame)}});
  }
  const std::int64_t count = multipliers(total_parts(design));
  return {{"name", design.name},
          {"settings", settings_json(plan.hardware)},
          {"lanes", design.lanes},
          {"latency_cycles", plan.cycles.latency},
          {"cycles_per_frame", plan.cycles.per_frame},
          {"products_per_frame", all_products},
          {"multipliers", count},
          {"multiplier_use", share(all_products, count, plan.cycles.per_frame)},
          {"units", units}};
}

json plan_json(const Plan& plan) {
  const Design& design = plan.design;
  json result = summary_json(plan);
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
                         {"core", instance.core},
                         {"parts", to_json(instance.parts)}});
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

// SPDX-License-Identifier: Apache-2.0
// Streams, forks, buffers and converters of width.
#include "hw/graph.h"

#include <algorithm>

#include "hw/edges.h"
#include "hw/memory_image.h"

namespace emamba {

int add_stream(DesignGraph& graph, int words, int bits) {
  graph.design.streams.push_back({words, bits});
  return static_cast<int>(graph.design.streams.size() - 1);
}

Instance& add_instance(DesignGraph& graph, const std::string& module, const std::string& name,
                       std::vector<int> inputs, std::vector<int> outputs) {
  Instance instance;
  instance.module = module;
  instance.name = "u_" + name;
  instance.unit = static_cast<int>(graph.design.units.size()) - 1;
  instance.inputs = std::move(inputs);
  instance.outputs = std::move(outputs);
  instance.vectors = graph.vectors;
  graph.design.instances.push_back(std::move(instance));
  return graph.design.instances.back();
}

std::string add_memory(DesignGraph& graph, const std::string& name, int width,
                       std::vector<std::string> words) {
  const std::string file = "mem/" + name + ".hex";
  graph.design.memories.push_back({file, width, std::move(words)});
  return '"' + file + '"';
}

int add_buffer(DesignGraph& graph, const std::string& name, int in) {
  const StreamType s = graph.design.streams[in];
  const int out = add_stream(graph, s.words, s.bits);
  add_instance(graph, "em_fifo", name, {in}, {out}).timing = Fifo{};
  return out;
}

std::vector<int> add_fork(DesignGraph& graph, const std::string& name, int in, int outputs) {
  const StreamType s = graph.design.streams[in];
  std::vector<int> outs;
  for (int i = 0; i < outputs; ++i) outs.push_back(add_stream(graph, s.words, s.bits));
  Instance& f = add_instance(graph, "em_fork", name, {in}, outs);
  f.output_ports = PortStyle::kVector;
  f.parameters = {{"Width", number(s.data_bits())}, {"Outputs", number(outputs)}};
  f.timing = Fork{outputs};
  f.parts.add(Logic{3 * outputs});
  f.parts.add(Register{outputs});
  return outs;
}

std::vector<int> add_deal(DesignGraph& graph, const std::string& name, int in,
                          const std::vector<std::int64_t>& beats) {
  const StreamType s = graph.design.streams[in];
  const int outputs = static_cast<int>(beats.size());
  Bits counts;
  std::vector<int> outs;
  for (std::int64_t count : beats) {
    counts.put(count, 32);
    outs.push_back(add_stream(graph, s.words, s.bits));
  }
  Instance& d = add_instance(graph, "em_deal", name, {in}, outs);
  d.output_ports = PortStyle::kVector;
  d.parameters = {
      {"Width", number(s.data_bits())}, {"Outputs", number(outputs)}, {"Beats", counts.literal()}};
  d.timing = Deal{beats};
  d.parts.add(Control{*std::max_element(beats.begin(), beats.end()), 0});
  d.parts.add(Register{outputs});
  d.parts.add(Logic{2 * outputs});
  return outs;
}

int resize(DesignGraph& graph, const std::string& name, int in, int words, std::int64_t beats_in,
           std::int64_t beats_out) {
  const StreamType s = graph.design.streams[in];
  if (words == s.words) return in;
  const int out = add_stream(graph, words, s.bits);
  if (words > s.words) {
    const int factor = words / s.words;
    Instance& g = add_instance(graph, "em_gather", name + "_gather", {in}, {out});
    g.parameters = {
        {"Width", number(s.data_bits())}, {"Factor", number(factor)}, {"Beats", number(beats_in)}};
    g.timing = Steps{.depth = 1, .active = beats_in, .emit_every = factor};
    g.parts.add(Control{beats_in, 1});
    g.parts.add(Register{words * s.bits});
  } else {
    const int factor = s.words / words;
    Instance& g = add_instance(graph, "em_serialise", name + "_serialise", {in}, {out});
    g.parameters = {{"Width", number(words * s.bits)},
                    {"Factor", number(factor)},
                    {"Beats", number(beats_out)}};
    g.timing = Steps{.depth = 0, .active = beats_out, .pop_every = {factor}};
    g.parts.add(Control{beats_out, 0});
    g.parts.add(Multiplexer{factor, words * s.bits});
  }
  return out;
}

int widen(DesignGraph& graph, const std::string& name, int in, int words, std::int64_t beats_in,
          std::int64_t beats_out) {
  const int out = resize(graph, name, in, words, beats_in, beats_out);
  return words > graph.design.streams[in].words ? add_buffer(graph, name + "_wide", out) : out;
}

int narrow(DesignGraph& graph, const std::string& name, int in, int par, int width) {
  return resize(graph, name, in, par, beats_of(width, graph.design.lanes), beats_of(width, par));
}

int to_lanes(DesignGraph& graph, const std::string& name, int in, int width, std::int64_t beats) {
  const int lanes = graph.design.lanes;
  // A core must not stand still while its wide beats leave one piece after the other.
  if (graph.design.streams[in].words > lanes) in = add_buffer(graph, name + "_out_wide", in);
  return resize(graph, name + "_out", in, lanes, beats, beats_of(width, lanes));
}

}  // namespace emamba

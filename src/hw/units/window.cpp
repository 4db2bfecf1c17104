// SPDX-License-Identifier: Apache-2.0
// Window in hardware: a memory of a few rows of the grid, and a walk through it, a beat at a time;
// and Max, which takes the pieces of a window as they come, fold.out numbers at a time.
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::int64_t beats_a_sequence(const Window& op, int lanes) {
  const Size places = op.places();
  return std::int64_t{places.height} * places.width * op.taps() * beats_of(op.width, lanes);
}

std::vector<Fold> window_folds(const Program&, const Window&, const HardwareSpec&) {
  return {{1, 1}};
}

FoldCost window_cost(const Program&, const Window& op, const HardwareSpec& hardware, Fold) {
  const std::int64_t vectors = std::int64_t{op.grid.height} * op.grid.width;
  return {0, beats_of(beats_a_sequence(op, hardware.lanes), vectors)};
}

int build_window(Site& site) {
  const Window& op = *contexts_of<Window>(site).front();
  const StreamType s = site.graph.design.streams[site.inputs[0]];
  const std::int64_t beats = beats_of(op.width, site.lanes());
  const int rows = op.kernel.height + op.stride.height;
  const int out = add_stream(site.graph, s.words, s.bits);
  Instance& core = add_instance(site.graph, "em_window", site.name, {site.inputs[0]}, {out});
  core.core = true;
  core.timing = Windows{.grid = op.grid,
                        .kernel = op.kernel,
                        .stride = op.stride,
                        .padding = op.padding,
                        .places = op.places(),
                        .beats = beats,
                        .rows = rows};
  core.parts.add(Ram{rows * op.grid.width * beats, s.data_bits()});
  core.parts.add(Register{s.data_bits() + 2});
  core.parts.add(Choice{s.data_bits()});
  core.parts.add(Control{beats_a_sequence(op, site.lanes()), 1});
  core.parts.add(Control{op.grid.height * op.grid.width * beats, 0});
  core.parameters = {{"Width", number(s.data_bits())},
                     {"Beats", number(beats)},
                     {"GridHeight", number(op.grid.height)},
                     {"GridWidth", number(op.grid.width)},
                     {"KernelHeight", number(op.kernel.height)},
                     {"KernelWidth", number(op.kernel.width)},
                     {"StrideHeight", number(op.stride.height)},
                     {"StrideWidth", number(op.stride.width)},
                     {"PaddingHeight", number(op.padding.height)},
                     {"PaddingWidth", number(op.padding.width)},
                     {"Rows", number(rows)}};
  return out;
}

std::vector<Fold> max_folds(const Program&, const Max&, const HardwareSpec& hardware) {
  return element_folds(hardware.lanes);
}

FoldCost max_cost(const Program&, const Max& op, const HardwareSpec&, Fold fold) {
  return {0, op.terms * beats_of(op.width, fold.out)};
}

int build_max(Site& site) {
  const Max& op = *contexts_of<Max>(site).front();
  const int par = site.fold.out, bits = site.y_type().bits;
  const std::int64_t beats = beats_of(op.width, par);
  const int in = narrow(site.graph, site.name + "_in", site.inputs[0], par, op.width);
  const int out = add_stream(site.graph, par, bits);
  Instance& core = add_instance(site.graph, "em_max", site.name, {in}, {out});
  core.core = true;
  core.timing = Steps{.depth = 1, .active = op.terms * beats, .emit_from = (op.terms - 1) * beats};
  core.parts.add(Control{op.terms * beats, 1});
  core.parts.add(Adder{bits}, par);
  core.parts.add(Choice{bits}, par);
  core.parts.add(Register{bits}, par);
  core.parts.add(Ram{beats, std::int64_t{par} * bits});
  core.parameters = {{"Par", number(par)},
                     {"Beats", number(beats)},
                     {"Terms", number(op.terms)},
                     {"Bits", number(bits)}};
  return to_lanes(site.graph, site.name, out, op.width, beats);
}

}  // namespace

OpUnit<Window> unit_of(const Window&) {
  return {window_folds, window_cost, build_window};
}

OpUnit<Max> unit_of(const Max&) {
  return {max_folds, max_cost, build_max};
}

}  // namespace emamba

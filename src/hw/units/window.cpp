// SPDX-License-Identifier: Apache-2.0
// Window in hardware: a memory of a few rows of the grid, and a walk through it. A beat at a time,
// or, of vectors of one beat, as many as fold.out says: those of a row of the kernel, or all. And
// Max, which takes the pieces of a window as they come, fold.out numbers at a time.
#include "hw/units/largest.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

std::int64_t beats_a_sequence(const Window& op, int lanes) {
  const Size places = op.places();
  return std::int64_t{places.height} * places.width * op.taps() * beats_of(op.width, lanes);
}

// Whether Linears alone read it: Max takes vector by vector.
bool only_linears_read(const Program& program, const Window& window) {
  const auto at = std::find_if(program.ops.begin(), program.ops.end(),
                               [&](const Op& op) { return name_of(op) == window.name; });
  const auto edge = static_cast<EdgeIndex>(at - program.ops.begin() + 1);
  const std::vector<std::size_t> readers = readers_of(program, edge);
  return std::all_of(readers.begin(), readers.end(),
                     [&](std::size_t i) { return std::holds_alternative<Linear>(program.ops[i]); });
}

std::vector<Fold> window_folds(const Program& program, const Window& op,
                               const HardwareSpec& hardware) {
  std::vector<Fold> folds = {{1, 1}};
  if (beats_of(op.width, hardware.lanes) > 1 || !only_linears_read(program, op)) return folds;
  for (int at_once : {op.kernel.width, op.taps()}) {
    if (at_once > folds.back().out) folds.push_back({1, at_once});
  }
  return folds;
}

// More at once is more memories side by side: tables, as the fewer are the better.
FoldCost window_cost(const Program&, const Window& op, const HardwareSpec& hardware, Fold fold) {
  const std::int64_t vectors = std::int64_t{op.grid.height} * op.grid.width;
  return {0, beats_of(beats_a_sequence(op, hardware.lanes) / fold.out, vectors), fold.out};
}

int build_window(Site& site) {
  const Window& op = *contexts_of<Window>(site).front();
  const StreamType s = site.graph.design.streams[site.inputs[0]];
  const std::int64_t beats = beats_of(op.width, site.lanes());
  const int at_once = site.fold.out;
  const Size together = at_once == 1          ? Size{1, 1}
                        : at_once < op.taps() ? Size{1, op.kernel.width}
                                              : Size{op.kernel.height, op.kernel.width};
  const int rows =
      static_cast<int>(beats_of(op.kernel.height + op.stride.height, together.height)) *
      together.height;
  const int out = add_stream(site.graph, s.words * at_once, s.bits);
  Instance& core = add_instance(site.graph, "em_window", site.name, {site.inputs[0]}, {out});
  core.core = true;
  core.timing = Windows{.grid = op.grid,
                        .kernel = op.kernel,
                        .stride = op.stride,
                        .padding = op.padding,
                        .places = op.places(),
                        .at_once = together,
                        .beats = beats,
                        .rows = rows};
  core.parts.add(
      Ram{rows / together.height * beats_of(op.grid.width, together.width) * beats, s.data_bits()},
      at_once);
  core.parts.add(Register{at_once * s.data_bits() + 2});
  core.parts.add(Choice{s.data_bits()}, at_once);
  if (at_once > 1) core.parts.add(Multiplexer{at_once, s.data_bits()}, at_once);
  core.parts.add(Control{beats_a_sequence(op, site.lanes()) / at_once, 1});
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
                     {"RowsAtOnce", number(together.height)},
                     {"ColumnsAtOnce", number(together.width)},
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
  const int out = add_max(site.graph, site.name, in,
                          {.par = par, .beats = beats, .terms = op.terms, .bits = bits});
  site.graph.design.instances.back().core = true;
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

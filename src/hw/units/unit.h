// SPDX-License-Identifier: Apache-2.0
// What each operation is in hardware: a file an operation, or a close family, says all of it. A new
// operation does not compile until it stands in the list below.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/units/site.h"

namespace emamba {

template <class T>
struct OpUnit {
  // Every fold that the operation can have.
  std::vector<Fold> (*folds)(const Program& program, const T& op, const HardwareSpec& hardware);
  // Multipliers and steps under a fold (FoldCost).
  FoldCost (*cost)(const Program& program, const T& op, const HardwareSpec& hardware, Fold fold);
  // Adds the modules with their parameters, memories, steps and parts. Returns the output, a stream
  // of Lanes numbers.
  int (*build)(Site& site);
};

OpUnit<Embed> unit_of(const Embed& op);
OpUnit<Linear> unit_of(const Linear& op);
OpUnit<DwConv> unit_of(const DwConv& op);
OpUnit<RangeNorm> unit_of(const RangeNorm& op);
OpUnit<Pwl> unit_of(const Pwl& op);
OpUnit<Scan> unit_of(const Scan& op);
OpUnit<Gate> unit_of(const Gate& op);
OpUnit<Add> unit_of(const Add& op);
OpUnit<Pool> unit_of(const Pool& op);
OpUnit<Window> unit_of(const Window& op);
OpUnit<Max> unit_of(const Max& op);
OpUnit<Attention> unit_of(const Attention& op);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// How deep the buffers of a design are.
#pragma once

#include "hw/design.h"
#include "hw/timing.h"

namespace emamba {

constexpr std::int64_t kLeastDepth = 2;  // beats, for full speed

// Of a buffer of `depth` beats, at least kLeastDepth, of `width` bits, in block memory where `rule`
// wants it.
Parts buffer_parts(std::int64_t depth, int width, const BlockRule& rule);

// Gives every buffer a depth, its module, parameters and parts. One that may never fill (Fifo) gets
// the least depth found, 2 or more, with which no frame ends later than when every buffer holds
// what it does at an even pace, and with which the design never stands still (hw/timing.h). Returns
// the run with those: its latency and cycles a frame are also those of the depths found.
CycleReport size_buffers(Design& design, const BlockRule& rule = {});

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// How deep the buffers of a design are.
#pragma once

#include "hw/design.h"

namespace emamba {

// Gives every buffer a depth, its module, parameters and parts. One that may never fill (Fifo) gets
// the room that it uses when tokens come no faster than the design can take them: it holds what
// differs between the ways around it, at least 2 beats.
void size_buffers(Design& design);

}  // namespace emamba

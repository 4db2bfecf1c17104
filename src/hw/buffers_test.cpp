// SPDX-License-Identifier: Apache-2.0
#include "hw/buffers.h"

#include <gtest/gtest.h>

#include "hw/testing.h"
#include "hw/timing.h"

namespace emamba {
namespace {

// A core that gives four beats at once and then none, before one that takes one in two cycles: the
// buffer between must hold the burst for the pair to run at full speed.
TEST(Buffers, AreAsDeepAsTheyFill) {
  const Steps burst{.depth = 1, .active = 8, .pop_every = {8}, .emit_from = 4};
  const Steps slow{.depth = 1, .active = 2, .pop_every = {2}, .emit_every = 2};
  Design design = chain({burst, Fifo{}, slow}, 1, 4, 3);
  design.instances[2].vectors = 12;
  Design small = design;
  std::get<Fifo>(small.instances[1].timing).depth = 2;
  EXPECT_GT(run_timing(small).per_frame, 24);
  size_buffers(design);
  EXPECT_EQ(std::get<Fifo>(design.instances[1].timing).depth, 3);
  EXPECT_EQ(design.instances[1].module, "em_fifo");
  EXPECT_EQ(run_timing(design).per_frame, 24);
}

// Two beats are a register, and what has a depth keeps it.
TEST(Buffers, KeepADepthThatTheyHave) {
  Design design = chain({Fifo{}, Fifo{7}}, 1, 1, 4);
  size_buffers(design);
  EXPECT_EQ(design.instances[0].module, "em_stream_register");
  EXPECT_EQ(std::get<Fifo>(design.instances[0].timing).depth, 2);
  EXPECT_EQ(design.instances[1].module, "em_fifo");
  EXPECT_EQ(std::get<Fifo>(design.instances[1].timing).depth, 7);
}

}  // namespace
}  // namespace emamba

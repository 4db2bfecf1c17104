// SPDX-License-Identifier: Apache-2.0
// A family of devices: what it is made of, and what the parts of a design take of that.
#pragma once

#include <cstdint>
#include <vector>

#include "hw/parts.h"

namespace emamba {

// What a design takes, or what a device has.
struct Resources {
  std::int64_t lut = 0;                        // look-up tables
  std::int64_t lut_memory = 0;                 // of these, as memory or shift register
  std::int64_t ff = 0;                         // flip-flops
  std::int64_t dsp = 0;                        // multiplier blocks
  std::int64_t block = 0;                      // block memories, counted as the smallest there are
  std::int64_t cells = 0;                      // logic cells, where these hold one LUT and one FF
  std::int64_t carry = 0, mux = 0, large = 0;  // carry chains, wide multiplexers, large memories

  Resources& operator+=(const Resources& other);
  bool operator==(const Resources&) const = default;
};
Resources times(std::int64_t count, Resources one);
Resources least_of(Resources a, const Resources& b);  // kind by kind

// One kind of resource: its key in JSON, its name, and how many of the count make one of it.
struct ResourceKind {
  const char *key, *name;
  std::int64_t Resources::*count;
  int per = 1;
  double of(const Resources& r) const { return static_cast<double>(r.*count) / per; }
};

struct Family {
  const char* name;
  std::vector<ResourceKind> kinds;      // that its devices can run out of
  std::vector<ResourceKind> details;    // that a synthesis counts besides
  BlockRule rule;                       // for its read-only memories
  Resources (*part)(const Part& part);  // what one part takes
};

Resources resources_of(const Parts& parts, const Family& family);

// Of the counter of a sequencer's steps.
int counter_bits(const Control& control);

// Different columns of a read-only memory of random bits: of few words, many are equal.
std::int64_t columns_of(const Rom& rom);

// The fewest block memories for words x width, each of which may be any of the shapes.
struct BlockShape {
  std::int64_t words = 0, width = 0;
};
std::int64_t blocks_of(std::int64_t words, std::int64_t width,
                       const std::vector<BlockShape>& shapes);

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

}  // namespace emamba

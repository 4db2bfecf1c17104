// SPDX-License-Identifier: Apache-2.0
// What modules are made of, before any technology: counts of parts, each with its size. What a part
// takes of a device is for a target to say (src/target).
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

namespace emamba {

// The parts; widths are in bits.
struct Multiplier {  // of signed numbers, with its product and result registers (em_mul)
  int a_bits = 0, b_bits = 0;
  bool b_register = false;  // b comes a cycle before a, and waits in a register
  bool operator==(const Multiplier&) const = default;
};
struct MultiplierPair {  // two of signed numbers that share operand a (em_mul_pair)
  int a_bits = 0, b_bits = 0;
  bool operator==(const MultiplierPair&) const = default;
};
struct Adder {  // also a subtraction or a comparison
  int bits = 0;
  bool operator==(const Adder&) const = default;
};
struct Register {  // flip-flops with an enable
  std::int64_t bits = 0;
  bool operator==(const Register&) const = default;
};
struct Delay {  // a value `depth` registers later; nobody sees those between
  std::int64_t bits = 0;
  int depth = 1;
  bool operator==(const Delay&) const = default;
};
struct Multiplexer {  // one of `choices` words
  std::int64_t choices = 2, bits = 0;
  bool operator==(const Multiplexer&) const = default;
};
struct Choice {  // between two values, or a value and 0, by one wire for all bits
  std::int64_t bits = 0;
  bool operator==(const Choice&) const = default;
};
struct Logic {  // other functions of a few bits each
  std::int64_t bits = 0;
  bool operator==(const Logic&) const = default;
};
struct Requantiser {  // a constant rounding shift for each context, and saturation
  int in_bits = 0, out_bits = 0, contexts = 1;
  bool operator==(const Requantiser&) const = default;
};
struct PwlLine {  // from a number to slope and intercept of the line that it falls on
  int in_bits = 0, knots = 0, slope_bits = 0, intercept_bits = 0, contexts = 1;
  bool operator==(const PwlLine&) const = default;
};
struct Rom {  // a read-only memory with a registered output
  std::int64_t words = 0;
  int width = 0;
  bool block = false;   // asks for block memory (BlockRule)
  bool smooth = false;  // neighbouring words have most bits in common
  bool operator==(const Rom&) const = default;
};
struct Ram {  // one port that writes and one that reads in the same cycle; a register if of one
              // word
  std::int64_t words = 0, width = 0;
  bool block = false;  // in block memory, whose word comes a cycle later (em_registered_ram)
  bool operator==(const Ram&) const = default;
};
struct Control {  // a sequencer's counters, and a pipe's `depth` valid bits
  std::int64_t steps = 0;
  int depth = 0;
  bool operator==(const Control&) const = default;
};
using Part = std::variant<Multiplier, MultiplierPair, Adder, Register, Delay, Multiplexer, Choice,
                          Logic, Requantiser, PwlLine, Rom, Ram, Control>;

struct Parts {
  struct Entry {
    Part part;
    std::int64_t count = 0;
  };
  std::vector<Entry> entries;  // each part once

  void add(const Part& part, std::int64_t count = 1);
  void add(const Parts& parts, std::int64_t count = 1);
};

// A register every two levels (em_adder_tree).
Parts adder_tree(int terms, int in_bits, int out_bits);

std::int64_t multipliers(const Parts& parts);

// Whether a memory that can be either is better kept in block memory than in logic: from how many
// words and bits on. A property of the target; this one is UltraScale+'s.
struct BlockRule {
  std::int64_t words = 128, bits = 9216;
  bool wants_block(std::int64_t count, std::int64_t width) const {
    return count >= words && count * width >= bits;
  }
};

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The one harness of all engines: a case goes through every engine, in every way that engine has of
// going through sequences, and all of them must put the same numbers on the same edges.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ir/float_model.h"
#include "net/testing.h"

namespace emamba {

enum class Engine { kFloat, kGolden, kFast };

enum class Way {
  kTrace,        // a whole sequence, all edges kept
  kRun,          // a whole sequence, only the answer kept
  kStep,         // vector by vector, one sequence after the other
  kInterleaved,  // vector by vector, one of each sequence in turn
  kRestored,     // saved in the middle, led on by another sequence, then restored
  kRestarted,    // in a state in which another sequence was abandoned
};

// An engine on one of its ways.
struct Runner {
  Engine engine;
  Way way;
};

// All there are but what they are held against: float's trace, and golden's trace for all integers.
const std::vector<Runner>& all_runners();

// One network, in real numbers and in integers, and sequences for it. Those of the float engine are
// the integers times 2^exp of the input edge.
struct Case {
  std::string name;  // by which a failure is found again
  FloatModel model;
  Program program;
  std::vector<Tensor<std::int32_t>> sequences;  // (vectors, edges[0].width); two or more
};

// A random network of three to five blocks with two random sequences. The model's deltas are
// positive, so that no state grows without bound.
Case random_case(std::uint64_t seed);
// The case of this network, with two random sequences.
Case case_of(std::uint64_t seed, const NetSpec& spec);
// A random case without pooling and head: the last operation is a Linear that answers every vector,
// and sequences of these lengths.
Case open_case(std::uint64_t seed, const std::vector<int>& lengths);
// The same of this network.
Case open_case(std::uint64_t seed, const NetSpec& spec, const std::vector<int>& lengths);
// A sequence of each of these lengths.
std::vector<Tensor<std::int32_t>> random_sequences(const Program& program,
                                                   const std::vector<int>& lengths, Rng& rng);

// The first place where a runner parts from what it is held against: the case, both runners, the
// sequence, edge, vector and channel, both numbers. Empty when all agree.
std::string disagreement(const Case& c, const std::vector<Runner>& runners = all_runners());

}  // namespace emamba

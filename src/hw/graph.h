// SPDX-License-Identifier: Apache-2.0
// Building a design: streams, and between them forks, buffers and converters of width.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hw/design.h"

namespace emamba {

// A design that grows. What is added belongs to its newest unit.
struct DesignGraph {
  Design design;
  std::int64_t vectors = 0;  // a frame, through the instances that are added next
  bool contents = true;      // of memories are wanted; large ones stay empty otherwise
};

int add_stream(DesignGraph& graph, int words, int bits);

// The reference holds until the next instance is added.
Instance& add_instance(DesignGraph& graph, const std::string& module, const std::string& name,
                       std::vector<int> inputs, std::vector<int> outputs);

// A memory's file, as a parameter.
std::string add_memory(DesignGraph& graph, const std::string& name, int width,
                       std::vector<std::string> words);

// The functions below return the streams that they end in.

// A buffer behind `in`, which size_buffers() will make as deep as it is filled.
int add_buffer(DesignGraph& graph, const std::string& name, int in);

std::vector<int> add_fork(DesignGraph& graph, const std::string& name, int in, int outputs);

// Of every vector the next beats[i] beats for stream i. Every beat of a sequence's last vector must
// come with `last`.
std::vector<int> add_deal(DesignGraph& graph, const std::string& name, int in,
                          const std::vector<std::int64_t>& beats);

// The same numbers in beats of `words`: vectors of `beats_in` beats become vectors of `beats_out`.
int resize(DesignGraph& graph, const std::string& name, int in, int words, std::int64_t beats_in,
           std::int64_t beats_out);

// The same for the input of a core that holds a beat for several steps: while it does, the next
// wide beat is gathered.
int widen(DesignGraph& graph, const std::string& name, int in, int words, std::int64_t beats_in,
          std::int64_t beats_out);

// The same for vectors of `width` numbers on a stream of Lanes, for cores that work element by
// element on `par` of them.
int narrow(DesignGraph& graph, const std::string& name, int in, int par, int width);

// What a core gives in `beats` beats of any width, as vectors of `width` numbers on a stream of
// Lanes.
int to_lanes(DesignGraph& graph, const std::string& name, int in, int width, std::int64_t beats);

}  // namespace emamba

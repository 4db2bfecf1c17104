// SPDX-License-Identifier: Apache-2.0
// An accelerator as plain data: instances of the modules in rtl/, the streams between them and the
// contents of their memories. A plan makes it; the timing model, the emitter, the reports and the
// simulation read it, and know no operation.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "hw/parts.h"
#include "ir/program.h"

namespace emamba {

// A wire bundle valid, ready, data, last. A beat is `words` numbers of `bits` each, the first in
// the lowest bits.
struct StreamType {
  int words = 1, bits = 8;
  int data_bits() const { return words * bits; }
};

// When a core takes and gives beats, in steps. For every vector there are `active` steps, numbered
// from 0, and then `idle` cycles. A step happens when the core may advance and all inputs are
// valid. Input i is taken at every pop_every[i]-th step, output is given at every emit_every-th
// step from emit_from on, and both also at the last step. What is given appears `depth` cycles
// later; a core of depth 0 is combinational. (rtl/lib/em_core.sv)
struct Steps {
  int depth = 1;
  std::int64_t active = 1;
  int idle = 0;
  std::vector<std::int64_t> pop_every = {1};
  std::int64_t emit_from = 0, emit_every = 1;
};
struct Fifo {
  std::int64_t depth = 0;  // 0: never full; size_buffers() (hw/buffers.h) makes a number of it
};
struct Fork {
  int outputs = 2;
};
// Of every `passes` sequences of `beats` beats, LoopEntry takes the first from input 0 and the
// others from input 1; LoopExit sends the last to output 0 and the others to output 1.
struct LoopEntry {
  int passes = 2;
  std::int64_t beats = 1;
};
struct LoopExit {
  int passes = 2;
  std::int64_t beats = 1;
};
// Of every vector, output i gets the next beats[i] beats.
struct Deal {
  std::vector<std::int64_t> beats;
};
// Takes a grid of vectors of `beats` beats, and gives them again for every place of a kernel that
// goes over it, one or, of one beat each, several at once; what is off the grid is made up. A beat
// is given a cycle later as soon as it, and all before it, may be: it has come. The first one of a
// grid also waits for the grid's first, and its last for the grid's last. A row may come when fewer
// than `rows` are held: those from the kernel's top row on, and those of the next grid, which may
// not be whole before this one has ended. (rtl/lib/em_window.sv)
struct Windows {
  Size grid, kernel, stride, padding;
  Size places;   // of the kernel
  Size at_once;  // vectors under the kernel in a beat
  std::int64_t beats = 1;
  int rows = 4;

  std::int64_t beats_given() const {
    return std::int64_t{places.height} * places.width * (kernel.height / at_once.height) *
           (kernel.width / at_once.width) * beats;
  }
};
// Takes `beats` beats at a time and gives them `times` times over, each the first time as soon as
// it has come. Two times so many have room. (rtl/lib/em_replay.sv)
struct Replay {
  std::int64_t beats = 1, times = 2;
};
using Timing = std::variant<Steps, Fifo, Fork, LoopEntry, LoopExit, Deal, Windows, Replay>;

// A parameter of a module, with its value as SystemVerilog.
struct Parameter {
  std::string name, value;
};

// How the ports of several streams are named: one by one with numbers, or each kind as one vector.
enum class PortStyle { kNumbered, kVector };

struct Instance {
  std::string module, name;
  int unit = 0;
  std::vector<Parameter> parameters;
  std::vector<int> inputs, outputs;  // streams
  PortStyle input_ports = PortStyle::kNumbered, output_ports = PortStyle::kNumbered;
  Timing timing;
  Parts parts;
  bool core = false;          // of its unit: what computes, where others only prepare and convert
  std::int64_t vectors = 0;   // a frame, through the core
  std::int64_t products = 0;  // multiplications a frame that the result needs
};

// A read-only memory's contents: hexadecimal words of `width` bits.
struct Memory {
  std::string file;
  int width = 0;
  std::vector<std::string> words;
};

// The hardware of one operation; of the same operation in all blocks when they are shared.
struct Unit {
  std::string name, kind;
};

// A stream on which vectors can be watched or fed: a vector of `width` numbers is `beats` beats.
// Sequences on it belong to `edges` in turn (more than one when blocks are shared).
struct Port {
  std::string name;
  int stream = 0;
  int width = 0;
  std::int64_t beats = 0;
  int vectors = 0;  // in a sequence
  std::vector<EdgeIndex> edges;
};

struct Design {
  std::string name;
  int lanes = 4;
  std::vector<Unit> units;
  std::vector<StreamType> streams;
  std::vector<Instance> instances;  // a producer before its consumers, but for fed-back streams
  std::vector<Memory> memories;
  std::vector<Port> inputs, outputs;
  std::vector<Port> probes;  // every edge that has a stream of its own, in the program's order
};

// A name of the program or of a port as an identifier of SystemVerilog.
std::string identifier(std::string name);

// Sums over the instances of each unit, in the order of design.units; over all of them.
std::vector<Parts> unit_parts(const Design& design);
Parts total_parts(const Design& design);

// The instances of one unit alone, with the streams that cross its border as inputs and outputs
// named sN, N being the stream's number in the whole design. For synthesis of a part.
Design unit_design(const Design& design, int unit);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// A Verilated model in this process: its signals by name, and clock cycles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace emamba {

// A register (one word) or memory inside the model.
struct StateElement {
  std::string name;  // with its place, e.g. "top.u_input_buffer.front_valid_q"
  std::uint8_t* data = nullptr;
  int bits = 1, words = 1;

  // The byte that holds this bit of this word, and the bit in it.
  std::uint8_t& byte(int word, int bit) const;
  static std::uint8_t mask(int bit) { return static_cast<std::uint8_t>(1 << bit % 8); }
};

// A read-only memory in the model: `words` of `word_bytes` each, the lowest byte first.
struct SimulatedMemory {
  std::string scope;  // the instances around it, with points between
  std::size_t words = 0, word_bytes = 0;
  const std::uint8_t* data = nullptr;
};

class Simulator {
 public:
  // Loads a library of build_simulator(). Memories are read relative to `directory`. Registers and
  // memories start with random bits.
  Simulator(const std::string& library, const std::string& directory);
  ~Simulator();
  Simulator(const Simulator&) = delete;
  Simulator& operator=(const Simulator&) = delete;

  // Where a signal's bits are, the lowest first. Throws Error when there is none of that name.
  std::uint8_t* signal(const std::string& name) const;
  // None in a library that was built without `probes`.
  std::vector<SimulatedMemory> memories() const;

  // Every register and memory, of a library built with `registers`. What is written there counts
  // from the next settle() or clock() on.
  std::vector<StateElement> registers() const;

  void reset();   // a few cycles of reset, streams idle; ends with the clock low
  void settle();  // lets combinational logic follow the inputs
  void clock();   // a rising and a falling edge
  std::int64_t cycle() const { return cycle_; }  // rising edges since reset
  int errors() const;  // rules of the streams that were broken since reset

  // Writes every cycle between begin_wave() and end_wave(); only for a library built with `trace`.
  void begin_wave(const std::string& path);
  void end_wave();

 private:
  void eval() { eval_(model_); }
  void dump(int half);

  void* library_ = nullptr;
  void* model_ = nullptr;
  void (*eval_)(void*) = nullptr;
  void (*dump_)(void*, unsigned long long) = nullptr;  // while a wave is written
  std::map<std::string, std::uint8_t*> signals_;
  std::uint8_t* clock_ = nullptr;
  std::int64_t cycle_ = 0;
};

}  // namespace emamba

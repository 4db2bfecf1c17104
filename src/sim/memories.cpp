// SPDX-License-Identifier: Apache-2.0
#include "sim/memories.h"

#include <algorithm>

#include "base/error.h"

namespace emamba {
namespace {

// A word as hexadecimal digits, as many as `digits`; more if what is above them is not 0.
std::string hex_word(const SimulatedMemory& memory, std::size_t word, std::size_t digits) {
  std::string text;
  for (std::size_t i = memory.word_bytes; i-- > 0;) {
    text += fmt::format("{:02x}", memory.data[word * memory.word_bytes + i]);
  }
  std::size_t zeros = 0;
  while (text.size() - zeros > digits && text[zeros] == '0') ++zeros;
  return text.substr(zeros);
}

// The first word that differs; the number of words when none does.
std::size_t first_difference(const SimulatedMemory& simulated, const Memory& planned) {
  for (std::size_t i = 0; i < planned.words.size(); ++i) {
    if (hex_word(simulated, i, planned.words[i].size()) != planned.words[i]) return i;
  }
  return planned.words.size();
}

}  // namespace

void check_memories(const Simulator& simulator, const Design& design) {
  const std::vector<SimulatedMemory> all = simulator.memories();
  for (const Instance& instance : design.instances) {
    // Below the instance; which of its memories is which, only their contents say.
    std::vector<const SimulatedMemory*> below;
    for (const SimulatedMemory& memory : all) {
      if (memory.scope.find("top." + instance.name + ".") != std::string::npos) {
        below.push_back(&memory);
      }
    }
    for (const Memory& memory : design.memories) {
      const std::string quoted = '"' + memory.file + '"';
      if (std::none_of(instance.parameters.begin(), instance.parameters.end(),
                       [&](const Parameter& p) { return p.value == quoted; })) {
        continue;
      }
      // The one that is alike for longest.
      const SimulatedMemory* best = nullptr;
      std::size_t alike = 0;
      for (const SimulatedMemory* candidate : below) {
        if (candidate->words != memory.words.size()) continue;
        const std::size_t here = first_difference(*candidate, memory);
        if (best == nullptr || here > alike) {
          best = candidate;
          alike = here;
        }
      }
      if (best == nullptr) {
        throw Error(fmt::format("{}: the simulated model has no memory of {} words in {}",
                                memory.file, memory.words.size(), instance.name),
                    "this is a defect; please report it with the config", ErrorKind::kDefect);
      }
      if (alike == memory.words.size()) continue;
      const std::string& word = memory.words[alike];
      throw Error(fmt::format("{}: word {} of {} is {} in the plan and {} in simulation ({})",
                              memory.file, alike + 1, memory.words.size(), word,
                              hex_word(*best, alike, word.size()), best->scope),
                  "the file differs from what `emamba emit` writes, or the simulator reads it "
                  "otherwise; Verilator needs an end of the last line",
                  ErrorKind::kMismatch);
    }
  }
}

}  // namespace emamba

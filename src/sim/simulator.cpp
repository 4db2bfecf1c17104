// SPDX-License-Identifier: Apache-2.0
#include "sim/simulator.h"

#include <dlfcn.h>

#include <filesystem>

#include "base/error.h"

namespace emamba {
namespace {

template <class F>
F function(void* library, const char* name) {
  void* symbol = dlsym(library, name);
  if (symbol == nullptr) throw Error(fmt::format("simulator: {}", dlerror()));
  return reinterpret_cast<F>(symbol);
}

// The working directory, changed for as long as this lives: $readmemh knows no other way.
class WorkingDirectory {
 public:
  explicit WorkingDirectory(const std::string& path) : before_(std::filesystem::current_path()) {
    std::filesystem::current_path(path);
  }
  ~WorkingDirectory() {
    std::error_code code;
    std::filesystem::current_path(before_, code);
  }

 private:
  std::filesystem::path before_;
};

}  // namespace

// As Verilator keeps words: in whole numbers of 8, 16, 32 or 64 bits, longer ones in pieces of 32.
std::uint8_t& StateElement::byte(int word, int bit) const {
  int bytes = 1;
  while (bytes < 8 && bytes * 8 < bits) bytes *= 2;
  if (bits > 64) bytes = (bits + 31) / 32 * 4;
  return data[static_cast<std::ptrdiff_t>(word) * bytes + bit / 8];
}

Simulator::Simulator(const std::string& library, const std::string& directory) {
  const std::string path = std::filesystem::absolute(library).string();
  library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) throw Error(fmt::format("simulator: {}", dlerror()));
  eval_ = function<void (*)(void*)>(library_, "em_eval");
  model_ = function<void* (*)()>(library_, "em_new")();
  using Visit = void (*)(void*, const char*, void*);
  const Visit visit = [](void* context, const char* name, void* data) {
    (*static_cast<std::map<std::string, std::uint8_t*>*>(context))[name] =
        static_cast<std::uint8_t*>(data);
  };
  function<void (*)(void*, Visit, void*)>(library_, "em_signals")(model_, visit, &signals_);
  clock_ = signal("clk_i");
  const WorkingDirectory here(directory);
  reset();
}

Simulator::~Simulator() {
  function<void (*)(void*)>(library_, "em_delete")(model_);
  dlclose(library_);
}

std::uint8_t* Simulator::signal(const std::string& name) const {
  const auto it = signals_.find(name);
  if (it == signals_.end()) throw Error(fmt::format("simulator: no signal '{}'", name));
  return it->second;
}

std::vector<StateElement> Simulator::registers() const {
  std::vector<StateElement> registers;
  using Visit = void (*)(void*, const char*, void*, int, int);
  const Visit visit = [](void* context, const char* name, void* data, int bits, int words) {
    static_cast<std::vector<StateElement>*>(context)->push_back(
        {name, static_cast<std::uint8_t*>(data), bits, words});
  };
  function<void (*)(void*, Visit, void*)>(library_, "em_registers")(model_, visit, &registers);
  return registers;
}

std::vector<SimulatedMemory> Simulator::memories() const {
  std::vector<SimulatedMemory> memories;
  using Visit = void (*)(void*, const char*, unsigned long long, unsigned long long, const void*);
  const Visit visit = [](void* context, const char* scope, unsigned long long word_bytes,
                         unsigned long long bytes, const void* data) {
    static_cast<std::vector<SimulatedMemory>*>(context)->push_back(
        {scope, bytes / word_bytes, word_bytes, static_cast<const std::uint8_t*>(data)});
  };
  function<void (*)(void*, Visit, void*)>(library_, "em_memories")(model_, visit, &memories);
  return memories;
}

void Simulator::reset() {
  std::uint8_t* reset = signal("rst_ni");
  for (const auto& [name, data] : signals_) {
    if (name.ends_with("_valid_i") || name.ends_with("_ready_i")) *data = 0;
  }
  *clock_ = 0;
  *reset = 1;
  eval();
  *reset = 0;
  for (int i = 0; i < 4; ++i) clock();
  *reset = 1;
  eval();
  cycle_ = 0;
  // Before its first edge, nothing that a register holds means anything.
  function<void (*)(void*)>(library_, "em_forget_errors")(model_);
}

void Simulator::settle() {
  eval();
}

void Simulator::clock() {
  if (dump_ != nullptr) dump(0);
  *clock_ = 1;
  eval();
  if (dump_ != nullptr) dump(1);
  *clock_ = 0;
  ++cycle_;
}

int Simulator::errors() const {
  return function<int (*)(void*)>(library_, "em_errors")(model_);
}

void Simulator::begin_wave(const std::string& path) {
  function<void (*)(void*, const char*)>(library_, "em_wave")(model_, path.c_str());
  dump_ = function<void (*)(void*, unsigned long long)>(library_, "em_dump");
}

void Simulator::end_wave() {
  if (dump_ == nullptr) return;
  dump_ = nullptr;
  function<void (*)(void*)>(library_, "em_close")(model_);
}

// Two time steps a cycle.
void Simulator::dump(int half) {
  dump_(model_, static_cast<unsigned long long>(2 * cycle_ + half));
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What stands behind an engine's handle: one of the three engines, fed with numbers in the units of
// samples, answering with real numbers.
#pragma once

#include <string>
#include <variant>

#include "capi/failure.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"

namespace emamba {

using AnyEngine = std::variant<Fast, Golden, FloatEngine>;  // in the order of emamba_kind
using AnyState = std::variant<Golden::State, FloatEngine::State>;

struct LoadedEngine {
  AnyEngine engine;
  std::string file_hash;  // SHA-256 of its file, hexadecimal

  const Program& program() const;
};

// Throws Error on a file that cannot be read or is damaged.
LoadedEngine load_engine(const std::string& path, emamba_kind kind);

// An array (shape...) of whole pixels, made usable. Throws Error as make_usable();
// the text calls the array `what`.
Tensor<float> usable(const Input& input, const float* numbers,
                     const std::vector<std::size_t>& shape, const std::string& what);

// Vectors (n, vector_width) of usable numbers -> the answer, as real numbers. Throws Error as
// FloatEngine::run().
void run(const AnyEngine& engine, Tensor<float> vectors, float* answer);

// Step by step. initial_state() throws Error for programs that cannot be stepped; step() takes one
// vector (1, vector_width) of a sequence that is not complete.
AnyState initial_state(const AnyEngine& engine);
void step(const AnyEngine& engine, AnyState& state, Tensor<float> vector);
int vectors_taken(const AnyState& state);
// Whether the sequence has all of its vectors.
bool is_complete(const Program& program, const AnyState& state);
// Whether the newest vector on the last edge is an answer, and that, as real numbers.
bool has_answer(const Program& program, const AnyState& state);
void write_answer(const Program& program, const AnyState& state, float* answer);

}  // namespace emamba

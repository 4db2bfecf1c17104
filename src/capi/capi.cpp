// SPDX-License-Identifier: Apache-2.0
// The functions of emamba.h: arguments are checked here, and no exception leaves.
#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

#include "base/parallel.h"
#include "capi/engine.h"
#include "capi/failure.h"
#include "capi/saved.h"

using namespace emamba;

struct emamba_engine {
  std::shared_ptr<const LoadedEngine> loaded;
};

struct emamba_sequence {
  std::shared_ptr<const LoadedEngine> loaded;
  AnyState state;
};

namespace {

constexpr int kMaxThreads = 1024;

// Vectors that a sequence may have: numbers on an edge are counted in int.
std::size_t max_length(const Program& program) {
  int widest = 1;
  for (const Edge& edge : program.edges) widest = std::max(widest, edge.width);
  return static_cast<std::size_t>(std::numeric_limits<int>::max() / widest);
}

// What the caller hands over to be run: an array (count, shape...), by the name of the argument.
struct Items {
  const char* name;
  const float* numbers;
  std::size_t count;
  std::vector<std::size_t> shape;
};

// Runs items on `threads` threads, each as the vectors (length, vector_width) that
// vectors_of_item() makes of it.
template <class VectorsOfItem>
void run_all(const LoadedEngine& loaded, const Items& items, std::size_t length, int threads,
             float* answers, const VectorsOfItem& vectors_of_item) {
  if (threads < 1 || threads > kMaxThreads) {
    throw Failure(EMAMBA_ERROR_ARGUMENT,
                  fmt::format("threads: {}, must be in 1 .. {}", threads, kMaxThreads));
  }
  if (items.count == 0) return;
  require_pointer(items.numbers, items.name);
  require_pointer(answers, "answers");
  const Program& program = loaded.program();
  std::size_t item_size = 1;
  for (std::size_t d : items.shape) item_size *= d;
  const std::size_t answer = answer_size(program, static_cast<int>(length));
  parallel_for(items.count, threads, [&](std::size_t i) {
    Tensor<float> item = usable(program.input, items.numbers + i * item_size, items.shape,
                                fmt::format("{}[{}]", items.name, i));
    run(loaded.engine, vectors_of_item(std::move(item)), answers + i * answer);
  });
}

}  // namespace

const char* emamba_last_error(void) {
  return last_failure();
}

const char* emamba_version(void) {
  return EMAMBA_VERSION;
}

emamba_status emamba_load(const char* path, emamba_kind kind, emamba_engine** engine) {
  return guarded(EMAMBA_ERROR_FILE, [&] {
    require_pointer(path, "path");
    require_pointer(engine, "engine");
    *engine = new emamba_engine{std::make_shared<LoadedEngine>(load_engine(path, kind))};
  });
}

void emamba_engine_free(emamba_engine* engine) {
  delete engine;
}

emamba_status emamba_engine_info(const emamba_engine* engine, emamba_info* info) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(engine, "engine");
    require_pointer(info, "info");
    const LoadedEngine& loaded = *engine->loaded;
    const Program& program = loaded.program();
    const Input& input = program.input;
    const Edge& last = program.edges.back();
    const auto kind = static_cast<emamba_kind>(loaded.engine.index());
    const NumberType type = kind == EMAMBA_FLOAT ? NumberType{0, 0} : last.type;
    *info = {.name = program.name.c_str(),
             .kind = kind,
             .height = std::size_t(input.height),
             .width = std::size_t(input.width),
             .channels = std::size_t(input.channels),
             .vocabulary = std::size_t(input.vocab),
             .vectors = std::size_t(input.vectors()),
             .vector_width = std::size_t(input.vector_width()),
             .answer_vectors = std::size_t(last.vectors),
             .outputs = std::size_t(last.width),
             .fixed_length = has_fixed_length(program),
             .can_step = can_step(program),
             .answer_bits = type.bits,
             .answer_exponent = type.exp};
  });
}

emamba_status emamba_cut(const emamba_engine* engine, const float* sample, float* vectors) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(engine, "engine");
    require_pointer(sample, "sample");
    require_pointer(vectors, "vectors");
    const Tensor<float> cut = vectors_of(engine->loaded->program().input, sample);
    std::copy(cut.data.begin(), cut.data.end(), vectors);
  });
}

emamba_status emamba_run(const emamba_engine* engine, const float* samples, size_t count,
                         int threads, float* answers) {
  return guarded(EMAMBA_ERROR_INPUT, [&] {
    require_pointer(engine, "engine");
    const Input& input = engine->loaded->program().input;
    const Items items{
        "samples",
        samples,
        count,
        {std::size_t(input.height), std::size_t(input.width), std::size_t(input.channels)}};
    run_all(*engine->loaded, items, std::size_t(input.vectors()), threads, answers,
            [&](const Tensor<float>& sample) { return vectors_of(input, sample.data.data()); });
  });
}

emamba_status emamba_run_vectors(const emamba_engine* engine, const float* sequences, size_t count,
                                 size_t length, int threads, float* answers) {
  return guarded(EMAMBA_ERROR_INPUT, [&] {
    require_pointer(engine, "engine");
    const Program& program = engine->loaded->program();
    const bool fixed = has_fixed_length(program);
    const std::size_t least = fixed ? std::size_t(program.input.vectors()) : 1;
    const std::size_t most = fixed ? least : max_length(program);
    if (length < least || length > most) {
      throw Failure(EMAMBA_ERROR_ARGUMENT,
                    fmt::format("length: {}, must be in {} .. {}", length, least, most));
    }
    const auto width = static_cast<std::size_t>(program.input.vector_width());
    const Items items{"sequences", sequences, count, {length, width}};
    run_all(*engine->loaded, items, length, threads, answers,
            [](Tensor<float> sequence) { return sequence; });
  });
}

emamba_status emamba_sequence_new(const emamba_engine* engine, emamba_sequence** sequence) {
  return guarded(EMAMBA_ERROR_UNSUPPORTED, [&] {
    require_pointer(engine, "engine");
    require_pointer(sequence, "sequence");
    *sequence = new emamba_sequence{engine->loaded, initial_state(engine->loaded->engine)};
  });
}

void emamba_sequence_free(emamba_sequence* sequence) {
  delete sequence;
}

emamba_status emamba_step(emamba_sequence* sequence, const float* vector) {
  return guarded(EMAMBA_ERROR_INPUT, [&] {
    require_pointer(sequence, "sequence");
    require_pointer(vector, "vector");
    const Program& program = sequence->loaded->program();
    if (is_complete(program, sequence->state)) {
      throw Failure(
          EMAMBA_ERROR_STATE,
          fmt::format("the sequence is complete after {} vectors", vectors_taken(sequence->state)),
          "emamba_reset() starts the next one");
    }
    const auto width = static_cast<std::size_t>(program.input.vector_width());
    Tensor<float> numbers = usable(program.input, vector, {width},
                                   fmt::format("vector {}", vectors_taken(sequence->state)));
    numbers.shape = {1, width};
    step(sequence->loaded->engine, sequence->state, std::move(numbers));
  });
}

size_t emamba_vectors_taken(const emamba_sequence* sequence) {
  return sequence == nullptr ? 0 : static_cast<std::size_t>(vectors_taken(sequence->state));
}

int emamba_has_answer(const emamba_sequence* sequence) {
  return sequence != nullptr && has_answer(sequence->loaded->program(), sequence->state);
}

emamba_status emamba_answer(const emamba_sequence* sequence, float* answer) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(sequence, "sequence");
    require_pointer(answer, "answer");
    const Program& program = sequence->loaded->program();
    if (!has_answer(program, sequence->state)) {
      throw Failure(EMAMBA_ERROR_STATE,
                    fmt::format("no answer yet, after {} of {} vectors",
                                vectors_taken(sequence->state), program.input.vectors()),
                    "emamba_has_answer() says when there is one");
    }
    write_answer(program, sequence->state, answer);
  });
}

emamba_status emamba_reset(emamba_sequence* sequence) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(sequence, "sequence");
    sequence->state = initial_state(sequence->loaded->engine);
  });
}

size_t emamba_saved_bytes(const emamba_sequence* sequence) {
  return sequence == nullptr ? 0 : saved_size(sequence->state);
}

emamba_status emamba_save(const emamba_sequence* sequence, void* bytes, size_t size) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(sequence, "sequence");
    require_pointer(bytes, "bytes");
    const std::string saved = save_state(*sequence->loaded, sequence->state);
    if (size != saved.size()) {
      throw Failure(EMAMBA_ERROR_ARGUMENT, fmt::format("size: {}, must be {}", size, saved.size()),
                    "emamba_saved_bytes() says it");
    }
    std::memcpy(bytes, saved.data(), saved.size());
  });
}

emamba_status emamba_restore(emamba_sequence* sequence, const void* bytes, size_t size) {
  return guarded(EMAMBA_ERROR_INTERNAL, [&] {
    require_pointer(sequence, "sequence");
    require_pointer(bytes, "bytes");
    sequence->state = restore_state(*sequence->loaded, {static_cast<const char*>(bytes), size});
  });
}

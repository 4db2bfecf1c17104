// SPDX-License-Identifier: Apache-2.0
// emamba.h for C++17: handles that free themselves, vectors for arrays, emamba::Error for failures.
// Shapes, units and the rules for threads are said in emamba.h.
#pragma once

#include <emamba/emamba.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace emamba {
inline namespace wrapper {

class Error : public std::runtime_error {
 public:
  Error(emamba_status status, const char* text) : std::runtime_error(text), status_(status) {}
  emamba_status status() const { return status_; }

 private:
  emamba_status status_;
};

inline void check(emamba_status status) {
  if (status != EMAMBA_OK) throw Error(status, emamba_last_error());
}

class Engine {
 public:
  explicit Engine(const std::string& path, emamba_kind kind = EMAMBA_FAST) {
    emamba_engine* engine = nullptr;
    check(emamba_load(path.c_str(), kind, &engine));
    engine_.reset(engine, emamba_engine_free);
    check(emamba_engine_info(engine, &info_));
  }

  const emamba_info& info() const { return info_; }
  const emamba_engine* handle() const { return engine_.get(); }

  // (vectors, vector_width) of one sample.
  std::vector<float> cut(const std::vector<float>& sample) const {
    count_of(sample, sample_size(), 1);
    std::vector<float> vectors(info_.vectors * info_.vector_width);
    check(emamba_cut(handle(), sample.data(), vectors.data()));
    return vectors;
  }
  // Answers to as many samples as there are numbers for.
  std::vector<float> run(const std::vector<float>& samples, int threads = 1) const {
    const std::size_t count = count_of(samples, sample_size());
    std::vector<float> answers(count * answer_size(info_.vectors));
    check(emamba_run(handle(), samples.data(), count, threads, answers.data()));
    return answers;
  }
  // Answers to as many sequences of `length` vectors.
  std::vector<float> run_vectors(const std::vector<float>& sequences, std::size_t length,
                                 int threads = 1) const {
    const std::size_t count = count_of(sequences, length * info_.vector_width);
    std::vector<float> answers(count * answer_size(length));
    check(emamba_run_vectors(handle(), sequences.data(), count, length, threads, answers.data()));
    return answers;
  }

  // Throws Error unless `numbers` are some times `size`, or `wanted` times, and says how often.
  static std::size_t count_of(const std::vector<float>& numbers, std::size_t size,
                              std::size_t wanted = 0) {
    const std::size_t count = size == 0 ? 0 : numbers.size() / size;
    if (count * size != numbers.size() || (wanted > 0 && count != wanted)) {
      const std::string text = std::to_string(numbers.size()) + " numbers, must be " +
                               (wanted > 0 ? "" : "a multiple of ") + std::to_string(size);
      throw Error(EMAMBA_ERROR_ARGUMENT, text.c_str());
    }
    return count;
  }

 private:
  std::size_t sample_size() const { return info_.height * info_.width * info_.channels; }
  std::size_t answer_size(std::size_t length) const {
    return (info_.answer_vectors > 0 ? info_.answer_vectors : length) * info_.outputs;
  }

  std::shared_ptr<emamba_engine> engine_;
  emamba_info info_{};
};

class Sequence {
 public:
  explicit Sequence(const Engine& engine) : engine_(engine) {
    emamba_sequence* sequence = nullptr;
    check(emamba_sequence_new(engine.handle(), &sequence));
    sequence_.reset(sequence);
  }

  void step(const std::vector<float>& vector) {
    Engine::count_of(vector, engine_.info().vector_width, 1);
    check(emamba_step(sequence_.get(), vector.data()));
  }
  std::size_t vectors_taken() const { return emamba_vectors_taken(sequence_.get()); }
  bool has_answer() const { return emamba_has_answer(sequence_.get()) != 0; }
  std::vector<float> answer() const {
    const emamba_info& info = engine_.info();
    std::vector<float> answer((info.answer_vectors > 0 ? info.answer_vectors : 1) * info.outputs);
    check(emamba_answer(sequence_.get(), answer.data()));
    return answer;
  }
  void reset() { check(emamba_reset(sequence_.get())); }
  std::vector<unsigned char> save() const {
    std::vector<unsigned char> bytes(emamba_saved_bytes(sequence_.get()));
    check(emamba_save(sequence_.get(), bytes.data(), bytes.size()));
    return bytes;
  }
  void restore(const std::vector<unsigned char>& bytes) {
    check(emamba_restore(sequence_.get(), bytes.data(), bytes.size()));
  }

 private:
  struct Free {
    void operator()(emamba_sequence* sequence) const { emamba_sequence_free(sequence); }
  };
  Engine engine_;
  std::unique_ptr<emamba_sequence, Free> sequence_;
};

}  // namespace wrapper
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The C interface against the engines behind it, for random networks, and what it refuses.
#include <emamba/emamba.h>

#include <limits>
#include <memory>
#include <thread>

#include "base/files.h"
#include "base/testing.h"
#include "exec/evaluate.h"
#include "net/testing.h"

namespace emamba {
namespace {

using Floats = std::vector<float>;
using EnginePointer = std::unique_ptr<emamba_engine, decltype(&emamba_engine_free)>;
using SequencePointer = std::unique_ptr<emamba_sequence, decltype(&emamba_sequence_free)>;

constexpr emamba_kind kKinds[] = {EMAMBA_FAST, EMAMBA_GOLDEN, EMAMBA_FLOAT};

void expect_failure(emamba_status status, emamba_status wanted, const std::string& text) {
  EXPECT_EQ(status, wanted) << emamba_last_error();
  EXPECT_NE(std::string(emamba_last_error()).find(text), std::string::npos)
      << "message: " << emamba_last_error() << "\nexpected in it: " << text;
}

void expect_ok(emamba_status status) {
  ASSERT_EQ(status, EMAMBA_OK) << emamba_last_error();
}

EnginePointer load(const std::string& path, emamba_kind kind) {
  emamba_engine* engine = nullptr;
  EXPECT_EQ(emamba_load(path.c_str(), kind, &engine), EMAMBA_OK) << emamba_last_error();
  return {engine, emamba_engine_free};
}

SequencePointer start(const EnginePointer& engine) {
  emamba_sequence* sequence = nullptr;
  EXPECT_EQ(emamba_sequence_new(engine.get(), &sequence), EMAMBA_OK) << emamba_last_error();
  return {sequence, emamba_sequence_free};
}

emamba_info info_of(const EnginePointer& engine) {
  emamba_info info{};
  EXPECT_EQ(emamba_engine_info(engine.get(), &info), EMAMBA_OK);
  return info;
}

std::vector<unsigned char> save(const SequencePointer& sequence) {
  std::vector<unsigned char> bytes(emamba_saved_bytes(sequence.get()));
  EXPECT_EQ(emamba_save(sequence.get(), bytes.data(), bytes.size()), EMAMBA_OK);
  return bytes;
}

// A random network as a program and as a model, in files.
class Capi : public ::testing::Test {
 protected:
  // `shortened`: without the pooling and what stands behind it.
  void write(std::uint64_t seed, bool shortened = false) {
    Rng rng{seed};
    const NetSpec spec = random_net(rng);
    program_ = random_program(spec, rng);
    Floats mean(program_.input.channels, 0.0f), std(program_.input.channels, 1.0f);
    if (spec.sample.vocab == 0) mean[0] = 0.25f, std[0] = 0.75f;
    program_.input.normalisation = {mean, std};
    model_ = random_model(spec, seed, program_.input.normalisation);
    if (shortened) {
      const auto first = std::find_if(program_.ops.begin(), program_.ops.end(), [](const Op& op) {
        return std::holds_alternative<Pool>(op);
      });
      program_.ops.erase(first, program_.ops.end());
      program_.edges.resize(program_.ops.size() + 1);
    }
    write_program(program(), program_);
    write_float_model(model(), model_);
  }
  std::string program() const { return folder_ / "program.safetensors"; }
  std::string model() const { return folder_ / "model.safetensors"; }
  std::string file(emamba_kind kind) const { return kind == EMAMBA_FLOAT ? model() : program(); }

  // Random samples in the units of the data.
  Floats samples(std::size_t count, Rng& rng) const {
    const Input& input = program_.input;
    Floats numbers(count * input.height * input.width * input.channels);
    for (float& x : numbers) {
      x = input.vocab > 0 ? static_cast<float>(rng.between(0, input.vocab - 1))
                          : static_cast<float>(rng.between(-2000, 2000)) / 500;
    }
    return numbers;
  }
  // What the engine itself answers.
  Floats expected(emamba_kind kind, const Floats& samples, std::size_t count) const {
    const Input& input = program_.input;
    const Tensor<float> inputs{
        {count, std::size_t(input.height), std::size_t(input.width), std::size_t(input.channels)},
        samples};
    return kind == EMAMBA_FLOAT ? answers(FloatEngine(model_), inputs, 1).data
                                : answers(Golden(program_), inputs, 1).data;
  }

  TestFolder folder_;
  Program program_;
  FloatModel model_;
};

TEST_F(Capi, AnswersAreThoseOfTheEngines) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    write(seed);
    Rng rng{seed};
    constexpr std::size_t kCount = 5;
    const Floats inputs = samples(kCount, rng);
    for (const emamba_kind kind : kKinds) {
      const auto engine = load(file(kind), kind);
      const emamba_info info = info_of(engine);
      const Floats wanted = expected(kind, inputs, kCount);
      ASSERT_EQ(wanted.size(), kCount * info.outputs);
      for (const int threads : {1, 3}) {
        Floats got(wanted.size());
        expect_ok(emamba_run(engine.get(), inputs.data(), kCount, threads, got.data()));
        EXPECT_EQ(got, wanted) << "kind " << kind << ", threads " << threads;
      }
      // Cut by hand, in one array.
      const std::size_t sample_size = inputs.size() / kCount;
      const std::size_t sequence_size = info.vectors * info.vector_width;
      Floats sequences(kCount * sequence_size);
      for (std::size_t i = 0; i < kCount; ++i) {
        expect_ok(emamba_cut(engine.get(), inputs.data() + i * sample_size,
                             sequences.data() + i * sequence_size));
      }
      Floats got(wanted.size());
      expect_ok(
          emamba_run_vectors(engine.get(), sequences.data(), kCount, info.vectors, 2, got.data()));
      EXPECT_EQ(got, wanted) << "kind " << kind;
    }
  }
}

TEST_F(Capi, StepsEndInTheSameAnswerAlsoAfterSavingAndInAnotherProcess) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    write(seed);
    Rng rng{seed};
    const Floats sample = samples(1, rng), other = samples(1, rng);
    for (const emamba_kind kind : kKinds) {
      const auto engine = load(file(kind), kind);
      const emamba_info info = info_of(engine);
      ASSERT_EQ(info.can_step, 1);
      ASSERT_EQ(info.fixed_length, 1);
      Floats vectors(info.vectors * info.vector_width), noise(vectors.size());
      expect_ok(emamba_cut(engine.get(), sample.data(), vectors.data()));
      expect_ok(emamba_cut(engine.get(), other.data(), noise.data()));
      const Floats wanted = expected(kind, sample, 1);
      Floats answer(info.outputs);
      auto sequence = start(engine);
      std::vector<unsigned char> half;
      for (std::size_t t = 0; t < info.vectors; ++t) {
        EXPECT_FALSE(emamba_has_answer(sequence.get()));
        expect_failure(emamba_answer(sequence.get(), answer.data()), EMAMBA_ERROR_STATE,
                       "no answer");
        if (t == info.vectors / 2) half = save(sequence);
        expect_ok(emamba_step(sequence.get(), vectors.data() + t * info.vector_width));
        EXPECT_EQ(emamba_vectors_taken(sequence.get()), t + 1);
      }
      EXPECT_TRUE(emamba_has_answer(sequence.get()));
      expect_ok(emamba_answer(sequence.get(), answer.data()));
      EXPECT_EQ(answer, wanted);
      expect_failure(emamba_step(sequence.get(), vectors.data()), EMAMBA_ERROR_STATE, "complete");
      const auto whole = save(sequence);

      // Another sequence, in the middle of other vectors, goes on from there; its engine is loaded
      // anew and gone before it.
      const emamba_kind again = kind == EMAMBA_FAST     ? EMAMBA_GOLDEN
                                : kind == EMAMBA_GOLDEN ? EMAMBA_FAST
                                                        : EMAMBA_FLOAT;
      auto resumed = start(load(file(again), again));
      expect_ok(emamba_step(resumed.get(), noise.data()));
      expect_ok(emamba_restore(resumed.get(), half.data(), half.size()));
      for (std::size_t t = emamba_vectors_taken(resumed.get()); t < info.vectors; ++t) {
        expect_ok(emamba_step(resumed.get(), vectors.data() + t * info.vector_width));
      }
      expect_ok(emamba_answer(resumed.get(), answer.data()));
      EXPECT_EQ(answer, wanted);
      EXPECT_EQ(save(resumed), whole);

      // A complete one has its answer at once.
      expect_ok(emamba_reset(resumed.get()));
      EXPECT_EQ(emamba_vectors_taken(resumed.get()), 0u);
      EXPECT_EQ(save(resumed), save(start(engine)));
      expect_ok(emamba_restore(resumed.get(), whole.data(), whole.size()));
      Floats at_once(info.outputs);
      expect_ok(emamba_answer(resumed.get(), at_once.data()));
      EXPECT_EQ(at_once, wanted);
    }
  }
}

// Without pooling and learned positions there is an answer to every vector, and no end.
TEST_F(Capi, AnswersToEveryVectorOfSequencesOfAnyLength) {
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    write(seed, true);
    Rng rng{seed};
    const auto engine = load(program(), EMAMBA_FAST);
    const emamba_info info = info_of(engine);
    EXPECT_EQ(info.answer_vectors, 0u);
    if (info.fixed_length) continue;  // by learned positions
    ++seen;
    const std::size_t length = info.vectors + 3;
    Floats sequence(length * info.vector_width);
    for (float& x : sequence) x = static_cast<float>(rng.between(0, 3));
    Floats wanted(length * info.outputs), answer(info.outputs);
    expect_ok(emamba_run_vectors(engine.get(), sequence.data(), 1, length, 1, wanted.data()));
    const auto stepped = start(engine);
    EXPECT_FALSE(emamba_has_answer(stepped.get()));
    for (std::size_t t = 0; t < length; ++t) {
      expect_ok(emamba_step(stepped.get(), sequence.data() + t * info.vector_width));
      EXPECT_TRUE(emamba_has_answer(stepped.get()));
      expect_ok(emamba_answer(stepped.get(), answer.data()));
      const auto at = wanted.begin() + std::ptrdiff_t(t * info.outputs);
      EXPECT_EQ(answer, Floats(at, at + std::ptrdiff_t(info.outputs)));
    }
    expect_failure(emamba_run_vectors(engine.get(), sequence.data(), 1, 0, 1, wanted.data()),
                   EMAMBA_ERROR_ARGUMENT, "length: 0, must be in 1 .. ");
  }
  EXPECT_GE(seen, 3);
}

TEST_F(Capi, SaysWhatAProgramIs) {
  write(1);
  const auto engine = load(program(), EMAMBA_GOLDEN);
  const emamba_info info = info_of(engine);
  const Input& input = program_.input;
  EXPECT_STREQ(info.name, "test");
  EXPECT_EQ(info.kind, EMAMBA_GOLDEN);
  EXPECT_EQ(info.height * info.width * info.channels,
            std::size_t(input.height * input.width * input.channels));
  EXPECT_EQ(info.vocabulary, std::size_t(input.vocab));
  EXPECT_EQ(info.vectors, std::size_t(input.vectors()));
  EXPECT_EQ(info.vector_width, std::size_t(input.vector_width()));
  EXPECT_EQ(info.answer_vectors, 1u);
  EXPECT_EQ(info.outputs, 4u);
  EXPECT_EQ(info.answer_bits, program_.edges.back().type.bits);
  EXPECT_EQ(info.answer_exponent, program_.edges.back().type.exp);
  EXPECT_EQ(info_of(load(model(), EMAMBA_FLOAT)).answer_bits, 0);
}

TEST_F(Capi, NumbersThatAreNoneAreRefusedByTheirPlace) {
  NetSpec spec;
  spec.sample.channels = 2;
  Rng rng{1};
  program_ = random_program(spec, rng);
  program_.input.normalisation = {{0.0f, 0.0f}, {1.0f, 1e-3f}};
  write_program(program(), program_);
  const auto engine = load(program(), EMAMBA_FAST);
  const emamba_info info = info_of(engine);
  Floats answers(3 * info.outputs);
  const auto refused = [&](std::size_t at, float x, const std::string& text) {
    Floats inputs(3 * 8 * 8 * 2, 0.5f);
    inputs[at] = x;
    expect_failure(emamba_run(engine.get(), inputs.data(), 3, 1, answers.data()),
                   EMAMBA_ERROR_INPUT, text);
  };
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  refused(0, std::numeric_limits<float>::quiet_NaN(), "samples[0], [0, 0, 0] is nan, in channel 0");
  refused(2 * 128 + 3 * 16 + 5 * 2 + 1, kInfinity, "samples[2], [3, 5, 1] is inf, in channel 1");
  refused(128 + 127, -kInfinity, "samples[1], [7, 7, 1] is -inf, in channel 1");
  refused(1, 3e38f, "samples[0], [0, 0, 1] is 3e+38, in channel 1");  // its channel divides by 1e-3

  const auto sequence = start(engine);
  Floats vector(info.vector_width, 0.5f);
  expect_ok(emamba_step(sequence.get(), vector.data()));
  const auto before = save(sequence);
  vector[3] = kInfinity;
  expect_failure(emamba_step(sequence.get(), vector.data()), EMAMBA_ERROR_INPUT,
                 "vector 1, [3] is inf, in channel 1");
  EXPECT_EQ(save(sequence), before);
}

TEST_F(Capi, NumbersThatAreNoneSaturateWhereTheModelSaysSo) {
  NetSpec spec;
  Rng rng{1};
  program_ = random_program(spec, rng);
  program_.input.normalisation = {{10}, {40}, {{-5}, {90}}};
  model_ = random_model(spec, 1, program_.input.normalisation);
  write_program(program(), program_);
  write_float_model(model(), model_);
  for (const emamba_kind kind : kKinds) {
    const auto engine = load(file(kind), kind);
    const emamba_info info = info_of(engine);
    Floats given(64, 7), replaced = given;
    given[3] = std::numeric_limits<float>::quiet_NaN(), replaced[3] = 0;
    given[20] = std::numeric_limits<float>::infinity(), replaced[20] = 90;
    given[21] = -given[20], replaced[21] = -5;
    Floats answer(info.outputs), wanted(info.outputs), vectors(info.vectors * info.vector_width);
    expect_ok(emamba_run(engine.get(), given.data(), 1, 1, answer.data()));
    expect_ok(emamba_run(engine.get(), replaced.data(), 1, 1, wanted.data()));
    EXPECT_EQ(answer, wanted);
    const auto sequence = start(engine);
    expect_ok(emamba_cut(engine.get(), given.data(), vectors.data()));
    for (std::size_t t = 0; t < info.vectors; ++t) {
      expect_ok(emamba_step(sequence.get(), vectors.data() + t * info.vector_width));
    }
    expect_ok(emamba_answer(sequence.get(), answer.data()));
    EXPECT_EQ(answer, wanted);
  }
}

TEST_F(Capi, AnAnswerThatOverflowsIsAnError) {
  write(1);
  for (auto& [name, tensor] : model_.parameters) {
    if (name.starts_with("head.")) std::fill(tensor.data.begin(), tensor.data.end(), 3e38f);
  }
  write_float_model(model(), model_);
  const auto engine = load(model(), EMAMBA_FLOAT);
  Rng rng{1};
  const Floats input = samples(1, rng);
  Floats answer(info_of(engine).outputs);
  expect_failure(emamba_run(engine.get(), input.data(), 1, 1, answer.data()), EMAMBA_ERROR_INPUT,
                 "output 0 of vector 0 is ");
}

TEST_F(Capi, IdsThatAreNoTokensAreRefusedByTheirPlace) {
  NetSpec spec;
  spec.sample = token_samples();
  Rng rng{1};
  program_ = random_program(spec, rng);
  program_.input.normalisation = {{0.0f}, {1.0f}};
  model_ = random_model(spec, 1, program_.input.normalisation);
  write_program(program(), program_);
  write_float_model(model(), model_);
  for (const emamba_kind kind : kKinds) {
    const auto engine = load(file(kind), kind);
    Floats answer(info_of(engine).outputs);
    Floats ids(32, 15.0f);
    expect_ok(emamba_run(engine.get(), ids.data(), 1, 1, answer.data()));
    for (const float id : {16.0f, -1.0f, 0.5f, 1e30f, std::numeric_limits<float>::quiet_NaN()}) {
      ids[7] = id;
      expect_failure(emamba_run(engine.get(), ids.data(), 1, 1, answer.data()), EMAMBA_ERROR_INPUT,
                     fmt::format("[0, 7, 0] is {}, token ids are whole numbers 0 .. 15", id));
      expect_failure(emamba_run_vectors(engine.get(), ids.data(), 1, 32, 1, answer.data()),
                     EMAMBA_ERROR_INPUT, "[7, 0] is ");
    }
  }
}

TEST_F(Capi, SavedBytesThatDoNotFitAreRefused) {
  write(3);
  const auto engine = load(program(), EMAMBA_FAST);
  const auto sequence = start(engine);
  const Floats vector(info_of(engine).vector_width, 1.0f);
  expect_ok(emamba_step(sequence.get(), vector.data()));
  const auto good = save(sequence);
  const auto refused = [](const SequencePointer& by, const std::vector<unsigned char>& bytes,
                          const std::string& text) {
    expect_failure(emamba_restore(by.get(), bytes.data(), bytes.size()), EMAMBA_ERROR_STATE, text);
  };
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto bad = good;
    bad[i] ^= 1u << i % 8;
    refused(sequence, bad, "saved state: ");
    bad = good;
    bad.resize(i);
    refused(sequence, bad, "saved state: ");
  }
  auto longer = good;
  longer.push_back(0);
  refused(sequence, longer, "bytes, must have");
  EXPECT_EQ(save(sequence), good);

  refused(start(load(model(), EMAMBA_FLOAT)), good, "of another program file");
  write(4);
  refused(start(load(program(), EMAMBA_FAST)), good, "of another program file");

  std::vector<unsigned char> bytes(good.size() + 1);
  expect_failure(emamba_save(sequence.get(), bytes.data(), bytes.size()), EMAMBA_ERROR_ARGUMENT,
                 "size: ");
}

// The bytes are those that docs/formats.md says.
TEST_F(Capi, SavedBytesHaveTheDocumentedLayout) {
  write(3);
  const auto engine = load(program(), EMAMBA_FAST);
  const auto sequence = start(engine);
  const Golden golden(program_);
  auto state = golden.initial();
  Rng rng{3};
  const Floats sample = samples(1, rng);
  const auto tokens = integer_tokens(program_, sample.data());
  Floats vectors(tokens.size());
  expect_ok(emamba_cut(engine.get(), sample.data(), vectors.data()));
  const std::size_t width = tokens.shape[1];
  for (std::size_t t = 0; t < tokens.shape[0]; ++t) {
    golden.step(state, tokens.row(t));
    expect_ok(emamba_step(sequence.get(), vectors.data() + t * width));
  }
  std::string wanted = "emamba-state-1" + sha256_file(program());
  const auto put = [&](std::int32_t number) {
    for (int i = 0; i < 4; ++i) wanted += static_cast<char>(number >> 8 * i);
  };
  put(state.token);
  for (const auto& memory : state.memory) std::for_each(memory.begin(), memory.end(), put);
  std::for_each(state.answer().begin(), state.answer().end(), put);
  wanted += sha256(wanted);
  const auto bytes = save(sequence);
  EXPECT_EQ(std::string(bytes.begin(), bytes.end()), wanted);
}

TEST_F(Capi, WrongCallsAreRefused) {
  write(1);
  emamba_engine* none = nullptr;
  const auto refuse_file = [&](const std::string& path, emamba_kind kind, const std::string& text) {
    expect_failure(emamba_load(path.c_str(), kind, &none), EMAMBA_ERROR_FILE, text);
    EXPECT_EQ(none, nullptr);
  };
  refuse_file(folder_ / "missing", EMAMBA_FAST, "missing");
  refuse_file(model(), EMAMBA_GOLDEN, "header.format");
  refuse_file(program(), EMAMBA_FLOAT, "header.format");
  write_file(folder_ / "empty", "");
  refuse_file(folder_ / "empty", EMAMBA_FLOAT, "too few");

  const auto refuse = [](emamba_status status, const std::string& text) {
    expect_failure(status, EMAMBA_ERROR_ARGUMENT, text);
  };
  refuse(emamba_load(program().c_str(), static_cast<emamba_kind>(3), &none), "kind 3");
  refuse(emamba_load(nullptr, EMAMBA_FAST, &none), "path: a null pointer");
  refuse(emamba_load(program().c_str(), EMAMBA_FAST, nullptr), "engine: a null pointer");
  const auto engine = load(program(), EMAMBA_FAST);
  const emamba_info info = info_of(engine);
  Rng rng{1};
  const Floats input = samples(1, rng);
  Floats answer(info.outputs);
  emamba_info other;
  refuse(emamba_engine_info(nullptr, &other), "engine: a null pointer");
  refuse(emamba_engine_info(engine.get(), nullptr), "info: a null pointer");
  refuse(emamba_cut(engine.get(), nullptr, answer.data()), "sample: a null pointer");
  refuse(emamba_run(nullptr, input.data(), 1, 1, answer.data()), "engine: a null pointer");
  refuse(emamba_run(engine.get(), nullptr, 1, 1, answer.data()), "samples: a null pointer");
  refuse(emamba_run(engine.get(), input.data(), 1, 1, nullptr), "answers: a null pointer");
  for (const int threads : {0, -1, 1025}) {
    refuse(emamba_run(engine.get(), input.data(), 1, threads, answer.data()),
           "must be in 1 .. 1024");
  }
  refuse(emamba_run_vectors(engine.get(), input.data(), 1, info.vectors + 1, 1, answer.data()),
         "length: ");
  expect_ok(emamba_run(engine.get(), nullptr, 0, 1, nullptr));
  refuse(emamba_sequence_new(engine.get(), nullptr), "sequence: a null pointer");
  refuse(emamba_step(nullptr, input.data()), "sequence: a null pointer");
  refuse(emamba_step(start(engine).get(), nullptr), "vector: a null pointer");
  refuse(emamba_answer(nullptr, answer.data()), "sequence: a null pointer");
  refuse(emamba_reset(nullptr), "sequence: a null pointer");
  refuse(emamba_save(nullptr, answer.data(), 1), "sequence: a null pointer");
  refuse(emamba_restore(start(engine).get(), nullptr, 1), "bytes: a null pointer");
  EXPECT_EQ(emamba_vectors_taken(nullptr), 0u);
  EXPECT_EQ(emamba_saved_bytes(nullptr), 0u);
  EXPECT_EQ(emamba_has_answer(nullptr), 0);
  emamba_engine_free(nullptr);
  emamba_sequence_free(nullptr);
}

// One engine, several threads: whole samples, sequences, and each thread its own last error.
TEST_F(Capi, AFileWithAFlippedBitIsRefused) {
  write(1);
  for (const auto& [path, kind] :
       {std::pair{program(), EMAMBA_FAST}, {program(), EMAMBA_GOLDEN}, {model(), EMAMBA_FLOAT}}) {
    const std::string whole = read_file(path);
    std::string flipped = whole;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    write_file(path, flipped);
    emamba_engine* none = nullptr;
    expect_failure(emamba_load(path.c_str(), kind, &none), EMAMBA_ERROR_FILE,
                   path + ": damaged: its contents have sha256");
    write_file(path, whole);
    load(path, kind);
  }
}

TEST_F(Capi, ThreadsShareAnEngine) {
  write(5);
  for (const emamba_kind kind : kKinds) {
    const auto engine = load(file(kind), kind);
    const emamba_info info = info_of(engine);
    Rng rng{5};
    const Floats input = samples(1, rng);
    const Floats wanted = expected(kind, input, 1);
    Floats vectors(info.vectors * info.vector_width);
    expect_ok(emamba_cut(engine.get(), input.data(), vectors.data()));
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        Floats answer(info.outputs);
        expect_ok(emamba_run(engine.get(), input.data(), 1, 2, answer.data()));
        EXPECT_EQ(answer, wanted);
        EXPECT_STREQ(emamba_last_error(), "");
        const auto sequence = start(engine);
        for (std::size_t t = 0; t < info.vectors; ++t) {
          expect_ok(emamba_step(sequence.get(), vectors.data() + t * info.vector_width));
        }
        expect_ok(emamba_answer(sequence.get(), answer.data()));
        EXPECT_EQ(answer, wanted);
        expect_failure(emamba_run(engine.get(), input.data(), 1, -i, answer.data()),
                       EMAMBA_ERROR_ARGUMENT, "threads: " + std::to_string(-i));
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
}

}  // namespace
}  // namespace emamba

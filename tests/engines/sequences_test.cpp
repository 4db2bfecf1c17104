// SPDX-License-Identifier: Apache-2.0
// Every engine on every way through sequences: the same numbers on every edge.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/testing.h"
#include "exec/evaluate.h"
#include "tester.h"

namespace emamba {
namespace {

// The changes that a test makes to a case's network, in integers and in real numbers alike.
template <class Change>
void change(Case& c, const Change& to) {
  to(c.program), to(c.model.network);
}

TEST(Engines, AgreeOnRandomNetworks) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    ASSERT_EQ(disagreement(random_case(seed)), "");
  }
}

// Sequences shorter and longer than a convolution's taps, and longer than any sample.
TEST(Engines, AgreeOnSequencesOfAnyLength) {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    Case c = open_case(seed, {});
    const auto conv = std::find_if(c.program.ops.begin(), c.program.ops.end(),
                                   [](const Op& op) { return std::holds_alternative<DwConv>(op); });
    const int K = std::get<DwConv>(*conv).taps;
    Rng rng{seed};
    c.sequences = random_sequences(c.program, {std::max(1, K - 1), K, 1, 31, K + 1, 2}, rng);
    ASSERT_EQ(disagreement(c), "");
  }
}

TEST(Engines, AgreeOnLongSequences) {
  ASSERT_EQ(disagreement(open_case(3, {257, 1024})), "");
  NetSpec tiny;
  tiny.model.D = 2, tiny.model.E = 1, tiny.model.N = 2, tiny.model.M = 1, tiny.model.P = {1, 1};
  ASSERT_EQ(disagreement(open_case(4, tiny, {8192, 3})), "");
}

TEST(Engines, AgreeOnHeadsOfEveryWidth) {
  std::uint64_t seed = 0;
  for (const int outputs : {1, 2, 3, 7, 9, 57}) {
    for (const Head head : {Head::kFlattenMlp, Head::kFlattenLinear, Head::kMeanLinear}) {
      NetSpec spec;
      spec.model.D = 5, spec.model.N = 3, spec.model.M = 1;
      spec.model.head = head;
      spec.model.head_hidden = head == Head::kFlattenMlp ? outputs : 0;
      spec.outputs = outputs;
      const Case c = case_of(++seed, spec);
      ASSERT_EQ(c.program.edges.back().width, outputs);
      ASSERT_EQ(disagreement(c), "") << outputs << " outputs";
    }
  }
}

TEST(Engines, AnswerEveryVectorWithoutAHead) {
  const Case c = open_case(1, {5, 9});
  ASSERT_FALSE(has_fixed_length(c.program));
  EXPECT_EQ(Golden(c.program).run(c.sequences[1]).size(),
            std::size_t(9 * c.program.edges.back().width));
}

// Edges may say how many vectors they carry, where it is as many as a sample has.
TEST(Engines, AgreeWhereEdgesHaveAFixedNumberOfVectors) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Case c = random_case(seed);
    change(c, [](Program& p) {
      for (Edge& edge : p.edges) {
        if (edge.vectors == 0) edge.vectors = p.input.vectors();
      }
    });
    ASSERT_EQ(disagreement(c), "");
  }
}

// Behind a pooling there are sequences of one vector, and all operations may stand there.
TEST(Engines, AgreeBehindAPooling) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Case c = random_case(seed);
    change(c, [](Program& p) {
      const int width = p.edges.back().width;
      for (const PoolKind kind : {PoolKind::kFlatten, PoolKind::kMean}) {
        const auto last = static_cast<EdgeIndex>(p.ops.size());
        p.ops.push_back(Pool{fmt::format("again.{}", last), last, width, 1, kind});
        p.edges.push_back(p.edges.back());
      }
    });
    ASSERT_EQ(disagreement(c), "");
  }
}

// The engines reuse memory from one walk of a thread to the next, whatever the programs.
TEST(Engines, AgreeAfterOtherProgramsAndErrors) {
  std::vector<Case> cases;
  for (std::uint64_t seed = 0; seed < 6; ++seed) cases.push_back(random_case(seed));
  std::sort(cases.begin(), cases.end(), [](const Case& a, const Case& b) {
    return a.program.ops.size() < b.program.ops.size();
  });
  const std::vector<Runner> whole = {{Engine::kFloat, Way::kRun}, {Engine::kFast, Way::kRun}};
  const auto ids = std::find_if(cases.begin(), cases.end(),
                                [](const Case& c) { return c.program.input.vocab > 0; });
  ASSERT_NE(ids, cases.end());
  Case bad = *ids;
  bad.sequences[1].data.back() = bad.program.input.vocab;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    for (const std::size_t at : {i, cases.size() - 1 - i}) {
      ASSERT_EQ(disagreement(cases[at], whole), "");
      expect_error([&] { Fast(bad.program).run(bad.sequences[1]); }, "the vocabulary has");
    }
  }
}

// Each engine by itself: the harness would stop at the first one that refuses.
void expect_refusal(const Case& c, const Tensor<std::int32_t>& sequence, const std::string& text) {
  const Golden golden(c.program);
  const Fast fast(c.program);
  const FloatEngine real(c.model);
  Tensor<float> numbers{sequence.shape, {sequence.data.begin(), sequence.data.end()}};
  std::vector<Tensor<std::int32_t>> edges;
  expect_error([&] { golden.run(sequence); }, text);
  expect_error([&] { golden.trace(sequence); }, text);
  expect_error([&] { fast.run(sequence); }, text);
  expect_error([&] { fast.trace(sequence, edges); }, text);
  expect_error([&] { real.run(numbers); }, text);
  expect_error([&] { real.trace(numbers); }, text);
}

TEST(Engines, RefuseASequenceOfAnotherLengthThanTheProgramAsksFor) {
  const Case c = random_case(2);
  const int L = c.program.input.vectors();
  Rng rng{1};
  for (const int length : {L - 1, L + 1}) {
    expect_refusal(c, random_sequences(c.program, {length}, rng).front(),
                   fmt::format("a sequence of {} vectors, must have {}", length, L));
  }
}

TEST(Engines, RefuseAnEmptySequence) {
  const Case c = open_case(1, {2, 2});
  expect_refusal(c, make_tensor<std::int32_t>({0, c.sequences[0].shape[1]}),
                 "a sequence of 0 vectors, must have one at least");
}

// A program without a head answers every vector.
TEST(Answers, HoldEveryVectorsAnswer) {
  const Case c = open_case(1, {2, 2});
  const Input& input = c.program.input;
  const auto samples =
      make_tensor<float>({3, std::size_t(input.height), std::size_t(input.width), 1});
  const std::size_t outputs = std::size_t(input.vectors()) * c.program.edges.back().width;
  const auto integers = answers(Golden(c.program), samples, 1);
  EXPECT_EQ(integers.shape, (std::vector<std::size_t>{3, outputs}));
  EXPECT_EQ(answers(Fast(c.program), samples, 2), integers);
  EXPECT_EQ(answers(FloatEngine(c.model), samples, 2).shape, integers.shape);
}

TEST(Answers, DoNotDependOnTheNumberOfThreads) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const Case c = random_case(seed);
    const Input& input = c.program.input;
    Rng rng{seed};
    auto samples = make_tensor<float>({64, std::size_t(input.height), std::size_t(input.width), 1});
    for (float& v : samples.data) v = static_cast<float>(rng.below(input.vocab > 0 ? 16 : 256));
    const auto check = [&](const auto& engine) {
      const auto one = answers(engine, samples, 1);
      EXPECT_EQ(one.shape, (std::vector<std::size_t>{64, 4}));
      EXPECT_EQ(answers(engine, samples, 2), one) << c.name;
      EXPECT_EQ(answers(engine, samples, 5), one) << c.name;
      return one;
    };
    check(FloatEngine(c.model));
    EXPECT_EQ(check(Golden(c.program)), check(Fast(c.program))) << c.name;
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "quant/quantise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/testing.h"
#include "exec/evaluate.h"
#include "ir/random_model.h"
#include "ir/testing.h"
#include "quant/ranges.h"
#include "quant/report.h"
#include "quant/search.h"

namespace emamba {
namespace {

constexpr int kThreads = 2;

// A small random network of a synthetic task, and samples of that task.
struct Case {
  FloatModel model;
  Split samples;
};

Case make_case(const std::vector<std::string>& overrides, std::uint64_t seed = 1,
               std::size_t samples = 96) {
  std::vector<std::string> all = {"model.D=12", "model.N=4", "quant.calibration=max"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  const Spec spec = parse_spec("name = 'test'\ntask = 'synthetic-images'", "test", all);
  const Split train = load_split(spec, "", "train");
  return {random_model(spec, seed, fit_normalisation(spec, train)), first_samples(train, samples)};
}

// Golden's outputs against the float engine's: the power of what changes from sample to sample over
// the power of the error.
double snr_db(const FloatModel& model, const Program& program, const Tensor<float>& inputs) {
  const Tensor<float> wanted = answers(FloatEngine(model), model.normalisation, inputs, kThreads);
  const Tensor<float> found = answers(Golden(program), inputs, kThreads);
  const std::size_t samples = wanted.shape[0], outputs = wanted.shape[1];
  double signal = 0, noise = 0;
  for (std::size_t o = 0; o < outputs; ++o) {
    double mean = 0;
    for (std::size_t i = 0; i < samples; ++i) mean += wanted.row(i)[o] / samples;
    for (std::size_t i = 0; i < samples; ++i) {
      signal += std::pow(wanted.row(i)[o] - mean, 2);
      noise += std::pow(wanted.row(i)[o] - found.row(i)[o], 2);
    }
  }
  return 10 * std::log10(signal / noise);
}

// The program by quantise(), without its report.
Program program_of(const Case& c) {
  const FloatEngine engine(c.model);
  const auto streams = streams_of(engine.program());
  const auto ranges = find_ranges(engine, streams, c.samples, kThreads, {});
  return build_program(c.model,
                       choose_formats(c.model, streams, ranges, c.model.spec.quant.calibration));
}

std::string bytes_of(const Program& program) {
  const TestFolder folder;
  write_program(folder / "program", program);
  return read_file(folder / "program", 1 << 24);
}

// Every switch of the spec that has a meaning in integers.
TEST(Quantise, GoldenFollowsFloatForEverySwitch) {
  const std::vector<std::vector<std::string>> kCases = {
      {},
      {"task=synthetic-tokens"},
      {"task=synthetic-tokens", "model.position=learned", "model.head=mean-linear"},
      {"model.position=learned"},
      {"model.conv_activation=none"},
      {"model.delta_activation=relu-before"},
      {"model.projection_bias=true"},
      {"model.head=flatten-mlp", "model.head_hidden=16"},
      {"model.head=mean-linear"},
      {"model.E=1"},
      {"model.M=1"},
      {"model.M=3"},
      {"model.K=1"},
      {"model.P=2", "model.dt_rank=4"},
      {"quant.output_bits=12"},
      {"quant.state_bits=16"},
      {"quant.state_bits=32"},
      {"quant.calibration=percentile", "quant.percentile=99.99"},
      {"approx.silu.method=greedy", "approx.exp.method=equal", "approx.exp.segments=17"},
  };
  for (const auto& overrides : kCases) {
    const Case c = make_case(overrides);
    const Split fresh = first_samples(load_split(c.model.spec, "", "test"), 48);
    EXPECT_GT(snr_db(c.model, program_of(c), fresh.inputs), 16)
        << fmt::format("{}", fmt::join(overrides, ", "));
  }
}

TEST(Quantise, IntegersAreTheRoundedParameters) {
  const Case c = make_case({"model.position=learned", "model.projection_bias=true"});
  const Program program = program_of(c);
  const auto expect_rounded = [&](const std::string& name, const auto& tensor, int exp) {
    const Tensor<float>& wanted = c.model.parameters.at(name);
    ASSERT_EQ(tensor.size(), wanted.size()) << name;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      EXPECT_EQ(tensor.data[i], std::floor(std::ldexp(wanted.data[i], -exp) + 0.5f)) << name;
    }
  };
  int linears = 0;
  for (const Op& op : program.ops) {
    if (const auto* linear = std::get_if<Linear>(&op)) {
      expect_rounded(linear->name + ".weight", linear->weight, linear->weight_type.exp);
      if (linear->bias_rows > 0) {
        expect_rounded(linear->name + ".bias", linear->bias,
                       linear->weight_type.exp + program.edges[linear->x].type.exp);
      }
      ++linears;
    } else if (const auto* norm = std::get_if<RangeNorm>(&op)) {
      expect_rounded(norm->name + ".weight", norm->weight, norm->weight_type.exp);
      expect_rounded(norm->name + ".bias", norm->bias, norm->weight_type.exp - 14);
    } else if (const auto* scan = std::get_if<Scan>(&op)) {
      expect_rounded(scan->name + ".D", scan->D, scan->D_type.exp);
      for (std::size_t i = 0; i < scan->A.size(); ++i) {
        const float A = -std::exp(c.model.parameters.at(scan->name + ".A_log").data[i]);
        EXPECT_EQ(scan->A.data[i], std::floor(std::ldexp(A, -scan->A_type.exp) + 0.5f));
      }
    }
  }
  EXPECT_EQ(linears, 1 + 2 * 7 + 1);
}

TEST(Quantise, MaxSaturatesNothingOnItsCalibrationSamples) {
  const Case c = make_case({});
  for (const EdgeReport& edge : quantise(c.model, c.samples, kThreads).report.edges) {
    EXPECT_EQ(edge.saturated, 0) << edge.name;
    const double high = std::ldexp(static_cast<double>(fx::max_of(edge.type.bits)), edge.type.exp);
    EXPECT_GT(2.1 * std::max(-edge.min, edge.max), high) << edge.name << ": exponent too large";
  }
}

TEST(Quantise, SearchIsNeverWorseThanItsStart) {
  for (const char* delta : {"relu-after", "relu-before"}) {
    const Case c = make_case({std::string("model.delta_activation=") + delta, "model.M=1"});
    const FloatEngine engine(c.model);
    const auto streams = streams_of(engine.program());
    const auto ranges = find_ranges(engine, streams, c.samples, kThreads, {});
    const Formats start = choose_formats(c.model, streams, ranges, Calibration::kMax);
    const Reference reference{c.samples.inputs,
                              answers(engine, c.model.normalisation, c.samples.inputs, kThreads)};
    const Formats found = search_exponents(c.model, start, reference, 1, kThreads, {});
    EXPECT_LT(output_error(c.model, found, reference, kThreads),
              0.98 * output_error(c.model, start, reference, kThreads))
        << delta;
  }
}

TEST(Quantise, TheResultDoesNotDependOnThreads) {
  const Case c = make_case({"quant.calibration=search", "model.M=1", "model.D=6", "model.N=2"});
  const QuantiseResult one = quantise(c.model, c.samples, 1);
  for (int threads : {2, 5}) {
    const QuantiseResult other = quantise(c.model, c.samples, threads);
    EXPECT_EQ(bytes_of(one.program), bytes_of(other.program)) << threads << " threads";
    EXPECT_EQ(to_json(one.report), to_json(other.report)) << threads << " threads";
  }
}

TEST(Quantise, RefusesWhatExistsInFloatingPointOnly) {
  for (const auto& [key, value] : {std::pair{"model.norm", "layer"},
                                   {"model.norm", "rms"},
                                   {"model.delta_activation", "softplus"}}) {
    const Case c = make_case({fmt::format("{}={}", key, value)});
    expect_error([&] { quantise(c.model, c.samples, kThreads); },
                 fmt::format("{} = \"{}\" exists in floating point only", key, value));
  }
}

TEST(Quantise, RefusesAModelThatOverflows) {
  Case c = make_case({});
  c.model.parameters["embed.bias"].data[3] = 3e38f;
  c.model.parameters["blocks.0.gate_proj.weight"].data[3] = 3e38f;
  expect_error([&] { quantise(c.model, c.samples, kThreads); }, "infinite or not a number");
}

TEST(Quantise, RefusesToCalibrateOnNothing) {
  const Case c = make_case({});
  expect_error([&] { quantise(c.model, Split{}, kThreads); }, "needs calibration samples");
}

TEST(Quantise, DeadChannelsAndTinyWeightsStillMakeAValidProgram) {
  Case c = make_case({"model.projection_bias=true"});
  for (const char* name : {"blocks.0.dt_proj.weight", "blocks.0.b_proj.weight",
                           "blocks.1.c_proj.weight", "blocks.1.conv.weight"}) {
    for (float& v : c.model.parameters[name].data) v = 0;
  }
  for (const char* name : {"blocks.0.dt_proj.bias", "blocks.0.in_proj.weight", "embed.weight"}) {
    for (float& v : c.model.parameters[name].data) v *= 1e-6f;
  }
  EXPECT_NO_THROW(Golden{program_of(c)});
}

// Any sizes, and parameters up to four times smaller or larger than usual: still a program that
// golden accepts.
TEST(Quantise, RandomModelsOfAnyScaleMakeValidPrograms) {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Rng rng{seed};
    Case c = make_case({}, 1, 4);
    c.model.spec = random_spec(rng);
    // Negative deltas would make states grow without bound, in floating point too.
    c.model.spec.model.delta_activation = DeltaActivation::kReluAfter;
    c.samples = first_samples(load_split(c.model.spec, "", "train"), 4);
    c.model = random_model(c.model.spec, seed, fit_normalisation(c.model.spec, c.samples));
    const int scale = static_cast<int>(seed % 3);  // parameters times 2^-scale .. 2^scale
    for (auto& [name, tensor] : c.model.parameters) {
      const float factor = std::ldexp(1.0f, rng.between(-scale, scale));
      if (name.ends_with("A_log")) continue;
      for (float& v : tensor.data) v *= factor;
    }
    try {
      const Golden golden(program_of(c));
      answers(golden, c.samples.inputs, 1);
    } catch (const Error& e) {
      ADD_FAILURE() << "seed " << seed << ": " << e.what();
    }
  }
}

TEST(Quantise, ReportsEveryEdgeAndEveryCurve) {
  const Case c = make_case({"approx.silu.segments=9", "model.M=1"});
  const QuantiseResult result = quantise(c.model, c.samples, kThreads);
  EXPECT_EQ(result.report.samples, c.samples.samples());
  ASSERT_EQ(result.report.edges.size(), result.program.edges.size() + 3);
  for (std::size_t e = 0; e < result.program.edges.size(); ++e) {
    const EdgeReport& edge = result.report.edges[e];
    EXPECT_EQ(edge.name, edge_name(result.program, static_cast<EdgeIndex>(e)));
    EXPECT_EQ(edge.type, result.program.edges[e].type);
    EXPECT_LE(edge.min, edge.max);
    EXPECT_GT(edge.snr_db, 10) << edge.name;
    EXPECT_TRUE(std::isfinite(edge.metric_lost)) << edge.name;
  }
  EXPECT_EQ(result.report.edges.back().name, "blocks.0.scan.state");
  std::map<std::string, int> rows, used;
  for (const CurveReport& curve : result.report.curves) {
    ++rows[curve.op];
    used[curve.op] += curve.used ? 1 : 0;
  }
  // Three methods with five segment counts each; 9 segments are not among them.
  EXPECT_EQ(rows,
            (std::map<std::string, int>{
                {"blocks.0.conv_silu", 16}, {"blocks.0.gate_silu", 16}, {"blocks.0.scan", 15}}));
  for (const auto& [op, count] : used) EXPECT_EQ(count, 1) << op;

  const nlohmann::json json = to_json(result.report);
  EXPECT_EQ(json["edges"].size(), result.report.edges.size());
  EXPECT_EQ(json["curves"].size(), result.report.curves.size());
  EXPECT_TRUE(json["edges"].back()["metric_lost"].is_null());
  EXPECT_EQ(json["golden_metric"], result.report.golden_metric);
}

}  // namespace
}  // namespace emamba

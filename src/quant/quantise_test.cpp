// SPDX-License-Identifier: Apache-2.0
#include "quant/quantise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "approx/exact.h"
#include "base/files.h"
#include "base/testing.h"
#include "base/toml.h"
#include "exec/evaluate.h"
#include "net/testing.h"
#include "quant/ranges.h"
#include "quant/report.h"
#include "quant/search.h"
#include "quant/testing.h"

namespace emamba {
namespace {

constexpr int kThreads = 2;

// A small random network of a synthetic task, how it is quantised, and samples of that task.
struct Case {
  Task task;
  NetSpec net;
  ApproxSpec approx;
  QuantSpec quant;
  FloatModel model;
  Split samples;

  void draw(std::uint64_t seed, std::size_t count) {
    const Split train = load_split(task, "", 0.1, "train");
    model = random_model(net, seed, fit_normalisation(net.sample, train));
    samples = first_samples(train, count);
  }
  Program program(int threads) const {
    return program_by(model, approx, quant, samples, quant.calibration, threads);
  }
  QuantiseResult quantised(int threads) const {
    return quantise(model, approx, quant, samples, threads);
  }
  Formats formats(const std::vector<Stream>& streams,
                  const std::vector<StreamRange>& ranges) const {
    return choose_formats(model, approx, quant, streams, ranges, Calibration::kMax);
  }
};

Case make_case(const std::vector<std::string>& overrides, std::uint64_t seed = 1,
               std::size_t samples = 96) {
  nlohmann::json nested = {{"task", "synthetic-images"}};
  for (const char* text : {"model.D=12", "model.N=4", "quant.calibration=max"}) {
    apply_override(nested, text);
  }
  for (const std::string& text : overrides) apply_override(nested, text);
  const nlohmann::json flat = flattened(nested);
  const std::string source = "test";
  std::set<std::string> known;
  const KeyReader reader{flat, source, known};
  Case c;
  c.task = task_called(flat.at("task"));
  c.net.sample = c.task.shape.sample();
  visit_keys(c.net.model, reader);
  visit_keys(c.approx, reader);
  visit_keys(c.quant, reader);
  c.draw(seed, samples);
  return c;
}

// Golden's outputs against the float engine's: the power of what changes from sample to sample over
// the power of the error.
double snr_db(const FloatModel& model, const Program& program, const Tensor<float>& inputs) {
  const Tensor<float> wanted = answers(FloatEngine(model), inputs, kThreads);
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
  return c.program(kThreads);
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
      {"quant.weight_exponents=per-channel"},
      {"quant.weight_exponents=per-channel", "model.position=learned", "model.projection_bias=true",
       "model.head=mean-linear"},
      {"quant.calibration=percentile", "quant.percentile=99.99"},
      {"approx.silu.form=lines", "approx.exp.form=lines"},
      {"quant.scan_order=delta-x"},
      {"quant.scan_order=delta-x", "model.delta_activation=relu-before", "quant.state_bits=16"},
      {"approx.silu.form=table", "approx.exp.form=lines"},
      {"approx.silu.form=lines", "approx.exp.form=lines", "approx.silu.method=greedy",
       "approx.exp.method=equal", "approx.exp.segments=17"},
  };
  for (const auto& overrides : kCases) {
    const Case c = make_case(overrides);
    const Split fresh = first_samples(load_split(c.task, "", 0.1, "test"), 48);
    EXPECT_GT(snr_db(c.model, program_of(c), fresh.inputs), 16)
        << fmt::format("{}", fmt::join(overrides, ", "));
  }
}

TEST(Quantise, IntegersAreTheRoundedParameters) {
  for (const char* exponents : {"per-tensor", "per-channel"}) {
    const Case c = make_case({"model.position=learned", "model.projection_bias=true",
                              fmt::format("quant.weight_exponents={}", exponents)});
    const Program program = program_of(c);
    // exp(i) is the exponent of number i.
    const auto expect_each = [&](const std::string& name, const auto& tensor, const auto& exp) {
      const Tensor<float>& wanted = c.model.parameters.at(name);
      ASSERT_EQ(tensor.size(), wanted.size()) << name;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_EQ(tensor.data[i], std::floor(std::ldexp(wanted.data[i], -exp(i)) + 0.5f)) << name;
      }
    };
    const auto expect_rounded = [&](const std::string& name, const auto& tensor, int exp) {
      expect_each(name, tensor, [&](std::size_t) { return exp; });
    };
    int linears = 0;
    for (const Op& op : program.ops) {
      if (const auto* linear = std::get_if<Linear>(&op)) {
        expect_each(linear->name + ".weight", linear->weight,
                    [&](std::size_t i) { return channel_type(*linear, i / linear->in).exp; });
        if (linear->bias_rows > 0) {
          expect_each(linear->name + ".bias", linear->bias, [&](std::size_t i) {
            return channel_type(*linear, i % linear->out).exp + program.edges[linear->x].type.exp;
          });
        }
        ++linears;
      } else if (const auto* conv = std::get_if<DwConv>(&op)) {
        const int x_exp = program.edges[conv->x].type.exp;
        expect_each(conv->name + ".weight", conv->weight,
                    [&](std::size_t i) { return channel_type(*conv, i / conv->taps).exp; });
        expect_each(conv->name + ".bias", conv->bias,
                    [&](std::size_t i) { return channel_type(*conv, i).exp + x_exp; });
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
}

// A channel's row of weights as the real numbers that its integers stand for.
template <class AnyOp>
std::vector<double> row_of(const AnyOp& op, std::size_t channel) {
  const std::size_t inputs = op.weight.size() / op.weight.shape[0];
  std::vector<double> row;
  for (std::size_t i = 0; i < inputs; ++i) {
    row.push_back(std::ldexp(op.weight.row(channel)[i], channel_type(op, channel).exp));
  }
  return row;
}

// Channels 1 and 3 of the convolution and the first projection have small weights, channel 2 of the
// convolution has none.
Case channels_case(const std::string& exponents) {
  Case c = make_case({"quant.weight_exponents=" + exponents, "model.projection_bias=true"});
  for (const char* name : {"blocks.0.conv", "blocks.0.gate_proj"}) {
    Tensor<float>& weight = c.model.parameters.at(std::string(name) + ".weight");
    const std::size_t inputs = weight.size() / weight.shape[0];
    for (std::size_t i = 0; i < inputs; ++i) {
      weight.row(1)[i] *= 0.1f;
      weight.row(3)[i] *= 1e-4f;
    }
  }
  Tensor<float>& conv = c.model.parameters.at("blocks.0.conv.weight");
  for (std::size_t i = 0; i < conv.shape[1]; ++i) conv.row(2)[i] = 0;
  return c;
}

// Calls f(op) for every op of a program that has weights of channels.
template <class F>
void for_channelled(const Program& program, const F& f) {
  for (const Op& op : program.ops) {
    if (const auto* linear = std::get_if<Linear>(&op)) f(*linear);
    if (const auto* conv = std::get_if<DwConv>(&op)) f(*conv);
  }
}

TEST(Quantise, ExponentsOfChannelsNeverCostPrecision) {
  const Program tensors = program_of(channels_case("per-tensor"));
  const Case c = channels_case("per-channel");
  const Program channels = program_of(c);
  int finer = 0;
  std::size_t at = 0;
  const auto compare = [&](const auto& own) {
    while (name_of(tensors.ops[at]) != own.name) ++at;
    const auto& all = std::get<std::decay_t<decltype(own)>>(tensors.ops[at]);
    EXPECT_TRUE(all.weight_offset.empty()) << own.name;
    const Tensor<float>& wanted = c.model.parameters.at(own.name + ".weight");
    for (std::size_t o = 0; o < wanted.shape[0]; ++o) {
      EXPECT_LE(channel_type(own, o).exp, all.weight_type.exp) << own.name;
      EXPECT_GE(channel_type(own, o).exp, all.weight_type.exp - kMaxWeightOffset) << own.name;
      const std::vector<double> fine = row_of(own, o), coarse = row_of(all, o);
      for (std::size_t i = 0; i < fine.size(); ++i) {
        const double weight = wanted.row(o)[i];
        EXPECT_LE(std::abs(fine[i] - weight), std::abs(coarse[i] - weight)) << own.name;
        finer += std::abs(fine[i] - weight) < std::abs(coarse[i] - weight);
      }
    }
  };
  for_channelled(channels, compare);
  EXPECT_GT(finer, 500);
}

TEST(Quantise, ExponentsOfChannelsAreTheSmallestWithinTheBound) {
  const Program program = program_of(channels_case("per-channel"));
  int checked = 0;
  for_channelled(program, [&](const auto& op) {
    if (op.weight_offset.empty()) return;
    // Some channel has the type's exponent, and none is farther from it than the bound.
    EXPECT_EQ(*std::min_element(op.weight_offset.data.begin(), op.weight_offset.data.end()), 0);
    EXPECT_LE(largest_offset(op.weight_offset), kMaxWeightOffset);
    for (std::size_t o = 0; o < op.weight_offset.size(); ++o) {
      const int offset = op.weight_offset.data[o];
      const auto inputs = static_cast<std::ptrdiff_t>(op.weight.size() / op.weight.shape[0]);
      const auto most = std::abs(int{*std::max_element(
          op.weight.row(o), op.weight.row(o) + inputs,
          [](std::int8_t a, std::int8_t b) { return std::abs(int{a}) < std::abs(int{b}); })});
      // With the exponent below, the largest weight would not fit.
      EXPECT_TRUE(offset == 0 || most == 0 || most >= 63) << op.name << " " << o;
      ++checked;
    }
    if (op.name != "blocks.0.conv") return;
    EXPECT_GE(op.weight_offset.data[0], op.weight_offset.data[1] + 2);
    EXPECT_EQ(op.weight_offset.data[2], kMaxWeightOffset);
    EXPECT_EQ(op.weight_offset.data[3], 0);
  });
  EXPECT_GT(checked, 50);
}

// The search moves a tensor's exponent, and its channels' with it.
TEST(Quantise, TheSearchKeepsOffsets) {
  const Case c = channels_case("per-channel");
  const FloatEngine engine(c.model);
  const auto streams = streams_of(engine.program());
  const auto ranges = find_ranges(engine, streams, c.samples, kThreads, {});
  Formats start = c.formats(streams, ranges);
  start.exponent.at("blocks.0.conv.weight") += 2;  // one that the search will move
  const Split some = first_samples(c.samples, 16);
  const Reference reference{some.inputs, answers(engine, some.inputs, kThreads)};
  const Formats found = search_exponents(c.model, start, reference, {}, 1, kThreads, {});
  EXPECT_EQ(found.weight_offset, start.weight_offset);
  EXPECT_NE(found.exponent, start.exponent);
  EXPECT_LT(output_error(c.model, found, reference, kThreads),
            output_error(c.model, start, reference, kThreads));
}

TEST(Quantise, MaxSaturatesNothingOnItsCalibrationSamples) {
  const Case c = make_case({});
  for (const EdgeReport& edge : c.quantised(kThreads).report.edges) {
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
    const Formats start = c.formats(streams, ranges);
    const Reference reference{c.samples.inputs, answers(engine, c.samples.inputs, kThreads)};
    const Formats found = search_exponents(c.model, start, reference, {}, 1, kThreads, {});
    EXPECT_LT(output_error(c.model, found, reference, kThreads),
              0.98 * output_error(c.model, start, reference, kThreads))
        << delta;
  }
}

TEST(Quantise, TheResultIsTheSameTwiceAndOnAnyNumberOfThreads) {
  const Case c = make_case({"quant.calibration=search", "model.M=1", "model.D=6", "model.N=2"});
  const QuantiseResult one = c.quantised(1);
  for (int threads : {1, 2, 8}) {
    const QuantiseResult other = c.quantised(threads);
    EXPECT_EQ(bytes_of(one.program), bytes_of(other.program)) << threads << " threads";
    EXPECT_EQ(to_json(one.report), to_json(other.report)) << threads << " threads";
  }
}

TEST(Quantise, RefusesWhatExistsInFloatingPointOnly) {
  for (const auto& [setting, what] :
       {std::pair{"model.norm=rms", "blocks.0.norm: RMS norm"},
        {"model.delta_activation=softplus", "blocks.0.dt_proj: softplus"}}) {
    const Case c = make_case({setting});
    expect_error([&] { c.quantised(kThreads); },
                 fmt::format("{} exists in floating point only", what));
  }
}

// What is said by default, by name, and for inputs that are too wide.
TEST(Quantise, FunctionsHaveTheFormThatIsAskedFor) {
  const auto forms = [](const Program& program) {
    std::string text;
    for (const Op& op : program.ops) {
      const auto add = [&](const FunctionIntegers& function) {
        text += std::holds_alternative<LookupTable>(function) ? 't' : 'l';
      };
      if (const auto* pwl = std::get_if<Pwl>(&op)) add(pwl->table);
      if (const auto* scan = std::get_if<Scan>(&op)) add(scan->exp);
    }
    return text;
  };
  // Of one block: the gate's SiLU, the convolution's, and the scan's exponential.
  EXPECT_EQ(forms(program_of(make_case({"model.M=1"}))), "ttt");
  EXPECT_EQ(forms(program_of(make_case({"model.M=1", "approx.silu.form=lines"}))), "llt");
  EXPECT_EQ(forms(program_of(make_case({"model.M=1", "approx.exp.form=lines"}))), "ttl");

  const auto widen = [](Case& c) { c.model.network.edges[3].type.bits = 10; };  // into gate_silu
  Case c = make_case({"model.M=1"});
  ASSERT_EQ(std::get<Pwl>(c.model.network.ops[3]).x, 3);
  widen(c);
  EXPECT_EQ(forms(program_of(c)), "ltt");
  c = make_case({"model.M=1", "approx.silu.form=table"});
  widen(c);
  expect_error([&] { c.quantised(kThreads); },
               "approx.silu.form = \"table\": the input of blocks.0.gate_silu has 10 bits, a table "
               "at most 8");
}

TEST(Quantise, TablesAreTheFunctionAtTheTypesOfTheProgram) {
  const Program program = program_of(make_case({"model.M=1"}));
  int tables = 0;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    if (const auto* pwl = std::get_if<Pwl>(&program.ops[i])) {
      EXPECT_EQ(std::get<LookupTable>(pwl->table),
                exact_table(pwl->function, program.edges[pwl->x].type, program.edges[i + 1].type));
      ++tables;
    } else if (const auto* scan = std::get_if<Scan>(&program.ops[i])) {
      EXPECT_EQ(std::get<LookupTable>(scan->exp),
                exact_table(Function::kExp, scan->z_type, {8, -7}));
      ++tables;
    }
  }
  EXPECT_EQ(tables, 3);
}

// As many states as edges and scans have numbers of their own: u instead of B-bar, one a channel.
TEST(Quantise, TheOrderOfTheScanIsThatAskedFor) {
  const Case c = make_case({"model.M=1", "quant.scan_order=delta-x"});
  const QuantiseResult result = c.quantised(kThreads);
  const auto& edges = result.report.edges;
  EXPECT_EQ(edges[edges.size() - 2].name, "blocks.0.scan.u");
  for (const Op& op : result.program.ops) {
    const auto* scan = std::get_if<Scan>(&op);
    if (scan == nullptr) continue;
    EXPECT_EQ(scan->order, ScanOrder::kDeltaX);
    EXPECT_EQ(scan->product_type, edges[edges.size() - 2].type);
    EXPECT_GT(edges[edges.size() - 2].snr_db, 20);
  }
}

TEST(Quantise, RefusesAModelThatOverflows) {
  Case c = make_case({});
  c.model.parameters["embed.bias"].data[3] = 3e38f;
  c.model.parameters["blocks.0.gate_proj.weight"].data[3] = 3e38f;
  expect_error([&] { c.quantised(kThreads); }, "infinite or not a number");
}

TEST(Quantise, RefusesToCalibrateOnNothing) {
  Case c = make_case({});
  c.samples = {};
  expect_error([&] { c.quantised(kThreads); }, "needs calibration samples");
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
    c.net = random_net(rng);
    c.task = task_called(c.net.sample.vocab > 0 ? "synthetic-tokens" : "synthetic-images");
    c.quant.output_bits = c.net.output_bits;
    c.quant.state_bits = c.net.state_bits;
    c.quant.weight_exponents =
        rng.below(2) ? WeightExponents::kPerChannel : WeightExponents::kPerTensor;
    // Negative deltas would make states grow without bound, in floating point too.
    c.net.model.delta_activation = DeltaActivation::kReluAfter;
    c.draw(seed, 4);
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
  const Case c = make_case({"approx.silu.form=lines", "approx.silu.segments=9", "model.M=1"});
  const QuantiseResult result = c.quantised(kThreads);
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
  // Three methods with five segment counts each, of which 9 segments are none, and a table.
  EXPECT_EQ(rows,
            (std::map<std::string, int>{
                {"blocks.0.conv_silu", 16}, {"blocks.0.gate_silu", 16}, {"blocks.0.scan", 16}}));
  EXPECT_EQ(result.report.curves.back().method, "table");
  EXPECT_TRUE(result.report.curves.back().used);
  for (const auto& [op, count] : used) EXPECT_EQ(count, 1) << op;

  const nlohmann::json json = to_json(result.report);
  EXPECT_EQ(json["edges"].size(), result.report.edges.size());
  EXPECT_EQ(json["curves"].size(), result.report.curves.size());
  EXPECT_TRUE(json["edges"].back()["metric_lost"].is_null());
  EXPECT_EQ(json["golden_metric"], result.report.golden_metric.value);
}

}  // namespace
}  // namespace emamba

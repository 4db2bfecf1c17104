// SPDX-License-Identifier: Apache-2.0
// The ways through sequences, once for all engines that have them, and the one comparison.
#include "tester.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "exec/fast.h"
#include "exec/float.h"
#include "exec/golden.h"
#include "net/builder.h"
#include "quant/testing.h"

namespace emamba {
namespace {

// What a runner shows of one sequence: every edge (rows, width), or only the answer.
using Edges = std::vector<Tensor<double>>;
template <class T>
using Sequences = std::vector<Tensor<T>>;

template <class T>
Edges doubles(const std::vector<Tensor<T>>& edges) {
  Edges result;
  for (const Tensor<T>& edge : edges) {
    result.push_back({edge.shape, {edge.data.begin(), edge.data.end()}});
  }
  return result;
}

// A sequence on its way through an engine, vector by vector, and what stood on its edges.
template <class AnyEngine>
struct Walker {
  using T = typename AnyEngine::Number;

  const AnyEngine& engine;
  const Tensor<T>& vectors;
  typename AnyEngine::State state;
  Edges seen;

  Walker(const AnyEngine& e, const Tensor<T>& v) : engine(e), vectors(v), state(e.initial()) {
    for (const Edge& edge : engine.program().edges) {
      const auto rows = std::size_t(rows_of(edge, length()));
      seen.push_back(make_tensor<double>({rows, std::size_t(edge.width)}));
    }
  }
  int length() const { return static_cast<int>(vectors.shape[0]); }
  void step() {
    const auto t = static_cast<std::size_t>(state.token);
    engine.step(state, vectors.row(t));
    for (std::size_t e = 0; e < seen.size(); ++e) {
      const std::vector<T>& values = state.values[e].data;
      // Behind a pooling there is one row, which is there at the last vector.
      std::copy(values.begin(), values.end(), seen[e].row(seen[e].shape[0] > 1 ? t : 0));
    }
  }
  void step_to(int end) {
    while (state.token < end) step();
  }
  // Goes on from here with vectors `first` up to `end` of another sequence, unseen.
  void stray(const Tensor<T>& other, std::size_t first, std::size_t end) {
    for (std::size_t t = first; t < end; ++t) engine.step(state, other.row(t));
  }
};

template <class AnyEngine, class T>
std::vector<Edges> stepped(const AnyEngine& engine, Way way, const Sequences<T>& sequences) {
  std::vector<Walker<AnyEngine>> walkers;
  int longest = 0;
  for (const Tensor<T>& vectors : sequences) {
    walkers.emplace_back(engine, vectors);
    longest = std::max(longest, walkers.back().length());
  }
  if (way == Way::kInterleaved) {
    for (int t = 1; t <= longest; ++t) {
      for (auto& walker : walkers) walker.step_to(std::min(t, walker.length()));
    }
  }
  std::vector<Edges> seen;
  for (std::size_t i = 0; i < walkers.size(); ++i) {
    Walker<AnyEngine>& walker = walkers[i];
    const Tensor<T>& other = sequences[(i + 1) % sequences.size()];
    if (way == Way::kRestored) {
      walker.step_to(walker.length() / 2);
      const auto saved = walker.state;
      walker.stray(other, std::size_t(saved.token), other.shape[0]);
      walker.state = saved;
    } else if (way == Way::kRestarted) {
      walker.stray(other, 0, other.shape[0] / 2);
      walker.state = engine.initial();
    }
    walker.step_to(walker.length());
    seen.push_back(std::move(walker.seen));
  }
  return seen;
}

template <class AnyEngine, class T>
std::vector<Edges> traced(const AnyEngine& engine, const Sequences<T>& sequences) {
  std::vector<Edges> seen;
  for (const Tensor<T>& vectors : sequences) seen.push_back(doubles(engine.trace(vectors)));
  return seen;
}
std::vector<Edges> traced(const Fast& engine, const Sequences<std::int32_t>& sequences) {
  std::vector<Edges> seen;
  std::vector<Tensor<std::int32_t>> edges;  // of the sequence before, as memory
  for (const Tensor<std::int32_t>& vectors : sequences) {
    engine.trace(vectors, edges);
    seen.push_back(doubles(edges));
  }
  return seen;
}

// What an engine shows of every sequence on one of its ways.
template <class AnyEngine, class T>
std::vector<Edges> go(const AnyEngine& engine, Way way, const Sequences<T>& sequences) {
  if (way == Way::kTrace) return traced(engine, sequences);
  if (way == Way::kRun) {
    std::vector<Edges> seen;
    for (const Tensor<T>& vectors : sequences) {
      std::vector<T> answer = engine.run(vectors);
      seen.push_back(doubles<T>({{{answer.size()}, std::move(answer)}}));
    }
    return seen;
  }
  if constexpr (requires { engine.initial(); }) return stepped(engine, way, sequences);
  throw Error("this engine has no steps");
}

std::string text(Runner runner) {
  constexpr const char* kEngines[] = {"float", "golden", "fast"};
  constexpr const char* kWays[] = {"trace", "run", "step", "interleaved", "restored", "restarted"};
  return fmt::format("{} ({})", kEngines[static_cast<int>(runner.engine)],
                     kWays[static_cast<int>(runner.way)]);
}

// Where `seen` parts from `wanted`, which has all edges.
std::string place(const Program& program, const std::vector<Edges>& wanted,
                  const std::vector<Edges>& seen) {
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const std::size_t first = wanted[s].size() - seen[s].size();  // the first edge that is shown
    for (std::size_t e = first; e < wanted[s].size(); ++e) {
      const Tensor<double>&a = wanted[s][e], &b = seen[s][e - first];
      const std::string edge =
          fmt::format("sequence {}, edge '{}'", s, edge_name(program, static_cast<EdgeIndex>(e)));
      if (a.size() != b.size()) return fmt::format("{}: {} numbers, {}", edge, a.size(), b.size());
      const auto [x, y] = std::mismatch(a.data.begin(), a.data.end(), b.data.begin());
      if (x == a.data.end()) continue;
      const auto at = static_cast<std::size_t>(x - a.data.begin()), width = a.shape[1];
      return fmt::format("{}, vector {}, channel {}: {}, {}", edge, at / width, at % width, *x, *y);
    }
  }
  return "";
}

Sequences<float> real(const Program& program, const Sequences<std::int32_t>& sequences) {
  Sequences<float> result;
  for (const Tensor<std::int32_t>& integers : sequences) {
    Tensor<float> vectors{integers.shape, {}};
    for (std::int32_t q : integers.data) {
      vectors.data.push_back(std::ldexp(static_cast<float>(q), program.edges[0].type.exp));
    }
    result.push_back(std::move(vectors));
  }
  return result;
}

Case case_of(std::uint64_t seed, const NetSpec& spec, const Program& network, Rng& rng) {
  const ModelSpec& m = spec.model;
  Case c;
  c.name = fmt::format("seed {} (L {}, D {}, E {}, N {}, K {}, M {})", seed,
                       network.input.vectors(), m.D, m.E, m.N, m.K, m.M);
  c.program = random_program(network, spec.draw, rng);
  c.model = random_model(network, rng.next(), network.input.normalisation);
  keep_delta_positive(c.model);
  return c;
}

NetSpec spec_of(Rng& rng) {
  NetSpec spec = random_net(rng);
  spec.draw.offsets = rng.below(2) == 1;
  spec.draw.tables = rng.below(2) == 1;
  spec.draw.orders = true;
  return spec;
}

}  // namespace

const std::vector<Runner>& all_runners() {
  static const std::vector<Runner> runners = {
      {Engine::kFloat, Way::kRun},         {Engine::kFloat, Way::kStep},
      {Engine::kFloat, Way::kInterleaved}, {Engine::kFloat, Way::kRestored},
      {Engine::kFloat, Way::kRestarted},   {Engine::kGolden, Way::kRun},
      {Engine::kGolden, Way::kStep},       {Engine::kGolden, Way::kInterleaved},
      {Engine::kGolden, Way::kRestored},   {Engine::kGolden, Way::kRestarted},
      {Engine::kFast, Way::kTrace},        {Engine::kFast, Way::kRun},
  };
  return runners;
}

std::vector<Tensor<std::int32_t>> random_sequences(const Program& program,
                                                   const std::vector<int>& lengths, Rng& rng) {
  std::vector<Tensor<std::int32_t>> sequences;
  for (int length : lengths) sequences.push_back(random_tokens(program, rng, length));
  return sequences;
}

Case random_case(std::uint64_t seed) {
  Rng rng{seed};
  const NetSpec spec = spec_of(rng);
  const Program network = network_of(spec).program;
  Case c = case_of(seed, spec, network, rng);
  const int length = network.input.vectors();
  c.sequences = random_sequences(network, {length, length}, rng);
  return c;
}

Case case_of(std::uint64_t seed, const NetSpec& spec) {
  Rng rng{seed};
  const Program network = network_of(spec).program;
  Case c = case_of(seed, spec, network, rng);
  const int length = network.input.vectors();
  c.sequences = random_sequences(network, {length, length}, rng);
  return c;
}

Case open_case(std::uint64_t seed, const std::vector<int>& lengths) {
  Rng rng{seed};
  return open_case(seed, spec_of(rng), lengths);
}

Case open_case(std::uint64_t seed, const NetSpec& of, const std::vector<int>& lengths) {
  Rng rng{seed + 1};
  NetSpec spec = of;
  spec.model.position = Position::kNone;
  Program network = network_of(spec).program;
  while (!std::holds_alternative<Pool>(network.ops.back())) network.ops.pop_back();
  network.ops.pop_back();
  network.edges.resize(network.ops.size() + 1);
  const auto x = static_cast<EdgeIndex>(network.ops.size());
  Builder{network}.add(linear("head.out", x, spec.model.D, spec.outputs, true), spec.output_bits);
  Case c = case_of(seed, spec, network, rng);
  c.sequences = random_sequences(network, lengths, rng);
  return c;
}

std::string disagreement(const Case& c, const std::vector<Runner>& runners) {
  const FloatEngine real_engine(c.model);
  const Golden golden(c.program);
  const Fast fast(c.program);
  const Sequences<float> reals = real(c.program, c.sequences);
  const auto run = [&](Runner runner) {
    switch (runner.engine) {
      case Engine::kFloat:
        return go(real_engine, runner.way, reals);
      case Engine::kGolden:
        return go(golden, runner.way, c.sequences);
      case Engine::kFast:
        return go(fast, runner.way, c.sequences);
    }
    throw Error("unknown engine");
  };
  std::map<Engine, std::vector<Edges>> wanted;  // of the engines that others are held against
  for (const Runner runner : runners) {
    const bool integers = runner.engine != Engine::kFloat;
    const Runner reference{integers ? Engine::kGolden : Engine::kFloat, Way::kTrace};
    if (!wanted.contains(reference.engine)) wanted[reference.engine] = run(reference);
    const std::string where = place(c.program, wanted[reference.engine], run(runner));
    if (!where.empty()) {
      return fmt::format("{}: {} and {} part in {}", c.name, text(reference), text(runner), where);
    }
  }
  return "";
}

}  // namespace emamba

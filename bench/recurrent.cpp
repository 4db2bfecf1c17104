// SPDX-License-Identifier: Apache-2.0
// `recurrent CONFIG lstm|gru [LAYERS [HIDDEN [SEEDS]]]`: a recurrent network in the place of the
// blocks of a Mamba with a flattening head, trained as its config says and measured on the test
// split; for docs/baselines.md. It is torch's own, in floating point: there is no program of it.
#include <fmt/format.h>
#include <torch/torch.h>

#include <span>

#include "base/error.h"
#include "data/metrics.h"
#include "flow/data.h"
#include "flow/job.h"
#include "train/adamw.h"
#include "train/batches.h"
#include "train/loss.h"
#include "train/runtime.h"

namespace emamba {
namespace {

struct Recurrent : torch::nn::Module {
  Recurrent(bool is_lstm, int width, int hidden, int layers, int tokens, int head, int outputs)
      : flattened(std::int64_t{tokens} * hidden) {
    if (is_lstm) {
      lstm = register_module(
          "lstm", torch::nn::LSTM(
                      torch::nn::LSTMOptions(width, hidden).num_layers(layers).batch_first(true)));
    } else {
      gru = register_module(
          "gru", torch::nn::GRU(
                     torch::nn::GRUOptions(width, hidden).num_layers(layers).batch_first(true)));
    }
    inner = register_module("inner", torch::nn::Linear(flattened, head));
    out = register_module("out", torch::nn::Linear(head, outputs));
  }

  torch::Tensor forward(const torch::Tensor& tokens) {
    const torch::Tensor states =
        lstm ? std::get<0>(lstm->forward(tokens)) : std::get<0>(gru->forward(tokens));
    return out->forward(torch::relu(inner->forward(states.reshape({-1, flattened}))));
  }

  std::int64_t flattened;
  torch::nn::LSTM lstm = nullptr;
  torch::nn::GRU gru = nullptr;
  torch::nn::Linear inner = nullptr, out = nullptr;
};

void run(const Job& job, bool lstm, int layers, int hidden, int seeds) {
  const Split train = job_split(job, "train"), test = job_split(job, "test");
  Program program = network_of(job.spec).program;
  program.input.normalisation = fit_normalisation(program.input, train);
  const Input& input = program.input;
  const TrainSpec& spec = job.spec.train;
  const auto batch = static_cast<std::size_t>(spec.batch);
  const std::size_t in_epoch = train.samples() / batch;
  const std::size_t steps = in_epoch * static_cast<std::size_t>(spec.epochs);
  const int outputs = program.edges.back().width;
  for (int seed = 1; seed <= seeds; ++seed) {
    torch::manual_seed(seed);
    Recurrent network(lstm, input.vector_width(), hidden, layers, input.vectors(),
                      job.spec.model.head_hidden, outputs);
    std::int64_t parameters = 0;
    for (const torch::Tensor& p : network.parameters()) parameters += p.numel();
    torch::optim::AdamW optimiser(network.parameters(),
                                  torch::optim::AdamWOptions().weight_decay(spec.weight_decay));
    Rng rng{static_cast<std::uint64_t>(seed)};
    for (std::size_t step = 0; step < steps;) {
      const std::vector<std::size_t> order = permutation(train.samples(), rng);
      for (std::size_t i = 0; i < in_epoch; ++i, ++step) {
        const auto samples = std::span(order).subspan(i * batch, batch);
        for (auto& group : optimiser.param_groups()) {
          group.options().set_lr(learning_rate(spec, step, steps));
        }
        optimiser.zero_grad();
        loss_of(spec, network.forward(token_batch(input, spec, train, samples, &rng)),
                answer_batch(train, samples))
            .backward();
        optimiser.step();
      }
    }
    const Metrics metrics = metrics_of(
        test, answers_by_batch(input, spec, test, outputs, 1, [&](const torch::Tensor& tokens) {
          return network.forward(tokens);
        }));
    fmt::print("{} layers of {}, {} parameters, seed {}:", layers, hidden, parameters, seed);
    for (const Metric& m : metrics.all) fmt::print(" {} {:.2f} {}", m.name, m.value, m.unit);
    fmt::print("\n");
    std::fflush(stdout);
  }
}

}  // namespace
}  // namespace emamba

int main(int count, char** words) {
  const std::string kind = count > 2 ? words[2] : "";
  if (kind != "lstm" && kind != "gru") {
    fmt::print(stderr, "usage: recurrent CONFIG lstm|gru [LAYERS [HIDDEN [SEEDS]]]\n");
    return 2;
  }
  const auto number = [&](int at, int initial) {
    return count > at ? std::stoi(words[at]) : initial;
  };
  try {
    emamba::prepare_runtime();
    const emamba::Job job = emamba::open_job(words[1], {}, {});
    if (job.spec.model.head != emamba::Head::kFlattenMlp) {
      throw emamba::Error(std::string(words[1]) + ": model.head is not flatten-mlp");
    }
    emamba::run(job, kind == "lstm", number(3, 2), number(4, 20), number(5, 3));
  } catch (const std::exception& e) {
    fmt::print(stderr, "error: {}\n", e.what());
    return 1;
  }
}

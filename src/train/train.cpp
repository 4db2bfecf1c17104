// SPDX-License-Identifier: Apache-2.0
#include "train/train.h"

#include <torch/types.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "base/files.h"
#include "base/half.h"
#include "train/batches.h"
#include "train/checkpoint.h"
#include "train/graph.h"
#include "train/initialise.h"
#include "train/runtime.h"
#include "train/step.h"
#include "train/weights.h"

namespace emamba {
namespace {

// Where the training stands, for messages.
struct Place {
  int epoch;
  std::size_t step;
};

[[noreturn]] void fail_not_finite(const std::string& what, Place place) {
  throw Error(fmt::format("training diverged: {} is not finite in epoch {}, step {}", what,
                          place.epoch, place.step),
              "try a smaller train.lr, a longer train.warmup or train.clip = 1; the checkpoint of "
              "the last complete epoch, if there is one, is kept");
}

// Refuses a step that would not fit in memory, before it is tried.
void require_memory(const Program& network, std::size_t batch) {
  constexpr double kLimit = 2e9, kFloat = 4;  // bytes
  // Parameters, their gradients and two moments; and what the backward pass needs: all edges, and
  // about half as much again.
  const double parameters = 4 * kFloat * static_cast<double>(parameter_count(network));
  double numbers = 0;
  for (const Edge& edge : network.edges) {
    numbers += static_cast<double>(rows_of(edge, network.input.vectors())) * edge.width;
  }
  const double sample = 1.5 * kFloat * numbers;
  const double step = parameters + sample * static_cast<double>(batch);
  if (step <= kLimit) return;
  const double fitting = std::floor((kLimit - parameters) / sample);
  throw Error(fmt::format("a training step of {} samples needs about {:.1f} GB, more than {:.1f}",
                          batch, step * 1e-9, kLimit * 1e-9),
              fitting >= 1 ? fmt::format("set train.batch to at most {:.0f}", fitting)
                           : "make the model smaller");
}

Metrics evaluate(const Program& network, const TrainSpec& spec, const Parameters& parameters,
                 const Split& split, int threads) {
  const Graph graph(network);
  return metrics_of(split, answers_by_batch(network.input, spec, split, network.edges.back().width,
                                            threads, [&](const torch::Tensor& tokens) {
                                              return graph.forward(parameters, tokens);
                                            }));
}

// Mean target of each output; empty for classification.
std::vector<float> mean_target(const Split& split) {
  if (split.targets.empty()) return {};
  std::vector<double> sum(split.targets.shape[1]);
  for (std::size_t i = 0; i < split.samples(); ++i) {
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += split.targets.row(i)[j];
  }
  std::vector<float> mean;
  const auto samples = static_cast<double>(split.samples());
  for (const double s : sum) mean.push_back(static_cast<float>(s / samples));
  return mean;
}

std::string describe(const EpochRecord& record) {
  const std::string loss = fmt::format("epoch {}, loss {:.4f}", record.epoch, record.loss);
  if (!record.val) return loss;
  const Metric& main = record.val->main();
  return fmt::format("{}, val {} {:.2f}{}{}", loss, main.name, main.value,
                     main.unit.empty() ? "" : " ", main.unit);
}

// One training from its start, or from a checkpoint, to its end.
class Trainer {
 public:
  Trainer(const Network& network, const TrainSpec& spec, const Split& train, const Split& val,
          const TrainOptions& options)
      : network_(network.program),
        spec_(spec),
        train_(train),
        val_(val),
        options_(options),
        state_(start(network)),
        weights_(state_.parameters, parameters_of(network), spec.weight_decay),
        gradients_(network_, spec, weights_, options.threads, Kernels::kFused, options.device),
        batch_(std::min<std::size_t>(static_cast<std::size_t>(spec.batch), train.samples())),
        steps_per_epoch_(train.samples() / batch_),
        steps_(steps_per_epoch_ * static_cast<std::size_t>(spec.epochs)) {
    network_.input.normalisation = state_.normalisation;
    weights_.m = state_.m;
    weights_.v = state_.v;
  }

  TrainResult run() {
    bool stopped = false;
    for (int epoch = static_cast<int>(state_.history.size()) + 1; epoch <= spec_.epochs && !stopped;
         ++epoch) {
      stopped = !run_epoch(epoch);
    }
    FloatModel model{.network = network_, .parameters = from_torch(weights_.parameters)};
    if (spec_.bfloat16) {
      for (auto& [name, tensor] : model.parameters) {
        for (float& v : tensor.data) v = static_cast<float>(Bfloat16::nearest(v));
      }
    }
    model.network.origin =
        fmt::format("emamba train, seed {}, {} training samples", spec_.seed, train_.samples());
    return {std::move(model), state_.history, stopped};
  }

 private:
  std::string file(const char* name) const { return options_.out + "/" + name; }

  Checkpoint start(const Network& network) const {
    Checkpoint fresh;
    fresh.config = network_.config;
    fresh.normalisation = fit_normalisation(network_.input, train_);
    fresh.samples = train_.samples();
    if (options_.resume) return read_checkpoint(file("checkpoint.safetensors"), network_, fresh);
    fresh.parameters = initial_parameters(network, spec_.seed, mean_target(train_));
    fresh.m.resize(parameter_count(network_));
    fresh.v.resize(parameter_count(network_));
    fresh.rng.state = ~spec_.seed;  // another stream than that of the first weights
    return fresh;
  }

  // False if stopped.
  bool run_epoch(int epoch) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<std::size_t> order = permutation(train_.samples(), state_.rng);
    EpochRecord record{.epoch = epoch, .val = {}};
    double sum = 0;
    for (std::size_t i = 0; i < steps_per_epoch_; ++i) {
      const std::size_t step = static_cast<std::size_t>(epoch - 1) * steps_per_epoch_ + i;
      record.lr = learning_rate(spec_, step, steps_);
      sum += run_step(std::span(order).subspan(i * batch_, batch_), {epoch, step + 1}, record.lr);
      record.step = step + 1;
      record.loss = sum / static_cast<double>(i + 1);
      if (options_.progress) options_.progress(step + 1, steps_, remark(record));
      if (options_.stop != nullptr && *options_.stop && step + 1 < steps_) return false;
    }
    if (val_.samples() > 0) {
      record.val = evaluate(network_, spec_, weights_.parameters, val_, options_.threads);
    }
    record.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    state_.history.push_back(record);
    if (!options_.out.empty()) save();
    return true;
  }

  // The loss. step counts from 1.
  double run_step(std::span<const std::size_t> samples, Place place, double lr) {
    const torch::Tensor tokens = token_batch(network_.input, spec_, train_, samples, &state_.rng);
    const std::uint64_t seed = spec_.dropout > 0 ? state_.rng.next() : 0;
    const float value = gradients_(tokens, answer_batch(train_, samples), seed);
    if (!std::isfinite(value)) fail_not_finite("the loss", place);
    require_finite("the gradient", weights_.gradients, place);
    weights_.update(place.step, lr, spec_.clip);
    require_finite("the value", weights_.values, place);
    return value;
  }

  void require_finite(const char* what, const torch::Tensor& flat, Place place) const {
    const std::string name = weights_.first_not_finite(flat);
    if (!name.empty()) fail_not_finite(fmt::format("{} of {}", what, name), place);
  }

  // The epoch under way, and the last measured one.
  std::string remark(const EpochRecord& record) const {
    const std::string now =
        fmt::format("epoch {}/{}, loss {:.4f}", record.epoch, spec_.epochs, record.loss);
    return state_.history.empty() ? now
                                  : fmt::format("{} ({})", now, describe(state_.history.back()));
  }

  void save() {
    state_.parameters = from_torch(weights_.parameters);
    state_.m = weights_.m;
    state_.v = weights_.v;
    write_checkpoint(file("checkpoint.safetensors"), state_);
    std::string lines;
    for (const EpochRecord& record : state_.history) lines += to_json(record).dump() + "\n";
    write_file(file("train.jsonl"), lines);
  }

  Program network_;  // with the normalisation
  const TrainSpec& spec_;
  const Split& train_;
  const Split& val_;
  const TrainOptions& options_;
  Checkpoint state_;  // parameters and moments as of the last save
  Weights weights_;
  Step gradients_;
  const std::size_t batch_, steps_per_epoch_, steps_;
};

}  // namespace

TrainResult train(const Network& network, const TrainSpec& spec, const Split& train,
                  const Split& val, const TrainOptions& options) {
  if (train.samples() == 0) {
    throw Error("training: the training split has no samples", "lower train.holdout");
  }
  if (options.resume && options.out.empty()) {
    throw Error("training: cannot resume without the output folder that holds the checkpoint",
                "name it with --out");
  }
  require_memory(network.program, std::min<std::size_t>(spec.batch, train.samples()));
  if (options.device == TrainDevice::kCuda && spec.dropout > 0) {
    throw Error(fmt::format("train.dropout = {:g}: not on a CUDA device", spec.dropout),
                "train with --device cpu");
  }
  if (options.device == TrainDevice::kCuda) require_cuda();
  prepare_runtime();
  return Trainer(network, spec, train, val, options).run();
}

}  // namespace emamba

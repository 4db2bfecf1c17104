// SPDX-License-Identifier: Apache-2.0
#include "train/finetune.h"

#include <cmath>
#include <span>

#include "base/error.h"
#include "quant/formats.h"
#include "train/batches.h"
#include "train/graph.h"
#include "train/loss.h"
#include "train/quantised_network.h"
#include "train/runtime.h"
#include "train/weights.h"

namespace emamba {
namespace {

constexpr std::uint64_t kSeedOffset = 0x51a7;  // another stream than that of the training

void require_finite(bool finite, const std::string& what, std::size_t step) {
  if (finite) return;
  throw Error(fmt::format("fine-tuning diverged: {} is not finite in step {}", what, step),
              "try a smaller quant.finetune_lr");
}

// How far the outputs (B, outputs) for these tokens are from what they shall come closer to.
torch::Tensor distance(const TrainSpec& spec, FinetuneTarget target, const Graph& graph,
                       const Parameters& teacher, const torch::Tensor& outputs,
                       const torch::Tensor& tokens, const torch::Tensor& answers) {
  if (target == FinetuneTarget::kLabels) return loss_of(spec, outputs, answers);
  return mean_squared_error(outputs, graph.forward(teacher, tokens));
}

}  // namespace

FinetuneResult finetune(const FloatModel& model, const Program& program, const TrainSpec& spec,
                        const QuantSpec& quant, const Split& train, int threads,
                        const ProgressCallback& progress) {
  const auto steps = static_cast<std::size_t>(quant.finetune_steps);
  const std::size_t batch = std::min(static_cast<std::size_t>(spec.batch), train.samples());
  if (batch == 0) throw Error("fine-tuning: the training split has no samples");
  prepare_runtime();
  Weights weights(model.parameters, parameters_of(program), spec.weight_decay);
  const Graph graph(program);
  const Parameters teacher = to_torch(model.parameters);  // which want no gradients
  TrainSpec schedule = spec;
  schedule.lr = quant.finetune_lr;
  schedule.schedule = Schedule::kCosine;
  schedule.warmup = 0;
  FinetuneResult result{.model = model, .program = program};
  Rng rng{spec.seed + kSeedOffset};
  std::vector<std::size_t> order;
  double sum = 0;
  const std::size_t counted = std::max<std::size_t>(1, steps / 10);
  for (std::size_t step = 1, next = 0; step <= steps; ++step, next += batch) {
    if (order.empty() || next + batch > order.size()) {
      order = permutation(train.samples(), rng);
      next = 0;
    }
    const std::span samples = std::span(order).subspan(next, batch);
    const torch::Tensor tokens = token_batch(program.input, spec, train, samples, &rng);
    const Fast integers(result.program);
    const std::vector<torch::Tensor> edges = differentiable_edges(
        result.program, weights.parameters, integer_edges(integers, tokens, threads));
    const torch::Tensor loss = distance(spec, quant.finetune_target, graph, teacher, edges.back(),
                                        tokens, answer_batch(train, samples));
    require_finite(std::isfinite(loss.item<float>()), "the loss", step);
    if (step + counted > steps) sum += loss.item<float>();
    weights.gradients.zero_();
    loss.backward();
    weights.update(step, learning_rate(schedule, step - 1, steps), spec.clip);
    const std::string bad = weights.first_not_finite(weights.values);
    require_finite(bad.empty(), "the value of " + bad, step);
    result.model.parameters = from_torch(weights.parameters);
    fill_weights(result.program, result.model.parameters);
    if (progress) progress(step, steps, fmt::format("loss {:.4f}", loss.item<float>()));
  }
  result.loss = steps > 0 ? sum / static_cast<double>(counted) : 0;
  return result;
}

}  // namespace emamba

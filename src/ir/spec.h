// SPDX-License-Identifier: Apache-2.0
// What config.toml says: the model, how it is trained, approximated, quantised and folded.
//
// Letters of the paper (eMamba, arXiv 2508.10370), used everywhere in this project:
//   D  model width: channels of a token between blocks      E  expansion; inner width ED = E * D
//   N  states of the selective scan per inner channel       P  side of a square patch, pixels
//   M  number of blocks                                     K  taps of the causal convolution
//   R  rank of the delta projection ("dt rank")             L  tokens in a sequence
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace emamba {

enum class Task { kFashionMnist, kCifar10, kMars, kSyntheticImages, kSyntheticTokens };
enum class Position { kNone, kLearned };
enum class Norm { kRange, kLayer, kRms };
enum class ConvActivation { kNone, kSilu };
// Where delta's non-linearity stands; the public readings of the paper differ (section 4.3).
//   kReluAfter   delta = ReLU(W2 (W1 c) + b): delta >= 0, so exp(delta * A) stays in [0, 1]
//   kReluBefore  delta = W2 ReLU(W1 c) + b: delta may be negative
//   kSoftplus    delta = log(1 + exp(W2 (W1 c) + b)), standard Mamba; float only
enum class DeltaActivation { kReluAfter, kReluBefore, kSoftplus };
// kFlattenMlp: L*D -> hidden -> ReLU -> outputs; kFlattenLinear: L*D -> outputs;
// kMeanLinear: mean over the tokens, D -> outputs.
enum class Head { kFlattenMlp, kFlattenLinear, kMeanLinear };
enum class PwlMethod { kEqual, kGreedy, kData };
enum class Calibration { kMax, kPercentile, kSearch };
// Whether all weights of a linear operation or a convolution have one exponent, or those of every
// output channel one of their own.
enum class WeightExponents { kPerTensor, kPerChannel };
// What fine-tuning brings the integers closer to: the labels, by the loss of the training, or what
// the float model answers, by the squared error.
enum class FinetuneTarget { kLabels, kFloat };
// How range norm gets its reciprocal: from a table of 256 words, or by a serial division.
enum class Reciprocal { kTable, kDivider };
enum class Schedule { kOneCycle, kCosine };
// kRmse is the mean over outputs of each output's root mean square error in the batch.
enum class Loss { kCrossEntropy, kMse, kRmse };

// What a task fixes: the shape of one sample and of the answer. Token tasks have height 1,
// channels 1, width = tokens, and vocab > 0; image tasks have vocab 0.
struct TaskShape {
  int height, width, channels, vocab;
  int outputs;      // classes, or regressed numbers
  bool regression;  // false: classification, metric accuracy; true: metrics mae_cm and rmse_cm
};
TaskShape task_shape(Task task);

struct ModelSpec {
  int D = 24, E = 2, N = 8, P = 4, M = 2, K = 4;
  int overlap = 0;  // pixels by which a patch reaches over each of its sides; zeros off the image
  int dt_rank = 0;  // R; 0 stands for ceil(D / 16)
  Position position = Position::kNone;
  Norm norm = Norm::kRange;
  ConvActivation conv_activation = ConvActivation::kSilu;
  DeltaActivation delta_activation = DeltaActivation::kReluAfter;
  bool projection_bias = false;  // biases on the gate, in, dt_in and out projections too
  Head head = Head::kFlattenLinear;
  int head_hidden = 0;  // width of the hidden layer of flatten-mlp; 0 for the other heads
};

// One piecewise-linear function: `segments` lines inside [lo, hi], tails outside.
struct PwlSpec {
  PwlMethod method = PwlMethod::kData;
  int segments = 17;
  double lo = -7, hi = 7;
};

struct ApproxSpec {
  PwlSpec silu;
  PwlSpec exp{PwlMethod::kData, 11, -4, 1};
};

struct QuantSpec {
  Calibration calibration = Calibration::kSearch;
  int samples = 2048;        // training samples used for calibration
  double percentile = 99.9;  // of |x|, for Calibration::kPercentile
  WeightExponents weight_exponents = WeightExponents::kPerTensor;
  int output_bits = 16;    // of the last edge: logits or regressed numbers
  int state_bits = 24;     // of the scan's state while computing; stored in state_bits - 7
  int finetune_steps = 0;  // batches of quantisation-aware training after the search; 0: none
  FinetuneTarget finetune_target = FinetuneTarget::kLabels;
  double finetune_lr = 2e-4;
};

struct TrainSpec {
  int epochs = 16, batch = 128;
  double lr = 4e-3, weight_decay = 0.01;
  Schedule schedule = Schedule::kOneCycle;
  double warmup = 0.1;  // share of all steps
  double clip = 1.0;    // of the global gradient norm; 0 switches clipping off
  Loss loss = Loss::kCrossEntropy;
  double label_smoothing = 0.0;  // cross-entropy only
  int shift = 0;                 // augmentation: up to this many pixels in each direction
  bool flip = false;             // augmentation: mirror left-right with probability 1/2
  double holdout = 0.1;          // share of the training samples held out as the split "val"
  std::uint64_t seed = 1;
};

struct HardwareSpec {
  int lanes = 4;               // stream elements per cycle
  int cycles_per_token = 0;    // folding target; 0: the fewest multipliers
  bool shared_blocks = false;  // one block's hardware runs all M blocks
  Reciprocal reciprocal = Reciprocal::kTable;
  std::string device = "zcu102";  // a key of the table in src/target/device.cpp
  double clock_mhz = 200;         // assumed; turns cycles into time in reports
};

struct Spec {
  std::string name;  // of the model; letters, digits, '-' and '_'
  Task task = Task::kFashionMnist;
  ModelSpec model;
  ApproxSpec approx;
  QuantSpec quant;
  TrainSpec train;
  HardwareSpec hardware;

  TaskShape shape() const { return task_shape(task); }
  int ED() const { return model.E * model.D; }
  int R() const { return model.dt_rank > 0 ? model.dt_rank : (model.D + 15) / 16; }
  // Tokens in a sequence, and numbers in an input token (P*P*channels for images, 1 for token ids).
  int L() const;
  int token_width() const;
};

// Reads a spec from TOML text. `source` names the text in messages; `overrides` are "key=value"
// with dotted keys and TOML values (strings may go unquoted), applied after the text. Throws Error
// on a syntax error, an unknown key (naming the nearest one), a value of the wrong type or outside
// its range, and on contradictions between keys.
Spec parse_spec(std::string_view toml, const std::string& source,
                const std::vector<std::string>& overrides = {});
Spec read_spec(const std::string& path, const std::vector<std::string>& overrides = {});

// The spec as JSON with the same keys as config.toml; spec_from_json() checks as parse_spec() does.
nlohmann::json to_json(const Spec& spec);
Spec spec_from_json(const nlohmann::json& json, const std::string& source);

// Dotted keys on which the two differ, in the named sections: "name", "task", "model", "approx",
// "quant", "train", "hardware".
std::vector<std::string> spec_differences(const Spec& a, const Spec& b,
                                          const std::vector<std::string>& sections);
// The same in `task` and `model`: what a weight file depends on.
std::vector<std::string> model_differences(const Spec& a, const Spec& b);

// Every key of config.toml, in the file's order: name, type or choices, range, default, meaning.
struct KeyDoc {
  std::string key, type, range, initial, meaning;
};
std::vector<KeyDoc> spec_keys();

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// What the table [model] of a configuration says: which network, and of which sizes.
//
// Letters of the paper (eMamba, arXiv 2508.10370), used everywhere in this project:
//   D  model width: channels of a vector between blocks     E  expansion; inner width ED = E * D
//   N  states of the selective scan per inner channel       P  size of a patch, pixels
//   M  number of blocks                                     K  taps of the causal convolution
//   R  rank of the delta projection ("dt rank")             L  vectors in a sequence
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/keys.h"
#include "ir/fields.h"
#include "ir/program.h"

namespace emamba {

enum class NetKind { kMamba, kCnn, kVit };
enum class Position { kNone, kLearned };
enum class ConvActivation { kNone, kSilu };
// Where delta's non-linearity stands; the public readings of the paper differ (section 4.3).
//   kReluAfter   delta = ReLU(W2 (W1 c) + b): delta >= 0, so exp(delta * A) stays in [0, 1]
//   kReluBefore  delta = W2 ReLU(W1 c) + b: delta may be negative
//   kSoftplus    delta = log(1 + exp(W2 (W1 c) + b)), standard Mamba; float only
enum class DeltaActivation { kReluAfter, kReluBefore, kSoftplus };
// kFlattenMlp: L*D -> hidden -> ReLU -> outputs; kFlattenLinear: L*D -> outputs;
// kMeanLinear: mean over the vectors, D -> outputs.
enum class Head { kFlattenMlp, kFlattenLinear, kMeanLinear };

struct ModelSpec {
  NetKind kind = NetKind::kMamba;
  std::vector<std::string> layers;  // net/layers.h; a CNN has nothing else
  int D = 24, E = 2, N = 8;
  Size P{4, 4};
  int M = 2, K = 4;
  Size overlap{0,
               0};  // pixels by which a patch reaches over each of its sides; zeros off the image
  int dt_rank = 0;  // R; 0 stands for ceil(D / 16)
  Position position = Position::kNone;
  Norm norm = Norm::kRange;
  ConvActivation conv_activation = ConvActivation::kSilu;
  DeltaActivation delta_activation = DeltaActivation::kReluAfter;
  bool projection_bias = false;  // biases on the gate, in, dt_in and out projections too
  Head head = Head::kFlattenLinear;
  int head_hidden = 0;  // width of the hidden layer of flatten-mlp; 0 for the other heads
  // Of a ViT (net/vit.h), whose E widens its MLPs.
  int heads = 4;
  Function mlp_activation = Function::kGelu;

  int ED() const { return E * D; }
  int R() const { return dt_rank > 0 ? dt_rank : (D + 15) / 16; }
};

EMAMBA_NAMES(NetKind, "mamba", "cnn", "vit");
EMAMBA_NAMES(Position, "none", "learned");
EMAMBA_NAMES(ConvActivation, "none", "silu");
EMAMBA_NAMES(DeltaActivation, "relu-after", "relu-before", "softplus");
EMAMBA_NAMES(Head, "flatten-mlp", "flatten-linear", "mean-linear");

template <class V>
void visit_keys(ModelSpec& m, V&& v) {
  v("model.kind", m.kind, "the family of networks");
  v("model.layers", m.layers,
    "of a CNN, or of a ViT before its embedding: conv C [KxK] [/S] [norm] [linear], dense C [norm] "
    "[linear], norm, max K, [ and ], flatten, mean");
  v("model.D", m.D, Range{1, 1024}, "model width");
  v("model.E", m.E, Range{1, 8}, "expansion; the inner width of a block, of a ViT's MLP, is E * D");
  v("model.N", m.N, Range{1, 64}, "of a Mamba: states per inner channel");
  v("model.P", m.P, Range{1, 4096}, "size of a patch in pixels; not of token ids");
  v("model.overlap", m.overlap, Range{0, 16},
    "pixels by which a patch reaches over each of its sides; not of token ids");
  v("model.M", m.M, Range{1, 64}, "blocks");
  v("model.K", m.K, Range{1, 16}, "of a Mamba: taps of the causal convolution");
  v("model.dt_rank", m.dt_rank, Range{0, 256},
    "of a Mamba: rank of the delta projection; 0: ceil(D / 16)");
  v("model.position", m.position, "learned: a bias of its own for every token position");
  v("model.norm", m.norm, "range, or layer; rms is for comparison, in floating point only");
  v("model.conv_activation", m.conv_activation, "of a Mamba: after the causal convolution");
  v("model.delta_activation", m.delta_activation, "of a Mamba; softplus is floating point only");
  v("model.projection_bias", m.projection_bias,
    "of a Mamba: biases on the gate, in, dt_in and out projections too");
  v("model.head", m.head, "how the tokens become the answer");
  v("model.head_hidden", m.head_hidden, Range{0, 4096}, "hidden width of flatten-mlp");
  v("model.heads", m.heads, Range{1, 64}, "of a ViT: heads of its attention");
  v("model.mlp_activation", m.mlp_activation, "of a ViT: in its MLPs");
}

}  // namespace emamba

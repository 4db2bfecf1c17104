// SPDX-License-Identifier: Apache-2.0
// What the table [quant] of a configuration says.
#pragma once

#include <array>

#include "base/keys.h"
#include "ir/fields.h"
#include "ir/program.h"

namespace emamba {

enum class Calibration { kMax, kPercentile, kSearch };
// Whether all weights of a linear operation or a convolution have one exponent, or those of every
// output channel one of their own.
enum class WeightExponents { kPerTensor, kPerChannel };
// What fine-tuning brings the integers closer to: the labels, by the loss of the training, or what
// the float model answers, by the squared error.
enum class FinetuneTarget { kLabels, kFloat };

struct QuantSpec {
  Calibration calibration = Calibration::kSearch;
  int samples = 2048;        // training samples used for calibration
  double percentile = 99.9;  // of |x|, for Calibration::kPercentile
  WeightExponents weight_exponents = WeightExponents::kPerTensor;
  int output_bits = 16;  // of the last edge: logits or regressed numbers
  int state_bits = 24;   // of the scan's state while computing; stored in state_bits - 7
  ScanOrder scan_order = ScanOrder::kDeltaX;
  int finetune_steps = 0;  // batches of quantisation-aware training after the search; 0: none
  FinetuneTarget finetune_target = FinetuneTarget::kLabels;
  double finetune_lr = 2e-4;
};

EMAMBA_NAMES(Calibration, "max", "percentile", "search");
EMAMBA_NAMES(WeightExponents, "per-tensor", "per-channel");
EMAMBA_NAMES(FinetuneTarget, "labels", "float");

template <class V>
void visit_keys(QuantSpec& q, V&& v) {
  v("quant.calibration", q.calibration, "how exponents are chosen");
  v("quant.samples", q.samples, Range{1, 65536}, "training samples used for calibration");
  v("quant.percentile", q.percentile, Range{50, 100}, "of |x|, for calibration = percentile");
  v("quant.weight_exponents", q.weight_exponents,
    "of linear operations and convolutions: one a tensor, or one an output channel");
  v("quant.output_bits", q.output_bits, Range{8, 24}, "width of the last edge");
  v("quant.state_bits", q.state_bits, Range{15, 32},
    "width of the scan's working state; it is stored in 7 bits less");
  v("quant.scan_order", q.scan_order,
    "which product the scan rounds: delta-b: delta * B, one a state; delta-x: delta * x, one a "
    "channel, with a multiplication less a state");
  v("quant.finetune_steps", q.finetune_steps, Range{0, 1000000},
    "batches of quantisation-aware fine-tuning; 0: none");
  v("quant.finetune_target", q.finetune_target,
    "what it comes closer to: labels: by train.loss; float: the float model's outputs");
  v("quant.finetune_lr", q.finetune_lr, Range{0, 1}, "its highest learning rate (AdamW)");
}

// Gives a network what is asked for: widths of the last edge and of the scans' states, and their
// order.
inline void set_widths(Program& network, const QuantSpec& quant) {
  network.edges.back().type.bits = quant.output_bits;
  for (Op& op : network.ops) {
    auto* scan = std::get_if<Scan>(&op);
    if (scan == nullptr) continue;
    scan->state_type.bits = quant.state_bits;
    scan->order = quant.scan_order;
  }
}

}  // namespace emamba

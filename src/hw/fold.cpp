// SPDX-License-Identifier: Apache-2.0
// The choice of folds.
#include "hw/fold.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "hw/edges.h"
#include "hw/groups.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// The fewest steps that any fold takes.
std::int64_t least_steps(const Program& program, const Op& op, const HardwareSpec& hardware) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const Fold& fold : folds_of(program, op, hardware)) {
    least = std::min(least, fold_cost(program, op, hardware, fold).steps);
  }
  return least;
}

// Fewer multipliers, then fewer tables, then fewer steps, then more outputs at a time.
bool better(const FoldCost& a, const Fold& a_fold, const FoldCost& b, const Fold& b_fold) {
  if (a.multipliers != b.multipliers) return a.multipliers < b.multipliers;
  if (a.tables != b.tables) return a.tables < b.tables;
  if (a.steps != b.steps) return a.steps < b.steps;
  return a_fold.out > b_fold.out;
}

}  // namespace

FoldCost fold_cost(const Program& program, const Op& op, const HardwareSpec& hardware, Fold fold) {
  return std::visit([&](const auto& o) { return unit_of(o).cost(program, o, hardware, fold); }, op);
}

std::vector<Fold> folds_of(const Program& program, const Op& op, const HardwareSpec& hardware) {
  return std::visit([&](const auto& o) { return unit_of(o).folds(program, o, hardware); }, op);
}

void require_lanes(const Program& program, const HardwareSpec& hardware) {
  int widest = 0;
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    if (ends_sequence(program, static_cast<EdgeIndex>(i))) continue;
    widest = std::max(widest, program.edges[i].width);
  }
  if (hardware.lanes > widest) {
    throw Error(
        fmt::format("hardware.lanes = {}: the widest token has {} numbers", hardware.lanes, widest),
        fmt::format("set hardware.lanes to at most {}", widest));
  }
}

std::vector<Fold> choose_folds(const Program& program, const HardwareSpec& hardware) {
  require_lanes(program, hardware);
  const int tokens = vectors_on(program, 0);
  const std::int64_t target = hardware.cycles_per_token;
  std::vector<Fold> chosen;
  std::int64_t feasible = 0;  // smallest target that every operation can meet
  const Op* worst = nullptr;
  bool shared = false;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    // A shared block sees every token once a pass. A flattened sequence is worked on as it arrives.
    // What then runs once a sequence may take an eighth of it: more would save few multipliers and
    // cost latency.
    const Op& op = program.ops[i];
    const EdgeIndex x = inputs_of(op)[0];
    const std::int64_t share = flattening(program, x)      ? tokens
                               : ends_sequence(program, x) ? std::max(1, tokens / 8)
                                                           : 1;
    std::int64_t passes = 1;
    for (const Group& group : program.groups) {
      if (hardware.shared_blocks && holds(group, i)) passes = group.times;
    }
    shared = shared || passes > 1;
    const std::int64_t budget =
        target == 0 ? std::numeric_limits<std::int64_t>::max() : target * share / passes;
    Fold best;
    FoldCost best_cost{std::numeric_limits<std::int64_t>::max(), 0};
    for (const Fold& fold : folds_of(program, op, hardware)) {
      const FoldCost cost = fold_cost(program, op, hardware, fold);
      if (cost.steps <= budget && better(cost, fold, best_cost, best))
        best = fold, best_cost = cost;
    }
    chosen.push_back(best);
    const std::int64_t needs = (least_steps(program, op, hardware) * passes + share - 1) / share;
    if (needs > feasible) feasible = needs, worst = &op;
  }
  if (worst != nullptr && target != 0 && target < feasible) {
    HardwareSpec table = hardware;
    table.reciprocal = Reciprocal::kTable;
    const bool divides =
        least_steps(program, *worst, table) < least_steps(program, *worst, hardware);
    throw Error(fmt::format("hardware.cycles_per_token = {}: {} takes {} cycles a token at least, "
                            "with hardware.lanes = {}{}",
                            target, name_of(*worst), feasible, hardware.lanes,
                            shared ? " and hardware.shared_blocks" : ""),
                fmt::format("set hardware.cycles_per_token to {} or more, or {}", feasible,
                            divides ? "hardware.reciprocal to table" : "raise hardware.lanes"));
  }
  return chosen;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "hw/fold.h"

#include <algorithm>
#include <limits>
#include <set>

#include "base/error.h"
#include "fx/number.h"

namespace emamba {
namespace {

// Divisors and multiples of Lanes that make sense for a vector of `beats` beats of Lanes numbers.
std::vector<int> widths(int lanes, std::int64_t beats) {
  std::set<int> all;
  for (int d = 1; d <= lanes; ++d) {
    if (lanes % d == 0) all.insert(d);
  }
  for (std::int64_t k = 2; k <= beats; ++k) {
    // A larger multiple that needs as many beats is never better.
    if (beats_of(beats, k) < beats_of(beats, k - 1)) all.insert(static_cast<int>(k) * lanes);
  }
  return {all.begin(), all.end()};
}

std::vector<int> divisors(int n) {
  std::vector<int> all;
  for (int d = 1; d <= n; ++d) {
    if (n % d == 0) all.push_back(d);
  }
  return all;
}

}  // namespace

const Group* shared_group(const Program& program, const HardwareSpec& hardware) {
  for (const Group& group : program.groups) {
    if (hardware.shared_blocks && group.times > 1) return &group;
  }
  return nullptr;
}

bool in_group(const Group& group, std::size_t op) {
  const auto i = static_cast<int>(op);
  return i >= group.first && i < group.first + group.ops * group.times;
}

const Pool* flattening(const Program& program, EdgeIndex x) {
  const auto* pool = x > 0 ? std::get_if<Pool>(&program.ops[x - 1]) : nullptr;
  return pool != nullptr && pool->kind == PoolKind::kFlatten ? pool : nullptr;
}

std::int64_t arriving_beats(const Program& program, EdgeIndex x, int lanes) {
  const Pool* pool = flattening(program, x);
  return pool ? pool->tokens * beats_of(pool->width, lanes)
              : beats_of(program.edges[x].width, lanes);
}

std::int64_t linear_in_beats(const Program& program, const Linear& op, int lanes, int in) {
  const std::int64_t beats = arriving_beats(program, op.x, lanes);
  if (in >= lanes) return beats_of(beats, in / lanes);
  return flattening(program, op.x) ? beats * (lanes / in) : beats_of(op.in, in);
}

int divider_steps(int width) {
  return 22 + fx::ceil_log2(width);
}

FoldCost fold_cost(const Program& program, const Op& op, const HardwareSpec& hardware, Fold fold) {
  const int lanes = hardware.lanes;
  const auto elements = [&](int width, std::int64_t multipliers) {
    return FoldCost{multipliers, beats_of(width, fold.out)};
  };
  struct Visitor {
    const Program& program;
    const HardwareSpec& hardware;
    Fold fold;
    int lanes;
    decltype(elements)& each;

    FoldCost operator()(const Embed& o) { return {0, beats_of(o.out, lanes)}; }
    FoldCost operator()(const Linear& o) {
      const std::int64_t groups = linear_in_beats(program, o, lanes, fold.in);
      const std::int64_t steps =
          std::max({groups * beats_of(o.out, fold.out), arriving_beats(program, o.x, lanes),
                    beats_of(o.out, lanes)});
      return {std::int64_t{fold.in} * fold.out, steps};
    }
    FoldCost operator()(const DwConv& o) { return each(o.width, std::int64_t{fold.out} * o.taps); }
    FoldCost operator()(const RangeNorm& o) {
      FoldCost cost = each(o.width, std::int64_t{fold.out} * 2);
      if (hardware.reciprocal == Reciprocal::kDivider) {
        cost.steps = std::max<std::int64_t>(cost.steps, divider_steps(o.width));
      }
      return cost;
    }
    FoldCost operator()(const Pwl& o) { return each(o.width, fold.out); }
    FoldCost operator()(const Scan& o) {
      const std::int64_t steps = beats_of(o.width, fold.out) * (o.states / fold.in);
      return {std::int64_t{fold.out} * (6 * fold.in + 1),
              std::max({steps, std::int64_t{kScanRecurrence}, beats_of(o.width, lanes),
                        beats_of(o.states, lanes)})};
    }
    FoldCost operator()(const Gate& o) { return each(o.width, fold.out); }
    FoldCost operator()(const Add& o) { return each(o.width, 0); }
    FoldCost operator()(const Pool& o) {
      return o.kind == PoolKind::kFlatten ? FoldCost{0, beats_of(o.width, lanes)}
                                          : each(o.width, fold.out);
    }
  };
  return std::visit(Visitor{program, hardware, fold, lanes, elements}, op);
}

std::vector<Fold> folds_of(const Program& program, const Op& op, const HardwareSpec& hardware) {
  const int lanes = hardware.lanes;
  std::vector<Fold> folds;
  if (const auto* linear = std::get_if<Linear>(&op)) {
    for (int in : widths(lanes, arriving_beats(program, linear->x, lanes))) {
      for (int out : widths(lanes, beats_of(linear->out, lanes))) folds.push_back({in, out});
    }
  } else if (const auto* scan = std::get_if<Scan>(&op)) {
    for (int in : divisors(scan->states)) {
      for (int out : widths(lanes, beats_of(scan->width, lanes))) folds.push_back({in, out});
    }
  } else if (std::holds_alternative<Embed>(op) || std::holds_alternative<Add>(op)) {
    folds.push_back({1, lanes});  // no multiplier to save
  } else {
    for (int out : divisors(lanes)) folds.push_back({1, out});
  }
  return folds;
}

std::vector<Fold> choose_folds(const Program& program, const HardwareSpec& hardware) {
  int widest = 0;
  for (const Edge& edge : program.edges) {
    if (edge.vectors != 1) widest = std::max(widest, edge.width);
  }
  if (hardware.lanes > widest) {
    throw Error(
        fmt::format("hardware.lanes = {}: the widest token has {} numbers", hardware.lanes, widest),
        fmt::format("set hardware.lanes to at most {}", widest));
  }
  const int L = program.input.vectors();
  const Group* group = shared_group(program, hardware);
  const std::int64_t target = hardware.cycles_per_token;
  std::vector<Fold> chosen;
  std::int64_t feasible = 0;  // smallest target that every operation can meet
  const Op* worst = nullptr;
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    // A shared block sees every token M times. A flattened sequence is worked on as it arrives.
    // What then runs once a sequence may take an eighth of it: more would save few multipliers and
    // cost latency.
    const EdgeIndex x = inputs_of(op)[0];
    const std::int64_t share = flattening(program, x)          ? L
                               : program.edges[x].vectors == 1 ? std::max(1, L / 8)
                                                               : 1;
    const std::int64_t passes = group && in_group(*group, i) ? group->times : 1;
    const std::int64_t budget =
        target == 0 ? std::numeric_limits<std::int64_t>::max() : target * share / passes;
    Fold best;
    FoldCost best_cost{-1, 0};
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const Fold& fold : folds_of(program, op, hardware)) {
      const FoldCost cost = fold_cost(program, op, hardware, fold);
      least = std::min(least, cost.steps);
      if (cost.steps > budget) continue;
      const bool better = best_cost.multipliers < 0 || cost.multipliers < best_cost.multipliers ||
                          (cost.multipliers == best_cost.multipliers &&
                           (cost.steps < best_cost.steps ||
                            (cost.steps == best_cost.steps && fold.out > best.out)));
      if (better) best = fold, best_cost = cost;
    }
    chosen.push_back(best);
    const std::int64_t needs = (least * passes + share - 1) / share;
    if (needs > feasible) feasible = needs, worst = &op;
  }
  if (target != 0 && target < feasible) {
    const bool divides =
        std::holds_alternative<RangeNorm>(*worst) && hardware.reciprocal == Reciprocal::kDivider;
    throw Error(fmt::format("hardware.cycles_per_token = {}: {} takes {} cycles a token at least, "
                            "with hardware.lanes = {}{}",
                            target, name_of(*worst), feasible, hardware.lanes,
                            group ? " and hardware.shared_blocks" : ""),
                fmt::format("set hardware.cycles_per_token to {} or more, or {}", feasible,
                            divides ? "hardware.reciprocal to table" : "raise hardware.lanes"));
  }
  return chosen;
}

}  // namespace emamba

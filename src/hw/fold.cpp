// SPDX-License-Identifier: Apache-2.0
// The choice of folds.
#include "hw/fold.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "base/error.h"
#include "hw/edges.h"
#include "hw/groups.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// The folds of a unit. The beats of merged operations are dealt out as they come.
std::vector<Fold> folds_of(const Program& program, const UnitOps& unit,
                           const HardwareSpec& hardware) {
  std::vector<Fold> folds = folds_of(program, unit.op(program), hardware);
  if (unit.merged) {
    std::erase_if(folds, [&](const Fold& fold) { return fold.out != hardware.lanes; });
  }
  return folds;
}

// The fewest steps that any fold takes.
std::int64_t least_steps(const Program& program, const UnitOps& unit,
                         const HardwareSpec& hardware) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (const Fold& fold : folds_of(program, unit, hardware)) {
    least = std::min(least, fold_cost(program, unit.op(program), hardware, fold).steps);
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

// Whether an operation runs once a sequence, when all of it is there, and passes of a shared block.
bool once(const Program& program, const Op& op) {
  const EdgeIndex x = inputs_of(op)[0];
  return ends_sequence(program, x) && flattening(program, x) == nullptr;
}
std::int64_t passes_of(const Program& program, std::size_t op, const HardwareSpec& hardware) {
  const Group* group = sharing(program, hardware, op);
  return group != nullptr ? group->times : 1;
}

// Tokens whose cycles one vector of an operation may take: as many as come for it. What then runs
// once a sequence may take an eighth of it, unless told: more would save few multipliers and cost
// latency.
std::int64_t share_of(const Program& program, const Op& op) {
  const int tokens = vectors_on(program, 0);
  if (once(program, op)) return std::max(1, tokens / 8);
  return std::max(1, tokens / vectors_on(program, inputs_of(op)[0]));
}

// Throws Error about the operation that needs the largest target.
[[noreturn]] void refuse(const Program& program, const HardwareSpec& hardware,
                         const std::vector<UnitOps>& units) {
  std::int64_t feasible = 0;  // smallest target that every operation can meet
  const UnitOps* worst = nullptr;
  bool shared = false;
  for (const UnitOps& unit : units) {
    const Op& op = unit.op(program);
    const std::int64_t least = least_steps(program, unit, hardware);
    if (hardware.cycles_per_sequence > 0 && once(program, op)) {
      if (least <= hardware.cycles_per_sequence) continue;
      throw Error(
          fmt::format("hardware.cycles_per_sequence = {}: {} takes {} cycles at least, with "
                      "hardware.lanes = {}",
                      hardware.cycles_per_sequence, name_of(op), least, hardware.lanes),
          fmt::format("set hardware.cycles_per_sequence to {} or more, or 0, or raise "
                      "hardware.lanes",
                      least));
    }
    const std::int64_t passes = passes_of(program, unit.place(), hardware);
    const std::int64_t share = share_of(program, op);
    shared = shared || passes > 1;
    const std::int64_t needs = (least * passes + share - 1) / share;
    if (needs > feasible) feasible = needs, worst = &unit;
  }
  HardwareSpec table = hardware;
  table.reciprocal = Reciprocal::kTable;
  const bool divides = least_steps(program, *worst, table) < least_steps(program, *worst, hardware);
  throw Error(fmt::format("hardware.cycles_per_token = {}: {} takes {} cycles a token at least, "
                          "with hardware.lanes = {}{}",
                          hardware.cycles_per_token, name_of(worst->op(program)), feasible,
                          hardware.lanes, shared ? " and hardware.shared_blocks" : ""),
              fmt::format("set hardware.cycles_per_token to {} or more, or {}", feasible,
                          divides         ? "hardware.reciprocal to table"
                          : worst->merged ? "hardware.merged_linears to false"
                                          : "raise hardware.lanes"));
}

// Steps that a unit may take for a vector.
std::int64_t steps_allowed(const Program& program, const UnitOps& unit,
                           const HardwareSpec& hardware) {
  const Op& op = unit.op(program);
  if (hardware.cycles_per_sequence > 0 && once(program, op)) return hardware.cycles_per_sequence;
  if (hardware.cycles_per_token == 0) return std::numeric_limits<std::int64_t>::max();
  return hardware.cycles_per_token * share_of(program, op) /
         passes_of(program, unit.place(), hardware);
}

}  // namespace

std::vector<int> folding_targets(const Program& program, const HardwareSpec& hardware,
                                 const std::vector<UnitOps>& units) {
  std::set<std::int64_t> targets;
  std::int64_t feasible = 1;
  for (const UnitOps& unit : units) {
    const Op& op = unit.op(program);
    const std::int64_t passes = passes_of(program, unit.place(), hardware);
    const std::int64_t share = share_of(program, op);
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (const Fold& fold : folds_of(program, unit, hardware)) {
      const std::int64_t steps = fold_cost(program, op, hardware, fold).steps;
      const std::int64_t target = (steps * passes + share - 1) / share;
      targets.insert(target);
      least = std::min(least, target);
    }
    feasible = std::max(feasible, least);
  }
  targets.insert(feasible);
  std::vector<int> result;
  for (std::int64_t target : targets) {
    if (target >= feasible && target <= kMostTargetCycles)
      result.push_back(static_cast<int>(target));
  }
  return result;
}

FoldCost fold_cost(const Program& program, const Op& op, const HardwareSpec& hardware, Fold fold) {
  return std::visit([&](const auto& o) { return unit_of(o).cost(program, o, hardware, fold); }, op);
}

std::vector<Fold> folds_of(const Program& program, const Op& op, const HardwareSpec& hardware) {
  return std::visit([&](const auto& o) { return unit_of(o).folds(program, o, hardware); }, op);
}

int most_lanes(const Program& program) {
  int widest = 1;
  for (std::size_t i = 0; i < program.edges.size(); ++i) {
    if (ends_sequence(program, static_cast<EdgeIndex>(i))) continue;
    widest = std::max(widest, pieces_of(program, static_cast<EdgeIndex>(i)).width);
  }
  return widest;
}

void require_lanes(const Program& program, const HardwareSpec& hardware) {
  const int widest = most_lanes(program);
  if (hardware.lanes > widest) {
    throw Error(
        fmt::format("hardware.lanes = {}: the widest token has {} numbers", hardware.lanes, widest),
        fmt::format("set hardware.lanes to at most {}", widest));
  }
}

std::vector<Fold> choose_folds(const Program& program, const HardwareSpec& hardware,
                               const std::vector<UnitOps>& units) {
  require_lanes(program, hardware);
  std::vector<Fold> chosen(program.ops.size());
  for (const UnitOps& unit : units) {
    const Op& op = unit.op(program);
    const std::int64_t budget = steps_allowed(program, unit, hardware);
    std::optional<Fold> best;
    FoldCost best_cost;
    for (const Fold& fold : folds_of(program, unit, hardware)) {
      const FoldCost cost = fold_cost(program, op, hardware, fold);
      if (cost.steps > budget || (best && !better(cost, fold, best_cost, *best))) continue;
      best = fold, best_cost = cost;
    }
    if (!best) refuse(program, hardware, units);
    for (std::size_t i : unit.ops) chosen[i] = *best;
  }
  return chosen;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// The walk over a program that builds its design.
#include "hw/plan.h"

#include <algorithm>
#include <deque>
#include <map>

#include "base/error.h"
#include "hw/buffers.h"
#include "hw/graph.h"
#include "hw/groups.h"
#include "hw/memory_image.h"
#include "hw/merge.h"
#include "hw/units/unit.h"

namespace emamba {
namespace {

// A stream that nobody takes would bring the design to a stand.
void require_readers(const Program& program) {
  std::vector<bool> read(program.edges.size());
  read.back() = true;
  for (const Op& op : program.ops) {
    for (EdgeIndex x : inputs_of(op)) read[x] = true;
  }
  const auto unread = std::find(read.begin(), read.end(), false);
  if (unread == read.end()) return;
  const auto edge = static_cast<EdgeIndex>(unread - read.begin());
  throw Error(fmt::format("{}: no operation reads {}, and it is not the answer", program.name,
                          edge_name(program, edge)),
              "leave the operation out of the program");
}

// Windows come piece by piece, which not everybody takes.
void require_window_readers(const Program& program) {
  for (const Op& op : program.ops) {
    if (std::holds_alternative<Linear>(op) || std::holds_alternative<Max>(op)) continue;
    for (EdgeIndex x : inputs_of(op)) {
      if (x == 0 || !std::holds_alternative<Window>(program.ops[x - 1])) continue;
      throw Error(fmt::format("{}: {} reads the windows of {}, which only Linear and Max can",
                              program.name, name_of(op), edge_name(program, x)),
                  "put a Linear between them");
    }
  }
}

class Planner {
 public:
  Planner(const Program& program, const HardwareSpec& hardware, const BlockRule& rule,
          bool contents = true)
      : program_(program), hardware_(hardware), rule_(rule), folds_(program.ops.size()) {
    graph_.design.name = program.name;
    graph_.design.lanes = hardware.lanes;
    graph_.contents = contents;
  }

  // All but the depths of buffers.
  void build() {
    const std::vector<UnitOps> units = units_of(program_, hardware_);
    folds_ = choose_folds(program_, hardware_, units);
    require_readers(program_);
    require_window_readers(program_);
    // What runs on the first block's hardware: a group's other blocks.
    std::vector<Group> shared;
    for (const Group& group : program_.groups) {
      if (!shares(hardware_, group)) continue;
      require_alike(program_, group);
      shared.push_back(group);
    }
    for (const UnitOps& unit : units) count_consumers(unit.ops.front());
    // The edge into shared blocks is read inside; outside there is one consumer, their entrance.
    std::map<EdgeIndex, int> inside;
    for (const Group& group : shared) {
      inside[group.first] = std::exchange(consumers_[group.first], 1);
    }

    external_input(0);
    int feedback = -1;  // the stream back to the newest entrance
    for (const UnitOps& unit : units) {
      const Group* group = sharing(program_, hardware_, unit.place());
      if (group != nullptr && static_cast<int>(unit.place()) == group->first) {
        feedback = enter_shared(*group, inside.at(group->first));
      }
      const std::vector<int> results = operation(unit);
      for (std::size_t i = 0; i < unit.ops.size(); ++i) {
        const auto y = static_cast<EdgeIndex>(unit.ops[i] + 1);
        if (group != nullptr && y == group->first + group->ops) {
          leave_shared(*group, results[i], feedback);
        } else {
          distribute(y, results[i]);
        }
      }
    }
    // Merged operations came together.
    std::sort(graph_.design.probes.begin(), graph_.design.probes.end(),
              [](const Port& a, const Port& b) { return a.edges.front() < b.edges.front(); });
  }
  Design take_design() { return std::move(graph_.design); }

  // The same for one operation.
  void build(std::size_t op, Fold fold) {
    folds_[op] = fold;
    count_consumers(op);
    for (EdgeIndex x : inputs_of(program_.ops[op])) {
      const EdgeIndex edge = stream_edge(program_, x);
      if (!waiting_.contains(edge)) external_input(edge);
    }
    distribute(static_cast<EdgeIndex>(op + 1), operation({{op}, {}}).front());
  }

  Plan finish() {
    size_buffers(graph_.design, rule_);
    Plan plan;
    plan.cycles = run_timing(graph_.design);
    plan.design = std::move(graph_.design);
    plan.folds = std::move(folds_);
    plan.hardware = hardware_;
    return plan;
  }

 private:
  // --- Edges -----------------------------------------------------------------------------------

  void count_consumers(std::size_t op) {
    for (EdgeIndex x : inputs_of(program_.ops[op])) ++consumers_[stream_edge(program_, x)];
  }

  Port port(const std::string& name, int stream, std::vector<EdgeIndex> edges) const {
    const Pieces pieces = pieces_of(program_, edges.front());
    return {name,
            stream,
            pieces.width,
            beats_of(pieces.width, hardware_.lanes),
            static_cast<int>(vectors_on(program_, edges.front()) * pieces.count),
            std::move(edges)};
  }

  void external_input(EdgeIndex edge) {
    graph_.design.units.push_back({edge_name(program_, edge), "Input"});
    graph_.vectors = vectors_on(program_, edge);
    const int in = add_stream(graph_, hardware_.lanes, program_.edges[edge].type.bits);
    graph_.design.inputs.push_back(port(edge_name(program_, edge), in, {edge}));
    deliver(edge, in);
  }

  // Gives an edge's stream to `count` consumers, or to the outside, each behind a buffer.
  void deliver(EdgeIndex edge, const std::string& name, int from, int count) {
    if (count <= 1) {
      waiting_[edge].push_back(add_buffer(graph_, name + "_buffer", from));
      return;
    }
    const std::vector<int> ways = add_fork(graph_, name + "_fork", from, count);
    for (int i = 0; i < count; ++i) {
      waiting_[edge].push_back(add_buffer(graph_, fmt::format("{}_buffer_{}", name, i), ways[i]));
    }
  }
  void deliver(EdgeIndex edge, int from) {
    deliver(edge, identifier(edge_name(program_, edge)), from, consumers_[edge]);
  }

  // The same for an operation's output, which may be the program's answer.
  void distribute(EdgeIndex edge, int from) {
    deliver(edge, from);
    if (consumers_[edge] > 0) return;
    graph_.design.outputs.push_back(port(edge_name(program_, edge), take(edge), {edge}));
  }

  // The next consumer's stream of an edge.
  int take(EdgeIndex edge) {
    std::deque<int>& ways = waiting_[stream_edge(program_, edge)];
    const int way = ways.front();
    ways.pop_front();
    return way;
  }

  // --- Operations ------------------------------------------------------------------------------

  // The same operation in every block.
  static std::vector<std::size_t> across(const BlockOps& blocks, std::size_t op) {
    std::vector<std::size_t> ops;
    for (const std::vector<std::size_t>& block : blocks) ops.push_back(block[op]);
    return ops;
  }

  std::string name_at(const std::vector<std::size_t>& ops) const {
    std::vector<std::string> names;
    for (std::size_t i : ops) names.push_back(name_of(program_.ops[i]));
    return common_name(names);
  }

  // Builds a unit, for all blocks that share it; returns the outputs of its operations, on which
  // their edges can be watched.
  std::vector<int> operation(const UnitOps& unit) {
    const Op& op = unit.op(program_);
    const BlockOps blocks = blocks_of(program_, hardware_, unit.ops);
    const std::vector<std::size_t> contexts = across(blocks, 0);
    Site site{graph_, program_, hardware_, rule_, contexts, {}, {}, folds_[unit.ops.front()], {}};
    std::string name = name_at(contexts);
    if (unit.merged) {
      std::vector<std::string> names;
      for (const std::vector<std::size_t>& ops : blocks) {
        site.merged.emplace_back(merge(program_, ops));
        names.push_back(name_of(site.merged.back()));
      }
      name = common_name(names);
    }
    site.name = identifier(name);
    graph_.design.units.push_back({name, kind_of(op)});
    graph_.vectors =
        vectors_on(program_, inputs_of(op)[0]) * static_cast<std::int64_t>(contexts.size());
    for (EdgeIndex edge : inputs_of(op)) site.inputs.push_back(take(edge));
    const int out = std::visit([&](const auto& o) { return unit_of(o).build(site); }, op);
    std::vector<int> outs = {out};
    if (unit.merged) {
      std::vector<std::int64_t> beats;
      for (std::size_t i : unit.ops) {
        beats.push_back(beats_of(program_.edges[i + 1].width, hardware_.lanes));
      }
      outs = add_deal(graph_, site.name + "_deal", out, beats);
    }
    for (std::size_t i = 0; i < unit.ops.size(); ++i) {
      // Several vectors at once are watched where they have been used.
      if (graph_.design.streams[outs[i]].words != hardware_.lanes) continue;
      const std::vector<std::size_t> ops = across(blocks, i);
      std::vector<EdgeIndex> edges;
      for (std::size_t o : ops) edges.push_back(static_cast<EdgeIndex>(o + 1));
      graph_.design.probes.push_back(port(name_at(ops), outs[i], edges));
    }
    return outs;
  }

  // --- Shared blocks ---------------------------------------------------------------------------

  std::string group_name(const Group& group) const {
    std::vector<std::string> names;
    for (int i = 0; i < group.ops * group.times; ++i) {
      names.push_back(name_of(program_.ops[group.first + i]));
    }
    return common_name(names);
  }

  std::int64_t sequence_beats(EdgeIndex edge) const {
    return vectors_on(program_, edge) * beats_of(program_.edges[edge].width, hardware_.lanes);
  }

  // The edge into the group, and what comes back from its end, to `consumers` operations inside.
  // Returns the stream that comes back.
  int enter_shared(const Group& group, int consumers) {
    const EdgeIndex edge = group.first;
    const std::string label = group_name(group), name = identifier(label);
    graph_.design.units.push_back({label, "Loop"});
    const int outside = take(edge);
    const StreamType s = graph_.design.streams[outside];
    const int feedback = add_stream(graph_, s.words, s.bits);
    const int in = add_stream(graph_, s.words, s.bits);
    graph_.vectors = vectors_on(program_, edge) * std::int64_t{group.times};
    Instance& merge = add_instance(graph_, "em_merge", name + "_enter", {outside, feedback}, {in});
    merge.input_ports = PortStyle::kVector;
    merge.parameters = {{"Width", number(s.data_bits())}, {"Passes", number(group.times)}};
    merge.timing = LoopEntry{group.times, sequence_beats(edge)};
    merge.parts.add(Multiplexer{2, s.data_bits()});
    merge.parts.add(Control{group.times, 0});
    deliver(edge, name, in, consumers);
    return feedback;
  }

  void leave_shared(const Group& group, int from, int feedback) {
    const EdgeIndex edge = group.first + group.ops * group.times;
    const std::string name = identifier(group_name(group));
    const StreamType s = graph_.design.streams[from];
    const int out = add_stream(graph_, s.words, s.bits), back = add_stream(graph_, s.words, s.bits);
    Instance& split = add_instance(graph_, "em_split", name + "_leave", {from}, {out, back});
    split.output_ports = PortStyle::kVector;
    split.parameters = {{"Width", number(s.data_bits())}, {"Passes", number(group.times)}};
    split.timing = LoopExit{group.times, sequence_beats(edge)};
    split.parts.add(Control{group.times, 0});
    // Holds a whole sequence, which must be in before the first of its tokens comes out.
    add_instance(graph_, "em_fifo", name + "_feedback", {back}, {feedback}).timing =
        Fifo{sequence_beats(edge)};
    deliver(edge, out);
  }

  const Program& program_;
  const HardwareSpec& hardware_;
  const BlockRule& rule_;
  std::vector<Fold> folds_;
  DesignGraph graph_;
  std::map<EdgeIndex, int> consumers_;
  std::map<EdgeIndex, std::deque<int>> waiting_;  // streams of an edge that nobody has taken yet
};

}  // namespace

Plan plan_program(const Program& program, const HardwareSpec& hardware, const BlockRule& rule) {
  Planner planner(program, hardware, rule);
  planner.build();
  return planner.finish();
}

Design draft_program(const Program& program, const HardwareSpec& hardware, const BlockRule& rule) {
  Planner planner(program, hardware, rule, false);
  planner.build();
  return planner.take_design();
}

Plan plan_operation(const Program& program, std::size_t op, const HardwareSpec& hardware, Fold fold,
                    const BlockRule& rule) {
  Planner planner(program, hardware, rule);
  planner.build(op, fold);
  return planner.finish();
}

}  // namespace emamba

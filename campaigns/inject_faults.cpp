// SPDX-License-Identifier: Apache-2.0
// What single bit flips do to a simulated accelerator. Flips seeded bits of memories and registers,
// each in a random cycle of a stream of test frames, and says what became of the answers, and
// whether a reset mends it. Run from the repository's root.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/rng.h"
#include "base/stopwatch.h"
#include "exec/golden.h"
#include "flow/data.h"
#include "flow/estimate.h"
#include "flow/files.h"
#include "flow/verify.h"
#include "hw/emit.h"
#include "sim/build.h"
#include "sim/drive.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::int64_t kFrames = 7;        // in the stream that is hit
constexpr std::int64_t kFramesBehind = 2;  // behind the reset

enum class Kind { kWeights, kState, kHistory, kBuffers, kControl, kDatapath };
constexpr std::array kKinds = {"weights and tables", "scan state",
                               "sums and history",   "buffers",
                               "control registers",  "datapath registers"};

bool has_part(const std::string& name, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return name.find(part) != std::string::npos; });
}

bool is_one_of(const std::string& name, std::initializer_list<const char*> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What a bit is, by the place of its register in the library's modules.
Kind kind_of_bit(const StateElement& r, int bit) {
  const std::string& path = r.name;
  const std::string name = path.substr(path.rfind('.') + 1);
  if (has_part(path, {".gen_block.words", ".gen_distributed.words"})) return Kind::kWeights;
  // The highest bit of a beat that waits is `last`.
  if (path.find(".u_beats.") != std::string::npos || is_one_of(name, {"front_q", "back_q"})) {
    return bit == r.bits - 1 ? Kind::kControl : Kind::kBuffers;
  }
  if (path.find(".u_states.") != std::string::npos) return Kind::kState;
  if (has_part(path, {".u_history.", ".u_partial."})) return Kind::kHistory;
  const bool control = has_part(path, {".u_core.", ".gen_synchronous.", ".u_context", ".u_read.",
                                       ".u_write.", ".u_summing.", "_address.", ".u_address."});
  if (control || is_one_of(name, {"step_q", "first_q"})) return Kind::kControl;
  return Kind::kDatapath;
}

struct Bit {
  std::size_t place = 0;  // in the list of registers
  int word = 0, bit = 0;
};

// What became of the frames of a stream that was hit.
struct Damage {
  enum class Class { kMasked, kLate, kNumbers, kBroken, kHang } what = Class::kMasked;
  double mae = 0;       // of the frame that is furthest off, mean over the outputs
  bool healed = false;  // the last frame is right
};
constexpr std::array kClasses = {"masked", "late", "numbers", "broken", "hang"};

struct Tally {
  std::size_t bits = 0, flips = 0, healed = 0, not_mended = 0;
  std::array<std::size_t, kClasses.size()> classes{};
  std::vector<double> mae;                     // of those with other numbers
  std::map<std::string, std::size_t> hanging;  // by the register's name
};

// The value that a share of the sorted ones does not exceed.
double quantile(const std::vector<double>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

class Campaign {
 public:
  Campaign(const Job& job, std::uint64_t seed) : job_(job), rng_{seed} {
    const Program program = require_program(job).content;
    plan_ = job_plan(job, program);
    folder_ = job.out + "/faults";
    emit(plan_, program, folder_);
    // Without what is there in simulation alone.
    write_file(folder_ + "/synthesis.sv", "`define SYNTHESIS\n");
    std::vector<std::string> files = design_files();
    files.insert(files.begin(), "synthesis.sv");
    library_ = build_simulator(
        plan_.design, {.directory = folder_, .files = files, .probes = false, .registers = true},
        job.threads);
    const std::vector<Tensor<std::int32_t>> frames =
        test_frames(job, program, static_cast<std::size_t>(kFrames));
    const Golden golden(program);
    inputs_.resize(1);
    for (const Tensor<std::int32_t>& frame : frames) {
      for (std::size_t t = 0; t < frame.shape[0]; ++t) {
        inputs_[0].emplace_back(frame.row(t), frame.row(t + 1));
      }
      answers_.push_back(golden.run(frame));
    }
    const Answer answer = job_split(job, "test").answer;
    unit_ = answer.unit;
    step_ = std::ldexp(answer.units, program.edges.back().type.exp);
    simulator_ = std::make_unique<Simulator>(library_, folder_);
    registers_ = simulator_->registers();
    if (registers_.empty()) throw Error("the simulator shows no register");
    find_bits();
  }

  json run(std::size_t flips) {
    const Stopwatch watch;
    std::vector<Tally> tallies(kKinds.size());
    ProgressLine progress("flips");
    for (std::size_t k = 0; k < kKinds.size(); ++k) tallies[k].bits = bits_[k].size();
    for (std::size_t i = 0; i < flips; ++i) {
      const std::size_t k = i % kKinds.size();
      if (bits_[k].empty()) continue;
      hit(bits_[k][rng_.below(bits_[k].size())], static_cast<Kind>(k), tallies[k]);
      progress.update(i + 1, flips, kKinds[k]);
    }
    json result = {{"unit", unit_},
                   {"latency", plan_.cycles.latency},
                   {"cycles_per_frame", plan_.cycles.per_frame},
                   {"frames", kFrames},
                   {"constant_control_bits", constant_},
                   {"seconds", rounded(watch.seconds(), 1)}};
    for (std::size_t k = 0; k < kKinds.size(); ++k) {
      Tally& t = tallies[k];
      std::sort(t.mae.begin(), t.mae.end());
      json row = {{"kind", kKinds[k]},          {"bits", t.bits},
                  {"flips", t.flips},           {"healed", t.healed},
                  {"not_mended", t.not_mended}, {"hanging", t.hanging}};
      for (std::size_t c = 0; c < kClasses.size(); ++c) row[kClasses[c]] = t.classes[c];
      for (const auto& [name, share] :
           {std::pair{"median", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"largest", 1.0}}) {
        row["mae"][name] = rounded(quantile(t.mae, share), 3);
      }
      result["kinds"].push_back(row);
    }
    return result;
  }

 private:
  // --- Bits ------------------------------------------------------------------------------------

  // Every bit of every register; but of control only what ever changes in streams with stalls:
  // the rest is constant in this design, and no hardware.
  void find_bits() {
    bits_.resize(kKinds.size());
    std::vector<std::vector<std::uint8_t>> first, changed;
    const auto look = [&](bool begin) {
      for (std::size_t i = 0; i < registers_.size(); ++i) {
        const StateElement& r = registers_[i];
        if (r.words > 1 || kind_of_bit(r, 0) != Kind::kControl) continue;
        for (int b = 0; b < r.bits; b += 8) {
          const auto byte = static_cast<std::size_t>(b / 8);
          if (begin) {
            first[i].push_back(r.byte(0, b));
            changed[i].push_back(0);
          } else {
            changed[i][byte] |= r.byte(0, b) ^ first[i][byte];
          }
        }
      }
    };
    for (const Stall stall : {Stall::kNone, Stall::kBursts, Stall::kCoin, Stall::kLastBeat}) {
      simulator_->reset();
      const std::vector<std::int64_t> ends =
          stream(kFrames, {stall, stall, 1, 2 * plan_.cycles.latency}, [&](std::int64_t cycle) {
            if (cycle < plan_.cycles.latency) return true;
            if (first.empty()) {
              first.resize(registers_.size());
              changed.resize(registers_.size());
              look(true);
            }
            look(false);
            return true;
          }).ends;
      if (damage_.what != Damage::Class::kMasked) {
        throw Error("the accelerator is not equal to golden and its plan without any fault");
      }
    }
    for (std::size_t i = 0; i < registers_.size(); ++i) {
      const StateElement& r = registers_[i];
      for (int word = 0; word < r.words; ++word) {
        for (int bit = 0; bit < r.bits; ++bit) {
          const Kind kind = kind_of_bit(r, bit);
          const bool watched = !changed[i].empty();
          if (kind == Kind::kControl && watched &&
              (changed[i][static_cast<std::size_t>(bit / 8)] & StateElement::mask(bit)) == 0) {
            ++constant_;
            continue;
          }
          bits_[static_cast<std::size_t>(kind)].push_back({i, word, bit});
        }
      }
    }
  }

  // --- Streams ---------------------------------------------------------------------------------

  struct Streamed {
    std::vector<std::int64_t> ends;
  };

  // Streams the first frames from reset on; damage_ says how it went.
  template <class AtCycle>
  Streamed stream(std::int64_t frames, const Stalls& stalls, const AtCycle& at_cycle) {
    damage_ = {};
    const bool stalled = stalls.inputs != Stall::kNone;
    const std::int64_t begin = simulator_->cycle();
    const std::int64_t limit = stalled ? std::int64_t{1} << 40 : 2 * planned_end(frames - 1);
    bool hangs = false, right = true;
    DriveResult result;
    try {
      result = drive(
          *simulator_, plan_.design, inputs_, frames, stalls, false,
          [&](const Passed& passed) {
            const std::vector<std::int32_t>& want =
                answers_[static_cast<std::size_t>(passed.index)];
            double sum = 0;
            for (std::size_t c = 0; c < want.size(); ++c) {
              sum += std::abs(double(passed.values[c]) - double(want[c]));
            }
            right = sum == 0;
            damage_.mae = std::max(damage_.mae, sum * step_ / double(want.size()));
            return true;
          },
          [&](std::int64_t cycle) {
            hangs = cycle - begin > limit;
            return at_cycle(cycle - begin) && !hangs;
          });
    } catch (const Error&) {  // `last` at a wrong place
      damage_.what = Damage::Class::kBroken;
      return {};
    }
    damage_.healed = right;
    bool exact = true;
    for (std::size_t f = 0; !stalled && f < result.sequence_ends.size(); ++f) {
      exact = exact && result.sequence_ends[f] - begin == planned_end(static_cast<std::int64_t>(f));
    }
    damage_.what = hangs             ? Damage::Class::kHang
                   : damage_.mae > 0 ? Damage::Class::kNumbers
                   : exact           ? Damage::Class::kMasked
                                     : Damage::Class::kLate;
    return {result.sequence_ends};
  }

  std::int64_t planned_end(std::int64_t frame) const {
    const std::vector<std::int64_t>& ends = plan_.cycles.frame_ends;
    const auto known = static_cast<std::int64_t>(ends.size());
    if (frame < known) return ends[static_cast<std::size_t>(frame)];
    return ends.back() + (frame - known + 1) * plan_.cycles.per_frame;
  }

  // --- One fault -------------------------------------------------------------------------------

  void hit(const Bit& bit, Kind kind, Tally& tally) {
    const StateElement& r = registers_[bit.place];
    const auto flip = [&] { r.byte(bit.word, bit.bit) ^= StateElement::mask(bit.bit); };
    // While the first two frames are in the design, and others come behind them.
    const auto cycle =
        static_cast<std::int64_t>(rng_.below(static_cast<std::uint64_t>(planned_end(1))));
    simulator_->reset();
    stream(kFrames, {}, [&](std::int64_t now) {
      if (now == cycle) flip();
      return true;
    });
    ++tally.flips;
    ++tally.classes[static_cast<std::size_t>(damage_.what)];
    if (damage_.what == Damage::Class::kNumbers) {
      tally.mae.push_back(damage_.mae);
      tally.healed += damage_.healed;
    }
    if (damage_.what == Damage::Class::kHang) ++tally.hanging[r.name.substr(r.name.rfind('.') + 1)];
    // What is read only must be loaded again.
    if (kind == Kind::kWeights) flip();
    simulator_->reset();
    stream(kFramesBehind, {}, [](std::int64_t) { return true; });
    if (damage_.what != Damage::Class::kMasked) {
      ++tally.not_mended;
      fmt::print("not mended by reset: {} word {} bit {}, cycle {}\n", r.name, bit.word, bit.bit,
                 cycle);
    }
  }

  const Job& job_;
  Rng rng_;
  Plan plan_;
  std::string folder_, library_, unit_;
  double step_ = 1;  // of the answers' unit in one of their integers
  std::vector<Vectors> inputs_;
  std::vector<std::vector<std::int32_t>> answers_;
  std::unique_ptr<Simulator> simulator_;
  std::vector<StateElement> registers_;
  std::vector<std::vector<Bit>> bits_;  // of each kind
  std::size_t constant_ = 0;
  Damage damage_;
};

void print(const json& result) {
  const auto percent = [](std::size_t part, std::size_t all) {
    return all == 0 ? std::string("-") : fmt::format("{:.2f}", 100.0 * double(part) / double(all));
  };
  fmt::print("| bits of | bits | flips |");
  for (const char* name : kClasses) fmt::print(" {}, % |", name);
  fmt::print(" right again, % | median {0} | 90 % {0} | 99 % {0} | largest {0} | not mended |\n",
             result.at("unit").get<std::string>());
  for (const json& row : result.at("kinds")) {
    const std::size_t flips = row.at("flips");
    fmt::print("| {} | {} | {} |", row.at("kind").get<std::string>(),
               row.at("bits").get<std::size_t>(), flips);
    for (const char* name : kClasses) fmt::print(" {} |", percent(row.at(name), flips));
    fmt::print(" {} |", percent(row.at("healed"), row.at("numbers")));
    for (const char* name : {"median", "p90", "p99", "largest"}) {
      fmt::print(" {:.3f} |", row.at("mae").at(name).get<double>());
    }
    fmt::print(" {} |\n", row.at("not_mended").get<std::size_t>());
  }
}

int run(int argc, char** argv) {
  std::string config, out = "build/faults", data, results;
  std::vector<std::string> overrides;
  std::size_t flips = 10000;
  std::uint64_t seed = 1;
  CLI::App app("Flips bits of a simulated accelerator.", "inject_faults");
  app.add_option("config", config, "The model's config.toml")->required();
  app.add_option("--set", overrides, "Replace a key of config.toml");
  app.add_option("--flips", flips, "How many");
  app.add_option("--seed", seed, "Of what is drawn");
  app.add_option("--out", out, "Folder to work in");
  app.add_option("--data", data, "Folder of the data sets");
  app.add_option("--json", results, "File for the results");
  CLI11_PARSE(app, argc, argv);
  const Job job = open_job(config, overrides, {.out = out, .data = data, .threads = 1});
  const FolderLock lock = prepare_out(job, {});
  json result = Campaign(job, seed).run(flips);
  result["model"] = job.spec.name;
  result["seed"] = seed;
  print(result);
  if (!results.empty()) write_file(results, result.dump(2) + "\n");
  for (const json& row : result.at("kinds")) {
    if (row.at("not_mended") != 0) return 4;
  }
  return 0;
}

}  // namespace
}  // namespace emamba

int main(int argc, char** argv) {
  try {
    return emamba::run(argc, argv);
  } catch (const emamba::Error& e) {
    fmt::print(stderr, "inject_faults: {}\n{}\n", e.what(), e.hint());
    return 1;
  }
}

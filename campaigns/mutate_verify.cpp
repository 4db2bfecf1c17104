// SPDX-License-Identifier: Apache-2.0
// Is every single change found by verify? Makes seeded changes in the RTL library, in memories, in
// the plan and in the program that golden is given, one at a time, and verifies small models with
// each. Run from the repository's root.
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/stopwatch.h"
#include "fx/scan.h"
#include "hw/buffers.h"
#include "hw/emit.h"
#include "hw/timing.h"
#include "net/testing.h"
#include "rtl_changes.h"
#include "sim/build.h"
#include "sim/verify.h"

namespace emamba {
namespace {

using nlohmann::json;

struct Options {
  int changes = 200;
  std::uint64_t seed = 1;
  int timeout = 300;  // seconds of one verification
  int only = -1;      // the number of one change
  std::string work = "build/mutate", json;
};

// A small model as hardware, and frames.
struct Subject {
  std::string name, folder;
  Program program;
  Plan plan;
  std::vector<Tensor<std::int32_t>> frames;
  std::set<std::string> modules;  // of the library, that it has
};

// Every module that `text` has an instance of, and what those have.
void collect_modules(const std::string& text, const std::map<std::string, std::string>& sources,
                     std::set<std::string>& modules) {
  for (const auto& [file, source] : sources) {
    const std::size_t slash = file.rfind('/') + 1;
    const std::string module = file.substr(slash, file.size() - slash - 3);
    if (modules.contains(file)) continue;
    bool found = false;
    for (const char* behind : {" #(", " u_", "::"}) {
      found = found || text.find(" " + module + behind) != std::string::npos ||
              text.find("(" + module + behind) != std::string::npos;
    }
    if (!found) continue;
    modules.insert(file);
    collect_modules(source, sources, modules);
  }
}

// Throws Error unless what the states hold shows in the outputs: a skip may drown it.
void require_states_seen(const Subject& subject) {
  Program forgetful = subject.program;
  bool scans = false;
  for (Op& op : forgetful.ops) {
    if (auto* scan = std::get_if<Scan>(&op)) {
      scans = true;
      scan->exp = LookupTable{std::vector<std::int32_t>(256)};
    }
  }
  if (!scans) return;
  Golden with(subject.program), without(forgetful);
  for (const Tensor<std::int32_t>& frame : subject.frames) {
    if (with.run(frame) != without.run(frame)) return;
  }
  throw Error(subject.name + ": no output depends on a state", "choose another seed");
}

Subject make_subject(const std::string& name, const NetSpec& spec, const HardwareSpec& hardware,
                     std::uint64_t seed, const std::map<std::string, std::string>& sources) {
  Rng rng{seed};
  Subject subject;
  subject.name = name;
  subject.program = random_program(spec, rng);
  subject.plan = plan_program(subject.program, hardware);
  for (int i = 0; i < 64; ++i) subject.frames.push_back(random_tokens(subject.program, rng));
  require_states_seen(subject);
  collect_modules(top_module(subject.plan.design), sources, subject.modules);
  return subject;
}

// Between them, they have every module of the library.
std::vector<Subject> subjects(const std::map<std::string, std::string>& sources) {
  NetSpec image;
  image.model.D = 5, image.model.E = 1, image.model.N = 3, image.model.M = 2, image.model.K = 3;
  image.model.P = {4, 4};
  image.model.dt_rank = 2;
  image.model.head = Head::kFlattenMlp;
  image.model.head_hidden = 3;
  image.draw.offsets = true;
  NetSpec token;
  token.sample = token_samples();
  token.sample.width = 6;
  token.model.D = 7, token.model.E = 1, token.model.N = 3, token.model.M = 1, token.model.K = 2;
  token.model.position = Position::kLearned;
  token.model.head = Head::kMeanLinear;
  NetSpec cnn;
  cnn.sample.height = 5, cnn.sample.width = 6, cnn.sample.channels = 2;
  cnn.model.kind = NetKind::kCnn;
  cnn.model.layers = {"conv 3", "[", "conv 3 /1 linear", "]", "max 2", "flatten"};
  NetSpec vit;
  vit.sample.height = 2, vit.sample.width = 3, vit.sample.channels = 2;
  vit.model.kind = NetKind::kVit;
  vit.model.D = 6, vit.model.heads = 2, vit.model.E = 1, vit.model.P = {1, 1};
  vit.model.norm = Norm::kLayer;
  return {make_subject("image", image,
                       {.lanes = 2,
                        .shared_blocks = true,
                        .reciprocal = Reciprocal::kDivider,
                        .functions = Functions::kLines},
                       12, sources),  // of whose states and skips a third and a tenth show
          make_subject("token", token, {.lanes = 4, .cycles_per_token = 4}, 2, sources),
          make_subject("merged", token, {.lanes = 1, .merged_linears = true}, 2, sources),
          make_subject("cnn", cnn, {.lanes = 3, .cycles_per_token = 9}, 3, sources),
          // With parts of heads and two sets of parameters, and with three keys at a time.
          make_subject("vit", vit, {.lanes = 1, .shared_blocks = true}, 4, sources),
          make_subject("vit-keys", vit, {.lanes = 6, .cycles_per_token = 2}, 5, sources)};
}

// Whether two operations differ by a line that no input falls on, or that rounds alike on all.
bool same_functions(const Op& a, const Op& b, const Program& program) {
  const auto same = [](const FunctionIntegers& f, const FunctionIntegers& g, NumberType x,
                       NumberType y) {
    if (f == g) return false;  // something else differs
    return fx::tabulate(f, x, y) == fx::tabulate(g, x, y);
  };
  if (const auto* pwl = std::get_if<Pwl>(&a)) {
    const std::size_t at = &a - program.ops.data();
    return same(pwl->table, std::get<Pwl>(b).table, program.edges[pwl->x].type,
                program.edges[at + 1].type);
  }
  if (const auto* scan = std::get_if<Scan>(&a)) {
    return same(scan->exp, std::get<Scan>(b).exp, scan->z_type, fx::kAbarType);
  }
  return false;
}

// What verify made of a change.
struct Outcome {
  std::string result;   // "not built", "found", "survived", "not ended"
  std::string message;  // how it was found
};

// What verify says of a built design. It runs in a process of its own: a broken model may not end,
// or bring the process down.
Outcome verified(const Subject& subject, const std::string& library, const Plan& plan,
                 const Program& program, int timeout) {
  int ends[2];
  if (pipe(ends) != 0) throw Error("cannot make a pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw Error("cannot start a process");
  if (child == 0) {
    close(ends[0]);
    if (std::freopen("/dev/null", "w", stdout) == nullptr ||
        std::freopen("/dev/null", "w", stderr) == nullptr) {
      _exit(1);
    }
    std::string message;
    try {
      const VerifyResult r =
          verify(library, subject.folder, plan, Golden(program), subject.frames, {});
      if (r.first) {
        message = fmt::format("numbers differ at {} ({})", r.first->edge, r.first->pass);
      } else if (!r.cycles_exact()) {
        message = "cycles are not as planned";
      } else {
        message = "passed";
      }
    } catch (const std::exception& e) {
      message = e.what();
    }
    const ssize_t written = write(ends[1], message.data(), message.size());
    _exit(written == static_cast<ssize_t>(message.size()) ? 0 : 1);
  }
  close(ends[1]);
  std::string message;
  bool ended = true;
  for (const Stopwatch watch;;) {
    pollfd wait = {ends[0], POLLIN, 0};
    const int left = static_cast<int>(1000 * (timeout - watch.seconds()));
    if (left <= 0 || poll(&wait, 1, left) == 0) {
      kill(child, SIGKILL);
      ended = false;
      break;
    }
    char text[4096];
    const ssize_t n = read(ends[0], text, sizeof text);
    if (n <= 0) break;
    message.append(text, static_cast<std::size_t>(n));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (!ended) return {"not ended", fmt::format("verify ran for {} s", timeout)};
  if (WIFSIGNALED(status) || message.empty()) {
    return {"found", fmt::format("the simulation ended the process, signal {}", WTERMSIG(status))};
  }
  if (message == "passed") return {"survived", ""};
  return {"found", message};
}

Outcome build_and_verify(const Subject& subject, const Plan& plan, const Program& program,
                         int timeout) {
  std::string library;
  try {
    library = build_simulator(plan.design, {.directory = subject.folder, .files = design_files()},
                              2, {}, timeout);
  } catch (const Error& e) {
    std::string what = e.what();
    const std::size_t error = what.find("%Error");
    if (error != std::string::npos) what = what.substr(error, what.find('\n', error) - error);
    return {"not built", what};
  }
  return verified(subject, library, plan, program, timeout);
}

// One change: what it is, and what becomes of it.
struct Change {
  std::string kind, where, before, after;
  std::vector<const Subject*> subjects = {};  // that have it
  std::function<Outcome(const Subject&)> run = {};
};

class Campaign {
 public:
  explicit Campaign(const Options& options) : options_(options), rng_{options.seed} {
    for (const std::string& file : rtl_sources()) {
      sources_[file] = read_file(rtl_folder() + "/" + file);
    }
    subjects_ = subjects(sources_);
    for (Subject& subject : subjects_) {
      subject.folder = options.work + "/" + subject.name;
      emit(subject.plan, subject.program, subject.folder);
    }
    for (const auto& source : sources_) {
      const std::string& file = source.first;
      const bool used = std::any_of(subjects_.begin(), subjects_.end(),
                                    [&](const Subject& s) { return s.modules.contains(file); });
      if (!used) throw Error(fmt::format("{}: no subject has it", file));
    }
    arguments_ = parse_json(read_file("campaigns/equivalent.json"), "campaigns/equivalent.json");
  }

  int run() {
    for (const Subject& subject : subjects_) {
      const Outcome unchanged =
          build_and_verify(subject, subject.plan, subject.program, options_.timeout);
      if (unchanged.result != "survived") {
        throw Error(
            fmt::format("{}: does not verify unchanged: {}", subject.name, unchanged.message));
      }
    }
    draw();
    json results = json::array();
    std::map<std::string, std::map<std::string, int>> table;
    for (std::size_t i = 0; i < changes_.size(); ++i) {
      if (options_.only >= 0 && static_cast<int>(i) != options_.only) continue;
      const Change& change = changes_[i];
      const Stopwatch watch;
      Outcome outcome;
      std::string subject_name;
      for (const Subject* subject : change.subjects) {
        outcome = change.run(*subject);
        subject_name = subject->name;
        if (outcome.result == "found" || outcome.result == "not built") break;
      }
      std::string result = outcome.result, why;
      if (result == "survived") why = argument(change);
      if (!why.empty()) result = "argued away";
      ++table[change.kind][result];
      ++table["all"][result];
      fmt::print("{:4} {:12} {:10} {}: {}\n     - {}\n     + {}\n", i, result, change.kind,
                 change.where, why.empty() ? outcome.message : why, change.before, change.after);
      std::fflush(stdout);
      results.push_back({{"number", i},
                         {"kind", change.kind},
                         {"where", change.where},
                         {"before", change.before},
                         {"after", change.after},
                         {"subject", subject_name},
                         {"result", result},
                         {"message", why.empty() ? outcome.message : why},
                         {"seconds", rounded(watch.seconds(), 1)}});
    }
    const std::vector<std::string> columns = {"found", "not built", "argued away", "not ended",
                                              "survived"};
    fmt::print(
        "\n| change in | changes | {} |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
        fmt::join(columns, " | "));
    for (const auto& [kind, counts] : table) {
      int sum = 0;
      std::string row;
      for (const std::string& column : columns) {
        const auto it = counts.find(column);
        const int n = it == counts.end() ? 0 : it->second;
        sum += n;
        row += fmt::format(" {} |", n);
      }
      fmt::print("| {} | {} |{}\n", kind, sum, row);
    }
    if (!options_.json.empty()) {
      write_file(
          options_.json,
          json{{"seed", options_.seed}, {"table", table}, {"changes", results}}.dump(2) + "\n");
    }
    const auto& all = table["all"];
    return all.contains("survived") || all.contains("not ended") ? 4 : 0;
  }

 private:
  // Why a change that survived is none; "" if nothing says so. An entry says what was changed, and
  // where, as printed; but in the RTL it names the file alone, since lines move.
  std::string argument(const Change& change) const {
    const std::string place = change.where.substr(0, change.where.find(':'));
    for (const json& one : arguments_) {
      if (one.at("where") == place && one.at("before") == change.before &&
          one.at("after") == change.after) {
        return one.at("why");
      }
    }
    return "";
  }

  // --- Drawing ---------------------------------------------------------------------------------

  void draw() {
    // Shares of the kinds, in percent. Those that leave the hardware's sources alone come first:
    // they take little time.
    const auto kind = [&](std::uint64_t number) { rng_ = Rng{100 * options_.seed + number}; };
    kind(0);
    for (std::size_t i = 0; i < count_of(10); ++i) add_memory();
    kind(1);
    for (std::size_t i = 0; i < count_of(10); ++i) add_plan();
    kind(2);
    for (std::size_t i = 0; i < count_of(10); ++i) add_program();
    std::map<std::string, std::vector<RtlChange>> by_kind;
    for (const auto& [file, text] : sources_) {
      if (file == "lib/em_stream_check.sv") continue;  // a check, not hardware
      for (const RtlChange& change : changes_of(file, text)) by_kind[change.kind].push_back(change);
    }
    const std::pair<const char*, int> rtl_shares[] = {{"operator", 22}, {"constant", 12},
                                                      {"width", 8},     {"enable", 8},
                                                      {"reset", 8},     {"handshake", 12}};
    kind(3);
    for (const auto& [name, share] : rtl_shares) {
      std::vector<RtlChange>& all = by_kind[name];
      const std::vector<std::size_t> order = permutation(all.size(), rng_);
      const std::size_t count = std::min(all.size(), count_of(share));
      for (std::size_t i = 0; i < count; ++i) add_rtl(all[order[i]]);
    }
  }
  std::size_t count_of(int share) const {
    return static_cast<std::size_t>((options_.changes * share + 50) / 100);
  }
  const Subject& any_subject() { return subjects_[rng_.below(subjects_.size())]; }

  void add_rtl(const RtlChange& rtl) {
    Change change{rtl.kind, fmt::format("{}:{}", rtl.file, rtl.line), rtl.before, rtl.after};
    for (const Subject& subject : subjects_) {
      if (subject.modules.contains(rtl.file)) change.subjects.push_back(&subject);
    }
    change.run = [this, rtl](const Subject& subject) {
      const std::string path = subject.folder + "/rtl/" + rtl.file;
      write_file(path, apply(sources_.at(rtl.file), rtl));
      const Outcome outcome =
          build_and_verify(subject, subject.plan, subject.program, options_.timeout);
      write_file(path, sources_.at(rtl.file));
      return outcome;
    };
    changes_.push_back(std::move(change));
  }

  // A bit of a word of a memory.
  void add_memory() {
    const Subject& subject = any_subject();
    const std::vector<Memory>& memories = subject.plan.design.memories;
    const Memory& memory = memories[rng_.below(memories.size())];
    const std::size_t word = rng_.below(memory.words.size());
    const auto bit = static_cast<std::size_t>(rng_.between(0, memory.width - 1));
    std::string text = memory.words[word];
    char& digit = text[text.size() - 1 - bit / 4];
    constexpr char kDigits[] = "0123456789abcdef";
    digit = kDigits[(digit <= '9' ? digit - '0' : digit - 'a' + 10) ^ 1 << bit % 4];
    Change change{"memory",
                  fmt::format("{} {} word {}", subject.name, memory.file, word),
                  memory.words[word],
                  text,
                  {&subject}};
    change.run = [this, &memory, word, text](const Subject& s) {
      std::string changed;
      for (std::size_t i = 0; i < memory.words.size(); ++i) {
        changed += (i == word ? text : memory.words[i]) + "\n";
      }
      const std::string path = s.folder + "/" + memory.file, kept = read_file(path);
      write_file(path, changed);
      const Outcome outcome = build_and_verify(s, s.plan, s.program, options_.timeout);
      write_file(path, kept);
      return outcome;
    };
    changes_.push_back(std::move(change));
  }

  // What the plan promises, or what it makes of a buffer or a core.
  void add_plan() {
    const Subject& subject = any_subject();
    auto plan = std::make_shared<Plan>(subject.plan);
    int by = rng_.below(2) ? 1 : -1;
    Change change{"plan", subject.name, "", "", {&subject}};
    const auto say = [&](const std::string& what, std::int64_t was) {
      change.where += " " + what;
      change.before = std::to_string(was);
      change.after = std::to_string(was + by);
    };
    bool rtl = false;     // whether the hardware is made from the changed plan
    std::string refused;  // why there is no such plan
    switch (rng_.below(5)) {
      case 0:
        say("latency", plan->cycles.latency);
        plan->cycles.latency += by;
        break;
      case 1:
        say("cycles a frame", plan->cycles.per_frame);
        plan->cycles.per_frame += by;
        break;
      case 2: {
        const std::size_t frame = rng_.below(plan->cycles.frame_ends.size());
        say(fmt::format("end of frame {}", frame), plan->cycles.frame_ends[frame]);
        plan->cycles.frame_ends[frame] += by;
        break;
      }
      case 3: {
        std::vector<Instance*> buffers;
        for (Instance& i : plan->design.instances) {
          if (std::holds_alternative<Fifo>(i.timing)) buffers.push_back(&i);
        }
        Instance& buffer = *buffers[rng_.below(buffers.size())];
        const std::int64_t depth = std::get<Fifo>(buffer.timing).depth;
        by = -1;  // room for a beat more changes no number and no planned cycle
        say("depth of " + buffer.name, depth);
        buffer.module = "em_fifo";
        buffer.parameters.resize(1);
        buffer.parameters.push_back({"Depth", std::to_string(depth + by)});
        rtl = true;
        break;
      }
      default: {
        std::vector<Instance*> cores;
        for (Instance& i : plan->design.instances) {
          if (std::holds_alternative<Steps>(i.timing)) cores.push_back(&i);
        }
        Instance& core = *cores[rng_.below(cores.size())];
        auto& steps = std::get<Steps>(core.timing);
        if (rng_.below(2) && steps.depth > 0) {
          say("depth of " + core.name, steps.depth);
          steps.depth += by;
        } else {
          say("idle cycles of " + core.name, steps.idle);
          steps.idle = std::max(0, steps.idle + by);
          change.after = std::to_string(steps.idle);
        }
        if (change.after == change.before) return add_plan();
        try {
          plan->cycles = run_timing(plan->design);
        } catch (const Error& e) {
          refused = e.what();
        }
        break;
      }
    }
    change.run = [this, plan, rtl, refused](const Subject& s) {
      if (!refused.empty()) return Outcome{"not built", refused};
      if (rtl) write_file(s.folder + "/top.sv", top_module(plan->design));
      const Outcome outcome = build_and_verify(s, *plan, s.program, options_.timeout);
      if (rtl) write_file(s.folder + "/top.sv", top_module(s.plan.design));
      return outcome;
    };
    changes_.push_back(std::move(change));
  }

  // A number of the program, which golden computes with and the hardware does not.
  void add_program() {
    const Subject& subject = any_subject();
    auto program = std::make_shared<Program>(subject.program);
    const std::size_t i = rng_.below(program->ops.size());
    Op& op = program->ops[i];
    Change change{"program", subject.name + " " + name_of(op), "", "", {&subject}};
    const int by = rng_.below(2) ? 1 : -1;
    const auto nudge = [&](const std::string& what, auto& value) {
      change.where += " " + what;
      change.before = std::to_string(value);
      value = static_cast<std::decay_t<decltype(value)>>(value + by);
      change.after = std::to_string(value);
    };
    const auto any = [&](auto& tensor, const std::string& what) {
      const std::size_t at = rng_.below(tensor.data.size());
      nudge(fmt::format("{}[{}]", what, at), tensor.data[at]);
    };
    const auto table = [&](FunctionIntegers& function) {
      if (auto* entries = std::get_if<LookupTable>(&function)) {
        return nudge("an entry", entries->values[rng_.below(entries->values.size())]);
      }
      PwlTable& t = std::get<PwlTable>(function);
      switch (rng_.below(3)) {
        case 0:
          return nudge("a knot", t.knots[rng_.below(t.knots.size())]);
        case 1:
          return nudge("a slope", t.slopes[rng_.below(t.slopes.size())]);
        default:
          return nudge("an intercept", t.intercepts[rng_.below(t.intercepts.size())]);
      }
    };
    if (rng_.below(3) == 0) {
      nudge("exponent", program->edges[i + 1].type.exp);
    } else if (auto* linear = std::get_if<Linear>(&op)) {
      any(linear->weight, "weight");
    } else if (auto* conv = std::get_if<DwConv>(&op)) {
      any(conv->weight, "weight");
    } else if (auto* norm = std::get_if<RangeNorm>(&op)) {
      any(norm->weight, "weight");
    } else if (auto* embed = std::get_if<Embed>(&op)) {
      any(embed->table, "table");
    } else if (auto* pwl = std::get_if<Pwl>(&op)) {
      table(pwl->table);
    } else if (auto* scan = std::get_if<Scan>(&op)) {
      switch (rng_.below(5)) {
        case 0:
          any(scan->A, "A");
          break;
        case 1:
          any(scan->D, "D");
          break;
        case 2:
          table(scan->exp);
          break;
        case 3:
          nudge("exponent of delta * A", scan->z_type.exp);
          break;
        default:
          nudge("exponent of delta * B", scan->product_type.exp);
          break;
      }
    } else {
      return add_program();
    }
    try {
      const Golden valid(*program);
    } catch (const Error&) {
      return add_program();  // no program
    }
    if (same_functions(op, subject.program.ops[i], *program)) return add_program();  // no change
    change.run = [this, program](const Subject& s) {
      return build_and_verify(s, s.plan, *program, options_.timeout);
    };
    changes_.push_back(std::move(change));
  }

  const Options& options_;
  Rng rng_;
  std::map<std::string, std::string> sources_;
  std::vector<Subject> subjects_;
  std::vector<Change> changes_;
  json arguments_;
};

int run(int argc, char** argv) {
  Options options;
  CLI::App app(
      "Makes single changes in hardware, plan and program, and sees whether verify finds "
      "them.",
      "mutate_verify");
  app.add_option("--changes", options.changes, "How many")->check(CLI::Range(10, 100000));
  app.add_option("--seed", options.seed, "Of what is drawn");
  app.add_option("--only", options.only, "The number of one change");
  app.add_option("--timeout", options.timeout, "Seconds of one build or verification");
  app.add_option("--work", options.work, "Folder to work in");
  app.add_option("--json", options.json, "File for the results");
  CLI11_PARSE(app, argc, argv);
  return Campaign(options).run();
}

}  // namespace
}  // namespace emamba

int main(int argc, char** argv) {
  try {
    return emamba::run(argc, argv);
  } catch (const std::exception& e) {
    fmt::print(stderr, "mutate_verify: {}\n", e.what());
    return 1;
  }
}

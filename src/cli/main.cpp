// SPDX-License-Identifier: Apache-2.0
// The entry of the tool `emamba`: finds the verb, runs it, and turns errors into messages and exit
// codes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <system_error>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "flow/version.h"

namespace emamba {
namespace {

constexpr char kExitCodes[] =
    "Exit codes: 0 success, 1 a file or value that cannot work, 2 a command line that cannot,\n"
    "3 a program or library is not installed, 4 two things differ that should not (verify, synth,\n"
    "eval --trace, results --check), 70 a defect of emamba, 130 a training was stopped.";

int exit_code(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInput:
      return 1;
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kMissing:
      return 3;
    case ErrorKind::kMismatch:
      return 4;
    case ErrorKind::kDefect:
      return 70;
    case ErrorKind::kStopped:
      return 130;
  }
  return 70;
}

void print_error(const std::string& message, const std::string& hint) {
  fmt::print(stderr, "error: {}\n", message);
  if (!hint.empty()) fmt::print(stderr, "hint: {}\n", hint);
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

// The innermost verb on the command line, e.g. `data fetch`; the app itself if there is none.
const CLI::App* chosen_verb(const CLI::App* app) {
  while (!app->get_subcommands().empty()) app = app->get_subcommands().front();
  return app;
}

// Words that the verb does not know, and what they may have meant.
int report_extras(const CLI::App& app) {
  const CLI::App* verb = chosen_verb(&app);
  const std::vector<std::string> extras = app.remaining(true);
  const std::string word = extras.empty() ? "" : extras.front();
  std::vector<std::string> known;
  if (!word.starts_with('-')) {
    known = verbs_of(*verb);
  } else {
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    }
  }
  const std::string meant = file_exists(word) ? fmt::format("a file of that name is './{}'; ", word)
                                              : did_you_mean(word, known);
  print_error(fmt::format("{}: '{}' is not understood", full_name(verb), word),
              fmt::format("{}`{} --help` lists what is", meant, full_name(verb)));
  return exit_code(ErrorKind::kUsage);
}

int run(int argc, char** argv) {
  CLI::App app("Trains a Mamba, turns it into pure integers and into hardware.", "emamba");
  app.set_version_flag("--version", "emamba " + version(), "Print the version");
  app.require_subcommand(1);
  app.footer(
      fmt::format("Example: emamba flow models/fashion-mnist/config.toml\n"
                  "`emamba help VERB` shows a verb's options and an example.\n\n{}",
                  kExitCodes));
  add_data(app);
  add_init(app);
  add_train(app);
  add_eval(app);
  add_predict(app);
  add_quantize(app);
  add_inspect(app);
  add_doctor(app);
  add_estimate(app);
  add_explore(app);
  add_compare(app);
  add_emit(app);
  add_verify(app);
  add_synth(app);
  add_energy(app);
  add_layout(app);
  add_flow(app);
  add_ablate(app);
  add_sweep(app);
  add_results(app);
  add_help(app);

  // CLI11 would only say that a verb is missing.
  if (argc > 1 && argv[1][0] != '-') {
    const std::vector<std::string> verbs = verbs_of(app);
    if (std::find(verbs.begin(), verbs.end(), argv[1]) == verbs.end()) {
      print_error(
          fmt::format("'{}' is not a verb", argv[1]),
          fmt::format("{}Verbs are: {}", did_you_mean(argv[1], verbs), fmt::join(verbs, ", ")));
      return exit_code(ErrorKind::kUsage);
    }
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ExtrasError&) {
    return report_extras(app);
  } catch (const CLI::ParseError& e) {
    if (e.get_exit_code() == 0) return app.exit(e);  // help and version
    // A config whose name begins with a dash was no config.
    const bool required = dynamic_cast<const CLI::RequiredError*>(&e) != nullptr;
    if (required && !app.remaining(true).empty()) return report_extras(app);
    const std::string verb = full_name(chosen_verb(&app));
    print_error(fmt::format("{}: {}", verb, e.what()),
                fmt::format("`{} --help` shows the options and an example", verb));
    return exit_code(ErrorKind::kUsage);
  }
  return 0;
}

}  // namespace
}  // namespace emamba

int main(int argc, char** argv) {
  using emamba::ErrorKind;
  using emamba::exit_code;
  try {
    const int code = emamba::run(argc, argv);
    // Output that could not be written, e.g. to a full disk, must not pass for success.
    if (std::fflush(stdout) != 0) throw emamba::Error("cannot write to the standard output");
    return code;
  } catch (const emamba::Error& e) {
    emamba::print_error(e.what(), e.hint());
    return exit_code(e.kind());
  } catch (const std::system_error& e) {  // of fmt::print, e.g. into a closed pipe
    emamba::print_error(e.what(), "");
    return exit_code(ErrorKind::kInput);
  } catch (const std::bad_alloc&) {
    emamba::print_error("out of memory", "free some, or use a smaller model or batch");
    return exit_code(ErrorKind::kInput);
  } catch (const std::exception& e) {
    emamba::print_error(fmt::format("internal: {}", e.what()),
                        "this is a defect; please report it with the command that led here");
    return exit_code(ErrorKind::kDefect);
  }
}

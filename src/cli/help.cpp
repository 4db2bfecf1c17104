// SPDX-License-Identifier: Apache-2.0
// `emamba help`: of a verb, as a manual page, and as completion for a shell. All of it is what the
// verbs say of themselves.
#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

#include "base/error.h"
#include "base/nearest.h"
#include "cli/cli.h"
#include "flow/version.h"

namespace emamba {
namespace {

using Verbs = std::vector<const CLI::App*>;

// Verbs, each with its own beneath it behind it.
void collect(const CLI::App& app, Verbs& verbs) {
  for (const CLI::App* verb : app.get_subcommands({})) {
    verbs.push_back(verb);
    collect(*verb, verbs);
  }
}

// The words behind `emamba` that name a verb.
std::string words_of(const CLI::App* verb) {
  const std::string name = full_name(verb);
  return name.substr(name.find(' ') + 1);
}

// Text in roff: a line that begins with a point or a quote would be a command.
std::string roff(const std::string& text) {
  std::istringstream lines(text);
  std::string escaped;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('.') || line.starts_with('\'')) escaped += "\\&";
    for (char c : line) {
      if (c == '\\')
        escaped += "\\e";
      else if (c == '-')
        escaped += "\\-";
      else
        escaped += c;
    }
    escaped += '\n';
  }
  return escaped;
}

std::string manual_options(const CLI::App& verb) {
  std::string text;
  for (const CLI::Option* option : verb.get_options()) {
    const std::string value = option->get_type_name();
    text += fmt::format(".TP\n.B {}", roff(fmt::format("{} {}", option->get_name(), value)));
    text += roff(option->get_description());
  }
  return text;
}

std::string manual(const CLI::App& app) {
  std::string text = fmt::format(
      ".TH EMAMBA 1 \"\" \"emamba {}\"\n.SH NAME\nemamba \\- {}.SH SYNOPSIS\n.B emamba\n"
      "VERB [OPTION]...\n.SH VERBS\n",
      version(), roff(app.get_description()));
  Verbs verbs;
  collect(app, verbs);
  for (const CLI::App* verb : verbs) {
    text +=
        fmt::format(".SS {}\n{}{}.PP\n.nf\n{}.fi\n", words_of(verb), roff(verb->get_description()),
                    manual_options(*verb), roff(verb->get_footer()));
  }
  return text + ".SH EXIT STATUS AND EXAMPLE\n.nf\n" + roff(app.get_footer()) + ".fi\n";
}

// A function for bash, which zsh takes by way of bashcompinit.
std::string completion(const CLI::App& app) {
  std::string cases;
  Verbs verbs;
  collect(app, verbs);
  std::string names;
  for (const CLI::App* verb : verbs) {
    std::string words;
    for (const CLI::Option* option : verb->get_options()) {
      for (const std::string& name : option->get_lnames()) words += " --" + name;
    }
    for (const CLI::App* below : verb->get_subcommands({})) words += " " + below->get_name();
    if (verb->get_parent() == &app) names += " " + verb->get_name();
    cases += fmt::format("    '{}') words='{}' ;;\n", words_of(verb), words.substr(1));
  }
  return fmt::format(
      R"(# Completion of emamba for bash; for zsh after `autoload bashcompinit && bashcompinit`.
_emamba() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words='{}'
  local verb=${{COMP_WORDS[1]}}
  [[ $verb == data && $COMP_CWORD -gt 2 && ${{COMP_WORDS[2]}} != -* ]] && verb+=" ${{COMP_WORDS[2]}}"
  ((COMP_CWORD > 1)) && case $verb in
{}    *) words= ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [[ $current == -* ]] || COMPREPLY+=($(((COMP_CWORD > 1)) && compgen -f -- "$current"))
}}
complete -o filenames -F _emamba emamba
)",
      names.substr(1), cases);
}

const CLI::App& verb_called(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* verb = &app;
  for (const std::string& word : words) {
    std::vector<std::string> known;
    const CLI::App* next = nullptr;
    for (const CLI::App* below : verb->get_subcommands({})) {
      known.push_back(below->get_name());
      if (below->get_name() == word) next = below;
    }
    if (next == nullptr) {
      throw Error(fmt::format("help: '{}' is not a verb", word),
                  fmt::format("{}Verbs are: {}", did_you_mean(word, known), fmt::join(known, ", ")),
                  ErrorKind::kUsage);
    }
    verb = next;
  }
  return *verb;
}

}  // namespace

void add_help(CLI::App& app) {
  CLI::App* verb = app.add_subcommand(
      "help", "Show what a verb does; print the manual page, or completion for a shell");
  struct Options {
    std::vector<std::string> words;
    bool manual = false, completion = false;
  };
  auto options = std::make_shared<Options>();
  CLI::Option* words =
      verb->add_option("verb", options->words, "A verb; none: the list of them")->type_name("VERB");
  CLI::Option* page = verb->add_flag("--man", options->manual, "A manual page, for `man -l -`");
  CLI::Option* shell = verb->add_flag("--completion", options->completion,
                                      "Completion for bash: source <(emamba help --completion)");
  words->excludes(page)->excludes(shell);
  page->excludes(shell);
  verb->footer("Example: emamba help train");
  verb->callback([options, &app] {
    if (options->manual) return fmt::print("{}", manual(app));
    if (options->completion) return fmt::print("{}", completion(app));
    const CLI::App& asked = verb_called(app, options->words);
    fmt::print("{}", asked.get_formatter()->make_help(&asked, full_name(&asked),
                                                      CLI::AppFormatMode::Normal));
  });
}

}  // namespace emamba

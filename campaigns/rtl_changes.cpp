// SPDX-License-Identifier: Apache-2.0
#include "rtl_changes.h"

#include <algorithm>
#include <cctype>
#include <regex>

namespace emamba {
namespace {

std::string trimmed(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string::npos ? "" : line.substr(first);
}

std::size_t indentation(const std::string& line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

// The lines of a source as far as they are hardware: everything else is blanks, so that places stay
// what they are.
std::vector<std::string> hardware_lines(const std::vector<std::string>& lines) {
  std::vector<std::string> kept;
  bool message = false, simulation = false;
  std::size_t check = std::string::npos;  // indentation of a check of parameters
  for (std::string line : lines) {
    const std::string blank(line.size(), ' ');
    line.resize(std::min(line.find("//"), line.size()));
    line.resize(blank.size(), ' ');
    const std::string start = trimmed(line);
    bool skip = message || simulation || check != std::string::npos;
    if (start.starts_with("`ifndef SYNTHESIS")) simulation = skip = true;
    if (start.starts_with("`endif")) simulation = false, skip = true;
    if (check != std::string::npos && start.starts_with("end") && indentation(line) == check) {
      check = std::string::npos;
    } else if (line.find("begin : gen_bad") != std::string::npos ||
               line.find("begin : gen_check") != std::string::npos) {
      check = indentation(line);
      skip = true;
    }
    if (line.find("$error") != std::string::npos) message = skip = true;
    if (message && line.find(';') != std::string::npos) message = false;
    skip = skip || start.starts_with("parameter ") || start.starts_with('`') ||
           start.starts_with("(*") || line.find("$readmemh") != std::string::npos ||
           line.find("unused") != std::string::npos;
    kept.push_back(skip ? blank : line);
  }
  return kept;
}

struct Pattern {
  const char* kind;
  std::regex expression;  // its first group is what is replaced
  std::vector<std::string> replacements;
};

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = [] {
    std::vector<Pattern> p;
    const auto add = [&](const char* kind, const std::string& expression,
                         std::vector<std::string> replacements) {
      p.push_back({kind, std::regex(expression), std::move(replacements)});
    };
    const auto binary = [&](const std::string& op, std::vector<std::string> others) {
      add("operator", "[\\w)\\]}'\"] (" + op + ") [\\w({~!$'&|^]", std::move(others));
    };
    binary("\\+", {"-"});
    binary("-", {"+"});
    binary("\\*", {"+"});
    binary("/", {"*"});
    binary("%", {"/"});
    binary("&", {"|"});
    binary("\\|", {"&", "^"});
    binary("\\^", {"|"});
    binary("&&", {"||"});
    binary("\\|\\|", {"&&"});
    binary("==", {"!="});
    binary("!=", {"=="});
    binary("<", {"<=", ">"});
    binary(">", {">=", "<"});
    binary(">=", {">", "<"});
    binary("<<", {">>"});
    binary("<<<", {">>>"});
    add("operator", "([~!])[\\w(]", {""});
    add("operator", "[(= ]([&|^])[a-z(]", {"~"});
    // Numbers, but those of ranges and of sized literals.
    add("constant", "[ (+*-]([0-9]+)(?=[ );,+*?-]|$)", {"+1", "-1"});
    add("constant", "(1'b0)", {"1'b1"});
    add("constant", "(1'b1)", {"1'b0"});
    add("constant", "[ (]('0)", {"'1"});
    add("width", "logic[^;]*\\[[^\\]:]*[\\w)](-1):0\\]", {"", "-2"});
    add("width", "logic[^;]*\\[([0-9]+):0\\]", {"+1", "-1"});
    add("width", "\\+: ?(\\w+)\\]", {"1"});
    add("enable",
        "if (\\((?:advance(?:_i)?(?:\\[[^\\]]*\\])?|write_i|step|step_o|step_q|push|pop)\\))",
        {"(1'b1)"});
    add("enable", "if (\\(advance && [^)]*\\))", {"(1'b1)"});
    add("enable", "\\.(?:advance_i|write_i) *\\(([^)]+)\\)", {"1'b1"});
    add("handshake", "(?:= |[(&|?:] ?)((?:\\w*_)?(?:valid|ready)\\w*)(?!\\w|\\()", {"~"});
    add("handshake", "\\.(?:valid|ready)\\d?_i *\\(([^)]+)\\)", {"~"});
    return p;
  }();
  return all;
}

}  // namespace

std::string apply(std::string text, const RtlChange& change) {
  return text.replace(change.at, change.was.size(), change.becomes);
}

std::vector<RtlChange> changes_of(const std::string& file, const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  const std::vector<std::string> hardware = hardware_lines(lines);
  std::vector<RtlChange> changes;
  const auto add = [&](const char* kind, std::size_t line, std::size_t begin, std::size_t place,
                       const std::string& was, const std::string& becomes) {
    std::string after = lines[line];
    after.replace(place, was.size(), becomes);
    const std::string changed = trimmed(after);
    for (const RtlChange& other : changes) {
      if (other.line == static_cast<int>(line) + 1 && other.after == changed) return;
    }
    changes.push_back({kind, file, begin + place, was, becomes, static_cast<int>(line) + 1,
                       trimmed(lines[line]), changed});
  };
  bool in_reset = false;
  std::size_t begin = 0;  // of the line in the text
  for (std::size_t i = 0; i < lines.size(); begin += lines[i++].size() + 1) {
    const std::string& line = hardware[i];
    for (const Pattern& pattern : patterns()) {
      for (std::sregex_iterator it(line.begin(), line.end(), pattern.expression), end; it != end;
           ++it) {
        const std::string was = (*it)[1];
        for (std::string becomes : pattern.replacements) {
          const bool number = std::isdigit(static_cast<unsigned char>(was[0])) != 0;
          if (number && (becomes == "+1" || becomes == "-1")) {
            const long value = std::stol(was) + (becomes == "+1" ? 1 : -1);
            if (value < 0) continue;
            becomes = std::to_string(value);
          } else if (becomes == "~") {
            becomes = was.find(' ') == std::string::npos ? "~" + was : "~(" + was + ")";
          }
          if (was == becomes) continue;
          add(pattern.kind, i, begin, static_cast<std::size_t>(it->position(1)), was, becomes);
        }
      }
    }
    // The reset of a register of control.
    const std::size_t wire = line.find(".rst_ni,");
    const std::string head = (i > 0 ? hardware[i - 1] : "") + line;
    if (wire != std::string::npos && head.find("em_register") != std::string::npos) {
      add("reset", i, begin, wire, ".rst_ni,", ".rst_ni(1'b1),");
    }
    // What reset sets, one register after the other.
    const std::size_t reset = line.find("if (!rst_ni)");
    if (reset != std::string::npos) in_reset = true;
    if (in_reset && line.find("else") != std::string::npos) in_reset = false;
    const std::size_t assigned = line.find(" <= ");
    if (in_reset && assigned != std::string::npos) {
      const std::size_t first =
          reset != std::string::npos ? reset + 13 : line.find_first_not_of(' ');
      const std::string was = line.substr(first, line.find(';') - first);
      add("reset", i, begin, first, was, "");
    }
    if (in_reset && reset != std::string::npos && assigned != std::string::npos) in_reset = false;
  }
  return changes;
}

}  // namespace emamba

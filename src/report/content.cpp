// SPDX-License-Identifier: Apache-2.0
// What the report says, in its order.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "base/error.h"
#include "base/shell.h"
#include "report/chip.h"
#include "report/document.h"
#include "report/fields.h"
#include "report/measures.h"
#include "report/quality.h"
#include "report/timeline.h"
#include "report/units.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::size_t kMostNames = 3;      // in a sentence
constexpr std::size_t kMostMemories = 10;  // in the table

double to_double(std::int64_t number) {
  return static_cast<double>(number);
}

double clock_mhz(const ReportInput& in) {
  return real_at(in.spec.at("hardware"), "clock_mhz");
}

bool as_planned(const json& verify, const char* key) {
  return verify.at(key).at("planned") == verify.at(key).at("simulated");
}

bool cycles_exact(const json& verify) {
  return as_planned(verify, "latency_cycles") && as_planned(verify, "cycles_per_frame") &&
         !verify.contains("first_wrong_frame");
}

// --- What the numbers are not -----------------------------------------------------------------

std::string cycles_notice(const json& verify) {
  if (verify.is_null()) return "Cycles are only planned: the hardware has not been simulated.";
  return cycles_exact(verify)
             ? "Cycles are exact: simulation of the hardware took the planned ones, and no other."
             : "Cycles are only planned: simulation of the hardware took others.";
}

std::vector<std::string> notice(const ReportInput& in) {
  if (in.plan.is_null()) return {"No hardware has been planned, and none simulated."};
  std::vector<std::string> points = {
      "No place and route, no board: there is no measured clock frequency and no measured power.",
      fmt::format(
          "The clock of {:g} MHz is an assumption. Every time and every rate follows from it.",
          clock_mhz(in)),
      cycles_notice(in.verify)};
  if (in.synth.is_null()) {
    points.emplace_back("Resource counts are estimates; synthesis has not run.");
  } else {
    points.emplace_back(
        "Resource counts are estimates, or results of synthesis with Yosys where a column says so. "
        "The latter are upper bounds for LUT and FF: adders and registers beside multipliers are "
        "not packed into DSPs.");
  }
  return points;
}

// --- Headline ---------------------------------------------------------------------------------

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

std::string planned_and_simulated(const json& cycles) {
  const std::int64_t planned = count_at(cycles, "planned");
  const std::int64_t simulated = count_at(cycles, "simulated");
  if (planned == simulated) return thousands(planned) + " planned and simulated";
  return fmt::format("{} planned, {} simulated", thousands(planned), thousands(simulated));
}

Fact verification(const json& verify) {
  const char* title = "Verification against the golden integer engine";
  if (verify.is_null()) return {title, "Not run", "`emamba verify` simulates the hardware."};
  const std::int64_t mismatches = count_at(verify, "mismatches");
  const std::int64_t frames = count_at(verify, "frames");
  const bool passed = mismatches == 0 && cycles_exact(verify);
  std::string note =
      fmt::format("{} on {} over {}: {}. Latency {}; cycles a frame {}.",
                  counted(count_at(verify, "values_checked"), "value"),
                  counted(count_at(verify, "edges_checked"), "edge"), counted(frames, "frame"),
                  mismatches == 1 ? "1 mismatch" : thousands(mismatches) + " mismatches",
                  planned_and_simulated(verify.at("latency_cycles")),
                  planned_and_simulated(verify.at("cycles_per_frame")));
  if (verify.contains("edge_frames") && count_at(verify, "edge_frames") < frames) {
    note += fmt::format(" Every edge is compared on the first {}, the answer on all.",
                        counted(count_at(verify, "edge_frames"), "frame"));
  }
  if (verify.contains("first_wrong_frame")) {
    note += fmt::format(" Frame {} is the first that does not end in the planned cycle.",
                        count_at(verify, "first_wrong_frame"));
  }
  return {title, passed ? "Passed" : "FAILED", note, passed ? Tone::kGood : Tone::kBad};
}

Section headline(const ReportInput& in) {
  Facts facts;
  for (const Measure& measure : measures_at(in.summary)) {
    const auto value = [&](const char* arithmetic) {
      return metrics_text({measure}, in.summary.at(arithmetic));
    };
    facts.facts.push_back({fmt::format("{}, integers", capitalised(measure.name)), value("golden"),
                           "floating point: " + value("float")});
  }
  facts.facts.push_back({"Parameters", thousands(count_at(in.summary, "parameters")),
                         thousands(count_at(in.summary, "program_bytes")) + " bytes of integers"});
  if (in.plan.is_null()) return {"Headline numbers", {facts}};
  const double clock = clock_mhz(in);
  const std::int64_t latency = count_at(in.plan, "latency_cycles");
  const std::int64_t period = count_at(in.plan, "cycles_per_frame");
  facts.facts.push_back(
      {"Latency", counted(latency, "cycle"),
       fmt::format("{:.2f} \u00b5s at an assumed {:g} MHz", to_double(latency) / clock, clock)});
  facts.facts.push_back(
      {"Cycles per frame", thousands(period),
       fmt::format("{} frames/s at an assumed {:g} MHz",
                   thousands(std::llround(ratio(clock * 1e6, to_double(period)))), clock)});
  facts.facts.push_back({"Multipliers", thousands(count_at(in.plan, "multipliers")),
                         percent(real_at(in.plan, "multiplier_use")) + " of their cycles in use"});
  facts.facts.push_back(verification(in.verify));
  return {"Headline numbers", {facts}};
}

// --- Accuracy ---------------------------------------------------------------------------------

Section accuracy(const ReportInput& in) {
  ReportTable table = arithmetic_table(measures_at(in.summary), in.summary);
  table.caption = fmt::format("On {}", counted(count_at(in.summary, "samples"), "test sample"));
  return {"Accuracy", {table}};
}

// --- Resources --------------------------------------------------------------------------------

std::string change_text(double from, double to) {
  return from == 0 ? kNone : fmt::format("{:+.1f} %", 100 * (to - from) / from);
}

// A kind of resource: how many are needed, by the estimate and by synthesis, and how many there
// are.
struct PartLine {
  std::string key, name;
  bool halves = false;
  double available = 0, estimate = 0, synthesised = 0;

  std::string text(double count) const {
    return halves ? fmt::format("{:.1f}", count) : thousands(std::llround(count));
  }
  double estimate_share() const { return ratio(estimate, available); }
  double synthesised_share() const { return ratio(synthesised, available); }
};

std::vector<PartLine> part_lines(const json& device, const ReportParts& synthesised) {
  std::vector<PartLine> lines;
  for (const json& resource : device.at("resources")) {
    PartLine line{.key = text_at(resource, "key"),
                  .name = text_at(resource, "name"),
                  .halves = resource.at("needs").is_number_float(),
                  .available = real_at(resource, "has"),
                  .estimate = real_at(resource, "needs")};
    const auto found = synthesised.find(line.key);
    if (found != synthesised.end()) line.synthesised = found->second;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string fit_text(const std::vector<PartLine>& lines, bool synthesised) {
  const PartLine* fullest = &lines.front();
  const auto share = [&](const PartLine& line) {
    return synthesised ? line.synthesised_share() : line.estimate_share();
  };
  for (const PartLine& line : lines) {
    if (share(line) > share(*fullest)) fullest = &line;
  }
  const char* source = synthesised ? "synthesis" : "the estimate";
  if (share(*fullest) > 1) {
    return fmt::format("Does not fit: by {}, {} takes {} of the device.", source, fullest->name,
                       percent(share(*fullest)));
  }
  return fmt::format("By {}, {} is what the device runs out of first: {} taken.", source,
                     fullest->name, percent(share(*fullest)));
}

std::string device_name(const ReportInput& in) {
  return text_at(in.plan.at("device"), "name");
}

ReportTable device_table(const ReportInput& in, const std::vector<PartLine>& lines,
                         const std::optional<ReportParts>& synthesised) {
  ReportTable table{"Against the " + device_name(in),
                    {{"part", ColumnKind::kText},
                     {"available"},
                     {"estimated"},
                     {"estimated %", ColumnKind::kBar}},
                    {{}}};
  if (synthesised) {
    table.columns.insert(table.columns.end(),
                         {{"synthesised"}, {"synthesised %", ColumnKind::kBar}, {"difference"}});
  }
  for (const PartLine& line : lines) {
    Row row = {{line.name},
               {thousands(std::llround(line.available))},
               {line.text(line.estimate)},
               {percent(line.estimate_share()), line.estimate_share()}};
    if (synthesised) {
      row.insert(row.end(), {{line.text(line.synthesised)},
                             {percent(line.synthesised_share()), line.synthesised_share()},
                             {change_text(line.estimate, line.synthesised)}});
    }
    table.groups.front().rows.push_back(std::move(row));
  }
  const auto uncounted = [&](const std::string& name, double count) {
    table.groups.front().rows.push_back(
        {{name}, {kNone}, {kNone}, {kNone}, {thousands(std::llround(count))}, {kNone}, {kNone}});
  };
  if (synthesised) {
    for (const json& kind : in.synth.at("details")) {
      uncounted(text_at(kind, "name"), synthesised->at(text_at(kind, "key")));
    }
  }
  return table;
}

ReportTable unit_parts_table(const std::vector<ReportUnit>& units,
                             const std::vector<PartLine>& lines, bool synthesised) {
  ReportTable table{"By unit", {{"unit", ColumnKind::kText}}, {}};
  if (synthesised) table.caption += ": estimated, then synthesised";
  for (const PartLine& line : lines) {
    table.columns.push_back({line.name});
    if (synthesised) table.columns.push_back({fmt::format("{} synth.", line.name)});
  }
  const UnitRow row = [&lines, synthesised](const ReportUnit& unit, const std::string& label) {
    Row cells = {{label}};
    for (const PartLine& line : lines) {
      cells.push_back({line.text(unit.estimate.at(line.key))});
      if (!synthesised) continue;
      cells.push_back({unit.synthesised ? line.text(unit.synthesised->at(line.key)) : kNone});
    }
    return cells;
  };
  table.groups = unit_rows(units, row, row);
  return table;
}

Section resources(const ReportInput& in, const std::vector<ReportUnit>& units) {
  const std::optional<ReportParts> synthesised = synthesised_total(in.plan, in.synth);
  const std::vector<PartLine> lines =
      part_lines(in.plan.at("device"), synthesised.value_or(ReportParts{}));
  return {
      "Resources",
      {Paragraph{fit_text(lines, synthesised.has_value())}, device_table(in, lines, synthesised),
       unit_parts_table(units, lines, synthesised.has_value())}};
}

// --- Time -------------------------------------------------------------------------------------

Section pipeline(const ReportInput& in) {
  const std::string text = fmt::format(
      "Each unit begins as soon as its inputs are there. A frame takes {} cycles, and the next "
      "ones overlap with it: one leaves every {} cycles.",
      thousands(count_at(in.plan, "latency_cycles")),
      thousands(count_at(in.plan, "cycles_per_frame")));
  return {"Pipeline", {Paragraph{text}, report_timeline(in.plan)}};
}

std::string bottleneck(const std::vector<ReportUnit>& units, std::int64_t period) {
  std::int64_t most = 0;
  for (const ReportUnit& unit : units) most = std::max(most, unit.busy);
  std::vector<std::string> names;
  for (const ReportUnit& unit : units) {
    if (unit.busy == most) names.push_back(unit.name);
  }
  const std::string busy =
      fmt::format("busy in {} of the {} cycles between frames ({})", thousands(most),
                  thousands(period), percent(ratio(to_double(most), to_double(period))));
  if (names.size() == 1) return fmt::format("The bottleneck is {}: {}.", names.front(), busy);
  const std::size_t named = names.size() > kMostNames + 1 ? kMostNames : names.size();
  std::string list = names.front();
  for (std::size_t i = 1; i < named; ++i) {
    list += (i + 1 == names.size() ? " and " : ", ") + names[i];
  }
  if (named < names.size()) list += fmt::format(" and {} others", names.size() - named);
  return fmt::format("{} units share the bottleneck, each {}: {}.", names.size(), busy, list);
}

Section cycles(const ReportInput& in, const std::vector<ReportUnit>& units) {
  const std::int64_t period = count_at(in.plan, "cycles_per_frame");
  ReportTable table{"Busy cycles of a frame",
                    {{"unit", ColumnKind::kText},
                     {"kind", ColumnKind::kText},
                     {"busy cycles"},
                     {"share of cycles per frame", ColumnKind::kBar}},
                    {}};
  table.groups = unit_rows(
      units,
      [period](const ReportUnit& unit, const std::string& label) -> Row {
        const double share = ratio(to_double(unit.busy), to_double(period));
        return {{label}, {unit.kind}, {thousands(unit.busy)}, {percent(share), share}};
      },
      [](const ReportUnit&, const std::string& label) -> Row {
        return {{label}, {}, {}, {}};
      });
  return {"Where the cycles go", {Paragraph{bottleneck(units, period)}, table}};
}

Section multipliers(const ReportInput& in, const std::vector<ReportUnit>& units) {
  const std::int64_t period = count_at(in.plan, "cycles_per_frame");
  const std::int64_t all = count_at(in.plan, "multipliers");
  ReportTable table{"Multipliers, and how much of their time they are used",
                    {{"unit", ColumnKind::kText},
                     {"multipliers"},
                     {"share of all", ColumnKind::kBar},
                     {"use", ColumnKind::kBar}},
                    {}};
  const UnitRow row = [period, all](const ReportUnit& unit, const std::string& label) -> Row {
    if (unit.multipliers == 0) return {{label}, {"0"}, {kNone}, {kNone}};
    const double share = ratio(to_double(unit.multipliers), to_double(all));
    const double use =
        ratio(to_double(unit.products), to_double(unit.multipliers) * to_double(period));
    return {{label}, {thousands(unit.multipliers)}, {percent(share), share}, {percent(use), use}};
  };
  table.groups = unit_rows(units, row, row);
  const std::string text =
      fmt::format("{} multiplications a frame on {}: in use for {} of the cycles.",
                  thousands(count_at(in.plan, "products_per_frame")), counted(all, "multiplier"),
                  percent(real_at(in.plan, "multiplier_use")));
  return {"Where the multipliers go", {Paragraph{text}, table}};
}

// --- Memories ---------------------------------------------------------------------------------

Section memories(const ReportInput& in) {
  struct MemoryLine {
    std::string file;
    std::int64_t width, words;
    std::int64_t bits() const { return width * words; }
  };
  std::vector<MemoryLine> lines;
  std::int64_t total = 0;
  for (const json& m : in.plan.at("memories")) {
    lines.push_back({text_at(m, "file"), count_at(m, "width"), count_at(m, "words")});
    total += lines.back().bits();
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const MemoryLine& a, const MemoryLine& b) { return a.bits() > b.bits(); });
  const std::string text = fmt::format(
      "{} with fixed content (weights, biases, tables): {} in all. Buffers between units are not "
      "among them.",
      lines.size() == 1 ? "1 memory" : fmt::format("{} memories", lines.size()),
      counted(total, "bit"));
  const std::size_t shown = std::min(lines.size(), kMostMemories);
  ReportTable table{shown < lines.size() ? fmt::format("The {} largest", shown) : "All of them",
                    {{"file", ColumnKind::kText},
                     {"width"},
                     {"words"},
                     {"bits"},
                     {"share of all", ColumnKind::kBar}},
                    {{}}};
  for (std::size_t i = 0; i < shown; ++i) {
    const MemoryLine& m = lines[i];
    const double share = ratio(to_double(m.bits()), to_double(total));
    table.groups.front().rows.push_back({{m.file},
                                         {thousands(m.width)},
                                         {thousands(m.words)},
                                         {thousands(m.bits())},
                                         {percent(share), share}});
  }
  Section section{"Memories", {Paragraph{text}}};
  if (shown > 0) section.blocks.emplace_back(std::move(table));
  return section;
}

// --- Reproduction -----------------------------------------------------------------------------

Section reproduction(const ReportInput& in) {
  Section section{"How to reproduce", {}};
  if (!in.config.empty()) {
    const std::string config = shell_word(one_line(in.config));
    Commands commands{{"emamba flow " + config, "emamba estimate " + config}};
    commands.lines.push_back(
        in.verify.is_null()
            ? "emamba verify " + config
            : fmt::format("emamba verify {} --frames {}", config, count_at(in.verify, "frames")));
    commands.lines.push_back("emamba synth " + config);
    if (!in.asic.is_null()) {
      const std::string target =
          fmt::format("{} --target {}", config, shell_word(text_at(in.asic.at("target"), "key")));
      commands.lines.push_back("emamba synth " + target);
      if (!in.energy.is_null()) commands.lines.push_back("emamba energy " + target);
      if (!in.layout.is_null()) commands.lines.push_back("emamba layout --all " + target);
    }
    section.blocks.emplace_back(std::move(commands));
  }
  ReportTable table{
      "The configuration", {{"key", ColumnKind::kText}, {"value", ColumnKind::kText}}, {{}}};
  std::vector<Row>& rows = table.groups.front().rows;
  const auto value = [](const json& v) {
    return one_line(v.is_string() ? v.get<std::string>() : v.dump());
  };
  for (const char* key : {"name", "task"}) rows.push_back({{key}, {value(in.spec.at(key))}});
  for (const std::string section : {"model", "hardware"}) {
    for (const auto& [key, v] : in.spec.at(section).items()) {
      rows.push_back({{one_line(section + "." + key)}, {value(v)}});
    }
  }
  section.blocks.emplace_back(std::move(table));
  return section;
}

std::vector<Section> hardware_sections(const ReportInput& in) {
  const std::vector<ReportUnit> units = report_units(in.plan, in.synth);
  return {resources(in, units), pipeline(in), cycles(in, units), multipliers(in, units),
          memories(in)};
}

Document compose(const ReportInput& in) {
  std::vector<Section> sections = {headline(in), accuracy(in),
                                   details_section(in.details, measures_at(in.summary))};
  if (!in.training.empty())
    sections.push_back(training_section(in.training, measures_at(in.summary).back()));
  const bool hardware = !in.plan.is_null();
  if (hardware) {
    for (Section& section : hardware_sections(in)) sections.push_back(std::move(section));
    if (!in.asic.is_null()) sections.push_back(chip_section(in.asic, in.energy, in.layout));
  }
  sections.push_back(reproduction(in));
  std::string subtitle = "Task " + text_at(in.spec, "task");
  if (hardware) {
    subtitle += fmt::format(", {} a cycle, {}", counted(count_at(in.plan, "lanes"), "lane"),
                            device_name(in));
  }
  return {.title = text_at(in.spec, "name") + (hardware ? ": the accelerator" : ": the model"),
          .subtitle = std::move(subtitle),
          .notice_title = "What these numbers are not",
          .notice = notice(in),
          .sections = std::move(sections)};
}

}  // namespace

Document report_document(const ReportInput& input) {
  try {
    return compose(input);
  } catch (const json::exception& e) {
    throw Error(fmt::format("a result lacks what the report needs: {}", e.what()),
                "run the stages again; `emamba flow` and `emamba verify` write the results");
  }
}

}  // namespace emamba

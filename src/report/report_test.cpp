// SPDX-License-Identifier: Apache-2.0
// The pages of a report: what they say, and that no name breaks them.
#include "report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <sstream>
#include <vector>

#include "base/error.h"
#include "report/escape.h"
#include "report/fields.h"
#include "report/ticks.h"

namespace emamba {
namespace {

using nlohmann::json;

json unit(const std::string& name, const std::string& kind, int multipliers, int products,
          int busy) {
  return {{"name", name},
          {"kind", kind},
          {"multipliers", multipliers},
          {"dsp", multipliers},
          {"lut", 1000 + busy},
          {"ff", 500},
          {"bram36", 0.5},
          {"busy_cycles", busy},
          {"products_per_frame", products},
          {"multiplier_use", products / (multipliers * 2000.0)}};
}

json instance(const std::string& unit, const std::string& module, int active, const json& spans) {
  return {{"name", "u"},
          {"module", module},
          {"core", module == "em_linear" || module == "em_scan"},
          {"unit", unit},
          {"timing", {{"kind", "steps"}, {"active", active}}},
          {"spans", spans}};
}

// Two tokens through a block of two units, and a head that takes both together.
json small_plan() {
  json buffer = instance("blocks.0.scan", "em_fifo", 0, json::array());
  buffer["timing"] = {{"kind", "buffer"}, {"beats", 2}};
  return {{"name", "small"},
          {"lanes", 4},
          {"latency_cycles", 4200},
          {"cycles_per_frame", 2000},
          {"multipliers", 1555},
          {"dsp", 1555},
          {"lut", 82087},
          {"ff", 55501},
          {"bram36", 6.5},
          {"multiplier_use", 0.9222},
          {"products_per_frame", 189300},
          {"inputs", {{{"name", "input"}, {"vectors", 2}}}},
          {"units",
           {unit("blocks.0.in_proj", "Linear", 1000, 100000, 1000),
            unit("blocks.0.scan", "Scan", 500, 80000, 1900), unit("out", "Linear", 55, 9300, 100)}},
          {"instances",
           {instance("blocks.0.in_proj", "em_serialise", 900, {{700, 1599}, {1600, 2499}}),
            instance("blocks.0.in_proj", "em_linear", 500, {{10, 509}, {510, 1009}}), buffer,
            instance("blocks.0.scan", "em_scan", 950, {{1100, 2049}, {2050, 2999}}),
            instance("out", "em_linear", 100, {{3000, 4099}})}},
          {"memories",
           {{{"file", "mem/a.hex"}, {"width", 8}, {"words", 100}},
            {{"file", "mem/b.hex"}, {"width", 40}, {"words", 256}}}}};
}

json measure(const char* key, const char* name, const char* unit, bool larger_is_better = false) {
  return {{"key", key}, {"name", name}, {"unit", unit}, {"larger_is_better", larger_is_better}};
}

ReportInput regression_input() {
  ReportInput in;
  in.config = "models/mars/config.toml";
  in.spec = {{"name", "mars"},
             {"task", "mars"},
             {"model", {{"D", 20}, {"head", "flatten-mlp"}}},
             {"hardware", {{"clock_mhz", 200.0}, {"lanes", 4}}}};
  in.summary = {{"samples", 7984},
                {"parameters", 15717},
                {"program_bytes", 19384},
                {"float", {{"mae_cm", 5.338}, {"rmse_cm", 7.634}}},
                {"pwl", {{"mae_cm", 5.351}, {"rmse_cm", 7.641}}},
                {"golden", {{"mae_cm", 5.412}, {"rmse_cm", 7.687}}},
                {"measures", {measure("mae_cm", "MAE", "cm"), measure("rmse_cm", "RMSE", "cm")}}};
  const auto part = [](const std::string& name, double mae_cm, double rmse_cm) {
    return json{{"name", name}, {"mae_cm", mae_cm}, {"rmse_cm", rmse_cm}};
  };
  json subject = part("4", 6.25, 8.5);
  subject["samples"] = 1526;
  const auto group = [](const char* by, const json& parts) {
    return json{{"by", by}, {"parts", parts}};
  };
  in.details["errors"] = {group("axis", {part("x", 3.5, 5), part("y", 4, 6), part("z", 5, 7)}),
                          group("joint", {part("Head", 4.25, 6.5), part("WristLeft", 8, 10)}),
                          group("subject", json::array({subject}))};
  in.training = {
      {{"epoch", 1}, {"loss", 0.5}, {"seconds", 1.5}, {"val_mae_cm", 9}, {"val_rmse_cm", 12.0}},
      {{"epoch", 2}, {"loss", 0.25}, {"seconds", 1.5}, {"val_mae_cm", 6}, {"val_rmse_cm", 8.0}}};
  in.plan = small_plan();
  in.verify = {{"frames", 64},
               {"edges_checked", 31},
               {"values_checked", 1234567},
               {"mismatches", 0},
               {"latency_cycles", {{"planned", 4200}, {"simulated", 4200}}},
               {"cycles_per_frame", {{"planned", 2000}, {"simulated", 2000}}}};
  const auto resource = [](const char* key, const char* name, const json& needs, int has) {
    return json{{"key", key}, {"name", name}, {"needs", needs}, {"has", has}};
  };
  in.plan["device"] = {
      {"name", "ZCU102 (XCZU9EG)"},
      {"resources",
       {resource("dsp", "DSP48E2", 1555, 2520), resource("lut", "LUT", 82087, 274080),
        resource("ff", "FF", 55501, 548160), resource("bram36", "BRAM36", 6.5, 912)}}};
  return in;
}

ReportInput classification_input() {
  ReportInput in = regression_input();
  in.spec["task"] = "fashion-mnist";
  in.summary["float"] = {{"accuracy", 90.83}};
  in.summary["pwl"] = {{"accuracy", 90.83}};
  in.summary["golden"] = {{"accuracy", 90.64}};
  in.summary["measures"] = json::array({measure("accuracy", "accuracy", "%", true)});
  in.details = {{"classes", {"cat", "dog", "yeti"}},
                {"confusion", {{75, 25, 0}, {40, 60, 0}, {0, 0, 0}}},
                {"recall", {75.0, 60.0, nullptr}}};
  in.training = {{{"epoch", 1}, {"loss", 0.5}, {"seconds", 1.5}, {"val_accuracy", 80.0}},
                 {{"epoch", 2}, {"loss", 0.25}, {"seconds", 1.5}, {"val_accuracy", 91.5}}};
  return in;
}

json synthesis() {
  const auto parts = [](const char* name, int lut) {
    return json{{"name", name}, {"kind", "Linear"}, {"lut", lut},     {"ff", 700},
                {"dsp", 1600},  {"bram36", 5.5},    {"carry8", 5001}, {"seconds", 1.5}};
  };
  json all = parts("", 98765);
  all["units"] = {parts("blocks.0.in_proj", 1234), parts("blocks.0.scan", 4321)};
  all["details"] = json::array({{{"key", "carry8"}, {"name", "CARRY8"}}});
  return all;
}

ReportInput synthesised_input() {
  ReportInput in = regression_input();
  in.synth = synthesis();
  return in;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The first tag that is not closed where it should be; empty when there is none. Needs every '<'
// and
// '>' of text and attributes to be escaped.
std::string unbalanced_tag(const std::string& html) {
  std::vector<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const std::size_t end = html.find_first_of("<>", at + 1);
    if (end == std::string::npos || html[end] == '<') return html.substr(at, 40);
    const std::string tag = html.substr(at + 1, end - at - 1);
    const bool closing = tag.starts_with('/');
    const std::size_t first = closing ? 1 : 0;
    const std::string name = tag.substr(first, tag.find_first_of(" /", first) - first);
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return tag;
    if (closing) {
      if (open.empty() || open.back() != name) return tag;
      open.pop_back();
    } else if (!tag.ends_with('/') && name != "meta" && name != "!DOCTYPE") {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back();
}

std::vector<ReportInput> all_inputs() {
  return {regression_input(), classification_input(), synthesised_input()};
}

TEST(Report, HasEveryHeadlineNumber) {
  const ReportInput in = regression_input();
  for (const std::string& page : {report_markdown(in), report_html(in)}) {
    for (const char* number : {"5.41 cm",      "7.69 cm",
                               "5.34 cm",      "7.63 cm",
                               "15,717",       "19,384 bytes",
                               "4,200 cycles", "21.00 \u00b5s",
                               "2,000",        "100,000 frames/s",
                               "1,555",        "92.2 %",
                               "Passed",       "1,234,567 values",
                               "31 edges",     "64 frames",
                               "0 mismatches", "4,200 planned and simulated",
                               "200 MHz",      "7,984",
                               "+0.01",        "+0.05"}) {
      EXPECT_TRUE(contains(page, number)) << number;
    }
  }
}

TEST(Report, SaysWhatTheNumbersAreNotFirst) {
  const ReportInput in = regression_input();
  for (const std::string& page : {report_markdown(in), report_html(in)}) {
    const std::size_t notice = page.find("no measured clock frequency and no measured power");
    ASSERT_NE(notice, std::string::npos);
    EXPECT_LT(notice, page.find("15,717"));
  }
}

TEST(Report, KnowsClassification) {
  const ReportInput in = classification_input();
  for (const std::string& page : {report_markdown(in), report_html(in)}) {
    for (const char* text : {"90.83 %", "90.64 %", "change, points", "-0.19", "+0.00"}) {
      EXPECT_TRUE(contains(page, text)) << text;
    }
    EXPECT_FALSE(contains(page, "RMSE"));
  }
}

TEST(Report, DrawsLearningCurves) {
  const std::string html = report_html(regression_input());
  EXPECT_TRUE(contains(html, "<title>epoch 2: 0.25</title>"));
  EXPECT_TRUE(contains(html, "<title>epoch 1: 12</title>"));
  const std::string page = report_markdown(regression_input());
  EXPECT_TRUE(contains(page, "validation RMSE, cm, from 12 to 8\n"));
  // Down from the upper left corner to the lower right one.
  EXPECT_TRUE(contains(page, "\n 0.5 |********************************\n"));
  EXPECT_TRUE(contains(page, "\n0.25 |                                ******"));
  EXPECT_TRUE(contains(report_markdown(classification_input()), "validation accuracy"));
  ReportInput in = regression_input();
  in.training.clear();
  EXPECT_FALSE(contains(report_html(in), "<h2>Training</h2>"));
}

TEST(Report, DrawsACurveThatStaysWhereItIs) {
  ReportInput in = classification_input();
  in.training = {{{"epoch", 1}, {"loss", 0.0}, {"seconds", 1.5}}};
  EXPECT_FALSE(contains(report_html(in), "nan"));
  EXPECT_FALSE(contains(report_html(in), "validation"));
  EXPECT_TRUE(contains(report_markdown(in), "1 epoch in"));
}

TEST(Report, DrawsTheConfusionMatrix) {
  const std::string html = report_html(classification_input());
  EXPECT_TRUE(contains(html, "<title>cat taken for dog: 25 (25.0 %)</title>"));
  EXPECT_TRUE(contains(html, "fill-opacity=\"0.500\""));  // the root of 0.25
  const std::string page = report_markdown(classification_input());
  EXPECT_TRUE(contains(page,
                       "true class   0   1   2\ncat         75  25   .\n"
                       "dog         40  60   .\n"));
  EXPECT_TRUE(contains(page, "| dog | 100 | 60.00 |\n| yeti | 0 | \u2013 |\n"));
}

TEST(Report, ShowsErrorsByJoint) {
  const std::string page = report_markdown(regression_input());
  EXPECT_TRUE(contains(page, "| WristLeft | \u2013 | 8.00 | 10.00 |\n"));
  EXPECT_TRUE(contains(page, "| 4 | 1,526 | 6.25 | 8.50 |\n"));
  const std::string html = report_html(regression_input());
  EXPECT_TRUE(contains(html, "<rect width=\"65.00%\" height=\"9\"/>")) << "Head, of WristLeft";
}

// A task of the user's own: no axes, no joints, no centimetres.
TEST(Report, ShowsErrorsOfAnyQuantities) {
  ReportInput in = regression_input();
  const json values = {{"mae_k", 0.5}, {"rmse_k", 0.75}};
  for (const char* arithmetic : {"float", "pwl", "golden"}) in.summary[arithmetic] = values;
  in.summary["measures"] = {measure("mae_k", "MAE", "K"), measure("rmse_k", "RMSE", "K")};
  json part = values;
  part["name"] = "temperature";
  const json outputs = {{"by", "output"}, {"parts", json::array({part})}};
  in.details = {{"errors", json::array({outputs})}};
  in.training.clear();
  for (const std::string& page : {report_markdown(in), report_html(in)}) {
    for (const char* text : {"0.75 K", "RMSE, K", "Errors by output", "temperature"}) {
      EXPECT_TRUE(contains(page, text)) << text;
    }
    EXPECT_FALSE(contains(page, " cm"));
  }
}

TEST(Report, HasNoCommandsForASpecInMemory) {
  ReportInput in = regression_input();
  in.config = "";
  EXPECT_FALSE(contains(report_markdown(in), "emamba flow"));
  EXPECT_TRUE(contains(report_markdown(in), "## How to reproduce"));
}

TEST(Ticks, AreRoundAndFew) {
  EXPECT_EQ(ticks(1, 60), (std::vector<double>{10, 20, 30, 40, 50, 60}));
  EXPECT_EQ(ticks(-0.5, 1.5), (std::vector<double>{-0.5, 0, 0.5, 1, 1.5}));
  EXPECT_EQ(ticks(0, 6), (std::vector<double>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(Report, ComparesWithTheDevice) {
  const std::string page = report_markdown(regression_input());
  EXPECT_TRUE(contains(page, "| DSP48E2 | 2,520 | 1,555 | 61.7 % |\n"));
  EXPECT_TRUE(contains(page, "| BRAM36 | 912 | 6.5 | 0.7 % |\n"));
  EXPECT_FALSE(contains(page, "synthesised"));
}

TEST(Report, ComparesEstimatesWithSynthesis) {
  const std::string page = report_markdown(synthesised_input());
  EXPECT_TRUE(contains(page, "| LUT | 274,080 | 82,087 | 30.0 % | 98,765 | 36.0 % | +20.3 % |"));
  EXPECT_TRUE(contains(page, "| BRAM36 | 912 | 6.5 | 0.7 % | 5.5 | 0.6 % | -15.4 % |"));
  EXPECT_TRUE(contains(page, "| CARRY8 | \u2013 | \u2013 | \u2013 | 5,001 | \u2013 | \u2013 |"));
  EXPECT_TRUE(contains(page, "| scan | 500 | 1,600 | 2,900 | 4,321 |"));
  EXPECT_TRUE(contains(page, "| **blocks.0** | **1,500** | **3,200** |"));
  EXPECT_TRUE(contains(page, "| out | 55 | \u2013 |")) << "has not been synthesised";
}

// In cells: one unit of two, with energy and layout or without.
ReportInput input_with_cells(bool more) {
  ReportInput in = regression_input();
  const json path = {{"ns", 1.5}, {"from", "a: x_q"}, {"to", "b: y_q"}, {"cells", 12}};
  const auto unit = [](const char* name, double area, const json& mhz) {
    return json{{"name", name},     {"area_um2", area}, {"cells", 1200},
                {"flip_flops", 70}, {"latches", 0},     {"fmax_mhz", mhz}};
  };
  in.asic = unit("", 4000, 666.7);
  in.asic.update(
      {{"target", {{"key", "my.toml"}, {"name", "My 45 nm"}}},
       {"clock_gates", 3},
       {"limiting_path", path},
       {"corners", json::array({{{"name", "typical"}, {"fmax_mhz", 666.7}}})},
       {"wire_load", {{"model", "5K"}, {"fmax_mhz", 600.2}}},
       {"equivalents", json::array({{{"node_nm", 22}, {"area_mm2", 0.001}, {"source", "half"}}})},
       {"units", {unit("scan", 3000, 666.7), unit("wires", 1000, nullptr)}}});
  if (!more) return in;
  in.energy = {{"energy_nj_per_frame", 80.0},
               {"clock_mhz", 100.0},
               {"pj_per_mac", 2.5},
               {"power_mw", 1.25},
               {"idle_power_mw", 0.5},
               {"frames", 64},
               {"values_checked", 3648},
               {"mismatches", 0},
               {"equivalents", json::array({{{"source", "half"}, {"energy_nj_per_frame", 14.0}}})},
               {"units",
                {{{"name", "scan"}, {"energy_nj_per_frame", 60.0}},
                 {{"name", "wires"}, {"energy_nj_per_frame", 20.0}}}}};
  in.layout = {{"units", json::array({{{"unit", "scan"},
                                       {"cells", 1300},
                                       {"core_um", {120.4, 60.5}},
                                       {"utilisation", 0.58},
                                       {"wire_mm", 42.0},
                                       {"open_nets", 0},
                                       {"shorted_groups", 0},
                                       {"fmax_mhz", 280.2},
                                       {"fmax_mhz_without_wires", 390.0},
                                       {"hold_slack_ns", 0.25}}})}};
  return in;
}

TEST(Report, HasASectionOnAChip) {
  EXPECT_FALSE(contains(report_markdown(regression_input()), "standard cells"));
  const std::string area = report_markdown(input_with_cells(false));
  EXPECT_TRUE(
      contains(area, "In the standard cells of My 45 nm the accelerator takes 4,000 square"));
  EXPECT_TRUE(contains(area, "typical: 667 MHz without wires"));
  EXPECT_TRUE(contains(area, "wire-load model 5K: 600 MHz"));
  EXPECT_TRUE(contains(area, "| scan | 3,000 | 75.0 % | 1,200 | 70 | 0 | 667 |"));
  EXPECT_TRUE(contains(area, "| wires | 1,000 | 25.0 % | 1,200 | 70 | 0 | - |"));
  EXPECT_TRUE(contains(area, "These are not the figures of a chip."));
  EXPECT_FALSE(contains(area, "nJ a frame | share"));
  const std::string all = report_markdown(input_with_cells(true));
  EXPECT_TRUE(contains(all, "A frame takes 80.0 nJ at 100 MHz, 2.5 pJ a product"));
  EXPECT_TRUE(contains(all, "| 667 | 60.00 | 75.0 % |"));
  EXPECT_TRUE(contains(all, "| 22 nm | 0.0010 | 14.0 | half |"));
  EXPECT_TRUE(
      contains(all, "| scan | 1,300 | 120 x 60 | 58.0 % | 42.0 | 0 | 0 | 280 | 390 | 0.25 |"));
  EXPECT_TRUE(contains(all, "emamba layout --all"));
  EXPECT_TRUE(contains(report_html(input_with_cells(true)), "Routed units"));
}

TEST(Report, SaysWhenTheDeviceIsTooSmall) {
  ReportInput in = regression_input();
  in.plan["device"]["resources"][1]["has"] = 40000;
  EXPECT_TRUE(contains(report_html(in), "Does not fit: by the estimate, LUT takes 205.2 %"));
}

TEST(Report, SaysWhenVerificationFails) {
  const std::vector<std::function<void(json&)>> failures = {
      [](json& v) { v["mismatches"] = 1; },
      [](json& v) { v["latency_cycles"]["simulated"] = 4201; },
      [](json& v) { v["cycles_per_frame"]["simulated"] = 1999; },
      [](json& v) { v["first_wrong_frame"] = 3; }};
  for (const auto& fail : failures) {
    ReportInput in = regression_input();
    fail(in.verify);
    EXPECT_TRUE(contains(report_markdown(in), "**FAILED**")) << in.verify;
    EXPECT_TRUE(contains(report_html(in), "FAILED")) << in.verify;
    EXPECT_FALSE(contains(report_html(in), "Passed")) << in.verify;
  }
}

TEST(Report, NamesTheBottleneck) {
  ReportInput in = regression_input();
  EXPECT_TRUE(contains(report_markdown(in),
                       "The bottleneck is blocks.0.scan: busy in 1,900 of the 2,000 cycles between "
                       "frames (95.0 %)."));
  in.plan["units"][0]["busy_cycles"] = 1900;
  EXPECT_TRUE(contains(report_markdown(in), "2 units share the bottleneck"));
  EXPECT_TRUE(contains(report_markdown(in), ": blocks.0.in_proj and blocks.0.scan."));
}

TEST(Report, DrawsTheCoreOfEveryUnit) {
  const ReportInput in = regression_input();
  const std::string html = report_html(in), markdown = report_markdown(in);
  EXPECT_TRUE(contains(html, "<title>blocks.0.in_proj, token 1: cycles 510 - 1009</title>"));
  EXPECT_FALSE(contains(html, "cycles 700 - 1599")) << "a serialiser is no core";
  EXPECT_TRUE(contains(html, "<title>out, whole frame: cycles 3000 - 4099</title>"));
  EXPECT_TRUE(contains(markdown, "\nblocks.0.in_proj  ###############-......"));
  EXPECT_TRUE(contains(markdown, ".-################-.\n"));
}

TEST(Report, TellsThePassesOfSharedBlocks) {
  ReportInput in = regression_input();
  in.plan["instances"][3]["spans"] = {{0, 9}, {10, 19}, {20, 29}, {30, 39}};
  EXPECT_TRUE(
      contains(report_html(in), "<title>blocks.0.scan, block 1, token 0: cycles 20 - 29</title>"));
}

TEST(Report, ListsTheLargestMemories) {
  const std::string page = report_markdown(regression_input());
  EXPECT_TRUE(contains(page, "11,040 bits"));
  EXPECT_LT(page.find("| mem/b.hex | 40 | 256 | 10,240 | 92.8 % |"), page.find("| mem/a.hex |"));
}

TEST(Report, GivesCommandsToCopy) {
  ReportInput in = regression_input();
  EXPECT_TRUE(contains(report_markdown(in), "\nemamba flow models/mars/config.toml\n"));
  in.config = "my model's/config.toml";
  EXPECT_TRUE(contains(report_markdown(in), "\nemamba synth 'my model'\\''s/config.toml'\n"));
}

TEST(Report, IsWellFormedHtml) {
  for (const ReportInput& in : all_inputs()) EXPECT_EQ(unbalanced_tag(report_html(in)), "");
  EXPECT_EQ(unbalanced_tag("<p><b>x</p>"), "/p");
  EXPECT_EQ(unbalanced_tag("<p>1 < 2</p>"), "< 2</p>");
  EXPECT_EQ(unbalanced_tag("<p>"), "p");
}

TEST(Report, NeedsNothingFromElsewhere) {
  for (const ReportInput& in : all_inputs()) {
    const std::string page = report_html(in);
    for (const char* reference : {"http", "src=", "href", "url(", "@import", "<script", "<link"}) {
      EXPECT_FALSE(contains(page, reference)) << reference;
    }
  }
}

TEST(Report, IsTheSameEveryTime) {
  for (const ReportInput& in : all_inputs()) {
    EXPECT_EQ(report_markdown(in), report_markdown(in));
    EXPECT_EQ(report_html(in), report_html(in));
  }
}

TEST(Report, EscapesHostileNames) {
  const std::string name = "a\"'><script>alert(1)</script>&amp;|\n```\n# *x* `y` [z](w)";
  ReportInput in = synthesised_input();
  in.config = name;
  in.plan["device"]["name"] = name;
  for (const char* key : {"name", "task"}) in.spec[key] = name;
  in.spec["model"][name] = name;
  for (json& u : in.plan["units"]) u["name"] = name;
  for (json& u : in.plan["units"]) u["kind"] = name;
  for (json& i : in.plan["instances"]) i["unit"] = name;
  for (json& m : in.plan["memories"]) m["file"] = name;
  for (json& u : in.synth["units"]) u["name"] = name;
  for (json& j : in.details["errors"][1]["parts"]) j["name"] = name;
  in.details["errors"][1]["by"] = name;
  for (json& m : in.summary["measures"]) m["name"] = name;

  const std::string html = report_html(in);
  EXPECT_EQ(unbalanced_tag(html), "");
  EXPECT_FALSE(contains(html, "<script"));
  EXPECT_FALSE(contains(html, "\n# *x*"));

  // Every table keeps its columns, and only our own fences open code.
  std::istringstream lines(report_markdown(in));
  int fences = 0;
  std::ptrdiff_t columns = 0;
  for (std::string line; std::getline(lines, line);) {
    fences += line.starts_with("```") ? 1 : 0;
    if (!line.starts_with("|")) {
      columns = 0;
      continue;
    }
    std::ptrdiff_t bars = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i] == '\\') {
        ++i;
        continue;
      }
      bars += line[i] == '|' ? 1 : 0;
      EXPECT_NE(line[i], '<') << line;
    }
    if (columns == 0) columns = bars;
    EXPECT_EQ(bars, columns) << line;
  }
  EXPECT_EQ(fences, 8);
}

TEST(Report, NamesWhatIsMissing) {
  ReportInput in = regression_input();
  in.plan.erase("cycles_per_frame");
  try {
    report_html(in);
    FAIL();
  } catch (const Error& e) {
    EXPECT_TRUE(contains(e.what(), "cycles_per_frame"));
  }
}

TEST(Fields, PrintNumbersInGroups) {
  EXPECT_EQ(thousands(0), "0");
  EXPECT_EQ(thousands(999), "999");
  EXPECT_EQ(thousands(1000), "1,000");
  EXPECT_EQ(thousands(-123456), "-123,456");
  EXPECT_EQ(thousands(1234567890), "1,234,567,890");
  EXPECT_EQ(percent(0.12345), "12.3 %");
  EXPECT_EQ(counted(1, "edge"), "1 edge");
  EXPECT_EQ(one_line("a\nb\tc"), "a b c");
  EXPECT_EQ(html_text("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
}

}  // namespace
}  // namespace emamba

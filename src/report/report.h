// SPDX-License-Identifier: Apache-2.0
// The report on an accelerator: what it computes, how fast, with how many parts, and how that is
// known. Everything in it comes from results in JSON, so that equal results are equal pages.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace emamba {

struct ReportInput {
  std::string config;  // the path for the commands that make the results again; "": there are none

  // "name", "task", "model", "hardware" with the keys of config.toml.
  nlohmann::json spec;

  // The summary of `emamba flow`: "samples", "parameters", "program_bytes", the metrics "float",
  // "pwl" and "golden", and their "measures" (report/measures.h).
  nlohmann::json summary;

  // The details of the integers' outputs on the test split: "classes", "confusion", "recall", or
  // "errors", as `emamba eval` gives them.
  nlohmann::json details;

  // The lines of the training's train.jsonl; empty when they are not there.
  std::vector<nlohmann::json> training;

  // The content of top.json, and what `emamba estimate --json` adds: what the units take, and
  // "device": {"name", "resources": [{"key", "name", "needs", "has"}]}. Null when there is no
  // hardware; then it has not been simulated either.
  nlohmann::json plan;

  // Null when the hardware has not been simulated; else the content of verify.json: "frames",
  // "edges_checked", "values_checked", "mismatches", "latency_cycles" and "cycles_per_frame"
  // ({"planned", "simulated"}); and, where there, "edge_frames" and "first_wrong_frame".
  nlohmann::json verify;

  // Null when synthesis has not run; else the content of synth.json: "units": [{"name", parts}],
  // beside it the sum of their parts, and "details": [{"key", "name"}]. Parts are the counts of the
  // device's kinds and of these.
  nlohmann::json synth;

  // Null when it has not been mapped to a process; else the content of asic.json. Beside it those
  // of energy.json and layout.json, for the same process, or null.
  nlohmann::json asic, energy, layout;
};

// The whole page each. Throw Error when a result lacks something.
std::string report_markdown(const ReportInput& input);
std::string report_html(const ReportInput& input);  // self-contained: no script, font, or picture

}  // namespace emamba

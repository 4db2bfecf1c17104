// SPDX-License-Identifier: Apache-2.0
#include "synth/sta.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "synth/kept.h"

namespace emamba {
namespace {

using nlohmann::json;

// Behind the reading of libraries and netlists. The period grows until no slack is negative; a
// latch that still follows its input when it may has a slack of 0 at any longer one. A path ends
// within the period, or at a latch, which closes in the middle, within half of it: so each step is
// the least that the worst path asks for.
constexpr char kSearch[] = R"(set_cmd_units -time ns
set inputs {}
foreach port [all_inputs] {
  if {[get_property $port full_name] != "clk_i"} {lappend inputs $port}
}
foreach pin [all_registers -level_sensitive -data_pins] {
  set closes_early([get_property $pin full_name]) 1
}
proc instance {pin} {
  set name [get_property $pin full_name]
  set end [string last "/" $name]
  return [expr {$end < 0 ? $name : [string range $name 0 [expr {$end - 1}]]}]
}
set latency 0
set result {}
for {set i 0} {$i < 100} {incr i} {
  create_clock -name clk -period $period [get_ports clk_i]
  set_false_path -from [get_ports rst_ni]
  if {$tree} {
    set_propagated_clock [get_clocks clk]
    sta::redirect_string_begin
    report_checks -from [all_registers -clock_pins] -digits 6
    regexp {([0-9.]+) +[0-9.]+ +clock network delay} [sta::redirect_string_end] whole latency
  }
  set_input_delay $latency -clock clk $inputs
  set_output_delay [expr {-$latency}] -clock clk [all_outputs]
  set paths [find_timing_paths -path_delay max]
  if {[llength $paths] == 0} break
  set path [lindex $paths 0]
  set slack [get_property $path slack]
  if {$slack > -0.0001} break
  set end [get_property [get_property $path endpoint] full_name]
  set period [expr {$period - ([info exists closes_early($end)] ? 2 : 1) * $slack}]
  set cells {}
  foreach point [get_property $path points] {
    set name [instance [get_property $point pin]]
    if {[lindex $cells end] != $name} {lappend cells $name}
  }
  set result [format {"ns": %.6f, "from": "%s", "to": "%s", "cells": %d} $period \
    [instance [get_property $path startpoint]] [instance [get_property $path endpoint]] \
    [llength $cells]]
}
if {$i == 100} {error "no period is enough: a slack of $slack ns at $period ns"}
set file [open $output w]
if {$tree} {
  set early [lindex [find_timing_paths -path_delay min -from [all_registers -clock_pins] \
    -to [all_registers -data_pins]] 0]
  if {$early ne ""} {append result [format {, "hold_ns": %.6f} [get_property $early slack]]}
}
puts $file "{$result}"
close $file
exit
)";

std::string script_of(const StaRun& run, const std::string& output) {
  std::string script;
  for (const std::string& library : run.libraries) script += "read_liberty " + library + "\n";
  for (const std::string& netlist : run.netlists) script += "read_verilog " + netlist + "\n";
  script += "link_design top\n";
  if (!run.wire_load.empty()) script += "set_wire_load_model -name " + run.wire_load + "\n";
  if (!run.wires.empty()) script += "read_spef " + run.wires + "\n";
  script += fmt::format("set tree {}\n", run.clock_tree ? 1 : 0);
  return script + fmt::format("set period 0.001\nset output {}\n", output) + kSearch;
}

std::string key_of(const StaRun& run, const std::string& script, const std::string& version) {
  std::string text = version + "\n" + script;
  std::vector<std::string> files = run.libraries;
  files.insert(files.end(), run.netlists.begin(), run.netlists.end());
  if (!run.wires.empty()) files.push_back(run.wires);
  for (const std::string& file : files) text += sha256_file(run.directory + "/" + file) + "\n";
  return sha256(text);
}

// OpenSTA goes on behind errors, and makes a black box of a cell that it does not know.
void require_no_errors(const std::string& log) {
  std::istringstream lines(read_file(log));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("Error") && line.find("black box") == std::string::npos) continue;
    throw Error(fmt::format("OpenSTA: {} ({})", line, log), "OpenSTA 2.0.17 is known to work");
  }
}

ShortestPeriod parse(const json& result) {
  if (!result.contains("ns")) return {};
  return {result.at("ns").get<double>(), result.at("from").get<std::string>(),
          result.at("to").get<std::string>(), result.at("cells").get<int>(),
          result.value("hold_ns", 0.0)};
}

}  // namespace

ShortestPeriod shortest_period(const StaRun& run, const ToolVersion& sta, int timeout_seconds,
                               const std::function<void()>& tick) {
  const std::string place = run.directory + "/" + run.place, output = run.place + "/period.json";
  const std::string script = script_of(run, output);
  const std::string key = key_of(run, script, sta.text);
  if (const json kept = kept_result(place + "/timing.json", key); !kept.is_null()) {
    return parse(kept);
  }
  write_file(place + "/timing.tcl", script);
  run_tool({.command = {sta.path, "-exit", run.place + "/timing.tcl"},
            .directory = run.directory,
            .log = place + "/timing.log",
            .writes = {output},
            .timeout_seconds = timeout_seconds,
            .tick = tick});
  require_no_errors(place + "/timing.log");
  const std::string path = run.directory + "/" + output;
  try {
    const json result = parse_json(read_file(path), path);
    const ShortestPeriod period = parse(result);
    keep_result(place + "/timing.json", key, result);
    return period;
  } catch (const json::exception& e) {
    throw Error(fmt::format("{}: not what OpenSTA was asked for: {}", path, e.what()),
                "OpenSTA 2.0.17 is known to work");
  }
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "synth/yosys.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/stopwatch.h"
#include "synth/kept.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string script_of(const YosysRun& run) {
  std::string script = "read_verilog -sv";
  for (const std::string& source : run.sources) script += " " + source;
  // Newer versions leave marks of the modules that were flattened, which are no hardware.
  return script + "\n" + run.commands + "delete t:$scopeinfo\nwrite_verilog -noattr " +
         run.netlist + "\n" +
         (run.netlist_json.empty() ? "" : "write_json " + run.netlist_json + "\n") + "tee -q -o " +
         run.place + "/cells.json stat -json\n";
}

// Files, relative to the folder, but for counts and result.
std::vector<std::string> written_by(const YosysRun& run) {
  std::vector<std::string> files = {run.netlist};
  if (!run.netlist_json.empty()) files.push_back(run.netlist_json);
  return files;
}

std::string key_of(const YosysRun& run, const std::string& version) {
  std::string text = version + "\n" + script_of(run);
  for (const auto* files : {&run.sources, &run.others}) {
    for (const std::string& file : *files) {
      text += file + " " + sha256_file(run.directory + "/" + file) + "\n";
    }
  }
  return sha256(text);
}

// The user's place for temporary files, unless abc, which Yosys calls, would break on its name.
std::string temporary_folder() {
  const char* chosen = std::getenv("TMPDIR");
  const std::string folder = chosen == nullptr ? "" : chosen;
  const bool plain = std::all_of(folder.begin(), folder.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::strchr("/._-+", c) != nullptr;
  });
  return plain && !folder.empty() ? folder : "/tmp";
}

// The kept result; nothing when it is of other inputs, damaged, or lacks what the run wrote.
std::optional<YosysResult> kept(const YosysRun& run, const std::string& path,
                                const std::string& key) {
  for (const std::string& file : written_by(run)) {
    if (!file_exists(run.directory + "/" + file)) return {};
  }
  const json result = kept_result(path, key);
  try {
    if (result.is_null()) return {};
    return YosysResult{result.at("cells").get<CellCounts>(), result.at("seconds").get<double>(),
                       true};
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace

YosysResult run_yosys(const YosysRun& run, const ToolVersion& yosys, int timeout_seconds,
                      const std::function<void()>& tick) {
  const std::string place = run.directory + "/" + run.place;
  const std::string key = key_of(run, yosys.text);
  if (auto result = kept(run, place + "/result.json", key)) return *result;

  write_file(place + "/script.ys", script_of(run));
  const std::string cells = run.place + "/cells.json";
  std::vector<std::string> writes = written_by(run);
  writes.push_back(cells);
  const Stopwatch watch;
  run_tool({.command = {yosys.path, "-q", "-s", run.place + "/script.ys"},
            .directory = run.directory,
            .log = place + "/yosys.log",
            .writes = writes,
            .timeout_seconds = timeout_seconds,
            .tick = tick,
            .environment = {{"TMPDIR", temporary_folder()}}});
  YosysResult result;
  result.seconds = watch.seconds();
  result.cells = parse_stat(read_file(run.directory + "/" + cells), run.directory + "/" + cells);
  keep_result(place + "/result.json", key, {{"cells", result.cells}, {"seconds", result.seconds}});
  return result;
}

}  // namespace emamba

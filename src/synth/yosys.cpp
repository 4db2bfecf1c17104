// SPDX-License-Identifier: Apache-2.0
#include "synth/yosys.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/process.h"
#include "base/stopwatch.h"
#include "base/tool.h"

namespace emamba {
namespace {

using nlohmann::json;

std::string script_of(const YosysRun& run) {
  std::string script = "read_verilog -sv";
  for (const std::string& source : run.sources) script += " " + source;
  return script + "\n" + run.commands + "tee -q -o " + run.place + "/cells.txt stat\n";
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

// The kept result; nothing when it is of other inputs, damaged, or lacks what the run wrote.
std::optional<YosysResult> kept(const YosysRun& run, const std::string& path,
                                const std::string& key) {
  if (!file_exists(path)) return {};
  for (const std::string& file : run.writes) {
    if (!file_exists(run.directory + "/" + file)) return {};
  }
  try {
    const json result = parse_json(read_file(path), path);
    if (result.at("key") != key) return {};
    return YosysResult{result.at("cells").get<CellCounts>(), result.at("seconds").get<double>(),
                       true};
  } catch (const Error&) {
    return {};
  } catch (const json::exception&) {
    return {};
  }
}

}  // namespace

std::string yosys_version() {
  require_tool("yosys", "yosys");
  const std::string text = run_process({"yosys", "-V"}, false, 30).output;
  return text.substr(0, text.find('\n'));
}

YosysResult run_yosys(const YosysRun& run, const std::string& version, int timeout_seconds) {
  const std::string place = run.directory + "/" + run.place;
  const std::string key = key_of(run, version);
  if (auto result = kept(run, place + "/result.json", key)) return *result;

  write_file(place + "/script.ys", script_of(run));
  const Stopwatch watch;
  run_tool({"yosys", "-q", "-s", run.place + "/script.ys"}, run.directory, place + "/yosys.log",
           timeout_seconds);
  YosysResult result;
  result.seconds = watch.seconds();
  result.cells = parse_stat(read_file(place + "/cells.txt"), place + "/cells.txt");
  const json stored = {{"key", key}, {"cells", result.cells}, {"seconds", result.seconds}};
  write_file(place + "/result.json", stored.dump(2) + "\n");
  return result;
}

}  // namespace emamba

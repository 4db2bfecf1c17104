// SPDX-License-Identifier: Apache-2.0
#include "synth/layout.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/machine.h"
#include "base/stopwatch.h"
#include "synth/kept.h"
#include "synth/spef.h"
#include "synth/trees.h"

namespace emamba {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr int kMostLoads = 24;  // of a net

// Until one is clean, each a little less full. The first seldom does for a large unit.
constexpr int kMostTries = 5;
constexpr double kStep = 0.04;
constexpr std::int64_t kLargeCells = 4000;

constexpr int kProgramSeconds = 3600;

std::string programs_folder() {
  const std::string installed = beside_program("../share/emamba/layout");
  return fs::is_directory(installed) ? installed : EMAMBA_LAYOUT_DIR;
}

// The Python that has coriolis-eda and klayout.
std::string python() {
  const char* chosen = std::getenv("EMAMBA_LAYOUT_PYTHON");
  const std::string path =
      chosen != nullptr && *chosen != '\0' ? chosen : EMAMBA_LAYOUT_PYTHON_DEFAULT;
  if (file_exists(path)) return fs::absolute(path).string();
  throw Error(path + ": no Python with coriolis-eda and klayout is there",
              "run tools/setup-layout, or name one by EMAMBA_LAYOUT_PYTHON", ErrorKind::kMissing);
}

struct Program {
  std::string name;  // of layout/NAME.py
  json job;
  std::string place;                // for its job and log
  std::vector<std::string> writes;  // paths
};

void run_program(const Program& program, const std::function<void()>& tick) {
  const std::string job = fmt::format("{}/{}_job.json", program.place, program.name);
  write_file(job, program.job.dump(2) + "\n");
  run_tool(
      {.command = {python(), "-B", fmt::format("{}/{}.py", programs_folder(), program.name), job},
       .directory = program.place,
       .log = fmt::format("{}/{}_output.log", program.place, program.name),
       .writes = program.writes,
       .timeout_seconds = kProgramSeconds,
       .tick = tick});
}

json read_json(const std::string& path) {
  return parse_json(read_file(path), path);
}

// What a result of the programs depends on besides its own input.
std::string key_of_programs() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(programs_folder())) {
    if (entry.path().extension() == ".py") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::string text;
  for (const std::string& file : files) text += sha256_file(file);
  return text;
}

const char* kind_name(const LibraryCell& cell, bool buffer) {
  switch (cell.kind) {
    case CellKind::kFlipFlop:
      return "register";
    case CellKind::kLatch:
      return "latch";
    case CellKind::kClockGate:
      return "clock gate";
    case CellKind::kGate:
      break;
  }
  return buffer ? "buffer" : "gate";
}

// As the programs read it: without outputs that nothing reads, and ports that no cell drives or
// reads, which are wires past the unit.
json netlist_json(const Mapped& netlist, const CellLibrary& library, const std::string& module) {
  std::vector<bool> driven(netlist.nets.size()), read(netlist.nets.size());
  for (const Mapped::Cell& cell : netlist.cells) {
    for (const auto& [pin, net] : cell.pins) {
      if (net < 0) continue;
      auto& marked = library.cells.at(cell.type).inputs.contains(pin) ? read : driven;
      marked[static_cast<std::size_t>(net)] = true;
    }
  }
  const std::vector<bool> read_by_cells = read;
  for (const Mapped::Port& port : netlist.ports) {
    for (const int net : port.nets) {
      if (!port.input && net >= 0) read[static_cast<std::size_t>(net)] = true;
    }
  }
  json cells = json::array(), kinds = json::array();
  for (const Mapped::Cell& cell : netlist.cells) {
    json pins = json::object();
    for (const auto& [pin, net] : cell.pins) {
      if (net >= 0 && read[static_cast<std::size_t>(net)]) pins[pin] = net;
    }
    cells.push_back({{"type", cell.type}, {"pins", pins}});
    const bool buffer = std::any_of(library.buffers.begin(), library.buffers.end(),
                                    [&](const BufferCell& b) { return b.cell == cell.type; });
    kinds.push_back(kind_name(library.cells.at(cell.type), buffer));
  }
  const std::vector<std::string> names = verilog_nets(netlist);
  json ports = json::array();
  for (const Mapped::Port& port : netlist.ports) {
    for (std::size_t i = 0; i < port.nets.size(); ++i) {
      const int net = port.nets[i];
      const auto& needed = port.input ? read_by_cells : driven;
      if (net < 0 || !needed[static_cast<std::size_t>(net)]) continue;
      ports.push_back({{"name", bit_text(port, i)}, {"input", port.input}, {"net", net}});
    }
  }
  return {{"module", module},
          {"ports", ports},
          {"cells", cells},
          {"colour", kinds},
          {"nets", netlist.nets.size()}};
}

std::string library_folder(const std::string& directory) {
  return fs::absolute(directory + "/layout/library").string();
}

void prepare_library(const AsicTarget& target, const std::string& directory,
                     const std::function<void()>& tick) {
  if (!target.layout) {
    throw Error(fmt::format("target {}: has no [layout]", target.key),
                "a layout needs the LEF and GDS files of a library: targets/ihp-sg13g2.toml "
                "names such");
  }
  const std::string place = library_folder(directory);
  const AsicTarget::Layout& files = *target.layout;
  const json job = {{"tech_lef", fs::absolute(files.technology).string()},
                    {"cell_lef", fs::absolute(files.cells).string()},
                    {"cell_gds", fs::absolute(files.shapes).string()},
                    {"out", place}};
  std::string key = key_of_programs();
  for (const std::string& file : {files.technology, files.cells, files.shapes})
    key += sha256_file(file);
  key = sha256(key);
  if (!kept_result(place + "/made.json", key).is_null()) return;
  fs::create_directories(place);
  run_program({.name = "library", .job = job, .place = place, .writes = {place + "/library.json"}},
              tick);
  keep_result(place + "/made.json", key, json::object());
}

std::vector<Place> places_of(const json& cells) {
  std::vector<Place> places;
  for (const json& at : cells) places.push_back({at.at(0).get<double>(), at.at(1).get<double>()});
  return places;
}

std::vector<NetWires> wires_of(const json& nets) {
  std::vector<NetWires> wires;
  for (const json& net : nets) {
    NetWires own{.length = net.at("length_um").get<double>(), .sinks = {}};
    for (const json& sink : net.at("sinks")) {
      const int cell = sink.at(0).get<int>();
      own.sinks.push_back({cell, sink.at(1).get<std::string>(), sink.at(2).get<double>()});
    }
    wires.push_back(std::move(own));
  }
  return wires;
}

class Layout {
 public:
  Layout(const AsicResult& asic, std::size_t unit, double farad, const std::string& directory,
         const LayoutOptions& options, const ProgressCallback& progress)
      : asic_(asic),
        farad_(farad),
        directory_(directory),
        options_(options),
        sta_(require_tool("sta")) {
    result_.unit = unit;
    name_ = asic.units[unit].name;
    place_ = fs::absolute(fmt::format("{}/layout/{}", directory, name_)).string();
    if (progress) {
      tick_ = [this, progress] {
        progress(static_cast<std::size_t>(result_.tries), 0, name_ + ": " + doing_);
      };
    }
  }

  UnitLayout run() {
    const UnitCells& unit = asic_.units[result_.unit];
    if (unit.area.cells == 0) {
      throw Error(fmt::format("unit {}: is only wires, there is nothing to lay out", name_));
    }
    if (unit.area.cells > options_.most_cells) {
      throw Error(fmt::format("unit {}: has {} cells; more than {} are not laid out as one", name_,
                              unit.area.cells, options_.most_cells),
                  "more lanes or another fold make smaller units");
    }
    library_ = library_folder(directory_);
    const json facts = read_json(library_ + "/library.json");
    wire_units_ = {facts.at("wire_ff_per_um").get<double>(),
                   facts.at("wire_ohm_per_um").get<double>()};
    Mapped netlist = asic_.netlists[result_.unit];
    remove_buffers(netlist, asic_.library, unit.buffers);
    require_cells(netlist, facts);
    fs::create_directories(place_);
    const json made = made_of(netlist);
    place_trees(std::move(netlist), made.at("places"));
    take(made);
    return result_;
  }

 private:
  // Cells that the programs cannot route to are named.
  void require_cells(const Mapped& netlist, const json& facts) const {
    for (const Mapped::Cell& cell : netlist.cells) {
      if (facts.at("cells").contains(cell.type)) continue;
      throw Error(fmt::format("unit {}: {} cannot be laid out", name_, cell.type),
                  "`avoid` in the target's file leaves cells out");
    }
  }

  void write_netlist(const Mapped& netlist) const {
    write_file(place_ + "/netlist.json",
               netlist_json(netlist, asic_.library, "unit").dump() + "\n");
  }

  json job_at(double utilisation, const std::string& out) const {
    return {{"library", library_},
            {"netlist", place_ + "/netlist.json"},
            {"utilisation", utilisation},
            {"out", place_ + "/" + out}};
  }

  // The first try that is clean, or the best; with the places that its trees grew by.
  json made_of(const Mapped& netlist) {
    const json source = netlist_json(netlist, asic_.library, "unit");
    const std::string key =
        sha256(key_of_programs() + sha256_file(library_ + "/library.json") + source.dump() +
               fmt::format("{} {}", options_.utilisation, kMostLoads));
    const std::string kept_path = place_ + "/layout.json";
    if (json kept = kept_result(kept_path, key); !kept.is_null()) return kept;
    const Stopwatch watch;
    json best;
    std::size_t fewest = ~std::size_t{0};
    const bool large = static_cast<std::int64_t>(netlist.cells.size()) > kLargeCells;
    for (int i = large ? 1 : 0; i < kMostTries && fewest != 0; ++i) {
      ++result_.tries;
      json made = try_at(netlist, options_.utilisation - i * kStep);
      const json& check = made.at("check");
      const std::size_t faults = check.at("open_nets").size() + check.at("shorted").size();
      if (faults >= fewest) continue;
      fewest = faults;
      best = std::move(made);
      for (const char* file : {"layout.gds", "layout.png"}) {
        fs::rename(fmt::format("{}/try/{}", place_, file), fmt::format("{}/{}", place_, file));
      }
    }
    best["tries"] = result_.tries;
    best["seconds"] = rounded(watch.seconds(), 1);
    keep_result(kept_path, key, best);
    return best;
  }

  json try_at(const Mapped& netlist, double utilisation) {
    doing_ = fmt::format("placed at {:.0f} %", 100 * utilisation);
    write_netlist(netlist);
    run_program({"place", job_at(utilisation, "placed.json"), place_, {place_ + "/placed.json"}},
                tick_);
    const json places = read_json(place_ + "/placed.json").at("cells");
    Mapped grown = netlist;
    std::vector<Place> at = places_of(places);
    grow_trees(grown, asic_.library, kMostLoads, at);
    write_netlist(grown);
    doing_ = fmt::format("routed at {:.0f} %", 100 * utilisation);
    const std::string out = place_ + "/try";
    run_program({"route", job_at(utilisation, "try"), place_, {out + "/route.json"}}, tick_);
    doing_ = "read back from its shapes";
    run_program({"check",
                 {{"library", library_},
                  {"netlist", place_ + "/netlist.json"},
                  {"gds", out + "/layout.gds"},
                  {"cells", out + "/route.json"},
                  {"out", out}},
                 place_,
                 {out + "/check.json", out + "/layout.png"}},
                tick_);
    return {{"places", places},
            {"route", read_json(out + "/route.json")},
            {"check", read_json(out + "/check.json")}};
  }

  // The netlist that was laid out, of the one without buffers.
  void place_trees(Mapped netlist, const json& places) {
    result_.netlist = std::move(netlist);
    std::vector<Place> at = places_of(places);
    const Trees trees = grow_trees(result_.netlist, asic_.library, kMostLoads, at);
    result_.buffers = trees.buffers;
    result_.clock_levels = trees.clock_levels;
  }

  void take(const json& made) {
    const json &route = made.at("route"), &check = made.at("check");
    result_.width = route.at("core_um").at(0).get<double>();
    result_.height = route.at("core_um").at(1).get<double>();
    result_.utilisation = route.at("utilisation").get<double>();
    result_.wire_mm = route.at("wire_mm").get<double>();
    result_.vias = route.at("vias").get<std::int64_t>();
    result_.nets = check.at("nets").get<std::int64_t>();
    result_.open = static_cast<std::int64_t>(check.at("open_nets").size());
    result_.shorted = static_cast<std::int64_t>(check.at("shorted").size());
    result_.tries = made.at("tries").get<int>();
    result_.seconds = made.at("seconds").get<double>();
    result_.gds = place_ + "/layout.gds";
    result_.picture = place_ + "/layout.png";

    const std::vector<NetWires> wires = wires_of(route.at("nets"));
    for (const NetWires& net : wires) {
      result_.netlist.wires.push_back(net.length * wire_units_.femtofarads * 1e-15 / farad_);
    }
    doing_ = "timed";
    const std::string folder = "layout/" + name_;
    write_file(place_ + "/laid_out.v", verilog_of(result_.netlist, "top"));
    result_.without_wires = time(folder, "without_wires", {}, 0);
    result_.routed = time(folder, "routed", wires, 1);
    result_.twice_the_wires = time(folder, "twice_the_wires", wires, 2);
  }

  // With `times` the capacitance that the technology's file gives.
  ShortestPeriod time(const std::string& folder, const std::string& name,
                      const std::vector<NetWires>& wires, double times) const {
    StaRun run{.directory = directory_,
               .place = folder + "/" + name,
               .libraries = asic_.corner_libraries(0),
               .netlists = {folder + "/laid_out.v"},
               .clock_tree = true};
    if (!wires.empty()) {
      run.wires = fmt::format("{}/{}.spef", folder, name);
      write_file(directory_ + "/" + run.wires,
                 spef_of(result_.netlist, asic_.library, wires,
                         {wire_units_.femtofarads * times, wire_units_.ohms}));
    }
    ShortestPeriod period = shortest_period(run, sta_, kProgramSeconds, tick_);
    for (std::string* end : {&period.from, &period.to})
      *end = name_of(result_.netlist, asic_.library, *end);
    return period;
  }

  const AsicResult& asic_;
  const double farad_;
  const std::string& directory_;
  const LayoutOptions& options_;
  const ToolVersion sta_;
  std::function<void()> tick_;
  std::string name_, place_, library_, doing_ = "prepared";
  WireUnits wire_units_;
  UnitLayout result_;
};

}  // namespace

void prepare_layout(const AsicTarget& target, const std::string& directory,
                    const ProgressCallback& progress) {
  prepare_library(target, directory, [&] {
    if (progress) progress(0, 0, "library");
  });
}

UnitLayout lay_out(const AsicResult& asic, std::size_t unit, double farad,
                   const std::string& directory, const LayoutOptions& options,
                   const ProgressCallback& progress) {
  return Layout(asic, unit, farad, directory, options, progress).run();
}

json to_json(const UnitLayout& layout, const AsicResult& asic) {
  const auto mhz = [](const ShortestPeriod& period) -> json {
    if (period.ns == 0) return nullptr;
    return rounded(1000 / period.ns, 1);
  };
  json path = nullptr;
  if (layout.routed.ns > 0) {
    path = {{"ns", rounded(layout.routed.ns, 4)},
            {"from", layout.routed.from},
            {"to", layout.routed.to},
            {"cells", layout.routed.cells}};
  }
  const auto cells = static_cast<std::int64_t>(layout.netlist.cells.size());
  return {{"unit", asic.units[layout.unit].name},
          {"cells", cells},
          {"buffers", layout.buffers},
          {"clock_levels", layout.clock_levels},
          {"core_um", {layout.width, layout.height}},
          {"utilisation", layout.utilisation},
          {"tries", layout.tries},
          {"wire_mm", layout.wire_mm},
          {"vias", layout.vias},
          {"nets", layout.nets},
          {"open_nets", layout.open},
          {"shorted_groups", layout.shorted},
          {"fmax_mhz", mhz(layout.routed)},
          {"fmax_mhz_without_wires", mhz(layout.without_wires)},
          {"fmax_mhz_twice_the_wires", mhz(layout.twice_the_wires)},
          {"limiting_path", path},
          {"hold_slack_ns", rounded(layout.routed.hold_ns, 4)},
          {"gds", layout.gds},
          {"picture", layout.picture},
          {"seconds", layout.seconds}};
}

}  // namespace emamba

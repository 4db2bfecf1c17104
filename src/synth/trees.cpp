// SPDX-License-Identifier: Apache-2.0
#include "synth/trees.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "base/error.h"

namespace emamba {
namespace {

constexpr int kMostTied = 16;  // loads of a tie cell

// A load of a net, and how many cells the clock passes behind it.
struct Load {
  std::size_t cell = 0;
  std::string pin;
  int height = 0;
};
using Loads = std::vector<Load>;

class Growing {
 public:
  Growing(Mapped& netlist, const CellLibrary& library, int most, std::vector<Place>& places)
      : netlist_(netlist),
        library_(library),
        most_(static_cast<std::size_t>(most)),
        places_(places),
        loads_(netlist.nets.size()),
        heights_(netlist.nets.size(), kUnknown) {
    if (library.buffers.empty() || !library.tie_low || !library.tie_high) {
      throw Error(fmt::format("the library {} has no {}", library.name,
                              library.buffers.empty() ? "buffer" : "cell that is a constant"),
                  "a layout needs both");
    }
    for (std::size_t i = 0; i < netlist.cells.size(); ++i) {
      for (const auto& [pin, net] : netlist.cells[i].pins) {
        if (!library.cells.at(netlist.cells[i].type).inputs.contains(pin)) continue;
        if (net < 0) {
          tied_[net].push_back({i, pin});
        } else {
          loads_[static_cast<std::size_t>(net)].push_back({i, pin});
        }
      }
    }
  }

  Trees run() {
    for (std::size_t net = 0; net < loads_.size(); ++net) grow(static_cast<int>(net));
    tie();
    for (const Mapped::Port& port : netlist_.ports) {
      if (port.name == "clk_i") trees_.clock_levels = grow(port.nets.at(0));
    }
    return trees_;
  }

 private:
  static constexpr int kUnknown = -1;

  Place& place(const Load& load) { return places_[load.cell]; }

  // Calls `each` with groups of loads that lie near one another, none of more than `most`: halves
  // of halves, across the longer side.
  void group(Loads::iterator begin, Loads::iterator end, std::size_t most,
             const std::function<void(Loads::iterator, Loads::iterator)>& each) {
    if (begin == end) return;
    if (static_cast<std::size_t>(end - begin) <= most) return each(begin, end);
    Place low = place(*begin), high = low;
    for (auto load = begin; load != end; ++load) {
      const Place& at = place(*load);
      low = {std::min(low.x, at.x), std::min(low.y, at.y)};
      high = {std::max(high.x, at.x), std::max(high.y, at.y)};
    }
    const bool wide = high.x - low.x > high.y - low.y;
    const auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, [&](const Load& a, const Load& b) {
      const Place &p = place(a), &q = place(b);
      const std::pair first(wide ? p.x : p.y, a.cell), second(wide ? q.x : q.y, b.cell);
      return first < second;
    });
    group(begin, middle, most, each);
    group(middle, end, most, each);
  }

  // A cell with `pins`, whose `output` drives the loads on a net of its own. Returns its number.
  std::size_t drive(Loads::iterator begin, Loads::iterator end, const std::string& type,
                    const std::string& output, std::map<std::string, int> pins,
                    const std::string& name) {
    const int net = static_cast<int>(netlist_.nets.size());
    netlist_.nets.push_back(name);
    Place middle;
    for (auto load = begin; load != end; ++load) {
      netlist_.cells[load->cell].pins[load->pin] = net;
      middle.x += place(*load).x / static_cast<double>(end - begin);
      middle.y += place(*load).y / static_cast<double>(end - begin);
    }
    pins[output] = net;
    netlist_.cells.push_back({type, std::move(pins)});
    places_.push_back(middle);
    return netlist_.cells.size() - 1;
  }

  // How many cells stand between a net and its registers, once its tree has grown.
  int grow(int net) {
    int& known = heights_[static_cast<std::size_t>(net)];
    if (known != kUnknown) return known;
    Loads& loads = loads_[static_cast<std::size_t>(net)];
    int highest = 0;
    for (Load& load : loads) {
      const LibraryCell& kind = library_.cells.at(netlist_.cells[load.cell].type);
      if (kind.kind == CellKind::kClockGate && load.pin == kind.clock) {
        load.height = 1 + grow(netlist_.cells[load.cell].net(kind.outputs.front()));
      }
      highest = std::max(highest, load.height);
    }
    const auto at_height = [&](int height) {
      Loads those;
      for (const Load& load : loads) {
        if (load.height == height) those.push_back(load);
      }
      return those;
    };
    int height = 0;
    Loads level = at_height(0);
    const BufferCell& buffer = buffer_for(library_, static_cast<int>(most_));
    while (height < highest || level.size() > most_) {
      ++height;
      Loads next = at_height(height);
      group(level.begin(), level.end(), most_, [&](auto begin, auto end) {
        next.push_back({drive(begin, end, buffer.cell, buffer.output, {{buffer.input, net}},
                              netlist_.nets[static_cast<std::size_t>(net)]),
                        buffer.input, height});
        ++trees_.buffers;
      });
      level = std::move(next);
    }
    return known = height;
  }

  const TieCell& tie_cell(int value) const {
    return value == Mapped::kHigh ? *library_.tie_high : *library_.tie_low;
  }

  void tie() {
    for (auto& [value, loads] : tied_) {
      const TieCell& cell = tie_cell(value);
      group(loads.begin(), loads.end(), kMostTied, [&](auto begin, auto end) {
        drive(begin, end, cell.cell, cell.output, {}, "");
        ++trees_.ties;
      });
    }
    for (Mapped::Port& port : netlist_.ports) {
      for (int& net : port.nets) {
        if (port.input || net >= 0) continue;
        const TieCell& cell = tie_cell(net);
        Loads none;
        const std::size_t own = drive(none.begin(), none.end(), cell.cell, cell.output, {}, "");
        net = netlist_.cells[own].net(cell.output);
        ++trees_.ties;
      }
    }
  }

  Mapped& netlist_;
  const CellLibrary& library_;
  const std::size_t most_;
  std::vector<Place>& places_;
  std::vector<Loads> loads_;   // by net, of those that were there
  std::vector<int> heights_;   // by net
  std::map<int, Loads> tied_;  // by constant
  Trees trees_;
};

}  // namespace

Trees grow_trees(Mapped& netlist, const CellLibrary& library, int most_loads,
                 std::vector<Place>& places) {
  return Growing(netlist, library, most_loads, places).run();
}

}  // namespace emamba

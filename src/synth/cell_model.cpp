// SPDX-License-Identifier: Apache-2.0
#include "synth/cell_model.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "synth/liberty_groups.h"

namespace emamba {
namespace {

// The numbers of `"1, 2", "3, 4"`, in order.
std::vector<double> numbers_in(const std::string& text) {
  std::vector<double> numbers;
  const char *at = text.data(), *end = text.data() + text.size();
  while (at != end) {
    double number = 0;
    const auto [next, code] = std::from_chars(at, end, number);
    if (code == std::errc()) numbers.push_back(number);
    at = code == std::errc() ? next : at + 1;
  }
  return numbers;
}

// A text without quotes, which are no part of an expression.
std::string expression_of(const LibertyGroup& group, const std::string& name) {
  const auto found = group.attributes.find(name);
  if (found == group.attributes.end()) return "";
  std::string text = found->second;
  std::erase(text, '"');
  return text;
}

// `1nW` as 1e-9; `1, ff` too.
double unit_of(const std::string& text, double otherwise) {
  const std::vector<double> number = numbers_in(text);
  if (number.empty()) return otherwise;
  const std::size_t at = text.find_first_of("fpnumFPNUM");
  if (at == std::string::npos) return number[0];
  const double scale[] = {1e-15, 1e-12, 1e-9, 1e-6, 1e-3};
  return number[0] * scale[std::string("fpnum").find(static_cast<char>(std::tolower(text[at])))];
}

class Tables {
 public:
  Tables(const LibertyGroup& library, const std::string& path) : path_(path) {
    for (const LibertyGroup& group : library.groups) {
      if (group.name == "lu_table_template" || group.name == "power_lut_template") {
        templates_[plain_liberty(group.arguments)] = &group;
      }
    }
  }

  // A group `rise_power (TEMPLATE) { ... }`; zero when it is not there.
  SlewLoadTable table(const LibertyGroup* group) const {
    if (group == nullptr) return {{0}, {0}, {0}};
    const auto found = templates_.find(plain_liberty(group->arguments));
    const LibertyGroup* form = found == templates_.end() ? nullptr : found->second;
    std::vector<double> axes[2];
    bool slew_first = true;
    for (const int i : {0, 1}) {
      const std::string index = fmt::format("index_{}", i + 1);
      const LibertyGroup* from = group->lists.contains(index) ? group : form;
      if (from != nullptr && from->lists.contains(index))
        axes[i] = numbers_in(from->lists.at(index));
      const std::string variable =
          form == nullptr ? "" : liberty_attribute(*form, fmt::format("variable_{}", i + 1));
      if (variable == "total_output_net_capacitance" && i == 0) slew_first = false;
    }
    const auto values = group->lists.find("values");
    std::vector<double> numbers;
    if (values != group->lists.end()) numbers = numbers_in(values->second);
    for (std::vector<double>& axis : axes) {
      if (axis.empty() || numbers.size() == 1) axis = {0};
    }
    if (numbers.size() != axes[0].size() * axes[1].size()) {
      throw Error(fmt::format("{}: a table {} ({}) of {} x {} has {} values", path_, group->name,
                              plain_liberty(group->arguments), axes[0].size(), axes[1].size(),
                              numbers.size()),
                  "a target names libraries of standard cells in the Liberty format");
    }
    if (slew_first) return {axes[0], axes[1], numbers};
    SlewLoadTable turned{axes[1], axes[0], numbers};
    for (std::size_t s = 0; s < axes[1].size(); ++s) {
      for (std::size_t l = 0; l < axes[0].size(); ++l) {
        turned.values[s * axes[0].size() + l] = numbers[l * axes[1].size() + s];
      }
    }
    return turned;
  }

  CellArc arc(const std::string& pin, const std::string& related, const LibertyGroup* rise,
              const LibertyGroup* fall) const {
    if (rise == nullptr) rise = fall;
    if (fall == nullptr) fall = rise;
    return {pin, related, table(rise), table(fall)};
  }

 private:
  const std::string& path_;
  std::map<std::string, const LibertyGroup*> templates_;
};

void read_pin(const LibertyGroup& pin, const Tables& tables, CellModel& model) {
  const std::string name = plain_liberty(pin.arguments);
  if (liberty_attribute(pin, "direction") == "output") {
    model.functions[name] = expression_of(pin, "function");
  }
  for (const LibertyGroup& group : pin.groups) {
    const std::string related = liberty_attribute(group, "related_pin");
    if (group.name == "internal_power") {
      const LibertyGroup *rise = inner_group(group, "rise_power"),
                         *fall = inner_group(group, "fall_power"),
                         *both = inner_group(group, "power");
      model.energy.push_back(tables.arc(name, related, rise == nullptr ? both : rise, fall));
    }
    if (group.name == "timing" && inner_group(group, "rise_transition") != nullptr) {
      model.slews.push_back(tables.arc(name, related, inner_group(group, "rise_transition"),
                                       inner_group(group, "fall_transition")));
    }
  }
}

// The mean over what a cell's groups `leakage_power` say.
double leakage_by_state(const LibertyGroup& cell) {
  double sum = 0;
  int states = 0;
  for (const LibertyGroup& group : cell.groups) {
    const std::vector<double> value = numbers_in(liberty_attribute(group, "value"));
    if (group.name != "leakage_power" || value.empty()) continue;
    sum += value[0];
    ++states;
  }
  return states == 0 ? 0 : sum / states;
}

CellModel model_of(const LibertyGroup& cell, const Tables& tables) {
  CellModel model;
  const std::vector<double> leakage = numbers_in(liberty_attribute(cell, "cell_leakage_power"));
  model.leakage = leakage.empty() ? leakage_by_state(cell) : leakage[0];
  for (const LibertyGroup& group : cell.groups) {
    if (group.name == "pin") {
      read_pin(group, tables, model);
    } else if (group.name == "ff" || group.name == "latch") {
      const bool ff = group.name == "ff";
      const std::string& states = group.arguments;
      model.state = plain_liberty(states.substr(0, states.find(',')));
      model.inverted_state = plain_liberty(states.substr(states.find(',') + 1));
      model.next = expression_of(group, ff ? "next_state" : "data_in");
      model.clock = expression_of(group, ff ? "clocked_on" : "enable");
      model.clear = expression_of(group, "clear");
      model.preset = expression_of(group, "preset");
    }
  }
  return model;
}

}  // namespace

double SlewLoadTable::at(double slew, double load) const {
  // The place of x in an axis: the lower of two points, and how far it is to the other.
  const auto place = [](const std::vector<double>& axis, double x) {
    if (axis.size() == 1) return std::pair<std::size_t, double>(0, 0);
    const auto above = std::upper_bound(axis.begin() + 1, axis.end() - 1, x);
    const auto i = static_cast<std::size_t>(above - axis.begin()) - 1;
    return std::pair(i, (x - axis[i]) / (axis[i + 1] - axis[i]));
  };
  const auto [s, s_part] = place(slews, slew);
  const auto [l, l_part] = place(loads, load);
  const auto value = [&](std::size_t i, std::size_t j) {
    return values[std::min(i, slews.size() - 1) * loads.size() + std::min(j, loads.size() - 1)];
  };
  const double low = std::lerp(value(s, l), value(s, l + 1), l_part);
  return std::lerp(low, std::lerp(value(s + 1, l), value(s + 1, l + 1), l_part), s_part);
}

CellModels read_cell_models(const std::vector<LibertyFile>& files) {
  CellModels models;
  for (const LibertyFile& file : files) {
    const LibertyGroup library = read_liberty_groups(file.bytes, file.path);
    const Tables tables(library, file.path);
    const auto load = library.lists.find("capacitive_load_unit");
    if (load != library.lists.end()) models.farad = unit_of(load->second, models.farad);
    models.volt = unit_of(liberty_attribute(library, "voltage_unit"), models.volt);
    models.watt = unit_of(liberty_attribute(library, "leakage_power_unit"), models.watt);
    for (const LibertyGroup& cell : library.groups) {
      if (cell.name == "cell") models.cells[plain_liberty(cell.arguments)] = model_of(cell, tables);
    }
  }
  return models;
}

}  // namespace emamba

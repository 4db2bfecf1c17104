// SPDX-License-Identifier: Apache-2.0
// `emamba inspect`: what a config, a model file or a program file holds.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <numeric>

#include "base/error.h"
#include "base/safetensors.h"
#include "base/text.h"
#include "cli/cli.h"
#include "flow/files.h"
#include "ir/fields.h"
#include "net/network.h"
#include "report/text_table.h"

namespace emamba {
namespace {

using nlohmann::json;

// "embed", "blocks.0", ..., "head": the part of the network that a parameter belongs to.
std::string part_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  return name.starts_with("blocks.") ? name.substr(0, name.find('.', dot + 1))
                                     : name.substr(0, dot);
}

// [[part, parameters], ...] in execution order.
json parameters_by_part(const Program& network) {
  json parts = json::array();
  for (const ParameterSpec& parameter : parameters_of(network)) {
    const std::string part = part_of(parameter.name);
    if (parts.empty() || parts.back()["part"] != part) {
      parts.push_back({{"part", part}, {"parameters", 0}});
    }
    parts.back()["parameters"] = parts.back()["parameters"].get<std::size_t>() + parameter.size();
  }
  return parts;
}

// A network, and the configuration that it was made from.
json describe_network(const Program& network) {
  const Edge& answer = network.edges.back();
  return {
      {"spec", parse_json(network.config, network.name)}, {"tokens", network.input.vectors()},
      {"token_width", network.input.vector_width()},      {"outputs", answer.width},
      {"parameters", parameter_count(network)},           {"parts", parameters_by_part(network)}};
}

// Widths only, for a program without weights.
json describe_ops(const Program& program) {
  json ops = json::array();
  for (std::size_t i = 0; i < program.ops.size(); ++i) {
    const Op& op = program.ops[i];
    std::vector<std::string> reads;
    std::vector<int> in_widths;
    for (EdgeIndex edge : inputs_of(op)) {
      reads.push_back(edge_name(program, edge));
      in_widths.push_back(program.edges[edge].width);
    }
    ops.push_back({{"name", name_of(op)},
                   {"kind", kind_of(op)},
                   {"reads", reads},
                   {"in", in_widths},
                   {"out", program.edges[i + 1].width},
                   {"per", program.edges[i + 1].vectors == 1 ? "sequence" : "token"}});
  }
  return ops;
}

// "lines" or "table", of an op with a function; else "".
std::string form_of(const Op& op) {
  const auto name = [](const FunctionIntegers& function) {
    return std::holds_alternative<LookupTable>(function) ? "table" : "lines";
  };
  if (const auto* pwl = std::get_if<Pwl>(&op)) return name(pwl->table);
  if (const auto* scan = std::get_if<Scan>(&op)) return name(scan->exp);
  return "";
}

json describe_program(const Stored<Program>& program) {
  json ops = describe_ops(program.content);
  const std::vector<std::size_t> bytes = integer_bytes(program);
  for (std::size_t i = 0; i < ops.size(); ++i) {
    const NumberType type = program.content.edges[i + 1].type;
    ops[i]["bits"] = type.bits;
    ops[i]["exp"] = type.exp;
    ops[i]["accumulator_bits"] = accumulator_bits(program.content, program.content.ops[i]);
    ops[i]["bytes"] = bytes[i];
    const Op& op = program.content.ops[i];
    if (const std::string form = form_of(op); !form.empty()) ops[i]["form"] = form;
    if (const auto* scan = std::get_if<Scan>(&op)) ops[i]["order"] = name_of_key(scan->order);
  }
  const Edge& input = program.content.edges.front();
  return {{"file", program.path},
          {"sha256", program.sha256},
          {"origin", program.content.origin},
          {"input", {{"width", input.width}, {"bits", input.type.bits}, {"exp", input.type.exp}}},
          {"ops", ops},
          {"bytes", std::accumulate(bytes.begin(), bytes.end(), std::size_t{0})}};
}

// What a table holds under a key; null when it is no table or has no such key.
json part_of(const json& table, const char* key) {
  return table.is_object() && table.contains(key) ? table.at(key) : json();
}

void print_spec(const json& description) {
  // Files of other tools may say less of what they were made from, or nothing.
  const json& spec = description.at("spec");
  const json model = part_of(spec, "model");
  const auto number = [&](const char* key) { return description.at(key).get<int>(); };
  const auto text_of = [](const json& table, const char* key) {
    const json value = part_of(table, key);
    return value.is_string() ? printable(value.get<std::string>()) : std::string("-");
  };
  fmt::print("{}: task {}\n", text_of(spec, "name"), text_of(spec, "task"));
  const std::string kind = model.contains("kind") ? text_of(model, "kind") : "mamba";
  // Those of another kind of network say nothing.
  std::vector<std::string> known;
  const auto& kinds = KeyNames<NetKind>::values;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    if (kind == kinds[i]) known = model_keys(static_cast<NetKind>(i));
  }
  std::string sizes, switches;
  for (const auto& [key, value] : model.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) continue;
    if (value.is_number() || value.is_array()) sizes += fmt::format(" {}={}", key, value.dump());
    if (value.is_string()) switches += fmt::format("; {} {}", key, text_of(model, key.c_str()));
  }
  fmt::print("{}{}\n", kind, sizes);
  fmt::print("{} tokens of {} numbers in, {} numbers out{}\n\n", number("tokens"),
             number("token_width"), number("outputs"), switches);
  TextTable table({"part", "parameters"});
  const auto text = [](const json& count) { return fmt::format("{}", count.get<std::size_t>()); };
  for (const json& part : description.at("parts")) {
    table.add({part.at("part"), text(part.at("parameters"))});
  }
  table.add({"all", text(description.at("parameters"))});
  fmt::print("{}", table.text());
}

// Cells that a program without weights cannot fill hold "-".
void print_ops(const json& ops) {
  TextTable table(
      {"operation", "kind", "in", "out", "per", "bits", "exp", "accumulator", "bytes", "reads"});
  for (const json& op : ops) {
    const auto number = [&](const char* key) {
      return op.contains(key) ? fmt::format("{}", op.at(key).get<std::int64_t>()) : "-";
    };
    std::string kind = op.at("kind");
    if (op.contains("form")) kind += ", " + op.at("form").get<std::string>();
    if (op.value("order", "delta-b") != "delta-b") kind += ", " + op.at("order").get<std::string>();
    table.add({op.at("name"), kind,
               fmt::format("{}", fmt::join(op.at("in").get<std::vector<int>>(), ", ")),
               number("out"), op.at("per"), number("bits"), number("exp"),
               number("accumulator_bits"), number("bytes"),
               fmt::format("{}", fmt::join(op.at("reads").get<std::vector<std::string>>(), ", "))});
  }
  fmt::print("{}", table.text());
}

void print_description(const json& description) {
  print_spec(description);
  if (description.contains("model")) {
    fmt::print("\nmodel {}\nmade by: {}\n", description["model"]["file"].get<std::string>(),
               printable(description["model"]["origin"]));
  }
  if (description.contains("program")) {
    const json& program = description.at("program");
    const json& input = program.at("input");
    fmt::print(
        "\nprogram {}: {} bytes of integers\nmade by: {}\ninput: {} numbers a token, {} bits, "
        "exponent {}\n\n",
        program.at("file").get<std::string>(), program.at("bytes").get<std::size_t>(),
        printable(program.at("origin")), input.at("width").get<int>(), input.at("bits").get<int>(),
        input.at("exp").get<int>());
    print_ops(program.at("ops"));
  } else {
    fmt::print("\noperations; number types come with `emamba quantize`\n\n");
    print_ops(description.at("ops"));
  }
}

json describe_model(const Stored<FloatModel>& model) {
  return {{"file", model.path}, {"sha256", model.sha256}, {"origin", model.content.network.origin}};
}

// A model or a program file, told apart by the header's "format".
json inspect_file(const std::string& path) {
  const auto& metadata = read_safetensors(path).metadata;
  const auto format = metadata.find("format");
  if (format != metadata.end() && format->second.starts_with("emamba-program")) {
    const Stored<Program> program = load_program(path);
    json description = describe_network(program.content);
    description["program"] = describe_program(program);
    return description;
  }
  const Stored<FloatModel> model = load_model(path);
  json description = describe_network(model.content.network);
  description["model"] = describe_model(model);
  description["ops"] = describe_ops(model.content.network);
  return description;
}

// A config, with the model and the program that belong to it where there are any.
json inspect_config(const CommonOptions& options) {
  const Job job = job_of(options);
  const Program network = network_of(job.spec).program;
  json description = describe_network(network);
  if (const auto model = find_model(job)) description["model"] = describe_model(*model);
  if (const auto program = current_program(job)) {
    description["program"] = describe_program(*program);
  } else {
    description["ops"] = describe_ops(network);
  }
  return description;
}

void list_keys(const CommonOptions& options) {
  TextTable table({"key", "type", "range", "default", "meaning"});
  json list = json::array();
  for (const KeyDoc& key : spec_keys()) {
    table.add({key.key, key.type, key.range, key.initial, key.meaning});
    list.push_back({{"key", key.key},
                    {"type", key.type},
                    {"range", key.range},
                    {"default", key.initial},
                    {"meaning", key.meaning}});
  }
  print_result(options, {{"keys", list}}, [&](const json&) { fmt::print("{}", table.text()); });
}

}  // namespace

void add_inspect(CLI::App& app) {
  CLI::App* verb = app.add_subcommand("inspect", "Show what a config, model or program holds");
  struct Options : CommonOptions {
    bool keys = false;
  };
  auto options = std::make_shared<Options>();
  add_job_options(*verb, *options);
  verb->get_option("config")->required(false)->type_name("config.toml|FILE.safetensors");
  verb->add_flag("--keys", options->keys,
                 "List every key of config.toml: type, range, default, meaning");
  verb->footer("Example: emamba inspect models/mars/config.toml");
  verb->callback([options] {
    if (options->keys) return list_keys(*options);
    if (options->config.empty()) {
      throw Error("nothing to inspect", "name a config.toml or a .safetensors file, or use --keys",
                  ErrorKind::kUsage);
    }
    const bool stored = options->config.ends_with(".safetensors");
    print_result(*options, stored ? inspect_file(options->config) : inspect_config(*options),
                 print_description);
  });
}

}  // namespace emamba

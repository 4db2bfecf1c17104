// SPDX-License-Identifier: Apache-2.0
#include "ir/graph.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "ir/fields.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxOps = 4096;
constexpr char kTableForm[] = "table";  // of a function; without a form it has lines

json type_json(NumberType type) {
  return {{"bits", type.bits}, {"exp", type.exp}};
}

json size_json(Size size) {
  return {size.height, size.width};
}

struct Writer {
  json& object;
  SafeTensors& file;
  const std::string& op;
  GraphContent content;

  void edge(const char* key, const EdgeIndex& field) { object[key] = field; }
  void operator()(const std::string& key, const int& field) { object[key] = field; }
  void operator()(const std::string& key, const Size& field) { object[key] = size_json(field); }
  void operator()(const std::string& key, const NumberType& field) {
    object[key] = type_json(field);
  }
  template <class T>
  void operator()(const std::string& key, const Tensor<T>& field) {
    if (content == GraphContent::kIntegers) file.tensors[op + "." + key] = store(field);
  }
  template <class T>
  void optional(const std::string& key, const Tensor<T>& field) {
    if (!field.empty()) (*this)(key, field);
  }
  template <class T>
  void operator()(const std::string& key, const std::vector<T>& field) {
    (*this)(key, Tensor<T>{{field.size()}, field});
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const std::string& key, const E& field) { object[key] = name_of_key(field); }
  template <class E>
  void later(const char* key, const E& field) {
    if (field != E{}) (*this)(key, field);
  }
  // Files of programs that have lines alone are what they were before there were tables.
  void form(const std::string& key, const FunctionIntegers& function) {
    if (std::holds_alternative<LookupTable>(function)) object[key] = kTableForm;
  }
  // In as many bytes as they need: those of functions of 8 bits fit one each.
  void entries(const std::string& key, const std::vector<std::int32_t>& values) {
    const auto narrow = [](std::int32_t v) { return fx::fits(8, v); };
    if (std::all_of(values.begin(), values.end(), narrow)) {
      (*this)(key, std::vector<std::int8_t>(values.begin(), values.end()));
    } else {
      (*this)(key, values);
    }
  }
};

// Typed access to JSON members with messages that name the place.
struct Reader {
  const json& object;
  const SafeTensors& file;
  GraphContent content;
  std::set<std::string>& used;  // names of the tensors read so far
  const std::string& op;        // name of the op
  const std::string& source;
  bool format_1 = false;

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw Error(fmt::format("{}: {}.{}: {}", source, op, key, what),
                "this is no file written by emamba, or it is damaged");
  }
  const json& member(const json& from, const std::string& key) const {
    const auto it = from.is_object() ? from.find(key) : from.end();
    if (!from.is_object() || it == from.end()) fail(key, "is missing");
    return *it;
  }
  const json& array(const json& from, const std::string& key, std::size_t most) const {
    const json& value = member(from, key);
    if (!value.is_array() || value.size() > most) {
      fail(key, fmt::format("must be an array of at most {}", most));
    }
    return value;
  }
  int number(const std::string& key, const json& value) const {
    const double number = value.is_number_integer() ? value.get<double>() : NAN;
    if (!(std::abs(number) <= 1 << 24)) {
      fail(key, "must be an integer of at most 24 bits, not " + value.dump().substr(0, 40));
    }
    return value.get<int>();
  }
  int integer(const json& from, const std::string& key) const {
    return number(key, member(from, key));
  }
  Size size(const json& from, const std::string& key) const {
    const json& value = member(from, key);
    if (!value.is_array() || value.size() != 2) fail(key, "must be [height, width]");
    return {number(key, value[0]), number(key, value[1])};
  }
  std::string text(const json& from, const std::string& key) const {
    const json& value = member(from, key);
    if (!value.is_string()) fail(key, "must be a string");
    return value.get<std::string>();
  }
  NumberType type(const json& from, const std::string& key) const {
    const json& value = member(from, key);
    return {integer(value, "bits"), integer(value, "exp")};
  }
  template <class T>
  Tensor<T> tensor(const std::string& key) const {
    const auto it = file.tensors.find(op + "." + key);
    if (it == file.tensors.end()) fail(key, "the tensor is missing");
    used.insert(it->first);
    const std::string name = source + ": " + op + "." + key;
    if constexpr (std::is_same_v<T, float>) {
      return to_floats(it->second, name);
    } else {
      return to_tensor<T>(it->second, name);
    }
  }

  void edge(const char* key, EdgeIndex& field) const { field = integer(object, key); }
  void operator()(const std::string& key, int& field) const { field = integer(object, key); }
  void operator()(const std::string& key, Size& field) const { field = size(object, key); }
  void operator()(const std::string& key, NumberType& field) const { field = type(object, key); }
  template <class T>
  void operator()(const std::string& key, Tensor<T>& field) const {
    if (content == GraphContent::kSkeleton) return;
    field = tensor<T>(key);
    if (field.shape.empty() || field.empty()) fail(key, "the tensor is empty");
  }
  template <class Field>
  void optional(const std::string& key, Field& field) const {
    if (file.tensors.contains(op + "." + key)) (*this)(key, field);
  }
  template <class T>
  void operator()(const std::string& key, std::vector<T>& field) const {
    if (content == GraphContent::kSkeleton) return;
    const auto stored = tensor<T>(key);
    if (stored.shape.size() != 1) fail(key, "the tensor must have one dimension");
    field = stored.data;
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const std::string& key, E& field) const {
    // Files of format 1 know one norm and one function.
    const bool implied = std::is_same_v<E, Norm> || std::is_same_v<E, Function>;
    if (format_1 && implied) return;
    const std::string name = text(object, key);
    const auto& names = KeyNames<E>::values;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (name == names[i]) {
        field = static_cast<E>(i);
        return;
      }
    }
    fail(key, fmt::format("'{}' is none of {}", name.substr(0, 40), fmt::join(names, ", ")));
  }
  template <class E>
  void later(const char* key, E& field) const {
    if (object.contains(key)) (*this)(key, field);
  }
  void form(const std::string& key, FunctionIntegers& function) const {
    if (!object.contains(key)) return;
    const std::string name = text(object, key);
    if (name != kTableForm) fail(key, fmt::format("'{}' is no form", name.substr(0, 40)));
    function = LookupTable{};
  }
  void entries(const std::string& key, std::vector<std::int32_t>& values) const {
    if (content == GraphContent::kSkeleton) return;
    const auto it = file.tensors.find(op + "." + key);
    if (it == file.tensors.end() || it->second.dtype != Dtype::kI8) return (*this)(key, values);
    std::vector<std::int8_t> narrow;
    (*this)(key, narrow);
    values.assign(narrow.begin(), narrow.end());
  }
};

template <std::size_t I = 0>
Op op_of_kind(const std::string& kind, const Reader& reader) {
  if constexpr (I < std::variant_size_v<Op>) {
    Op op{std::in_place_index<I>};
    return kind == kind_of(op) ? op : op_of_kind<I + 1>(kind, reader);
  } else {
    reader.fail("kind", fmt::format("'{}' is no operation", kind.substr(0, 40)));
  }
}

void read_ops(const json& ops, const Reader& header, Program& program) {
  for (const json& object : ops) {
    const std::string name = header.text(object, "name");
    if (!is_name(name)) {
      header.fail("ops", "an op's name must have 1 to 256 bytes and no control characters");
    }
    const Reader reader{object, header.file,   header.content, header.used,
                        name,   header.source, header.format_1};
    Op op = op_of_kind(header.text(object, "kind"), reader);
    std::visit(
        [&](auto& o) {
          o.name = name;
          visit_fields(o, reader);
        },
        op);
    program.ops.push_back(std::move(op));
  }
}

}  // namespace

void read_normalisation(const SafeTensors& file, std::set<std::string>& used,
                        const std::string& source, Normalisation& normalisation) {
  const json none;
  const std::string owner = "normalisation";
  const Reader reader{none, file, GraphContent::kIntegers, used, owner, source};
  reader("mean", normalisation.mean);
  reader("std", normalisation.std);
  reader.optional("smallest", normalisation.saturate.smallest);
  reader.optional("largest", normalisation.saturate.largest);
}

json write_graph(const Program& program, GraphContent content, SafeTensors& file) {
  json edges = json::array(), ops = json::array(), groups = json::array();
  for (const Edge& edge : program.edges) {
    edges.push_back(
        {{"vectors", edge.vectors}, {"width", edge.width}, {"type", type_json(edge.type)}});
  }
  for (const Op& op : program.ops) {
    json object = {{"kind", kind_of(op)}, {"name", name_of(op)}};
    std::visit(
        [&](const auto& o) {
          Writer writer{object, file, o.name, content};
          visit_fields(o, writer);
        },
        op);
    ops.push_back(std::move(object));
  }
  for (const Group& group : program.groups) {
    groups.push_back({{"first", group.first}, {"ops", group.ops}, {"times", group.times}});
  }
  const Input& input = program.input;
  const auto& [mean, std, saturate] = input.normalisation;
  for (const auto& [name, numbers] : {std::pair{"mean", &mean},
                                      {"std", &std},
                                      {"smallest", &saturate.smallest},
                                      {"largest", &saturate.largest}}) {
    if (numbers->empty()) continue;
    file.tensors[fmt::format("normalisation.{}", name)] =
        store(Tensor<float>{{numbers->size()}, *numbers});
  }
  return {{"name", program.name},
          {"input",
           {{"height", input.height},
            {"width", input.width},
            {"channels", input.channels},
            {"patch", size_json(input.patch)},
            {"overlap", size_json(input.overlap)},
            {"vocab", input.vocab}}},
          {"edges", edges},
          {"ops", ops},
          {"groups", groups}};
}

Program read_graph(const json& graph, GraphContent content, const SafeTensors& file,
                   std::set<std::string>& used, const std::string& source) {
  const std::string top = "header";
  const Reader header{graph, file, content, used, top, source};
  Program program;
  for (const json& edge : header.array(graph, "edges", kMaxOps + 1)) {
    program.edges.push_back({header.integer(edge, "vectors"), header.integer(edge, "width"),
                             header.type(edge, "type")});
  }
  read_ops(header.array(graph, "ops", kMaxOps), header, program);
  program.name = header.text(graph, "name");
  const json& input = header.member(graph, "input");
  program.input = {header.integer(input, "height"),
                   header.integer(input, "width"),
                   header.integer(input, "channels"),
                   header.size(input, "patch"),
                   header.size(input, "overlap"),
                   header.integer(input, "vocab"),
                   {}};
  read_normalisation(file, used, source, program.input.normalisation);
  for (const json& group : header.array(graph, "groups", kMaxOps)) {
    program.groups.push_back({header.integer(group, "first"), header.integer(group, "ops"),
                              header.integer(group, "times")});
  }
  return program;
}

Program read_graph_1(const json& graph, const SafeTensors& file, std::set<std::string>& used,
                     const std::string& source) {
  const std::string top = "header";
  const Reader header{graph, file, GraphContent::kIntegers, used, top, source, true};
  Program program;
  for (const json& edge : header.array(graph, "edges", kMaxOps + 1)) {
    const json& per_sequence = header.member(edge, "per_sequence");
    if (!per_sequence.is_boolean()) header.fail("per_sequence", "must be true or false");
    program.edges.push_back({per_sequence.get<bool>() ? 1 : 0, header.integer(edge, "width"),
                             header.type(edge, "type")});
  }
  read_ops(header.array(graph, "ops", kMaxOps), header, program);
  read_normalisation(file, used, source, program.input.normalisation);
  return program;
}

const std::string& metadata_of(const SafeTensors& file, const std::string& key,
                               const std::string& source) {
  const auto it = file.metadata.find(key);
  if (it != file.metadata.end()) return it->second;
  throw Error(fmt::format("{}: header.{}: is missing from the metadata", source, key),
              "this is no file written by emamba, or it is damaged");
}

}  // namespace emamba

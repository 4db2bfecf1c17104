// SPDX-License-Identifier: Apache-2.0
// program.safetensors: the graph as JSON in the header, the integers as plain tensors.
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "base/safetensors.h"
#include "ir/program.h"

namespace emamba {
namespace {

using nlohmann::json;

constexpr char kFormat[] = "emamba-program-1";
constexpr std::size_t kMaxOps = 4096;

// The fields of every op, once: v(key, field) for numbers, types and arrays, v.optional(key,
// tensor) for what is absent when empty.
template <class V>
void visit_table(PwlTable& t, V& v, const std::string& prefix) {
  v(prefix + ".slope_type", t.slope);
  v(prefix + ".knots", t.knots);
  v(prefix + ".slopes", t.slopes);
  v(prefix + ".intercepts", t.intercepts);
}
template <class V>
void visit_fields(Embed& o, V& v) {
  v("x", o.x), v("vocab", o.vocab), v("out", o.out), v("bias_rows", o.bias_rows);
  v("table_type", o.table_type), v("table", o.table), v("bias", o.bias);
}
template <class V>
void visit_fields(Linear& o, V& v) {
  v("x", o.x), v("in", o.in), v("out", o.out), v("bias_rows", o.bias_rows);
  v("activation", o.activation), v("weight_type", o.weight_type), v("weight", o.weight);
  v.optional("weight_offset", o.weight_offset);
  if (o.bias_rows > 0) v("bias", o.bias);
}
template <class V>
void visit_fields(DwConv& o, V& v) {
  v("x", o.x), v("width", o.width), v("taps", o.taps), v("weight_type", o.weight_type);
  v("weight", o.weight), v("bias", o.bias);
  v.optional("weight_offset", o.weight_offset);
}
template <class V>
void visit_fields(RangeNorm& o, V& v) {
  v("x", o.x), v("width", o.width), v("weight_type", o.weight_type);
  v("weight", o.weight), v("bias", o.bias);
}
template <class V>
void visit_fields(Pwl& o, V& v) {
  v("x", o.x), v("width", o.width);
  visit_table(o.table, v, "table");
}
template <class V>
void visit_fields(Scan& o, V& v) {
  v("x", o.x), v("delta", o.delta), v("B", o.B), v("C", o.C);
  v("width", o.width), v("states", o.states);
  v("A_type", o.A_type), v("D_type", o.D_type), v("A", o.A), v("D", o.D), v("z_type", o.z_type);
  visit_table(o.exp, v, "exp");
  v("bbar_type", o.bbar_type), v("state_type", o.state_type);
}
template <class V>
void visit_fields(Gate& o, V& v) {
  v("x0", o.x0), v("x1", o.x1), v("width", o.width);
}
template <class V>
void visit_fields(Add& o, V& v) {
  v("x0", o.x0), v("x1", o.x1), v("width", o.width);
}
template <class V>
void visit_fields(Pool& o, V& v) {
  v("x", o.x), v("width", o.width), v("tokens", o.tokens), v("pool", o.kind);
}

template <class E>
struct Names;
template <>
struct Names<Activation> {
  static constexpr std::array values = {"none", "relu"};
};
template <>
struct Names<PoolKind> {
  static constexpr std::array values = {"flatten", "mean"};
};

json type_json(NumberType type) {
  return {{"bits", type.bits}, {"exp", type.exp}};
}

struct Writer {
  json& object;
  SafeTensors& file;
  const std::string& op;

  void operator()(const std::string& key, const int& field) { object[key] = field; }
  void operator()(const std::string& key, const NumberType& field) {
    object[key] = type_json(field);
  }
  template <class T>
  void operator()(const std::string& key, const Tensor<T>& field) {
    file.tensors[op + "." + key] = store(field);
  }
  template <class T>
  void optional(const std::string& key, const Tensor<T>& field) {
    if (!field.empty()) (*this)(key, field);
  }
  template <class T>
  void operator()(const std::string& key, const std::vector<T>& field) {
    file.tensors[op + "." + key] = store(Tensor<T>{{field.size()}, field});
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const std::string& key, const E& field) {
    object[key] = Names<E>::values.at(static_cast<std::size_t>(field));
  }
};

// Typed access to JSON members with messages that name the place.
struct Reader {
  const json& object;
  const SafeTensors& file;
  std::set<std::string>& used;  // names of the tensors read so far
  const std::string& op;        // name of the op
  const std::string& source;

  [[noreturn]] void fail(const std::string& key, const std::string& what) const {
    throw Error(fmt::format("{}: {}.{}: {}", source, op, key, what),
                "this is not a program written by `emamba quantize`, or it is damaged");
  }
  const json& member(const json& from, const std::string& key) const {
    const auto it = from.is_object() ? from.find(key) : from.end();
    if (!from.is_object() || it == from.end()) fail(key, "is missing");
    return *it;
  }
  int integer(const json& from, const std::string& key) const {
    const json& value = member(from, key);
    const double number = value.is_number_integer() ? value.get<double>() : NAN;
    if (!(std::abs(number) <= 1 << 24)) {
      fail(key, "must be an integer of at most 24 bits, not " + value.dump().substr(0, 40));
    }
    return value.get<int>();
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
  const StoredTensor& tensor(const std::string& key) {
    const auto it = file.tensors.find(op + "." + key);
    if (it == file.tensors.end()) fail(key, "the tensor is missing");
    used.insert(it->first);
    return it->second;
  }

  void operator()(const std::string& key, int& field) { field = integer(object, key); }
  void operator()(const std::string& key, NumberType& field) { field = type(object, key); }
  template <class T>
  void operator()(const std::string& key, Tensor<T>& field) {
    field = to_tensor<T>(tensor(key), source + ": " + op + "." + key);
    if (field.shape.empty() || field.empty()) fail(key, "the tensor is empty");
  }
  template <class T>
  void optional(const std::string& key, Tensor<T>& field) {
    if (file.tensors.contains(op + "." + key)) (*this)(key, field);
  }
  template <class T>
  void operator()(const std::string& key, std::vector<T>& field) {
    const auto stored = to_tensor<T>(tensor(key), source + ": " + op + "." + key);
    if (stored.shape.size() != 1) fail(key, "the tensor must have one dimension");
    field = stored.data;
  }
  template <class E>
  requires std::is_enum_v<E>
  void operator()(const std::string& key, E& field) {
    const std::string name = text(object, key);
    const auto& names = Names<E>::values;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (name == names[i]) {
        field = static_cast<E>(i);
        return;
      }
    }
    fail(key, fmt::format("'{}' is none of {}", name, fmt::join(names, ", ")));
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

}  // namespace

void write_program(const std::string& path, const Program& program) {
  validate(program, path);
  SafeTensors file;
  json edges = json::array(), ops = json::array();
  for (const Edge& edge : program.edges) {
    edges.push_back({{"width", edge.width},
                     {"per_sequence", edge.per_sequence},
                     {"type", type_json(edge.type)}});
  }
  for (const Op& op : program.ops) {
    json object = {{"kind", kind_of(op)}, {"name", name_of(op)}};
    Op copy = op;
    std::visit(
        [&](auto& o) {
          Writer writer{object, file, o.name};
          visit_fields(o, writer);
        },
        copy);
    ops.push_back(std::move(object));
  }
  const std::size_t channels = program.normalisation.mean.size();
  file.tensors["normalisation.mean"] = store(Tensor<float>{{channels}, program.normalisation.mean});
  file.tensors["normalisation.std"] = store(Tensor<float>{{channels}, program.normalisation.std});
  file.metadata["format"] = kFormat;
  file.metadata["spec"] = to_json(program.spec).dump();
  file.metadata["program"] = json{{"edges", edges}, {"ops", ops}}.dump();
  file.metadata["origin"] = program.origin;
  write_safetensors(path, file);
}

Program parse_program(std::string_view bytes, const std::string& source) {
  const SafeTensors file = parse_safetensors(bytes, source);
  const std::string top = "header";
  const json none;
  std::set<std::string> used;
  const Reader header{none, file, used, top, source};
  const auto meta = [&](const std::string& key) {
    const auto it = file.metadata.find(key);
    if (it == file.metadata.end()) header.fail(key, "is missing from the metadata");
    return it->second;
  };
  if (meta("format") != kFormat) {
    header.fail("format", fmt::format("'{}', must be '{}'", meta("format").substr(0, 40), kFormat));
  }
  Program program;
  program.origin = meta("origin");
  program.spec = spec_from_json(parse_json(meta("spec"), source + ": spec"), source + ": spec");
  const json graph = parse_json(meta("program"), source + ": program");
  const json& edges = header.member(graph, "edges");
  const json& ops = header.member(graph, "ops");
  if (!edges.is_array() || !ops.is_array() || ops.size() > kMaxOps) {
    header.fail("program", fmt::format("edges and ops must be arrays of at most {}", kMaxOps));
  }
  for (const json& edge : edges) {
    const json& per_sequence = header.member(edge, "per_sequence");
    if (!per_sequence.is_boolean()) header.fail("per_sequence", "must be true or false");
    program.edges.push_back(
        {header.integer(edge, "width"), per_sequence.get<bool>(), header.type(edge, "type")});
  }
  std::set<std::string> names;
  for (const json& object : ops) {
    const std::string name = header.text(object, "name");
    if (!is_name(name)) {
      header.fail("ops", "an op's name must have 1 to 256 bytes and no control characters");
    }
    if (!names.insert(name).second) header.fail(name, "two ops have this name");
    Reader reader{object, file, used, name, source};
    Op op = op_of_kind(header.text(object, "kind"), reader);
    std::visit(
        [&](auto& o) {
          o.name = name;
          visit_fields(o, reader);
        },
        op);
    program.ops.push_back(std::move(op));
  }
  const std::string normalisation = "normalisation";
  Reader constants{none, file, used, normalisation, source};
  constants("mean", program.normalisation.mean);
  constants("std", program.normalisation.std);
  for (const auto& [name, tensor] : file.tensors) {
    if (!used.contains(name)) header.fail(name, "this tensor belongs to no op");
  }
  validate(program, source);
  return program;
}

Program read_program(const std::string& path) {
  return parse_program(read_file(path), path);
}

}  // namespace emamba

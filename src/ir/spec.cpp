// SPDX-License-Identifier: Apache-2.0
#include "ir/spec.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/files.h"
#include "base/nearest.h"
#include "ir/float_model.h"

// toml++ states facts about its input as assertions, and assumes them where NDEBUG is set;
// malformed text breaks one of them. Here, a broken one refuses the text, for which the parser must
// be compiled here and not come from its library.
#define TOML_HEADER_ONLY 1
#ifdef NDEBUG
#define EMAMBA_HAD_NDEBUG
#undef NDEBUG
#endif
#define TOML_ASSERT(expression) \
  ((expression) ? static_cast<void>(0) : throw emamba::Error("malformed TOML"))
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wterminate"  // some of them stand in noexcept functions
#include <toml++/toml.h>
#pragma GCC diagnostic pop
#ifdef EMAMBA_HAD_NDEBUG
#define NDEBUG
#endif

namespace emamba {
namespace {

using nlohmann::json;

// --- The keys, once: everything below walks this list. ------------------------------------------

template <class E>
struct Names;  // the names of an enum's values, in the order of the enum

#define EMAMBA_NAMES(Enum, ...)                                               \
  template <>                                                                 \
  struct Names<Enum> {                                                        \
    static constexpr auto values = std::to_array<const char*>({__VA_ARGS__}); \
  }
EMAMBA_NAMES(Task, "fashion-mnist", "cifar10", "mars", "synthetic-images", "synthetic-tokens");
EMAMBA_NAMES(Position, "none", "learned");
EMAMBA_NAMES(Norm, "range", "layer", "rms");
EMAMBA_NAMES(ConvActivation, "none", "silu");
EMAMBA_NAMES(DeltaActivation, "relu-after", "relu-before", "softplus");
EMAMBA_NAMES(Head, "flatten-mlp", "flatten-linear", "mean-linear");
EMAMBA_NAMES(PwlMethod, "equal", "greedy", "data");
EMAMBA_NAMES(Calibration, "max", "percentile", "search");
EMAMBA_NAMES(WeightExponents, "per-tensor", "per-channel");
EMAMBA_NAMES(FinetuneTarget, "labels", "float");
EMAMBA_NAMES(Reciprocal, "table", "divider");
EMAMBA_NAMES(Schedule, "one-cycle", "cosine");
EMAMBA_NAMES(Loss, "cross-entropy", "mse", "rmse");
#undef EMAMBA_NAMES

struct Range {
  double lo, hi;
};

constexpr std::size_t kMaxParameters = std::size_t{1} << 24;
constexpr double kShortestPwl = 0.0625;  // of [lo, hi], which up to 64 lines divide

template <class V>
void visit_pwl(PwlSpec& pwl, V& v, const std::string& prefix) {
  v(prefix + ".method", pwl.method,
    "where the knots stand: equally spaced, where the error is worst, or by least squares over the "
    "calibration data");
  v(prefix + ".segments", pwl.segments, Range{1, 64}, "lines between the tails");
  v(prefix + ".lo", pwl.lo, Range{-64, 64}, "start of the first line");
  v(prefix + ".hi", pwl.hi, Range{-64, 64}, "end of the last line");
}

// Calls v(key, field, [range,] meaning) for every key of config.toml.
template <class V>
void visit_keys(Spec& s, V&& v) {
  v("name", s.name, "name of the model: letters, digits, '-', '_'");
  v("task", s.task, "the data set and what is asked of it");

  ModelSpec& m = s.model;
  v("model.D", m.D, Range{1, 1024}, "model width");
  v("model.E", m.E, Range{1, 8}, "expansion; the inner width is E * D");
  v("model.N", m.N, Range{1, 64}, "states per inner channel");
  v("model.P", m.P, Range{1, 32}, "side of a patch in pixels; image tasks");
  v("model.overlap", m.overlap, Range{0, 16},
    "pixels by which a patch reaches over each of its sides; image tasks");
  v("model.M", m.M, Range{1, 64}, "blocks");
  v("model.K", m.K, Range{1, 16}, "taps of the causal convolution");
  v("model.dt_rank", m.dt_rank, Range{0, 256}, "rank of the delta projection; 0: ceil(D / 16)");
  v("model.position", m.position, "learned: a bias of its own for every token position");
  v("model.norm", m.norm, "layer and rms are for comparison, in floating point only");
  v("model.conv_activation", m.conv_activation, "after the causal convolution");
  v("model.delta_activation", m.delta_activation, "softplus is floating point only");
  v("model.projection_bias", m.projection_bias,
    "biases on the gate, in, dt_in and out projections too");
  v("model.head", m.head, "how the tokens become the answer");
  v("model.head_hidden", m.head_hidden, Range{0, 4096}, "hidden width of flatten-mlp");

  visit_pwl(s.approx.silu, v, "approx.silu");
  visit_pwl(s.approx.exp, v, "approx.exp");

  QuantSpec& q = s.quant;
  v("quant.calibration", q.calibration, "how exponents are chosen");
  v("quant.samples", q.samples, Range{1, 65536}, "training samples used for calibration");
  v("quant.percentile", q.percentile, Range{50, 100}, "of |x|, for calibration = percentile");
  v("quant.weight_exponents", q.weight_exponents,
    "of linear operations and convolutions: one a tensor, or one an output channel");
  v("quant.output_bits", q.output_bits, Range{8, 24}, "width of the last edge");
  v("quant.state_bits", q.state_bits, Range{15, 32},
    "width of the scan's working state; it is stored in 7 bits less");
  v("quant.finetune_steps", q.finetune_steps, Range{0, 1000000},
    "batches of quantisation-aware fine-tuning; 0: none");
  v("quant.finetune_target", q.finetune_target,
    "what it comes closer to: labels: by train.loss; float: the float model's outputs");
  v("quant.finetune_lr", q.finetune_lr, Range{0, 1}, "its highest learning rate (AdamW)");

  TrainSpec& t = s.train;
  v("train.epochs", t.epochs, Range{1, 100000}, "passes over the training split");
  v("train.batch", t.batch, Range{1, 65536}, "samples a step");
  v("train.lr", t.lr, Range{0, 1e30}, "highest learning rate (AdamW)");
  v("train.weight_decay", t.weight_decay, Range{0, 10}, "decoupled, on matrices only");
  v("train.schedule", t.schedule, "of the learning rate");
  v("train.warmup", t.warmup, Range{0, 1}, "share of all steps before the highest rate");
  v("train.clip", t.clip, Range{0, 1e9}, "largest norm of the gradient; 0: none");
  v("train.loss", t.loss, "rmse: mean over outputs of each output's batch RMSE");
  v("train.label_smoothing", t.label_smoothing, Range{0, 0.9}, "for cross-entropy");
  v("train.shift", t.shift, Range{0, 16}, "augmentation: random shifts in pixels");
  v("train.flip", t.flip, "augmentation: random left-right mirroring");
  v("train.holdout", t.holdout, Range{0, 0.9}, "share of the training samples held out as val");
  v("train.seed", t.seed, Range{0, 9e15}, "of everything random");

  HardwareSpec& h = s.hardware;
  v("hardware.lanes", h.lanes, Range{1, 256}, "stream elements a cycle");
  v("hardware.cycles_per_token", h.cycles_per_token, Range{0, 1e9},
    "folding target; 0: fewest multipliers");
  v("hardware.shared_blocks", h.shared_blocks, "one block's hardware runs all blocks");
  v("hardware.reciprocal", h.reciprocal, "of range norm: a table, or a serial division");
  v("hardware.device", h.device, "the device that it is for, one of the table in docs/rtl.md");
  v("hardware.clock_mhz", h.clock_mhz, Range{1, 2000},
    "assumed clock, for times in reports; no tool here measures it");
}

template <class E>
std::string choice_list() {
  std::string list;
  for (const char* name : Names<E>::values) list += (list.empty() ? "" : ", ") + std::string(name);
  return list;
}

// --- Out: JSON and documentation ----------------------------------------------------------------

json& at_key(json& root, const std::string& key) {
  json* node = &root;
  std::size_t start = 0;
  for (std::size_t dot; (dot = key.find('.', start)) != std::string::npos; start = dot + 1) {
    node = &(*node)[key.substr(start, dot - start)];
  }
  return (*node)[key.substr(start)];
}

struct JsonWriter {
  json& root;
  template <class T>
  void put(const std::string& key, const T& field) {
    if constexpr (std::is_enum_v<T>) {
      at_key(root, key) = Names<T>::values[static_cast<std::size_t>(field)];
    } else {
      at_key(root, key) = field;
    }
  }
  template <class T>
  void operator()(const std::string& key, T& field, const char*) {
    put(key, field);
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range, const char*) {
    put(key, field);
  }
};

struct DocWriter {
  std::vector<KeyDoc>& docs;
  template <class T>
  void operator()(const std::string& key, T& field, const char* meaning) {
    KeyDoc doc{key, "", "", "", meaning};
    if constexpr (std::is_enum_v<T>) {
      doc.type = choice_list<T>();
      doc.initial = Names<T>::values[static_cast<std::size_t>(field)];
    } else if constexpr (std::is_same_v<T, bool>) {
      doc.type = "true, false";
      doc.initial = field ? "true" : "false";
    } else {
      doc.type = "string";
      doc.initial = field;
    }
    docs.push_back(std::move(doc));
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range range, const char* meaning) {
    docs.push_back({key, std::is_floating_point_v<T> ? "number" : "integer",
                    fmt::format("{:g} .. {:g}", range.lo, range.hi), fmt::format("{}", field),
                    meaning});
  }
};

// --- In: from JSON (TOML is turned into JSON first) ---------------------------------------------

struct JsonReader {
  const json& flat;  // dotted key -> value
  const std::string& source;
  std::set<std::string>& known;

  template <class T>
  [[noreturn]] void wrong(const std::string& key, const json& value, const T& wanted) const {
    const std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
    throw Error(fmt::format("{}: {} = {}: {}", source, key, text, wanted),
                "`emamba inspect --keys` lists every key with its type and range");
  }
  const json* find(const std::string& key) {
    known.insert(key);
    const auto it = flat.find(key);
    return it == flat.end() ? nullptr : &*it;
  }
  template <class T>
  void operator()(const std::string& key, T& field, const char*) {
    const json* value = find(key);
    if (!value) return;
    if constexpr (std::is_same_v<T, bool>) {
      if (!value->is_boolean()) wrong(key, *value, "must be true or false");
      field = value->get<bool>();
    } else {
      if (!value->is_string()) wrong(key, *value, "must be a string");
      const std::string text = value->get<std::string>();
      if constexpr (std::is_same_v<T, std::string>) {
        field = text;
      } else {
        const auto& names = Names<T>::values;
        const auto it = std::find(names.begin(), names.end(), text);
        if (it == names.end()) {
          wrong(key, *value,
                fmt::format("must be one of {}; did you mean '{}'?", choice_list<T>(),
                            nearest(text, {names.begin(), names.end()})));
        }
        field = static_cast<T>(it - names.begin());
      }
    }
  }
  template <class T>
  void operator()(const std::string& key, T& field, Range range, const char*) {
    const json* value = find(key);
    if (!value) return;
    if (std::is_floating_point_v<T> ? !value->is_number() : !value->is_number_integer()) {
      wrong(key, *value, std::is_floating_point_v<T> ? "must be a number" : "must be an integer");
    }
    const double number = value->get<double>();
    if (!(number >= range.lo && number <= range.hi)) {
      wrong(key, *value, fmt::format("must lie in {:g} .. {:g}", range.lo, range.hi));
    }
    field = value->get<T>();
  }
};

// Keys nest two deep; deeper objects stay whole, and are unknown keys.
void flatten(const json& node, const std::string& prefix, json& flat, int depth = 0) {
  for (const auto& [key, value] : node.items()) {
    const std::string path = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object() && depth < 4) {
      flatten(value, path, flat, depth + 1);
    } else {
      flat[path] = value;
    }
  }
}

// Contradictions between keys; everything that a single range cannot say.
void check(const Spec& s, const std::string& source) {
  const auto fail = [&](const std::string& what, const std::string& hint) {
    throw Error(source + ": " + what, hint);
  };
  const auto name_char = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
  if (s.name.empty() || !std::all_of(s.name.begin(), s.name.end(), name_char)) {
    fail(fmt::format("name = \"{}\" must be letters, digits, '-' and '_'", s.name),
         "give the model a name, e.g. name = \"my-model\"");
  }
  const TaskShape shape = s.shape();
  const ModelSpec& m = s.model;
  if (shape.vocab == 0 && (shape.height % m.P != 0 || shape.width % m.P != 0)) {
    fail(
        fmt::format("model.P = {} does not divide the {} x {} images of task {}", m.P, shape.height,
                    shape.width, Names<Task>::values[static_cast<std::size_t>(s.task)]),
        "choose a patch side that divides both");
  }
  if (shape.vocab > 0 && m.overlap > 0) {
    fail(fmt::format("model.overlap = {} is for image tasks", m.overlap), "remove it");
  }
  if (m.head == Head::kFlattenMlp && m.head_hidden == 0) {
    fail("model.head = \"flatten-mlp\" needs model.head_hidden > 0",
         "set model.head_hidden, or use \"flatten-linear\"");
  }
  if (m.head != Head::kFlattenMlp && m.head_hidden != 0) {
    fail(fmt::format("model.head_hidden = {} has no meaning without model.head = \"flatten-mlp\"",
                     m.head_hidden),
         "remove it or change the head");
  }
  if (s.R() > s.ED()) {
    fail(fmt::format("model.dt_rank = {} is larger than the inner width E * D = {}", s.R(), s.ED()),
         "a rank above the width saves nothing");
  }
  const std::size_t parameters = parameter_count(s);
  if (parameters > kMaxParameters) {
    fail(fmt::format("the model has {} parameters, at most {}", parameters, kMaxParameters),
         "lower model.D, model.E, model.M or model.head_hidden");
  }
  const PwlSpec* pwls[] = {&s.approx.silu, &s.approx.exp};
  const char* pwl_names[] = {"approx.silu", "approx.exp"};
  for (int i = 0; i < 2; ++i) {
    if (!(pwls[i]->lo < pwls[i]->hi)) {
      fail(fmt::format("{}: lo = {} must be below hi = {}", pwl_names[i], pwls[i]->lo, pwls[i]->hi),
           "the paper uses [-7, 7] for SiLU and [-4, 1] for exp");
    }
    if (pwls[i]->hi - pwls[i]->lo < kShortestPwl) {
      fail(fmt::format("{}: lo = {} and hi = {} are less than {} apart", pwl_names[i], pwls[i]->lo,
                       pwls[i]->hi, kShortestPwl),
           "the paper uses [-7, 7] for SiLU and [-4, 1] for exp");
    }
  }
  const bool regression = shape.regression;
  if (regression == (s.train.loss == Loss::kCrossEntropy)) {
    fail(fmt::format("train.loss = \"{}\" does not fit a {} task",
                     Names<Loss>::values[static_cast<std::size_t>(s.train.loss)],
                     regression ? "regression" : "classification"),
         regression ? "use \"rmse\" or \"mse\"" : "use \"cross-entropy\"");
  }
  if (s.train.label_smoothing > 0 && regression) {
    fail("train.label_smoothing needs a classification task", "remove it");
  }
  if ((s.train.shift > 0 || s.train.flip) && (regression || shape.vocab > 0)) {
    fail("train.shift and train.flip are for image classification", "remove them");
  }
}

Spec build(const json& nested, const std::string& source) {
  json flat = json::object();
  flatten(nested, "", flat);
  Spec spec;
  std::set<std::string> known;
  visit_keys(spec, JsonReader{flat, source, known});
  for (const auto& [key, value] : flat.items()) {
    if (!known.contains(key)) {
      throw Error(fmt::format("{}: unknown key '{}'", source, key),
                  fmt::format("did you mean '{}'?", nearest(key, {known.begin(), known.end()})));
    }
  }
  check(spec, source);
  return spec;
}

json toml_to_json(const toml::node& node, const std::string& source, int depth = 0) {
  if (depth > 8) throw Error(source + ": tables nest deeper than any key does");
  if (const auto* table = node.as_table()) {
    json object = json::object();
    for (const auto& [key, value] : *table) {
      object[std::string(key.str())] = toml_to_json(value, source, depth + 1);
    }
    return object;
  }
  if (const auto* value = node.as_string()) return **value;
  if (const auto* value = node.as_integer()) return **value;
  if (const auto* value = node.as_floating_point()) return **value;
  if (const auto* value = node.as_boolean()) return **value;
  const auto& begin = node.source().begin;
  throw Error(fmt::format("{}:{}:{}: arrays, dates and times are not values of any key", source,
                          begin.line, begin.column));
}

toml::table parse_toml(std::string_view text, const std::string& source) {
  // A nesting limit of our own: toml++ recurses on brackets and dotted keys, and no key needs many.
  int nesting = 0;
  bool comment = false, line_start = true;
  for (char c : text) {
    if (c == '\n') nesting = 0, line_start = true, comment = false;
    if (line_start && c == '#') comment = true;
    if (!std::isspace(static_cast<unsigned char>(c))) line_start = false;
    if (!comment && (c == '[' || c == '{' || c == '.') && ++nesting > 64) {
      throw Error(source + ": a line with more than 64 brackets and dots");
    }
  }
  try {
    return toml::parse(text, source);
  } catch (const Error& e) {
    throw Error(source + ": " + e.what(), "the file must be TOML, see docs/formats.md");
  } catch (const toml::parse_error& e) {
    throw Error(fmt::format("{}:{}:{}: {}", source, e.source().begin.line, e.source().begin.column,
                            e.description()),
                "the file must be TOML, see docs/formats.md");
  }
}

void apply_override(json& nested, const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(fmt::format("--set {}: must be key=value", text), "e.g. --set train.epochs=3");
  }
  const std::string key = text.substr(0, equals), value = text.substr(equals + 1);
  const std::string source = "--set " + key;
  json parsed;
  try {
    parsed = toml_to_json(parse_toml("v = " + value, source), source)["v"];
  } catch (const Error&) {
    parsed = value;  // an unquoted string
  }
  json* node = &nested;
  std::size_t start = 0;
  for (std::size_t dot; (dot = key.find('.', start)) != std::string::npos; start = dot + 1) {
    node = &(*node)[key.substr(start, dot - start)];
    if (!node->is_object() && !node->is_null()) {
      throw Error(fmt::format("--set {}: '{}' is a value, not a table", text, key.substr(0, dot)));
    }
  }
  (*node)[key.substr(start)] = parsed;
}

}  // namespace

TaskShape task_shape(Task task) {
  switch (task) {
    case Task::kFashionMnist:
      return {28, 28, 1, 0, 10, false};
    case Task::kCifar10:
      return {32, 32, 3, 0, 10, false};
    case Task::kMars:
      return {8, 8, 5, 0, 57, true};
    case Task::kSyntheticImages:
      return {8, 8, 1, 0, 4, false};
    case Task::kSyntheticTokens:
      return {1, 32, 1, 16, 4, false};
  }
  throw Error("unknown task");
}

int Spec::L() const {
  const TaskShape s = shape();
  return s.vocab > 0 ? s.width : (s.height / model.P) * (s.width / model.P);
}

int Spec::token_width() const {
  const TaskShape s = shape();
  const int side = model.P + 2 * model.overlap;
  return s.vocab > 0 ? 1 : side * side * s.channels;
}

Spec parse_spec(std::string_view toml, const std::string& source,
                const std::vector<std::string>& overrides) {
  json nested = toml_to_json(parse_toml(toml, source), source);
  for (const std::string& text : overrides) apply_override(nested, text);
  return build(nested, source);
}

Spec read_spec(const std::string& path, const std::vector<std::string>& overrides) {
  return parse_spec(read_file(path, 1 << 20), path, overrides);
}

json to_json(const Spec& spec) {
  json root = json::object();
  Spec copy = spec;
  visit_keys(copy, JsonWriter{root});
  return root;
}

Spec spec_from_json(const json& nested, const std::string& source) {
  if (!nested.is_object()) throw Error(source + ": the spec must be a JSON object");
  return build(nested, source);
}

std::vector<std::string> spec_differences(const Spec& a, const Spec& b,
                                          const std::vector<std::string>& sections) {
  json flat_a = json::object(), flat_b = json::object();
  flatten(to_json(a), "", flat_a);
  flatten(to_json(b), "", flat_b);
  std::vector<std::string> keys;
  for (const auto& [key, value] : flat_a.items()) {
    const std::string section = key.substr(0, key.find('.'));
    const bool compared = std::find(sections.begin(), sections.end(), section) != sections.end();
    if (compared && flat_b.at(key) != value) keys.push_back(key);
  }
  return keys;
}

std::vector<std::string> model_differences(const Spec& a, const Spec& b) {
  return spec_differences(a, b, {"task", "model"});
}

std::vector<KeyDoc> spec_keys() {
  std::vector<KeyDoc> docs;
  Spec defaults;
  visit_keys(defaults, DocWriter{docs});
  return docs;
}

}  // namespace emamba

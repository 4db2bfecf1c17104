// SPDX-License-Identifier: Apache-2.0
// A safetensors file: 8 bytes of header length (little-endian), a JSON header
// {"name": {"dtype", "shape", "data_offsets": [begin, end)}, "__metadata__": {...}}, then the data,
// which the offsets count from.
#include "base/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "base/half.h"
#include "base/json.h"
#include "base/text.h"

namespace emamba {
namespace {

using nlohmann::json;

static_assert(std::endian::native == std::endian::little, "numbers are copied byte for byte");

constexpr std::size_t kMaxHeader = std::size_t{16} << 20;
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxName = 256;
constexpr char kMetadata[] = "__metadata__";

struct DtypeInfo {
  Dtype dtype;
  const char* name;
  std::size_t size;
};
constexpr std::array<DtypeInfo, 8> kDtypes = {{{Dtype::kI8, "I8", 1},
                                               {Dtype::kI16, "I16", 2},
                                               {Dtype::kI32, "I32", 4},
                                               {Dtype::kI64, "I64", 8},
                                               {Dtype::kF16, "F16", 2},
                                               {Dtype::kBf16, "BF16", 2},
                                               {Dtype::kF32, "F32", 4},
                                               {Dtype::kF64, "F64", 8}}};

const DtypeInfo& info(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)];
}

template <class T>
constexpr Dtype dtype_of() {
  if constexpr (std::is_same_v<T, std::int8_t>) return Dtype::kI8;
  if constexpr (std::is_same_v<T, std::int16_t>) return Dtype::kI16;
  if constexpr (std::is_same_v<T, std::int32_t>) return Dtype::kI32;
  if constexpr (std::is_same_v<T, std::int64_t>) return Dtype::kI64;
  if constexpr (std::is_same_v<T, float>) return Dtype::kF32;
  if constexpr (std::is_same_v<T, double>) return Dtype::kF64;
}

// product(shape) * size_of(dtype); throws when it does not fit 64 bits.
std::size_t byte_count(const std::vector<std::size_t>& shape, Dtype dtype,
                       const std::string& where) {
  std::size_t count = info(dtype).size;
  for (std::size_t d : shape) {
    if (__builtin_mul_overflow(count, d, &count)) {
      throw Error(
          fmt::format("{}: shape [{}] has too many elements", where, fmt::join(shape, ", ")));
    }
  }
  return count;
}

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void check_name(const std::string& name, const std::string& source) {
  if (!is_name(name) || name == kMetadata) {
    throw Error(fmt::format(
        "{}: '{}' cannot be a tensor's name", source,
        has_control_characters(name) ? "(control characters)" : name.substr(0, kMaxName)));
  }
}

std::size_t read_size(const json& value, const std::string& where, const char* key) {
  if (!value.is_number_unsigned()) {
    throw Error(
        fmt::format("{}: {} holds {}, which is no whole number >= 0", where, key,
                    value.dump(-1, ' ', true, json::error_handler_t::replace).substr(0, 40)));
  }
  return value.get<std::size_t>();
}

const json& member(const json& entry, const char* key, json::value_t type,
                   const std::string& where) {
  const auto it = entry.find(key);
  if (it == entry.end() || it->type() != type) {
    throw Error(fmt::format("{}: '{}' is missing or of the wrong type", where, key));
  }
  return *it;
}

// One tensor of the header; its bytes are filled in from `data` after all offsets are known good.
struct Entry {
  StoredTensor tensor;
  std::string where;       // "file: tensor 'name'"
  std::size_t begin, end;  // in data
};

Entry parse_entry(const json& entry, const std::string& where, std::size_t data_size) {
  if (!entry.is_object()) throw Error(where + ": is no object");
  for (const auto& item : entry.items()) {
    if (item.key() != "dtype" && item.key() != "shape" && item.key() != "data_offsets") {
      throw Error(fmt::format("{}: unknown key '{}'", where, item.key()));
    }
  }
  Entry result{.tensor = {}, .where = where, .begin = 0, .end = 0};

  const auto& name =
      member(entry, "dtype", json::value_t::string, where).get_ref<const std::string&>();
  const auto dtype = std::find_if(kDtypes.begin(), kDtypes.end(),
                                  [&](const DtypeInfo& d) { return name == d.name; });
  if (dtype == kDtypes.end()) {
    throw Error(fmt::format("{}: dtype '{}' is not supported", where, name),
                "Store it as I8, I16, I32, I64, F16, BF16, F32 or F64.");
  }
  result.tensor.dtype = dtype->dtype;

  const json& shape = member(entry, "shape", json::value_t::array, where);
  if (shape.size() > kMaxDimensions) {
    throw Error(fmt::format("{}: {} dimensions, at most {} are supported", where, shape.size(),
                            kMaxDimensions));
  }
  for (const json& d : shape) result.tensor.shape.push_back(read_size(d, where, "shape"));
  const std::size_t bytes = byte_count(result.tensor.shape, result.tensor.dtype, where);

  const json& offsets = member(entry, "data_offsets", json::value_t::array, where);
  if (offsets.size() != 2) {
    throw Error(
        fmt::format("{}: data_offsets holds {} numbers instead of 2", where, offsets.size()));
  }
  result.begin = read_size(offsets[0], where, "data_offsets");
  result.end = read_size(offsets[1], where, "data_offsets");
  if (result.begin > result.end || result.end > data_size) {
    throw Error(fmt::format("{}: data_offsets [{}, {}] are not inside the {} bytes of data", where,
                            result.begin, result.end, data_size),
                "The file may be truncated.");
  }
  if (result.end - result.begin != bytes) {
    throw Error(
        fmt::format("{}: data_offsets [{}, {}] hold {} bytes, its shape [{}] of {} needs {}", where,
                    result.begin, result.end, result.end - result.begin,
                    fmt::join(result.tensor.shape, ", "), name, bytes));
  }
  return result;
}

// The data must be the tensors side by side, without gap or overlap.
void check_layout(std::vector<const Entry*> entries, std::size_t data_size,
                  const std::string& source) {
  std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) {
    return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
  });
  std::size_t position = 0;
  for (const Entry* e : entries) {
    if (e->begin != position) {
      throw Error(fmt::format("{}: data_offsets [{}, {}] {} the tensor before it, which ends at {}",
                              e->where, e->begin, e->end,
                              e->begin < position ? "overlap" : "leave a gap after", position));
    }
    position = e->end;
  }
  if (position != data_size) {
    throw Error(
        fmt::format("{}: {} bytes of data after the last tensor", source, data_size - position));
  }
}

// What a file that is none of safetensors may be, and what to do about it.
std::pair<const char*, const char*> kind_of_file(std::string_view bytes) {
  const std::string_view text =
      bytes.substr(std::min(bytes.find_first_not_of(" \t\r\n"), bytes.size()));
  if (bytes.starts_with("PK\3\4")) {
    return {"a zip archive, no safetensors file",
            "PyTorch's .pt and NumPy's .npz are such: store the tensors as safetensors."};
  }
  if (bytes.starts_with("\x80")) {
    return {"a Python pickle, no safetensors file",
            "A pickle is a program, and is never run: store the tensors as safetensors."};
  }
  if (bytes.starts_with("\x93NUMPY")) {
    return {"an .npy file, no safetensors file", "Name the file of the model or program."};
  }
  if (text.starts_with("<")) {
    return {"a page of HTML or XML, no safetensors file",
            "A server gives such a page instead of a file that it refuses: get the file again."};
  }
  if (text.starts_with("version https://git-lfs")) {
    return {"a pointer of Git LFS, no safetensors file", "Get the file with `git lfs pull`."};
  }
  return {"no safetensors file: it does not start with the length of a header",
          "Check which file it is, or get it again."};
}

void check_metadata(const json& metadata, const std::string& source) {
  if (!metadata.is_object()) throw Error(source + ": __metadata__ is no object");
  for (const auto& [key, text] : metadata.items()) {
    if (!text.is_string()) {
      throw Error(fmt::format("{}: __metadata__ '{}' is no string", source, key));
    }
  }
}

// The hash of the contents: `header` must lack the entry for it.
std::string hash_of(const json& header, std::string_view data) {
  Sha256 hash;
  hash.update(header.dump());
  hash.update(data);
  return hash.finish();
}

// Takes the hash out of the header. Whether there was one; throws Error when it does not fit.
bool check_hash(json& header, std::string_view data, const std::string& source) {
  const auto metadata = header.find(kMetadata);
  if (metadata == header.end()) return false;
  const auto entry = metadata->find(kHashKey);
  if (entry == metadata->end()) return false;
  const std::string recorded = entry->get<std::string>();
  metadata->erase(entry);
  if (metadata->empty()) header.erase(metadata);
  const std::string found = hash_of(header, data);
  if (found != recorded) {
    throw Error(fmt::format("{}: damaged: its contents have sha256 {}, it records {}", source,
                            found, printable(recorded.substr(0, 64))),
                fmt::format("Get it or make it again. Whoever changed it on purpose removes the "
                            "entry {} from its metadata.",
                            kHashKey));
  }
  return true;
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxName && !has_control_characters(text);
}

SafeTensors parse_safetensors(std::string_view bytes, const std::string& source) {
  std::uint64_t header_size = 0;
  if (bytes.size() < sizeof(header_size)) {
    throw Error(
        fmt::format("{}: {} bytes are too few for a safetensors file", source, bytes.size()));
  }
  std::memcpy(&header_size, bytes.data(), sizeof(header_size));
  const std::size_t rest = bytes.size() - sizeof(header_size);
  if (header_size > kMaxHeader) {
    const auto [what, hint] = kind_of_file(bytes);
    throw Error(fmt::format("{}: is {}", source, what), hint);
  }
  if (header_size > rest) {
    throw Error(
        fmt::format("{}: header of {} bytes in a file of {}", source, header_size, bytes.size()),
        "It is truncated, or no safetensors file.");
  }
  const std::string_view data = bytes.substr(sizeof(header_size) + header_size);
  json header = parse_json(bytes.substr(sizeof(header_size), header_size), source + ": header", 4);
  if (!header.is_object()) throw Error(source + ": header is no object");
  if (header.contains(kMetadata)) check_metadata(header[kMetadata], source);

  SafeTensors file;
  std::map<std::string, Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      value.get_to(file.metadata);
      continue;
    }
    check_name(name, source);
    const std::string where = fmt::format("{}: tensor '{}'", source, name);
    entries.emplace(name, parse_entry(value, where, data.size()));
  }
  std::vector<const Entry*> layout;
  for (const auto& item : entries) layout.push_back(&item.second);
  check_layout(std::move(layout), data.size(), source);

  file.hashed = check_hash(header, data, source);
  file.metadata.erase(kHashKey);
  for (auto& [name, entry] : entries) {
    entry.tensor.bytes = data.substr(entry.begin, entry.end - entry.begin);
    file.tensors[name] = std::move(entry.tensor);
  }
  return file;
}

SafeTensors read_safetensors(const std::string& path) {
  return parse_safetensors(read_file(path), path);
}

std::string serialise_safetensors(const SafeTensors& file) {
  json header = json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  std::size_t end = 0;
  for (const auto& [name, tensor] : file.tensors) {
    check_name(name, "safetensors");
    const std::string where = fmt::format("tensor '{}'", name);
    if (tensor.bytes.size() != byte_count(tensor.shape, tensor.dtype, where)) {
      throw Error(fmt::format("{}: {} bytes do not fill its shape [{}] of {}", where,
                              tensor.bytes.size(), fmt::join(tensor.shape, ", "),
                              info(tensor.dtype).name));
    }
    const std::size_t begin = end;
    end += tensor.bytes.size();
    header[name] = {{"dtype", info(tensor.dtype).name},
                    {"shape", tensor.shape},
                    {"data_offsets", {begin, end}}};
  }

  std::string data;
  data.reserve(end);
  for (const auto& item : file.tensors) data += item.second.bytes;
  std::string text;
  try {
    header[kMetadata][kHashKey] = hash_of(header, data);
    text = header.dump();
  } catch (const json::exception& e) {  // text that is not UTF-8
    throw Error(fmt::format("safetensors header: {}", e.what()));
  }
  text.append((8 - text.size() % 8) % 8, ' ');
  const std::uint64_t header_size = text.size();
  std::string bytes(sizeof(header_size), '\0');
  std::memcpy(bytes.data(), &header_size, sizeof(header_size));
  bytes.reserve(sizeof(header_size) + text.size() + data.size());
  bytes += text;
  return bytes += data;
}

void write_safetensors(const std::string& path, const SafeTensors& file) {
  write_file(path, serialise_safetensors(file));
}

template <class T>
StoredTensor store(const Tensor<T>& tensor) {
  StoredTensor stored{.dtype = dtype_of<T>(), .shape = tensor.shape, .bytes = {}};
  stored.bytes.assign(reinterpret_cast<const char*>(tensor.data.data()),
                      tensor.data.size() * sizeof(T));
  return stored;
}

StoredTensor store_short(const Tensor<float>& tensor) {
  const bool whole = std::any_of(tensor.data.begin(), tensor.data.end(), [](float v) {
    return (std::bit_cast<std::uint32_t>(v) & 0xffff) != 0;
  });
  if (whole) return store(tensor);
  StoredTensor stored{.dtype = Dtype::kBf16, .shape = tensor.shape, .bytes = {}};
  for (float v : tensor.data) {
    const std::uint16_t bits = Bfloat16::nearest(v).bits;
    stored.bytes.append(reinterpret_cast<const char*>(&bits), sizeof bits);
  }
  return stored;
}

namespace {

// The tensor's bytes as numbers of their type.
template <class T>
std::vector<T> numbers_of(const StoredTensor& stored, const std::string& where) {
  if (stored.bytes.size() != byte_count(stored.shape, stored.dtype, where)) {
    throw Error(fmt::format("{}: {} bytes do not fill its shape [{}]", where, stored.bytes.size(),
                            fmt::join(stored.shape, ", ")));
  }
  std::vector<T> numbers(stored.bytes.size() / sizeof(T));
  if (!numbers.empty()) std::memcpy(numbers.data(), stored.bytes.data(), stored.bytes.size());
  return numbers;
}

template <class T>
Tensor<float> floats_of(const StoredTensor& stored, const std::string& where) {
  Tensor<float> tensor{stored.shape, {}};
  for (const T number : numbers_of<T>(stored, where)) {
    const auto nearest = static_cast<float>(number);
    if constexpr (std::is_same_v<T, double>) {
      if (std::isinf(nearest) && std::isfinite(number)) {
        throw Error(fmt::format("{}: element {} is {}, beyond the range of F32", where,
                                tensor.data.size(), number));
      }
    }
    tensor.data.push_back(nearest);
  }
  return tensor;
}

}  // namespace

template <class T>
Tensor<T> to_tensor(const StoredTensor& stored, const std::string& name) {
  const std::string where = fmt::format("tensor '{}'", name);
  if (stored.dtype != dtype_of<T>()) {
    throw Error(fmt::format("{}: its dtype is {}, expected {}", where, info(stored.dtype).name,
                            info(dtype_of<T>()).name));
  }
  return {stored.shape, numbers_of<T>(stored, where)};
}

Tensor<float> to_floats(const StoredTensor& stored, const std::string& name) {
  const std::string where = fmt::format("tensor '{}'", name);
  switch (stored.dtype) {
    case Dtype::kF16:
      return floats_of<Half>(stored, where);
    case Dtype::kBf16:
      return floats_of<Bfloat16>(stored, where);
    case Dtype::kF32:
      return {stored.shape, numbers_of<float>(stored, where)};
    case Dtype::kF64:
      return floats_of<double>(stored, where);
    default:
      throw Error(fmt::format("{}: its dtype is {}, expected F16, BF16, F32 or F64", where,
                              info(stored.dtype).name));
  }
}

#define EMAMBA_STORE(T)                          \
  template StoredTensor store(const Tensor<T>&); \
  template Tensor<T> to_tensor(const StoredTensor&, const std::string&)
EMAMBA_STORE(std::int8_t);
EMAMBA_STORE(std::int16_t);
EMAMBA_STORE(std::int32_t);
EMAMBA_STORE(std::int64_t);
EMAMBA_STORE(float);
EMAMBA_STORE(double);
#undef EMAMBA_STORE

}  // namespace emamba

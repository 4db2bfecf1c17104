// SPDX-License-Identifier: Apache-2.0
// An .npy file: "\x93NUMPY", version (2 bytes), header length (2 bytes in version 1, else 4,
// little-endian), header, data. The header is a Python dict literal:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (100, 8, 8, 5), }
#include "base/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "base/error.h"
#include "base/files.h"
#include "base/half.h"

namespace emamba {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied byte for byte");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxDimensions = 8;
constexpr std::size_t kMaxCount = std::size_t{1} << 30;
// No header of an array of plain numbers comes near it.
constexpr std::size_t kMaxHeaderBytes = 65535;
constexpr std::size_t kMaxDataBegin = kMagic.size() + 2 + 4 + kMaxHeaderBytes;

[[noreturn]] void refuse_dtype(const std::string& dtype, const std::string& what,
                               const std::string& source) {
  throw Error(fmt::format("{}: dtype {} is not supported: {}", source, dtype, what),
              "Save an array of plain numbers, e.g. numpy.save(path, array.astype('float32')).");
}

// Sets what `descr` says, e.g. "<f4": byte order, kind and bytes of a number.
void set_dtype(const std::string& descr, NpyHeader& header, const std::string& source) {
  const std::string dtype = "'" + descr + "'";
  if (descr.size() < 2) refuse_dtype(dtype, "it is none of NumPy's", source);
  const char order = descr[0], code = descr[1];
  const std::string bytes = descr.substr(2);
  switch (code) {
    case 'b':
      header.kind = NpyKind::kBool;
      break;
    case 'i':
      header.kind = NpyKind::kSigned;
      break;
    case 'u':
      header.kind = NpyKind::kUnsigned;
      break;
    case 'f':
      header.kind = NpyKind::kFloat;
      break;
    case 'O':
      refuse_dtype(dtype, "Python objects, which are stored as a program and never run", source);
    case 'U':
    case 'S':
    case 'a':
      refuse_dtype(dtype, "text", source);
    case 'c':
      refuse_dtype(dtype, "complex numbers", source);
    case 'V':
      refuse_dtype(dtype, "raw bytes or records", source);
    case 'M':
    case 'm':
      refuse_dtype(dtype, "dates or spans of time", source);
    default:
      refuse_dtype(dtype, "it is none of NumPy's", source);
  }
  const bool known = code == 'b'   ? bytes == "1"
                     : code == 'f' ? bytes == "2" || bytes == "4" || bytes == "8"
                                   : bytes == "1" || bytes == "2" || bytes == "4" || bytes == "8";
  if (!known) refuse_dtype(dtype, "floats have 2, 4 or 8 bytes, integers 1, 2, 4 or 8", source);
  header.number_bytes = static_cast<std::size_t>(bytes[0] - '0');
  header.big_endian = order == '>';
  if (order != '<' && order != '>' && !(order == '|' && header.number_bytes == 1)) {
    refuse_dtype(dtype, "its byte order is neither '<' nor '>'", source);
  }
}

// Reads the dict literal from left to right.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  NpyHeader parse() {
    NpyHeader header;
    unsigned seen = 0;  // one bit a key
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      unsigned bit = 0;
      if (key == "descr") {
        bit = 1;
        if (accept('[')) refuse_dtype("[...]", "records of several fields", source_);
        set_dtype(quoted(), header, source_);
      } else if (key == "fortran_order") {
        bit = 2;
        header.fortran_order = boolean();
      } else if (key == "shape") {
        bit = 4;
        header.shape = shape();
      } else {
        fail(fmt::format("unknown key '{}'", key));
      }
      if (seen & bit) fail(fmt::format("key '{}' stands twice", key));
      seen |= bit;
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    if (seen != 7) fail("'descr', 'fortran_order' or 'shape' is missing");
    skip_space();
    if (!text_.empty()) fail("text after the closing brace");
    return header;
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(fmt::format("{}: npy header: {}", source_, reason),
                "The file may be damaged; write it again with numpy.save().");
  }
  void skip_space() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \t\r\n"), text_.size()));
  }
  bool accept(char c) {
    skip_space();
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) fail(fmt::format("'{}' expected", c));
  }
  std::string quoted() {
    expect('\'');
    const std::size_t end = text_.find('\'');
    if (end > 32) fail("a short string in single quotes expected");  // also when not found
    const std::string value(text_.substr(0, end));
    text_.remove_prefix(end + 1);
    return value;
  }
  bool boolean() {
    skip_space();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.starts_with(word)) {
        text_.remove_prefix(word.size());
        return word == "True";
      }
    }
    fail("'fortran_order' must be True or False");
  }
  std::vector<std::size_t> shape() {
    std::vector<std::size_t> dimensions;
    expect('(');
    while (!accept(')')) {
      skip_space();
      std::size_t d = 0;
      const auto [end, code] = std::from_chars(text_.data(), text_.data() + text_.size(), d);
      if (code != std::errc()) fail("'shape' must hold whole numbers of at most 64 bits");
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      accept('L');  // Python 2 wrote so
      dimensions.push_back(d);
      if (dimensions.size() > kMaxDimensions) {
        fail(fmt::format("'shape' has more than {} dimensions", kMaxDimensions));
      }
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return dimensions;
  }

  std::string_view text_;  // what is left
  const std::string& source_;
};

struct Start {
  NpyHeader header;
  std::size_t data_begin;
};

[[noreturn]] void refuse_start(std::string_view bytes, const std::string& source) {
  const char* what =
      bytes.starts_with("PK")     ? "Is it an .npz archive? Take its arrays out, one a file."
      : bytes.starts_with("\x80") ? "Is it a pickle? That is a program, and is never run."
                                  : "Write it with numpy.save().";
  throw Error(fmt::format("{}: does not start as an .npy file does", source), what);
}

// `bytes` may be only the start of a file of `file_bytes`, of kMaxDataBegin bytes at least.
Start parse_start(std::string_view bytes, std::size_t file_bytes, const std::string& source) {
  if (!bytes.starts_with(kMagic)) refuse_start(bytes, source);
  const std::string truncated =
      fmt::format("{}: an npy header, and {} bytes in all", source, file_bytes);
  if (bytes.size() < kMagic.size() + 2) throw Error(truncated, "The file may be truncated.");
  const int major = static_cast<unsigned char>(bytes[6]);
  const int minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    throw Error(fmt::format("{}: npy format version {}.{} is not supported, 1.0, 2.0 and 3.0 are",
                            source, major, minor));
  }
  const std::size_t length_bytes = major == 1 ? 2 : 4;
  const std::size_t header_begin = kMagic.size() + 2 + length_bytes;
  if (bytes.size() < header_begin) throw Error(truncated, "The file may be truncated.");
  std::uint32_t header_bytes = 0;
  std::memcpy(&header_bytes, bytes.data() + kMagic.size() + 2, length_bytes);
  if (header_bytes > file_bytes - header_begin) {
    throw Error(
        fmt::format("{}: npy header of {} bytes in a file of {}", source, header_bytes, file_bytes),
        "The file may be truncated.");
  }
  if (header_bytes > kMaxHeaderBytes) {
    throw Error(fmt::format("{}: npy header of {} bytes, where at most {} make sense", source,
                            header_bytes, kMaxHeaderBytes));
  }
  Start start{HeaderParser(bytes.substr(header_begin, header_bytes), source).parse(),
              header_begin + header_bytes};

  const NpyHeader& header = start.header;
  const std::string shape =
      fmt::format("shape ({}) of {}", fmt::join(header.shape, ", "), header.dtype());
  std::size_t count = 1;
  bool overflow = false;
  for (std::size_t d : header.shape) overflow |= __builtin_mul_overflow(count, d, &count);
  if (overflow || count > kMaxCount) {
    throw Error(fmt::format("{}: {}: at most {} numbers are read", source, shape, kMaxCount),
                "Give fewer samples, or shorter ones.");
  }
  const std::size_t expected = count * header.number_bytes;
  const std::size_t there = file_bytes - start.data_begin;
  if (there < expected) {
    throw Error(fmt::format("{}: {} has {} bytes of data, but {} are there", source, shape,
                            expected, there),
                "The file may be truncated.");
  }
  if (there > expected) {
    throw Error(fmt::format("{}: {} bytes after its data, which are {} for {}", source,
                            there - expected, expected, shape),
                "Something was appended to it, or its header is damaged: write it again.");
  }
  return start;
}

// Any byte but 0 is true, as NumPy reads it.
struct Bool {
  std::uint8_t byte;
  explicit operator float() const { return byte != 0; }
};

// Calls visit(T{}) with the type of the file's numbers.
template <class Visit>
void with_type(const NpyHeader& header, Visit visit) {
  const auto by_bytes = [&](auto one, auto two, auto four, auto eight) {
    switch (header.number_bytes) {
      case 1:
        return visit(one);
      case 2:
        return visit(two);
      case 4:
        return visit(four);
      default:
        return visit(eight);
    }
  };
  switch (header.kind) {
    case NpyKind::kBool:
      return visit(Bool{});
    case NpyKind::kSigned:
      return by_bytes(std::int8_t{}, std::int16_t{}, std::int32_t{}, std::int64_t{});
    case NpyKind::kUnsigned:
      return by_bytes(std::uint8_t{}, std::uint16_t{}, std::uint32_t{}, std::uint64_t{});
    case NpyKind::kFloat:
      return by_bytes(Half{}, Half{}, float{}, double{});
  }
}

// Number `i` of an array of T, which need not be aligned.
template <class T>
T number_at(std::string_view data, std::size_t i, bool big_endian) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), data.data() + i * sizeof(T), sizeof(T));
  if (big_endian) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

// Calls store(target, number) for every number of the file, with its position in C order.
template <class T, class Store>
void walk(std::string_view data, const NpyHeader& header, std::size_t count, Store store) {
  if (!header.fortran_order) {
    for (std::size_t i = 0; i < count; ++i) store(i, number_at<T>(data, i, header.big_endian));
    return;
  }
  // Walk the file, and keep the index as digits, of which the first runs fastest.
  const std::vector<std::size_t>& shape = header.shape;
  std::vector<std::size_t> stride(shape.size(), 1);  // of each dimension in C order
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  std::vector<std::size_t> index(shape.size(), 0);
  std::size_t target = 0;
  for (std::size_t i = 0; i < count; ++i) {
    store(target, number_at<T>(data, i, header.big_endian));
    for (std::size_t d = 0; d < shape.size(); ++d) {
      target += stride[d];
      if (++index[d] < shape[d]) break;
      target -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
}

// A number of the file as one of C++.
template <class T>
auto plain(T number) {
  if constexpr (std::is_arithmetic_v<T>) {
    return number;
  } else {
    return static_cast<float>(number);
  }
}

// Sets `value` to the whole number that `number` is, if it is one and fits.
template <class T>
bool set_whole(T number, std::int64_t& value) {
  if constexpr (std::is_integral_v<T>) {
    value = static_cast<std::int64_t>(number);
    return std::is_signed_v<T> || value >= 0;
  } else {
    const double real = plain(number);
    if (!(real >= -0x1p63 && real < 0x1p63)) return false;
    value = static_cast<std::int64_t>(real);
    return static_cast<double>(value) == real;
  }
}

std::string read_whole(const std::string& path) {
  return read_file(path, kMaxDataBegin + kMaxCount * sizeof(double));
}

}  // namespace

std::size_t NpyHeader::count() const {
  std::size_t count = 1;
  for (std::size_t d : shape) count *= d;
  return count;
}

std::string NpyHeader::dtype() const {
  if (kind == NpyKind::kBool) return "bool";
  const char* name = kind == NpyKind::kSigned     ? "int"
                     : kind == NpyKind::kUnsigned ? "uint"
                                                  : "float";
  return fmt::format("{}{}", name, 8 * number_bytes);
}

NpyHeader parse_npy_header(std::string_view bytes, const std::string& source) {
  return parse_start(bytes, bytes.size(), source).header;
}

NpyHeader read_npy_header(const std::string& path) {
  const FileStart file = read_file_start(path, kMaxDataBegin);
  return parse_start(file.bytes, file.file_bytes, path).header;
}

Tensor<float> parse_npy(std::string_view bytes, const std::string& source) {
  const Start start = parse_start(bytes, bytes.size(), source);
  const std::string_view data = bytes.substr(start.data_begin);
  Tensor<float> tensor{start.header.shape, std::vector<float>(start.header.count())};
  with_type(start.header, [&]<class T>(T) {
    walk<T>(data, start.header, tensor.size(), [&](std::size_t target, T number) {
      tensor.data[target] = static_cast<float>(number);
    });
  });
  return tensor;
}

Tensor<float> read_npy(const std::string& path) {
  return parse_npy(read_whole(path), path);
}

Tensor<std::int64_t> parse_npy_integers(std::string_view bytes, const std::string& source) {
  const Start start = parse_start(bytes, bytes.size(), source);
  const std::string_view data = bytes.substr(start.data_begin);
  Tensor<std::int64_t> tensor{start.header.shape, std::vector<std::int64_t>(start.header.count())};
  with_type(start.header, [&]<class T>(T) {
    walk<T>(data, start.header, tensor.size(), [&](std::size_t target, T number) {
      if (set_whole(number, tensor.data[target])) return;
      throw Error(fmt::format("{}: [{}] is {}, where whole numbers of 64 bits are needed", source,
                              fmt::join(index_of(tensor.shape, target), ", "), plain(number)));
    });
  });
  return tensor;
}

Tensor<std::int64_t> read_npy_integers(const std::string& path) {
  return parse_npy_integers(read_whole(path), path);
}

template <class T>
std::string serialise_npy(const Tensor<T>& tensor) {
  // One dimension is written (3,), as Python writes it.
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                  std::is_same_v<T, float> ? "<f4" : "<i8", fmt::join(tensor.shape, ", "),
                  tensor.shape.size() == 1 ? "," : "");
  constexpr std::size_t kHeaderBegin = kMagic.size() + 2 + 2;
  header.append(63 - (kHeaderBegin + header.size()) % 64, ' ');  // the data begins at a multiple
  header += '\n';

  std::string bytes(kMagic);
  bytes += {'\1', '\0', static_cast<char>(header.size()), static_cast<char>(header.size() >> 8)};
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(tensor.data.data()), tensor.size() * sizeof(T));
}

template <class T>
void write_npy(const std::string& path, const Tensor<T>& tensor) {
  write_file(path, serialise_npy(tensor));
}

template std::string serialise_npy(const Tensor<float>&);
template std::string serialise_npy(const Tensor<std::int64_t>&);
template void write_npy(const std::string&, const Tensor<float>&);
template void write_npy(const std::string&, const Tensor<std::int64_t>&);

}  // namespace emamba

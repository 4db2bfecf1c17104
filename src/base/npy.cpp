// SPDX-License-Identifier: Apache-2.0
// An .npy file: "\x93NUMPY", version (2 bytes), header length (2 or 4 bytes, little-endian),
// header, data. The header is a Python dict literal:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (100, 8, 8, 5), }
#include "base/npy.h"

#include <bit>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "base/error.h"
#include "base/files.h"

namespace emamba {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied byte for byte");

constexpr std::size_t kMaxDimensions = 8;

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<std::size_t> shape;
};

// Reads the dict literal from left to right.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, const std::string& source) : text_(text), source_(source) {}

  Header parse() {
    Header header;
    unsigned seen = 0;  // one bit a key
    expect('{');
    while (!accept('}')) {
      const std::string key = quoted();
      expect(':');
      unsigned bit = 0;
      if (key == "descr") {
        bit = 1;
        header.descr = quoted();
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
    throw Error(fmt::format("{}: npy header: {}", source_, reason));
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

// Number `i` of an array of T, which need not be aligned.
template <class T>
float number_at(std::string_view data, std::size_t i) {
  T value;
  std::memcpy(&value, data.data() + i * sizeof(T), sizeof(T));
  return static_cast<float>(value);
}

template <class T>
void convert(std::string_view data, bool fortran_order, Tensor<float>& tensor) {
  if (!fortran_order) {
    for (std::size_t i = 0; i < tensor.size(); ++i) tensor.data[i] = number_at<T>(data, i);
    return;
  }
  // In Fortran order the first index runs fastest: walk the file, and keep the index as digits.
  const std::vector<std::size_t>& shape = tensor.shape;
  std::vector<std::size_t> stride(shape.size(), 1);  // of each dimension in C order
  for (std::size_t d = shape.size(); d-- > 1;) stride[d - 1] = stride[d] * shape[d];
  std::vector<std::size_t> index(shape.size(), 0);
  std::size_t target = 0;
  for (std::size_t i = 0; i < tensor.size(); ++i) {
    tensor.data[target] = number_at<T>(data, i);
    for (std::size_t d = 0; d < shape.size(); ++d) {
      target += stride[d];
      if (++index[d] < shape[d]) break;
      target -= stride[d] * shape[d];
      index[d] = 0;
    }
  }
}

}  // namespace

Tensor<float> parse_npy(std::string_view bytes, const std::string& source) {
  constexpr std::string_view kMagic = "\x93NUMPY";
  if (!bytes.starts_with(kMagic)) {
    throw Error(fmt::format("{}: does not start as an .npy file does", source),
                "Write it with numpy.save().");
  }
  const int version = bytes.size() > 6 ? static_cast<unsigned char>(bytes[6]) : 0;
  if (version != 1 && version != 2) {
    throw Error(
        fmt::format("{}: npy format version {} is not supported, 1 and 2 are", source, version));
  }
  const std::size_t length_size = version == 1 ? 2 : 4;
  const std::size_t header_begin = kMagic.size() + 2 + length_size;
  if (bytes.size() < header_begin) throw Error(fmt::format("{}: truncated npy header", source));
  std::uint32_t header_size = 0;
  std::memcpy(&header_size, bytes.data() + kMagic.size() + 2, length_size);
  if (header_size > bytes.size() - header_begin) {
    throw Error(fmt::format("{}: npy header of {} bytes in a file of {}", source, header_size,
                            bytes.size()),
                "The file may be truncated.");
  }
  const Header header = HeaderParser(bytes.substr(header_begin, header_size), source).parse();
  const std::string_view data = bytes.substr(header_begin + header_size);

  if (header.descr != "<f4" && header.descr != "<f8") {
    throw Error(
        fmt::format("{}: dtype '{}' is not supported, '<f4' and '<f8' are", source, header.descr),
        "Convert it with array.astype('<f4').");
  }
  const bool wide = header.descr == "<f8";
  const std::size_t number_size = wide ? 8 : 4;
  std::size_t size = number_size;
  bool overflow = false;
  for (std::size_t d : header.shape) overflow |= __builtin_mul_overflow(size, d, &size);
  if (overflow || size != data.size()) {
    throw Error(fmt::format("{}: {} bytes of data do not fit the shape ({}) of '{}'", source,
                            data.size(), fmt::join(header.shape, ", "), header.descr),
                "The file may be truncated.");
  }

  Tensor<float> tensor{header.shape, std::vector<float>(size / number_size)};
  if (wide) {
    convert<double>(data, header.fortran_order, tensor);
  } else {
    convert<float>(data, header.fortran_order, tensor);
  }
  return tensor;
}

Tensor<float> read_npy(const std::string& path) {
  return parse_npy(read_file(path), path);
}

}  // namespace emamba

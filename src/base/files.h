// SPDX-License-Identifier: Apache-2.0
// Whole files in and out; a written file is complete or absent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace emamba {

// The file's bytes. Throws Error when it cannot be read, is no regular file, or is larger than
// `max_bytes`.
std::string read_file(const std::string& path, std::size_t max_bytes = std::size_t{1} << 31);
// Its first `count` bytes, all of them when it has fewer, and how many it has. Throws as
// read_file().
struct FileStart {
  std::string bytes;
  std::size_t file_bytes = 0;
};
FileStart read_file_start(const std::string& path, std::size_t count);
// A gzip file's bytes, unpacked; throws Error, naming `source`, on a damaged or truncated stream,
// or when more than `max_bytes` come out.
std::string unpack_gzip(std::string_view packed, const std::string& source,
                        std::size_t max_bytes = std::size_t{1} << 31);

// Writes to PATH.tmp (the folder is created if absent), flushes to disk and renames, so that `path`
// holds all of `bytes` or what it held before, also when several write it. Throws Error, e.g. on a
// full disk, and rather than replace something that is no regular file.
void write_file(const std::string& path, std::string_view bytes);

// Throws Error when something stands at `path` that write_file() would not replace.
void require_replaceable(const std::string& path);

bool file_exists(const std::string& path);

// Lower-case hexadecimal SHA-256 of the bytes; of a file, read in pieces.
std::string sha256(std::string_view bytes);
std::string sha256_file(const std::string& path);

}  // namespace emamba

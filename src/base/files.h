// SPDX-License-Identifier: Apache-2.0
// Whole files in and out; a written file is complete or absent.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/sha256.h"

namespace emamba {

// A file that cannot be read: it is not there, no regular file, not permitted, or the disk fails.
// Nothing is known of its content, which may be sound and somebody's only copy.
class ReadError : public Error {
 public:
  using Error::Error;
};

// The file's bytes. Throws ReadError, with the reason, and Error when it is larger than
// `max_bytes`.
std::string read_file(const std::string& path, std::size_t max_bytes = std::size_t{1} << 31);
// Its first `count` bytes, all of them when it has fewer, and how many it has. Throws as
// read_file().
struct FileStart {
  std::string bytes;
  std::size_t file_bytes = 0;
};
FileStart read_file_start(const std::string& path, std::size_t count);
// A gzip file's bytes, unpacked: the first `count`, or all when it has fewer. Throws Error, naming
// `source`, on a stream that is damaged or truncated, as far as it is unpacked; the checksum stands
// behind the last byte.
std::string unpack_gzip(std::string_view packed, const std::string& source, std::size_t count);

// Writes to PATH.tmp (the folder is created if absent), flushes to disk and renames, so that `path`
// holds all of `bytes` or what it held before, also when several write it. Throws Error, e.g. on a
// full disk, and rather than replace something that is no regular file.
void write_file(const std::string& path, std::string_view bytes);

// Throws Error when something stands at `path` that write_file() would not replace.
void require_replaceable(const std::string& path);

bool file_exists(const std::string& path);
// Whether anything has this name, also what cannot be read as a file: a folder, a link that leads
// nowhere, what stands in a folder that may not be searched. read_file() says what it is.
bool something_is_at(const std::string& path);

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Whole files in and out, on POSIX calls so that every failure has its reason.
#include "base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/file_descriptor.h"

namespace emamba {
namespace {

const char* read_hint(int code) {
  switch (code) {
    case ENOENT:
    case ENOTDIR:
    case ENAMETOOLONG:
      return "Check the path.";
    case EACCES:
    case EPERM:
      return "Check its owner and permissions, and those of its folders.";
    case ELOOP:
      return "It is a link that leads back to itself.";
    case EIO:
      return "The disk fails: look into the system's log, and take a copy from elsewhere.";
    default:
      return "";
  }
}

ReadError read_error(const std::string& path, int code) {
  std::error_code error;
  const bool dangling = code == ENOENT && std::filesystem::is_symlink(path, error);
  return ReadError(fmt::format("{}: cannot read: {}", path, std::strerror(code)),
                   dangling ? "It is a link to a file that is not there." : read_hint(code));
}

// What something that is no regular file is.
const char* name_of_kind(mode_t mode) {
  return S_ISDIR(mode)    ? "a folder"
         : S_ISFIFO(mode) ? "a named pipe"
         : S_ISSOCK(mode) ? "a socket"
                          : "a device";
}

Error write_error(const std::string& path, int code) {
  const bool full = code == ENOSPC || code == EDQUOT || code == EFBIG;
  return Error(fmt::format("{}: cannot write: {}", path, std::strerror(code)),
               full ? "Free some space, or choose another output folder."
                    : "Check that the folder exists and may be written.");
}

struct RegularFile {
  FileDescriptor descriptor;
  std::size_t bytes;
};

RegularFile open_regular(const std::string& path) {
  // O_NONBLOCK: opening a named pipe must not wait for a writer; it is refused below.
  FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status;
  if (!file.valid()) {
    const int code = errno;  // ENXIO: a socket cannot be opened
    if (code != ENXIO || stat(path.c_str(), &status) != 0) throw read_error(path, code);
  } else if (fstat(file.get(), &status) != 0) {
    throw read_error(path, errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw ReadError(
        fmt::format("{}: is no regular file but {}", path, name_of_kind(status.st_mode)),
        "Name a file.");
  }
  return {std::move(file), static_cast<std::size_t>(status.st_size)};
}

// Fills `bytes` with what comes next in the file.
void read_next(const RegularFile& file, std::string& bytes, const std::string& path) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = read(file.descriptor.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw read_error(path, errno);
    if (n == 0) throw ReadError(fmt::format("{}: became shorter while it was read", path));
    done += static_cast<std::size_t>(n);
  }
}

std::string read_bytes(const RegularFile& file, std::size_t count, const std::string& path) {
  std::string bytes(count, '\0');
  read_next(file, bytes, path);
  return bytes;
}

// A file that this process alone writes, emptied of what a killed one left: it waits for others
// that write the same. Invalid, with errno set, when that cannot be had.
FileDescriptor open_alone(const std::string& path) {
  while (true) {
    FileDescriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    if (!file.valid()) return file;
    while (flock(file.get(), LOCK_EX) != 0) {
      if (errno != EINTR) return {};
    }
    if (!stands_at(file, path)) continue;  // the one before us has renamed it away by now
    return ftruncate(file.get(), 0) == 0 ? std::move(file) : FileDescriptor();
  }
}

// Returns 0, or the errno of the first failure.
int write_and_sync(const FileDescriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(file.get(), bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return fsync(file.get()) == 0 ? 0 : errno;
}

// The same by way of `temporary`, of which nothing stays.
int replace_file(const std::string& path, const std::string& temporary, std::string_view bytes) {
  FileDescriptor file = open_alone(temporary);
  if (!file.valid()) return errno;
  int code = write_and_sync(file, bytes);
  if (code == 0 && std::rename(temporary.c_str(), path.c_str()) != 0) code = errno;
  if (code != 0) {
    unlink(temporary.c_str());
    return code;
  }
  return file.close() ? 0 : errno;
}

// Makes a rename survive a power cut. Some file systems cannot; the data itself is safe by then.
void sync_folder(const std::string& folder) {
  FileDescriptor handle(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.valid()) fsync(handle.get());
}

}  // namespace

std::string read_file(const std::string& path, std::size_t max_bytes) {
  const RegularFile file = open_regular(path);
  if (file.bytes > max_bytes) {
    throw Error(
        fmt::format("{}: {} bytes, where at most {} make sense", path, file.bytes, max_bytes));
  }
  return read_bytes(file, file.bytes, path);
}

FileStart read_file_start(const std::string& path, std::size_t count) {
  const RegularFile file = open_regular(path);
  return {read_bytes(file, std::min(count, file.bytes), path), file.bytes};
}

std::string sha256_file(const std::string& path) {
  const RegularFile file = open_regular(path);
  Sha256 hash;
  std::string piece(std::size_t{1} << 20, '\0');
  for (std::size_t left = file.bytes; left > 0; left -= piece.size()) {
    piece.resize(std::min(left, piece.size()));
    read_next(file, piece, path);
    hash.update(piece);
  }
  return hash.finish();
}

std::string unpack_gzip(std::string_view packed, const std::string& source, std::size_t count) {
  struct Inflater {
    z_stream stream{};
    // 15: the largest window; + 16: expect a gzip header and check its CRC-32 and length.
    Inflater() {
      if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();
    }
    ~Inflater() { inflateEnd(&stream); }
  } inflater;
  z_stream& z = inflater.stream;

  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string bytes;
  std::size_t used = 0, made = 0;
  while (made < count) {
    const std::size_t in = std::min(packed.size() - used, kPiece);
    const std::size_t out = std::min(count - made, kPiece);
    z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + used));
    z.avail_in = static_cast<uInt>(in);
    bytes.resize(made + out);
    z.next_out = reinterpret_cast<Bytef*>(bytes.data() + made);
    z.avail_out = static_cast<uInt>(out);

    const int status = inflate(&z, Z_NO_FLUSH);
    used += in - z.avail_in;
    made += out - z.avail_out;
    if (status == Z_STREAM_END) {
      if (used == packed.size()) break;
      inflateReset(&z);  // a gzip file may be several streams, one after the other
      continue;
    }
    const bool starved = used == packed.size() && z.avail_out > 0;
    if (status != Z_OK || starved) {
      throw Error(
          fmt::format("{}: damaged gzip stream near byte {} of {}: {}", source, used, packed.size(),
                      starved ? "it ends too early" : (z.msg ? z.msg : "data error")),
          "Get the file again.");
    }
  }
  bytes.resize(made);
  return bytes;
}

void require_replaceable(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status) || std::filesystem::is_regular_file(status)) return;
  throw Error(fmt::format("{}: is {}, and will not be replaced", path,
                          std::filesystem::is_directory(status) ? "a folder" : "no regular file"),
              "move it away, or write to another folder");
}

void write_file(const std::string& path, std::string_view bytes) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path folder = fs::path(path).parent_path();
  if (!folder.empty()) {
    fs::create_directories(folder, error);
    if (error) throw write_error(folder.string(), error.value());
  }
  require_replaceable(path);

  // One name, so that what a killed process leaves goes with the next writing.
  const int code = replace_file(path, path + ".tmp", bytes);
  if (code != 0) throw write_error(path, code);
  sync_folder(folder.empty() ? "." : folder.string());
}

bool file_exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

bool something_is_at(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

}  // namespace emamba

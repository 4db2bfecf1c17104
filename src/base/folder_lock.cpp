// SPDX-License-Identifier: Apache-2.0
// flock(2), which belongs to the open file: no lock outlives its process. The file holds the number
// of the process, for whoever finds it locked.
#include "base/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/text.h"

namespace emamba {
namespace {

// What the holder runs, as far as this process can see it.
std::string holder_of(int file) {
  std::array<char, 32> text{};
  const ssize_t n = pread(file, text.data(), text.size() - 1, 0);
  const std::string number(text.data(), static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  if (number.empty()) return "another process";
  std::ostringstream bytes;
  bytes << std::ifstream("/proc/" + number + "/cmdline", std::ios::binary).rdbuf();
  std::string command = bytes.str();
  if (!command.empty() && command.back() == '\0') command.pop_back();
  std::replace(command.begin(), command.end(), '\0', ' ');
  return command.empty() ? "process " + number
                         : fmt::format("process {} ({})", number, printable(command));
}

}  // namespace

FolderLock::FolderLock(const std::string& folder) : path_(folder + "/" + kLockFile) {
  do {
    file_ = FileDescriptor(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!file_.valid()) {
      throw Error(fmt::format("{}: cannot write here: {}", folder, std::strerror(errno)),
                  "name another folder with --out");
    }
    if (flock(file_.get(), LOCK_EX | LOCK_NB) == 0) continue;
    if (errno != EWOULDBLOCK) {
      throw Error(fmt::format("{}: cannot be locked: {}", path_, std::strerror(errno)),
                  "name a folder on another file system with --out");
    }
    throw Error(fmt::format("{}: in use by {}", folder, holder_of(file_.get())),
                "wait until it has ended, or name another folder with --out");
  } while (!stands_at(file_, path_));  // a holder removes it before letting go
  const std::string number = fmt::format("{}", getpid());
  if (ftruncate(file_.get(), 0) != 0 ||
      pwrite(file_.get(), number.data(), number.size(), 0) != static_cast<ssize_t>(number.size())) {
    const int code = errno;
    throw Error(fmt::format("{}: cannot write: {}", path_, std::strerror(code)),
                "free some space, or name another folder with --out");
  }
}

FolderLock::~FolderLock() {
  if (file_.valid()) unlink(path_.c_str());
}

}  // namespace emamba

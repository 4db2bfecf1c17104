// SPDX-License-Identifier: Apache-2.0
// One process at a time that writes into a folder.
#pragma once

#include <string>

#include "base/file_descriptor.h"

namespace emamba {

inline constexpr char kLockFile[] = ".lock";

// Holds FOLDER/.lock, which the kernel lets go of with the process, however that ends; the file is
// removed with this.
class FolderLock {
 public:
  // Throws Error when another holder lives, naming the process and its command, or when nothing
  // can be written in `folder`, which must exist.
  explicit FolderLock(const std::string& folder);
  FolderLock(FolderLock&&) noexcept = default;
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock();

 private:
  std::string path_;
  FileDescriptor file_;
};

}  // namespace emamba

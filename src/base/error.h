// SPDX-License-Identifier: Apache-2.0
// The one exception type of the project: what went wrong, of which kind it is, and what to try.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace emamba {

// Whose turn it is after an Error.
enum class ErrorKind {
  kInput,     // a file, value or machine that cannot work: whoever gave it
  kUsage,     // a command line that says too little, or contradicts itself
  kMissing,   // a program or library that is not installed
  kMismatch,  // two things that were to be equal are not, e.g. hardware and golden
  kDefect,    // this project's developers
  kStopped    // nobody: the work was asked to stop, and can go on
};

// `what()` says what failed, where, and on which value; `hint()` says what to try, and may be
// empty. Libraries throw it and never exit; the command line prints both and exits with a code of
// the kind (docs/formats.md).
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = "",
                 ErrorKind kind = ErrorKind::kInput)
      : std::runtime_error(message), hint_(std::move(hint)), kind_(kind) {}
  const std::string& hint() const { return hint_; }
  ErrorKind kind() const { return kind_; }

 private:
  std::string hint_;
  ErrorKind kind_;
};

}  // namespace emamba

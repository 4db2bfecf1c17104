// SPDX-License-Identifier: Apache-2.0
// The one exception type of the project: what went wrong, and what to try.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace emamba {

// `what()` says what failed, where, and on which value; `hint()` says what to try, and may be
// empty. Libraries throw it and never exit; the command line prints both and exits with code 1.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message, std::string hint = "")
      : std::runtime_error(message), hint_(std::move(hint)) {}
  const std::string& hint() const { return hint_; }

 private:
  std::string hint_;
};

}  // namespace emamba

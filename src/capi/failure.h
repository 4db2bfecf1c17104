// SPDX-License-Identifier: Apache-2.0
// From exceptions to the codes and texts of the C interface.
#pragma once

#include <emamba/emamba.h>

#include <string>

#include "base/error.h"

namespace emamba {

// An Error that knows which kind of failure it is.
class Failure : public Error {
 public:
  Failure(emamba_status status, const std::string& message, std::string hint = "")
      : Error(message, std::move(hint)), status_(status) {}
  emamba_status status() const { return status_; }

 private:
  emamba_status status_;
};

// Throws Failure (an argument's) unless `handle` points somewhere.
void require_pointer(const void* pointer, const char* name);

// Inside a catch clause: remembers the text of the exception for this thread, and says which kind
// of failure it is; an Error that does not know is `of_errors`.
emamba_status remember_failure(emamba_status of_errors) noexcept;
const char* last_failure() noexcept;

// Calls action(), through which no exception comes.
template <class Action>
emamba_status guarded(emamba_status of_errors, const Action& action) noexcept {
  try {
    action();
    return EMAMBA_OK;
  } catch (...) {
    return remember_failure(of_errors);
  }
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "capi/failure.h"

#include <exception>
#include <new>

namespace emamba {
namespace {

thread_local std::string text;
thread_local bool text_lost = false;  // there was no memory for it

void remember(const std::string& message, const std::string& hint) {
  text = hint.empty() ? message : fmt::format("{}; {}", message, hint);
  text_lost = false;
}

}  // namespace

void require_pointer(const void* pointer, const char* name) {
  if (pointer == nullptr) {
    throw Failure(EMAMBA_ERROR_ARGUMENT, fmt::format("{}: a null pointer", name));
  }
}

emamba_status remember_failure(emamba_status of_errors) noexcept {
  try {
    try {
      throw;
    } catch (const Failure& e) {
      remember(e.what(), e.hint());
      return e.status();
    } catch (const Error& e) {
      remember(e.what(), e.hint());
      return of_errors;
    } catch (const std::bad_alloc&) {
      text_lost = true;
      return EMAMBA_ERROR_MEMORY;
    } catch (const std::exception& e) {
      remember(e.what(), "a defect; please report it");
      return EMAMBA_ERROR_INTERNAL;
    }
  } catch (...) {
    text_lost = true;
    return EMAMBA_ERROR_MEMORY;
  }
}

const char* last_failure() noexcept {
  return text_lost ? "out of memory" : text.c_str();
}

}  // namespace emamba

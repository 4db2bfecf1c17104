// SPDX-License-Identifier: Apache-2.0
#include "capi/saved.h"

#include <bit>
#include <cstdint>

#include "base/files.h"

namespace emamba {
namespace {

constexpr std::string_view kFormat = "emamba-state-1";
constexpr std::size_t kDigest = 64;  // bytes of a SHA-256, in hexadecimal

void put(std::string& bytes, std::uint32_t word) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(word >> shift);
}

std::uint32_t take(std::string_view& bytes) {
  std::uint32_t word = 0;
  for (int i = 0; i < 4; ++i) word |= std::uint32_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
  bytes.remove_prefix(4);
  return word;
}

// Calls see(number) for all that must be kept, in the order of the file: what operations remember,
// and the newest vector on the last edge. Vectors on the others are computed again before they are
// read.
template <class State, class See>
void for_numbers(State& state, const See& see) {
  for (auto& memory : state.memory) {
    for (auto& number : memory) see(number);
  }
  for (auto& number : state.values.back().data) see(number);
}

std::size_t count_of(const AnyState& state) {
  std::size_t count = 0;
  std::visit([&](const auto& s) { for_numbers(s, [&](auto) { ++count; }); }, state);
  return count;
}

// What the bytes of every state of this engine begin with.
std::string head_of(const LoadedEngine& engine) {
  std::string head(kFormat);
  head += engine.file_hash;
  return head;
}

[[noreturn]] void refuse(const std::string& message, const char* hint) {
  throw Failure(EMAMBA_ERROR_STATE, "saved state: " + message, hint);
}

}  // namespace

std::size_t saved_size(const AnyState& state) noexcept {
  return kFormat.size() + kDigest + 4 * (1 + count_of(state)) + kDigest;
}

std::string save_state(const LoadedEngine& engine, const AnyState& state) {
  std::string bytes = head_of(engine);
  put(bytes, static_cast<std::uint32_t>(vectors_taken(state)));
  std::visit(
      [&](const auto& s) {
        for_numbers(s, [&](auto number) { put(bytes, std::bit_cast<std::uint32_t>(number)); });
      },
      state);
  return bytes += sha256(bytes);
}

AnyState restore_state(const LoadedEngine& engine, std::string_view bytes) {
  const std::string head = head_of(engine);
  if (!bytes.starts_with(kFormat)) {
    refuse("the bytes do not begin as one", "emamba_save() of the same version makes them");
  }
  if (!bytes.starts_with(head)) {
    refuse("of another program file, or damaged", "load the file that was saved with");
  }
  AnyState state = initial_state(engine.engine);
  const std::size_t size = saved_size(state);
  if (bytes.size() != size) {
    refuse(fmt::format("{} bytes, must have {}", bytes.size(), size), "it is cut off or damaged");
  }
  if (sha256(bytes.substr(0, size - kDigest)) != bytes.substr(size - kDigest)) {
    refuse("the digest does not fit", "it is damaged");
  }
  bytes.remove_prefix(head.size());
  std::visit(
      [&](auto& s) {
        s.token = static_cast<int>(take(bytes));
        for_numbers(s, [&](auto& n) { n = std::bit_cast<std::decay_t<decltype(n)>>(take(bytes)); });
      },
      state);
  return state;
}

}  // namespace emamba

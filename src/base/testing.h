// SPDX-License-Identifier: Apache-2.0
// Helpers of the tests: a folder that disappears, errors by their text, and damaged inputs.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/rng.h"

namespace emamba {

// An empty folder, removed at the end of the test.
class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "emamba-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw Error("cannot make " + name);
    path_ = name;
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }
  std::size_t entries() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::recursive_directory_iterator(path_), {}));
  }

 private:
  std::string path_;
};

// Runs `action`, which must throw Error with `text` in its message.
inline void expect_error(const std::function<void()>& action, const std::string& text) {
  try {
    action();
    ADD_FAILURE() << "no Error; expected one with: " << text;
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find(text), std::string::npos)
        << "message: " << e.what() << "\nexpected in it: " << text;
  }
}

// Runs `action` in a process of its own without rights over other users' files, root's least of
// all. It may search `folder`, and its failures count.
inline void as_nobody(const TestFolder& folder, const std::function<void()>& action) {
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) _exit(2);
    action();
    std::fflush(nullptr);
    _exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

// An .npy file with this header dict, padded as NumPy does, and these numbers.
template <class T>
std::string make_npy(std::string header, const std::vector<T>& numbers, int version = 1) {
  const std::size_t length_size = version == 1 ? 2 : 4;
  header.append(63 - (8 + length_size + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += static_cast<char>(version);
  bytes += '\0';
  for (std::size_t i = 0; i < length_size; ++i) bytes += static_cast<char>(header.size() >> 8 * i);
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(T));
}

// `valid` with one to four random changes: bits flipped, bytes replaced, inserted, repeated or
// removed, the end cut off. Half of the changes fall into the first `head` bytes.
inline std::string mutate(std::string bytes, std::size_t head, Rng& rng) {
  for (int changes = rng.between(1, 4); changes > 0; --changes) {
    const std::size_t range = rng.below(2) ? std::min(head, bytes.size()) : bytes.size();
    if (range == 0) return bytes;
    const std::size_t at = rng.below(range);
    const std::size_t length = std::min<std::size_t>(1 + rng.below(8), bytes.size() - at);
    switch (rng.below(7)) {
      case 0:
        bytes[at] ^= static_cast<char>(1 << rng.below(8));
        break;
      case 1:
        bytes[at] = static_cast<char>(rng.next());
        break;
      case 2:
        bytes[at] = "09-,:[](){}'\"\\ \xff"[rng.below(17)];
        break;
      case 3:
        bytes.insert(at, length, static_cast<char>(rng.next()));
        break;
      case 4:
        bytes.insert(at, bytes.substr(at, length));
        break;
      case 5:
        bytes.erase(at, length);
        break;
      default:
        bytes.resize(at);
        break;
    }
  }
  return bytes;
}

// Feeds `count` mutations of `valid` to `parse`: it may accept one or throw Error, and nothing
// else. A seed that fails is printed.
inline void fuzz(const std::string& valid, std::size_t head, int count,
                 const std::function<void(const std::string&)>& parse) {
  for (int seed = 0; seed < count; ++seed) {
    Rng rng{static_cast<std::uint64_t>(seed)};
    const std::string bytes = mutate(valid, head, rng);
    try {
      parse(bytes);
    } catch (const Error&) {
    } catch (const std::exception& e) {
      ADD_FAILURE() << "seed " << seed << ": " << e.what();
      return;
    }
  }
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Includes under src/ point down: to the library itself and to those that CMake links it to. Tests
// beside the code, and the helpers in testing.h, may also include what CMake links to tests alone.
// Circles between files are errors.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace emamba {
namespace {

using Graph = std::map<std::string, std::set<std::string>>;

// What a library's files, and its tests, may include.
struct Libraries {
  Graph product, tests;
};

// Adds the libraries that a CMakeLists.txt and those below it declare, each with itself and all
// that it links, directly or not; and what is linked to their tests.
void add_libraries(const std::string& cmake_file, Libraries& libraries) {
  std::string text;
  for (const char c : read_file(cmake_file)) {
    text += c == '(' || c == ')' ? std::string{' ', c, ' '} : std::string{c};
  }
  std::istringstream words(text);
  std::string word;
  std::string name;
  while (words >> word) {
    if (word == "add_subdirectory" && words >> word >> name && name.starts_with("src/")) {
      add_libraries(name + "/CMakeLists.txt", libraries);
    }
    if (word != "emamba_library") continue;
    words >> word >> name;
    std::set<std::string> reachable{name};
    bool of_tests = false;
    while (words >> word && word != ")") {
      if (word.ends_with("DEPENDS")) of_tests = word == "TEST_DEPENDS";
      if (!word.starts_with("emamba_")) continue;
      std::string linked = word.substr(7);
      if (linked.ends_with("_api")) linked.resize(linked.size() - 4);  // the same folder's headers
      if (of_tests) {
        libraries.tests[name].insert(linked);
        continue;
      }
      const auto& below = libraries.product[linked];
      EXPECT_FALSE(below.empty()) << cmake_file << ": " << name << " links " << word
                                  << ", which is declared after it";
      reachable.insert(below.begin(), below.end());
    }
    libraries.product[name] = reachable;
  }
}

// Every file under src/, by its name there, with the names it includes in quotes; but for generated
// headers, which stand in no folder.
Graph includes() {
  constexpr std::string_view kBegin = "#include \"";
  Graph files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator("src")) {
    const std::string extension = entry.path().extension();
    if (extension != ".h" && extension != ".cpp") continue;
    std::istringstream lines(read_file(entry.path()));
    auto& included = files[entry.path().lexically_relative("src")];
    for (std::string line; std::getline(lines, line);) {
      if (!line.starts_with(kBegin)) continue;
      line.erase(0, kBegin.size());
      const std::string name = line.substr(0, line.find('"'));
      if (name.find('/') != std::string::npos) included.insert(name);
    }
  }
  return files;
}

// Follows includes on from `path`'s last file; true if they lead back to a file of `path`, which
// then is a circle. `done` are files that lead into none.
bool closes(const Graph& files, std::vector<std::string>& path, std::set<std::string>& done) {
  const std::string file = path.back();
  const auto first = std::find(path.begin(), path.end() - 1, file);
  if (first != path.end() - 1) {
    path.erase(path.begin(), first);
    return true;
  }
  if (done.contains(file) || !files.contains(file)) return false;
  for (const std::string& next : files.at(file)) {
    path.push_back(next);
    if (closes(files, path, done)) return true;
    path.pop_back();
  }
  done.insert(file);
  return false;
}

std::string folder_of(const std::string& file) {
  return file.substr(0, file.find('/'));
}

bool is_test(const std::string& file) {
  return file.ends_with("_test.cpp") || file.ends_with("testing.h");
}

// A folder that is no library is a program, which may include all libraries and no other program.
TEST(Includes, PointDown) {
  Libraries libraries;
  add_libraries("CMakeLists.txt", libraries);
  ASSERT_GT(libraries.product.size(), 5u);
  for (const auto& [file, included] : includes()) {
    const std::string from = folder_of(file);
    const auto library = libraries.product.find(from);
    for (const std::string& name : included) {
      const std::string to = folder_of(name);
      bool allowed = library != libraries.product.end()
                         ? library->second.contains(to)
                         : to == from || libraries.product.contains(to);
      if (is_test(file)) {
        for (const std::string& more : libraries.tests[from]) {
          allowed = allowed || libraries.product[more].contains(to);
        }
      }
      EXPECT_TRUE(allowed) << "src/" << file << " includes " << name << ": CMake does not link "
                           << from << " to " << to;
    }
  }
}

TEST(Includes, GoInNoCircle) {
  const Graph files = includes();
  std::set<std::string> done;
  for (const auto& [file, included] : files) {
    std::vector<std::string> path{file};
    ASSERT_FALSE(closes(files, path, done)) << ::testing::PrintToString(path);
  }
}

}  // namespace
}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// A progress line with the time left, for anything that may last over two seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace emamba {

// Called with (steps done, steps in all, a short remark); library code reports through it.
using ProgressCallback = std::function<void(std::size_t, std::size_t, const std::string&)>;

// `what  42 % (420/1000)  1:12 left  remark`, after `seconds` for the steps from `first` to `done`;
// without a share and time left when `total` is 0 (not known), and the seconds so far when `done`
// is 0 too (nothing to count).
std::string progress_text(const std::string& what, std::size_t first, std::size_t done,
                          std::size_t total, double seconds, const std::string& remark);

// Draws that text on stderr: in place on a terminal, at most five times a second; as a line every
// ten seconds elsewhere; nothing before the first second. The time left follows from the pace since
// the first update, whose steps may be those of an earlier run.
class ProgressLine {
 public:
  explicit ProgressLine(std::string what);
  ~ProgressLine();  // ends the line
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void update(std::size_t done, std::size_t total, const std::string& remark = "");
  ProgressCallback callback();

 private:
  std::string what_;
  bool terminal_;
  bool drawn_ = false;
  std::optional<std::size_t> first_;                         // steps done at the first update
  std::chrono::steady_clock::time_point first_time_, last_;  // of the first update; of drawing
};

}  // namespace emamba

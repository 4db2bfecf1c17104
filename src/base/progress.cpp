// SPDX-License-Identifier: Apache-2.0
#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace emamba {
namespace {

double seconds_between(std::chrono::steady_clock::time_point from,
                       std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

std::string clock_text(double seconds) {
  const auto s = static_cast<long long>(seconds + 0.5);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::size_t terminal_columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string progress_text(const std::string& what, std::size_t first, std::size_t done,
                          std::size_t total, double seconds, const std::string& remark) {
  std::string text = what;
  if (total == 0) {
    text += done == 0 ? "  " + clock_text(seconds) : fmt::format("  {}", done);
  } else {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    text += fmt::format("  {:.0f} % ({}/{})", std::floor(100 * share), done, total);
    if (done > first && done < total) {
      const double pace = seconds / static_cast<double>(done - first);
      text += fmt::format("  {} left", clock_text(pace * static_cast<double>(total - done)));
    }
  }
  return remark.empty() ? text : text + "  " + remark;
}

ProgressLine::ProgressLine(std::string what)
    : what_(std::move(what)),
      terminal_(isatty(STDERR_FILENO) != 0),
      first_time_(std::chrono::steady_clock::now()),
      last_(first_time_) {}

ProgressLine::~ProgressLine() {
  if (drawn_ && terminal_) std::fputc('\n', stderr);
}

void ProgressLine::update(std::size_t done, std::size_t total, const std::string& remark) {
  const auto now = std::chrono::steady_clock::now();
  if (!first_) {
    first_ = done;
    first_time_ = now;
  }
  const double pause = terminal_ ? (drawn_ ? 0.2 : 1.0) : 10.0;
  const bool end = drawn_ && total > 0 && done == total;
  if (seconds_between(last_, now) < pause && !end) return;
  last_ = now;
  drawn_ = true;
  const std::string text =
      progress_text(what_, *first_, done, total, seconds_between(first_time_, now), remark);
  if (terminal_) {
    // \r: back to the first column; \x1b[K: erase what is left of the line before.
    fmt::print(stderr, "\r{}\x1b[K", text.substr(0, terminal_columns() - 1));
  } else {
    fmt::print(stderr, "{}\n", text);
  }
  std::fflush(stderr);
}

ProgressCallback ProgressLine::callback() {
  return [this](std::size_t done, std::size_t total, const std::string& remark) {
    update(done, total, remark);
  };
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
#include "data/fetch.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>

#include "base/error.h"
#include "base/files.h"
#include "base/process.h"
#include "base/tool.h"

namespace emamba {
namespace {

namespace fs = std::filesystem;

std::string by_hand(const DataSet& set, const std::string& target) {
  std::string text = "Get by hand:";
  for (const Download& d : set.downloads) text += "\n  " + d.url;
  return text + fmt::format("\nso that {} holds {}.", target, fmt::join(set.files, ", "));
}

// More than any of the catalogue's files unpacks to.
constexpr std::size_t kMaxUnpacked = std::size_t{1} << 28;

// SHA-256 of what Download::sha256 speaks of.
std::string checksum(const Download& download, const std::string& path) {
  return download.kind == Download::Kind::kGzip
             ? sha256(unpack_gzip(read_file(path), path, kMaxUnpacked))
             : sha256_file(path);
}

// The same, or why there is none; a piece of a gzip file cannot be unpacked.
std::string try_checksum(const Download& download, const std::string& path) {
  try {
    return checksum(download, path);
  } catch (const Error& e) {
    return e.what();
  }
}

std::string meaning(int curl_code) {
  switch (curl_code) {
    case 5:
    case 6:
    case 7:
      return "no network, or the server cannot be reached";
    case 22:
      return "the server refuses the file";
    case 23:
      return "cannot write the file; is the disk full?";
    case 28:
      return "no answer in time";
    default:
      return fmt::format("curl ended with code {}", curl_code);
  }
}

// Lets curl write to `part`, behind what is already there, and reports the file's growth.
ProcessResult run_curl(const Download& download, const std::string& part,
                       const ProgressCallback& progress) {
  // Gives up after 20 s without connection or 60 s without data.
  const std::vector<std::string> command = {
      "curl",         "--fail",        "--location", "--silent",
      "--show-error", "--retry",       "3",          "--connect-timeout",
      "20",           "--speed-limit", "1",          "--speed-time",
      "60",           "--continue-at", "-",          "--output",
      part,           download.url};
  std::future<ProcessResult> curl =
      std::async(std::launch::async, [&] { return run_process(command); });
  for (bool running = true; running;) {
    running = curl.wait_for(std::chrono::milliseconds(200)) != std::future_status::ready;
    std::error_code error;
    const std::uintmax_t size = fs::file_size(part, error);
    if (progress && !error) progress(size, download.bytes, download.file);
  }
  return curl.get();
}

void complete_part(const Download& download, const std::string& part, const std::string& remedy,
                   const ProgressCallback& progress) {
  const ToolVersion curl = tool_version("curl");
  if (!curl.problem.empty()) {
    throw Error(curl.problem + "; it downloads data sets", curl.remedy + ". " + remedy,
                ErrorKind::kMissing);
  }
  const bool resumed = file_exists(part);
  ProcessResult result = run_curl(download, part, progress);
  // 22: HTTP error, for one of "range not satisfiable"; 33, 36: the server cannot continue there.
  if (resumed && (result.exit_code == 22 || result.exit_code == 33 || result.exit_code == 36)) {
    fs::remove(part);
    result = run_curl(download, part, progress);
  }
  if (result.exit_code != 0) {
    throw Error(fmt::format("{}: {}\n{}", download.url, meaning(result.exit_code), result.output),
                "Try again: what has been downloaded is kept and continued. " + remedy);
  }
  const std::string found = try_checksum(download, part);
  if (found != download.sha256) {
    fs::remove(part);
    throw Error(fmt::format("{}: the download's SHA-256 is {}, expected {}; it is removed",
                            download.url, found, download.sha256),
                "Try again. " + remedy);
  }
}

// Unpacks the set's files into `target`, by way of a temporary folder beside the archive.
void unpack_archive(const DataSet& set, const std::string& archive, const std::string& target) {
  const std::string temporary = archive + ".unpacked";
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  const ProcessResult tar =
      run_process({"tar", "-xzf", archive, "-C", temporary, "--strip-components=1"});
  std::error_code error;
  for (const std::string& file : set.files) {
    if (!error) fs::rename(temporary + "/" + file, target + "/" + file, error);
  }
  fs::remove_all(temporary);
  if (tar.exit_code != 0 || error) {
    throw Error(fmt::format("{}: cannot be unpacked: {}", archive,
                            tar.exit_code != 0 ? tar.output : error.message()),
                "Is the disk full?");
  }
}

void fetch_one(const DataSet& set, const Download& download, const std::string& target,
               const ProgressCallback& progress) {
  const std::string path = target + "/" + download.file;
  const std::string part = path + ".part";
  if (file_exists(path)) {
    if (try_checksum(download, path) == download.sha256) return;
    throw Error(fmt::format("{}: is not the published file", path),
                "It was put there by hand: move it away to download the published one.");
  }
  // A complete .part is left when a run was killed before it was renamed; curl would refuse it.
  if (!file_exists(part) || try_checksum(download, part) != download.sha256) {
    complete_part(download, part, by_hand(set, target), progress);
  }
  if (download.kind == Download::Kind::kTarGzip) {
    unpack_archive(set, part, target);
    fs::remove(part);
  } else {
    fs::rename(part, path);
  }
}

}  // namespace

void fetch_data_set(const DataSet& set, const std::string& folder,
                    const ProgressCallback& progress) {
  const std::string target = download_folder(set, folder);
  const auto is_there = [&](const std::string& file) { return file_exists(target + "/" + file); };
  try {
    fs::create_directories(target);
    for (const Download& download : set.downloads) {
      const bool archive = download.kind == Download::Kind::kTarGzip;
      if (archive && std::all_of(set.files.begin(), set.files.end(), is_there)) continue;
      fetch_one(set, download, target, progress);
    }
  } catch (const fs::filesystem_error& e) {
    throw Error(fmt::format("{}: cannot be filled: {}", target, e.code().message()),
                "Is the disk full, or the folder read-only?");
  }
}

}  // namespace emamba

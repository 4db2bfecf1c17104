// SPDX-License-Identifier: Apache-2.0
// The public data sets: their files, where they come from and where they are looked for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace emamba {

// What is downloaded as one piece. `file` is its name in the data set's folder; an archive's files,
// which lie one folder deep in it, are unpacked there.
struct Download {
  enum class Kind { kPlain, kGzip, kTarGzip };
  std::string file;
  std::string url;
  Kind kind = Kind::kPlain;
  std::string sha256;  // of what is read: the unpacked bytes for kGzip, else the file as published
  std::size_t bytes = 0;  // of the download; 0: not known
};

struct DataSet {
  std::string task;  // that reads it
  std::string name;  // "fashion-mnist", "cifar-10", "mars"
  std::string licence;
  std::string homepage;
  std::string package;               // of Debian, that holds it too; or ""
  std::vector<std::string> folders;  // searched in this order; relative to the data folder, or
                                     // absolute; downloads go to the first
  std::vector<std::string> files;    // that the reader needs
  std::string other_folder = {};     // of a version that is not read, relative to the data folder
  std::string other_version = {};    // which that is, and why
  bool gzip = false;                 // each file may also be there with ".gz"
  std::vector<Download> downloads;
};

const std::vector<DataSet>& data_sets();
// By name, or that of the task that reads it; throws Error with the known names.
const DataSet& data_set(const std::string& name);

// The folder that downloads go to.
std::string download_folder(const DataSet& set, const std::string& folder);
// Path of one of the set's files; "" when it is in none of the set's folders. What has its name but
// cannot be read as a file counts as well, where there is no better one in the same folder.
std::string find_data_file(const DataSet& set, const std::string& folder, const std::string& file);
// The same, but throws Error with `how_to_get` as its hint when there is none.
std::string require_data_file(const DataSet& set, const std::string& folder,
                              const std::string& file);
// What to type, or which files to put where, so that the set is complete.
std::string how_to_get(const DataSet& set, const std::string& folder);

}  // namespace emamba

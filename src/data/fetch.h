// SPDX-License-Identifier: Apache-2.0
// Downloads a public data set with the program `curl`.
#pragma once

#include <string>

#include "base/progress.h"
#include "data/catalogue.h"

namespace emamba {

// Downloads what is missing of `set` into download_folder(set, folder). Each file is downloaded to
// NAME.part, which a later call continues, checked against its SHA-256, and only then renamed (or
// unpacked with `tar`). Reports bytes to `progress`. Throws Error when there is no curl or no
// network, naming the addresses, the files and the folder to fill by hand; when a checksum differs;
// and rather than replace a file that is there and differs.
void fetch_data_set(const DataSet& set, const std::string& folder,
                    const ProgressCallback& progress = {});

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Families of networks at several sizes: parameters against accuracy, in floating point and in
// integers, over several seeds.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "flow/job.h"

namespace emamba {

// What a sweep's file says, in TOML:
//
//   name = "mars"
//   seeds = 3                                # trains with train.seed = 1 .. seeds
//   [[family]]
//   name = "mamba"
//   config = "../models/mars/config.toml"    # from the file's folder
//   sizes = [["model.D=12"], []]             # keys of the config that each size replaces
struct Sweep {
  struct Size {
    std::vector<std::string> set;
    Spec spec;  // the family's with these keys
  };
  struct Family {
    std::string name;
    Job job;
    std::vector<Size> sizes;
  };
  std::string path, name;
  int seeds = 3;
  std::vector<Family> families;  // of one task
};

// Throws Error naming the file and the key for what is not as above, for a config or a size that
// open_job() refuses, and for families of several tasks. Results go to out/sweeps/NAME by default.
Sweep read_sweep(const std::string& path, const Workplace& workplace);

// Trains and measures what is missing (run_trials), writes OUT/sweep.json and returns it: what
// docs/formats.md says of it. A size whose training or program fails is reported in the result.
// Throws Error when the training is asked to stop.
nlohmann::json run_sweep(const Sweep& sweep);

}  // namespace emamba

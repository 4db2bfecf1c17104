// SPDX-License-Identifier: Apache-2.0
// Where an accelerator's files go, and what tells two of them apart.
#include "flow/emit.h"

#include "base/files.h"
#include "hw/emit.h"

namespace emamba {

std::string design_hash(const Plan& plan) {
  std::string all = top_module(plan.design);
  for (const char* tech : kTechnologies) {
    for (const std::string& source : rtl_sources(tech)) {
      all += sha256_file(rtl_folder() + "/" + source);
    }
  }
  for (const Memory& memory : plan.design.memories) {
    for (const std::string& word : memory.words) all += word;
  }
  return sha256(all);
}

std::string emit_stage(const Job& job, const Plan& plan, const Program& program) {
  const std::string folder = job.out + "/hardware";
  emit(plan, program, folder);
  return folder;
}

}  // namespace emamba

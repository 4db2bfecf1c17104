// SPDX-License-Identifier: Apache-2.0
#include "approx/options.h"

#include "base/error.h"

namespace emamba {

void check(const ApproxSpec& approx, const std::string& source) {
  constexpr double kShortest = 0.0625;  // of [lo, hi], which up to 64 lines divide
  constexpr char kHint[] = "the paper uses [-7, 7] for SiLU and [-4, 1] for exp";
  for (const auto& [name, pwl] :
       {std::pair{"approx.silu", &approx.silu}, {"approx.exp", &approx.exp}}) {
    if (!(pwl->lo < pwl->hi)) {
      throw Error(
          fmt::format("{}: {}: lo = {} must be below hi = {}", source, name, pwl->lo, pwl->hi),
          kHint);
    }
    if (pwl->hi - pwl->lo < kShortest) {
      throw Error(fmt::format("{}: {}: lo = {} and hi = {} are less than {} apart", source, name,
                              pwl->lo, pwl->hi, kShortest),
                  kHint);
    }
  }
}

}  // namespace emamba

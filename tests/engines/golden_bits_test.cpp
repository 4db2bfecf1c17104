// SPDX-License-Identifier: Apache-2.0
// Pins golden's integers: every value on every edge of many random programs, as one hash for each
// kind of weight exponents. It changes when, and only when, docs/arithmetic.md or the random
// programs do.
#include <gtest/gtest.h>

#include "base/files.h"
#include "exec/golden.h"
#include "net/testing.h"

namespace emamba {
namespace {

// Little-endian, 32 bits a value, edges in order, tokens in order.
void append(std::string& bytes, std::int32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift);
}

std::string hash_of_programs(DrawOptions draw) {
  std::string bytes;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Rng rng{seed};
    NetSpec spec = pinned_net(rng);
    spec.draw = draw;
    const Golden golden(random_program(spec, rng));
    const auto tokens = random_tokens(golden.program(), rng);
    Golden::State state = golden.initial();
    for (std::size_t t = 0; t < tokens.shape[0]; ++t) {
      golden.step(state, tokens.row(t));
      for (const auto& values : state.values) {
        for (std::int32_t value : values.data) append(bytes, value);
      }
    }
  }
  return sha256(bytes);
}

TEST(Golden, EveryBitOfRandomProgramsIsAsItWas) {
  EXPECT_EQ(hash_of_programs({}),
            "62abfd89cfb5fe0e19711467e9d681faa04fd5eb8db7eaf426cbaf35bcd7f247");
  EXPECT_EQ(hash_of_programs({.offsets = true}),
            "943186e181ccbca19fbca1a6b30e078888fdeb3034f839b7a2d34f9fecd799b4");
}

}  // namespace
}  // namespace emamba

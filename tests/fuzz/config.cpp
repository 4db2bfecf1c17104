// SPDX-License-Identifier: Apache-2.0
// config.toml: what is accepted is accepted again as JSON, and is the same.
#include <nlohmann/json.hpp>

#include "flow/spec.h"
#include "fuzz.h"

static void read(std::string_view bytes) {
  const emamba::Spec spec = emamba::parse_spec(bytes, "config.toml");
  const nlohmann::json json = to_json(spec);
  emamba::require(to_json(emamba::spec_from_json(json, "again")) == json);
}

EMAMBA_FUZZ(read)

// SPDX-License-Identifier: Apache-2.0
// A model's results.json, and the tables that are made of it.
#include "report/results.h"

#include "base/json.h"
#include "fuzz.h"

static void read(std::string_view bytes) {
  const std::vector<nlohmann::json> results = {emamba::parse_json(bytes, "results.json")};
  emamba::results_overview(results);
  emamba::results_details(results);
}

EMAMBA_FUZZ(read)

// SPDX-License-Identifier: Apache-2.0
#include "quant/streams.h"

namespace emamba {

std::vector<Stream> streams_of(const Program& skeleton) {
  std::vector<Stream> streams;
  for (std::size_t e = 0; e < skeleton.edges.size(); ++e) {
    const auto edge = static_cast<EdgeIndex>(e);
    streams.push_back({edge_name(skeleton, edge), skeleton.edges[e].type.bits, edge, "", {}});
  }
  for (const Op& op : skeleton.ops) {
    if (const auto* pwl = std::get_if<Pwl>(&op)) {
      streams[pwl->x].curve = pwl->name;
      streams[pwl->x].function = pwl->function;
    }
    if (const auto* attention = std::get_if<Attention>(&op)) {
      streams.push_back({attention->name + ".score", attention->score_type.bits, -1, "", {}});
    }
    const auto* scan = std::get_if<Scan>(&op);
    if (!scan) continue;
    const std::size_t first = streams.size();
    streams.resize(first + kScanStreams);
    streams[first + kZ] = {scan->name + ".z", scan->z_type.bits, -1, scan->name, Function::kExp};
    streams[first + kProduct] = {
        scan->name + "." + product_of(*scan).name, scan->product_type.bits, -1, "", {}};
    streams[first + kState] = {scan->name + ".state", scan->state_type.bits, -1, "", {}};
  }
  return streams;
}

}  // namespace emamba

// SPDX-License-Identifier: Apache-2.0
// Processes that an accelerator may be made in, each described by a file.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace emamba {

// A target's file, in TOML:
//
//   name = "Nangate 45 nm"
//   node_nm = 45
//   supply_v = 1.1
//   clock_mhz = 500                         # to be reached; a unit that does not is made larger
//   licence = "Apache-2.0"                  # of the libraries; may be absent
//   avoid = ["*dly*"]                       # cells that are not used; may be absent
//   [[corner]]                              # the first is the one that is mapped to
//   name = "typical"
//   files = ["nangate45/typical.lib.gz"]    # Liberty, together one library
//   [[equivalent]]                          # in another process; may be absent
//   node_nm = 22
//   area = 0.246                            # times that of this one
//   energy = 0.174                          # the same; may be absent
//   source = "published scaling: ..."
//   [layout]                                # may be absent
//   technology = "nangate45/tech.lef.gz"    # layers and vias, LEF
//   cells = "nangate45/cells.lef.gz"        # outlines and pins, LEF
//   shapes = "nangate45/cells.gds.gz"       # GDSII
struct AsicTarget {
  struct Corner {
    std::string name;
    std::vector<std::string> files;  // paths
  };
  struct Equivalent {
    int node_nm = 0;
    double area = 1;
    double energy = 0;  // 0: not known
    std::string source;
  };
  std::string key;  // what it was asked for as
  std::string name, licence;
  int node_nm = 0;
  double supply_v = 0, clock_mhz = 0;
  std::vector<std::string> avoid;
  std::vector<Corner> corners;
  std::vector<Equivalent> equivalents;
  struct Layout {
    std::string technology, cells, shapes;  // paths
  };
  std::optional<Layout> layout;
};

// The names of the targets that come with the tool.
std::vector<std::string> asic_targets();

// The target of such a name, or of a file whose path ends in .toml. Its libraries lie in the folder
// `libraries`; "": beside a target of one's own, and where EMAMBA_PDK says. Throws Error naming the
// nearest target, the file's key that is wrong, or the library that is not there.
AsicTarget read_asic_target(const std::string& name, const std::string& libraries);

}  // namespace emamba

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""place.py JOB.json: places the cells of one netlist.

Job: library (folder of library.py), netlist (file), utilisation (of the core by the cells' real
widths), space (empty sites beside cells up to 4 um wide), out (JSON file).

Writes out: core_um [width, height], cells [[x_um, y_um] of the centre, in order], utilisation.
What the tools print goes to out + ".log".
"""

from common import number_of, path_of, read_library, read_netlist, run, write_json


def main(job):
    import engine  # prints when loaded, so not before run() has taken the output

    library = read_library(path_of(job, "library"))
    netlist = read_netlist(path_of(job, "netlist"), library)
    utilisation = number_of(job, "utilisation", 0.05, 0.95)
    space = int(number_of(job, "space", 0, 8))
    core = engine.core_size(netlist, library, utilisation, space)
    engine.set_up(utilisation, len(netlist["cells"]))
    block = engine.build(netlist, engine.make_cells(library, space), core)
    engine.place(block)
    corners = engine.places(block, len(netlist["cells"]))
    engine.check_places(corners, netlist, library, core)
    write_json(path_of(job, "out"), engine.summary(corners, netlist, library, core))


if __name__ == "__main__":
    run(main, lambda job: path_of(job, "out") + ".log")

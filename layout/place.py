#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""place.py JOB.json: places the cells of one netlist.

Job: library (folder of library.py), netlist (file), utilisation (of the core by the cells), out
(JSON file).

Writes out: core_um [width, height], cells [[x_um, y_um] of the centre, in order], utilisation.
What the tools print goes to out + ".log".
"""

from common import number_of, path_of, read_library, read_netlist, run, write_json


def main(job):
    import engine  # prints when loaded, so not before run() has taken the output
    import spread

    library = read_library(path_of(job, "library"))
    netlist = read_netlist(path_of(job, "netlist"), library)
    core = engine.core_size(netlist, library, number_of(job, "utilisation", 0.05, 0.85))
    engine.set_up(len(netlist["cells"]))
    corners, _ = spread.place(netlist, library, core)
    write_json(path_of(job, "out"), engine.summary(corners, netlist, library, core))


if __name__ == "__main__":
    run(main, lambda job: path_of(job, "out") + ".log")

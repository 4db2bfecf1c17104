#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""route.py JOB.json: places and routes one netlist, and writes its GDS.

Katana makes the wires; repair.py replaces those that overlap, leave the tracks or are open.

Job: the keys of place.py; out is a folder.

Writes into out:
  layout.gds  the real cells with their bars, fill cells, wires, ports as texts on Metal4
  route.json  core_um, cells and utilisation as place.py; wire_mm, vias (Via2 .. Via4), seconds,
              and nets: for each net length_um (wires without the bars) and sinks, a list of
              [cell, pin, distance_um]; [-1, port, distance_um] for an output port. The distance
              is along the wires from the driver's bar to that of the sink; where the wires do not
              lead there, it is the straight one, |dx| + |dy|, and the net is in `unreached`.
              repaired: number of nets that repair.py gave new wires.
  route.log   what the tools print
"""

import heapq
import os
import time

from common import (
    PAD, ROW, micrometres, number_of, path_of, read_library, read_netlist, run,
    write_json,
)


def main(job):
    import engine  # prints when loaded, so not before run() has taken the output
    import gds
    import repair
    import spread

    start = time.monotonic()
    folder = path_of(job, "library")
    library = read_library(folder)
    netlist = read_netlist(path_of(job, "netlist"), library)
    core = engine.core_size(netlist, library, number_of(job, "utilisation", 0.05, 0.85))
    out = path_of(job, "out")
    engine.set_up(len(netlist["cells"]))
    corners, rows = spread.place(netlist, library, core)
    block = engine.route(netlist, library, core, corners)

    wires = [engine.wires_of(block, net) for net in range(netlist["nets"])]
    ports = engine.port_places(len(netlist["ports"]), core)
    ends, unused = ends_of_nets(netlist, library, corners, ports)
    nets = [net_figures(wire, of_net) for wire, of_net in zip(wires, ends)]
    broken = [net for net, figures in enumerate(nets) if figures["unreached"]]
    repaired = repair.repaired(wires, ends, unused, core, broken)
    for net, wire in repaired.items():
        wires[net] = wire
        nets[net] = net_figures(wire, ends[net])
    unreached = [net for net, figures in enumerate(nets) if figures.pop("unreached")]
    layout, top = gds.make(os.path.join(folder, "cells.gds"), netlist["module"])
    gds.put_cells(top, netlist, corners)
    gds.put_fills(top, library, rows, corners, core)
    gds.put_wires(top, wires, netlist["ports"], ports, core)
    gds.write(layout, top, os.path.join(out, "layout.gds"))
    result = engine.summary(corners, netlist, library, core)
    result["wire_mm"] = round(sum(net["length_um"] for net in nets) / 1000, 3)
    result["vias"] = sum(len(wire["vias"]) for wire in wires)
    result["nets"] = nets
    result["unreached"] = unreached
    result["repaired"] = len(repaired)
    result["seconds"] = round(time.monotonic() - start, 2)
    write_json(os.path.join(out, "route.json"), result)


def ends_of_nets(netlist, library, corners, ports):
    """For each net (is driver, cell, pin, layer, x, low, high) of its ends; and unused bars."""
    ends = [[] for _ in range(netlist["nets"])]
    unused = []
    for index, cell in enumerate(netlist["cells"]):
        for pin, bar in library["bars_nm"][cell["type"]].items():
            place = bar_at(bar, corners[index])
            if pin in cell["pins"]:
                drives = pin in library["outputs"][cell["type"]]
                ends[cell["pins"][pin]].append((drives, index, pin, "Metal2", *place))
            else:
                unused.append(place)
    for port, (x, y) in zip(netlist["ports"], ports):
        ends[port["net"]].append((port["input"], -1, port["name"], "Metal4", x, y, y))
    return ends, unused


def net_figures(wire, pins):
    """length_um and sinks of a net, and whether its wires fail to lead to all sinks."""
    driver = next((end for end in pins if end[0]), None)
    found = distances(wire, pins, driver) if driver else {}
    unreached = False
    sinks = []
    for end in pins:
        if end is driver:
            continue
        distance = found.get(end)
        if distance is None:
            distance = straight(driver, end)
            unreached = True
        sinks.append([end[1], end[2], micrometres(distance)])
    length = micrometres(length_of(wire))
    return {"length_um": length, "sinks": sinks, "unreached": unreached}


def bar_at(bar, corner):
    """x, low and high of a pin's bar in the core."""
    x, low, high, _ = bar
    left, bottom, flipped = corner
    if flipped:
        low, high = ROW - high, ROW - low
    return left + x, bottom + low, bottom + high


def straight(a, b):
    dy = max(a[5] - b[6], b[5] - a[6], 0)
    return abs(a[4] - b[4]) + dy


def length_of(wire):
    return sum(high - low for _, _, _, low, high in wire["lines"])


def distances(wire, pins, driver):
    """Shortest way in nm from the driver to each pin, along lines, vias and bars."""
    lines = list(wire["lines"])  # (layer, vertical, where, low, high)
    lines += [(layer, True, x, low, high) for _, _, _, layer, x, low, high in pins]
    points = {}  # (layer, x, y) -> its neighbours [(distance, point)]
    on_line = [set() for _ in lines]

    def put(layer, x, y):
        for number, (metal, vertical, where, low, high) in enumerate(lines):
            across, along = (x, y) if vertical else (y, x)
            if metal == layer and across == where and low - PAD[0] <= along <= high + PAD[0]:
                on_line[number].add((along, (layer, x, y)))
        return (layer, x, y)

    def join(a, b, distance):
        points.setdefault(a, []).append((distance, b))
        points.setdefault(b, []).append((distance, a))

    for low, high, x, y in wire["vias"]:
        join(put(low, x, y), put(high, x, y), 0)
    for layer, x, y in wire["bends"]:
        put(layer, x, y)
    first = len(wire["lines"])
    for number, line in enumerate(lines[first:], first):
        put(line[0], line[2], line[3])  # a pin's own point: its low end
    for line in on_line:
        ordered = sorted(line)
        for (from_, a), (to, b) in zip(ordered, ordered[1:]):
            join(a, b, to - from_)

    def nearest(end, reached):
        """A pin is reached at the point of its bar where the wire comes first."""
        number = first + pins.index(end)
        return min((reached[p] for _, p in on_line[number] if p in reached), default=None)

    queue = [(0, point) for _, point in on_line[first + pins.index(driver)]]
    heapq.heapify(queue)
    reached = {}
    while queue:
        distance, point = heapq.heappop(queue)
        if point in reached:
            continue
        reached[point] = distance
        for step, other in points.get(point, []):
            if other not in reached:
                heapq.heappush(queue, (distance + step, other))
    return {end: nearest(end, reached) for end in pins}


if __name__ == "__main__":
    run(main, lambda job: os.path.join(path_of(job, "out"), "route.log"))

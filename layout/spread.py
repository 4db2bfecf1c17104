# SPDX-License-Identifier: Apache-2.0
"""Places a netlist so that wires find room: cells get empty sites where many wires meet.

A placer packs logic that is closely tied (a table of weights, say) as densely as the rest, and the
wires above it need more tracks than there are. Vertical ones are scarce: Metal4 alone carries
them. So the netlist is placed, the vertical wire is estimated tile by tile, cells in tiles with
much of it get more empty sites, the others fewer, and the netlist is placed again.
"""

import engine
from common import ROW, SITE, width_of

FILL = 0.85  # of the core, by cells and the empty sites beside them
NARROW_CELL = 4000  # cells up to this width have many pins for it: they begin with START sites
START = 2
MOST = 30  # empty sites beside a cell
TILE = 4 * ROW  # side of a tile
ROUNDS = 4
EASY = 0.75  # of the tracks: no more rounds are needed
PIN_WIRE = 1500  # nm of vertical wire of a net beyond the height of its pins' box
BRANCH = 0.07  # of the box's height, more for each pin beyond three
POWER = 0.8  # of the change of a cell's width by the demand around it
LEAST_CHANGE, MOST_CHANGE = 0.6, 2.0


def place(netlist, library, core):
    """[x, y, flipped] of the cells, and the cells of each row: the best of a few rounds."""
    widths = [width_of(library, cell["type"]) for cell in netlist["cells"]]
    wanted = [width + START * SITE * (width <= NARROW_CELL) for width in widths]
    best = None
    for number in range(ROUNDS):
        sites = sites_beside(widths, wanted, core)
        corners = engine.place(f"place{number}", netlist, library, core, sites)
        rows = engine.check_places(corners, netlist, library, core)
        demand = tile_demand(netlist, library, core, corners)
        peak = peak_of(demand)
        if best is None or peak < best[0]:
            best = (peak, corners, rows)
        if peak <= EASY:
            break
        wanted = widths_after(widths, sites, corners, demand)
    return best[1:]


def sites_beside(widths, wanted, core):
    """Empty sites beside each cell, for about the wanted widths, which are scaled to FILL."""
    room = FILL * core[0] * core[1] / ROW
    for _ in range(30):  # a cell cannot be narrower than it is, so the others have to give more
        scale = room / sum(wanted)
        wanted = [max(scale * want, width) for want, width in zip(wanted, widths)]
    return [min(MOST, round((want - width) / SITE)) for want, width in zip(wanted, widths)]


def widths_after(widths, sites, corners, demand):
    """The widths that cells want, by the demand around them."""
    tiles = [tile for row in demand for tile in row]
    mean = sum(tiles) / len(tiles)
    result = []
    for width, free, (x, y, _) in zip(widths, sites, corners):
        change = demand[y // TILE][x // TILE] / mean
        change = max(LEAST_CHANGE, min(MOST_CHANGE, change))
        result.append((width + free * SITE) * change ** POWER)
    return result


def tile_demand(netlist, library, core, corners):
    """Estimated vertical wire in each tile by what fits there, [row][column].

    The wire of a net is taken as spread evenly over the box of its pins.
    """
    points = [[] for _ in range(netlist["nets"])]
    for (x, y, _), cell in zip(corners, netlist["cells"]):
        for pin, net in cell["pins"].items():
            points[net].append((x + library["bars_nm"][cell["type"]][pin][0], y + ROW // 2))
    for port, place_ in zip(netlist["ports"], engine.port_places(len(netlist["ports"]), core)):
        points[port["net"]].append(place_)
    demand = [[0.0] * (core[0] // TILE + 1) for _ in range(core[1] // TILE + 1)]
    room = TILE * TILE / SITE
    for pins in points:
        if len(pins) < 2:
            continue
        xs, ys = zip(*pins)
        wire = (max(ys) - min(ys)) * (1 + BRANCH * max(0, len(pins) - 3)) + PIN_WIRE
        columns = range(min(xs) // TILE, max(xs) // TILE + 1)
        rows = range(min(ys) // TILE, max(ys) // TILE + 1)
        part = wire / (room * len(columns) * len(rows))
        for row in rows:
            for column in columns:
                demand[row][column] += part
    return demand


def peak_of(demand):
    """Mean of the fullest tenth of the tiles."""
    tiles = sorted((tile for row in demand for tile in row), reverse=True)
    count = -(-len(tiles) // 10)
    return sum(tiles[:count]) / count

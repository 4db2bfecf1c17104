# SPDX-License-Identifier: Apache-2.0
"""The GDS of a routed block: cells of library.py, fill cells, wires. Lengths in nm."""

from common import (
    CUT, CUTS, GRID, METALS, OUTLINE, PAD, ROW, TEXT, WIDTH, Failure, width_of, write_whole,
)

try:
    import klayout.db as kdb
except ImportError:
    raise Failure("no module klayout: run tools/setup-layout") from None

HALF = WIDTH["Metal4"] // 2
LEAST_AREA = 144000  # nm2, of Metal3 .. Metal5


def make(cells, name):
    """The file `cells` and a new top cell in it; the cell lives as long as the layout."""
    layout = kdb.Layout()
    layout.read(cells)
    if layout.cell(name):
        raise Failure(f"netlist: the module has the name of a cell of the library, {name}")
    return layout, layout.create_cell(name)


def write(layout, top, path):
    options = kdb.SaveLayoutOptions()
    options.select_cell(top.cell_index())
    options.gds2_write_timestamps = False
    write_whole(path, lambda name: layout.write(name, options))


def layer(top, name, datatype=0):
    return top.shapes(top.layout().layer((METALS | CUTS)[name], datatype))


def put_cell(top, kind, corner):
    x, y, flipped = corner
    turn = kdb.Trans(kdb.Trans.M0, x, y + ROW) if flipped else kdb.Trans(x, y)
    top.insert(kdb.CellInstArray(top.layout().cell(kind).cell_index(), turn))


def put_cells(top, netlist, corners):
    for cell, corner in zip(netlist["cells"], corners):
        put_cell(top, cell["type"], corner)


def put_fills(top, library, rows, corners, core):
    """Fill cells in all gaps, so that wells and rails go through."""
    flipped_rows = {y: flipped for _, y, flipped in corners}
    fills = sorted(
        ((width_of(library, kind), kind) for kind in library["cells"] if "_fill_" in kind),
        reverse=True,
    )
    for x, y, width in row_gaps(rows, core):
        flipped = flipped_rows.get(y, y // ROW % 2 == 1)
        for step, kind in fills:
            while width >= step:
                put_cell(top, kind, (x, y, flipped))
                x += step
                width -= step


def row_gaps(rows, core):
    """[x, y, width] of the empty stretches of all rows."""
    gaps = []
    for y in range(0, core[1], ROW):
        x = 0
        for left, right, _ in [*rows.get(y, []), (core[0], core[0], -1)]:
            if left > x:
                gaps.append((x, y, left - x))
            x = right
    return gaps


def put_wires(top, wires, ports, places, core):
    for name, region in wire_shapes(wires, places).items():
        layer(top, name).insert(region)
    for port, (x, y) in zip(ports, places):
        layer(top, "Metal4", TEXT).insert(kdb.Text(port["name"], kdb.Trans(x, y)))
    top.shapes(top.layout().layer(OUTLINE, 0)).insert(kdb.Box(0, 0, *core))


def wire_shapes(wires, ports):
    """{layer: Region} of all nets."""
    regions = {name: kdb.Region() for name in METALS | CUTS}
    vias_on = {name: set() for name in METALS}

    def put_box(name, x, y, half_x, half_y):
        regions[name].insert(kdb.Box(x - half_x, y - half_y, x + half_x, y + half_y))

    for wire in wires:
        for metal, vertical, where, low, high in wire["lines"]:
            box = (where - HALF, low, where + HALF, high)
            if not vertical:
                box = (low, where - HALF, high, where + HALF)
            regions[metal].insert(kdb.Box(*box))
        for metal, x, y in wire["bends"]:
            put_box(metal, x, y, HALF, HALF)
        for low, high, x, y in wire["vias"]:
            cut = next(cut for cut, metal in zip(CUTS, METALS) if metal == low)
            put_box(cut, x, y, CUT // 2, CUT // 2)
            for metal in (low, high):
                vias_on[metal].add((x, y))
    for x, y in ports:
        put_box("Metal4", x, y, HALF, HALF)
    lines = regions["Metal2"].dup()
    for metal, vias in vias_on.items():
        along = PAD[::-1] if metal in ("Metal2", "Metal4") else PAD
        for x, y in vias:
            put_box(metal, x, y, *along)
        regions[metal].merge()
        if metal == "Metal2":  # most of it is vias on bars, which are large
            regions[metal] += with_least_area(regions[metal].interacting(lines))
        else:
            regions[metal] = with_least_area(regions[metal])
    return regions


def with_least_area(metal):
    """Lengthens wires that are too small: 5 nm at Katana's shortest, more at a port not used."""
    longer = metal.dup()
    for polygon in metal.each():
        box = polygon.bbox()
        missing = LEAST_AREA - polygon.area()
        if missing > 0:
            more = -(-missing // (2 * 2 * HALF * GRID)) * GRID
            vertical = box.height() >= box.width()
            longer.insert(box.enlarged(0, more) if vertical else box.enlarged(more, 0))
    return longer.merged()

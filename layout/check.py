#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check.py JOB.json: does the GDS connect what the netlist says? A look at the shapes alone.

The shapes of Metal2 .. Metal5 and Via2 .. Via4 are joined where they touch, from the cells' bars
upwards (library.py proves per cell that a bar reaches its pin and no other). The pins are found
through the placed cells of the GDS; which cell is which comes from the places in route.json, and
each place must hold the kind of cell that the netlist has. The router is not asked.

Job: library (folder of library.py), netlist (file), gds (file), cells ([[x_um, y_um]] of
route.json, or the path of such a file), out (folder), metal1 (optional; true: Metal1 gets a look
too, the cells' own among one another; 5 ms a cell).

Writes into out:
  check.json  nets (those with two or more ends), open_nets [net], shorted [[net, net ..]],
              spacing_marks {layer: marks of width and spacing}, area_marks {layer: shapes under
              the least area}, via_marks {layer: vias too near, or without metal around}. Marks
              are those of a simple check, not of the foundry's deck.
  layout.png  the block: cells by kind, wires per layer
  check.log   what the tools print
"""

import os
import sys

from common import (
    CUT, CUTS, METALS, OUTLINE, ROW, SPACE, TEXT, WIDTH,
    Failure, path_of, read_json, read_library, read_netlist, run, width_of, write_json,
    write_whole,
)

try:
    import klayout.db as kdb
    import klayout.lay as lay
except ImportError:
    sys.exit("error: check.py: no module klayout: run tools/setup-layout")

WIRES = ("Metal2", "Via2", "Metal3", "Via3", "Metal4", "Via4", "Metal5")
LEAST_AREA = 144000  # nm2, of Metal2 .. Metal5
VIA_SPACE = 220
PICTURE = 1600  # pixels of its width
COLOURS = {
    "register": 0x6F8FBF,
    "latch": 0x8CB39B,
    "clock gate": 0x4F8F78,
    "buffer": 0xD9A35F,
    "gate": 0xCFCBC2,
}
BACKGROUND = 0xF3F1EC
WIRE_COLOURS = {"Metal3": 0xA23B36, "Metal4": 0x2F4F8F, "Metal5": 0x7A3F8F}
OPACITY = 0.55  # of wires


def main(job):
    folder = path_of(job, "library")
    library = read_library(folder)
    netlist = read_netlist(path_of(job, "netlist"), library)
    cells = read_cells(job, netlist)
    out = path_of(job, "out")
    os.makedirs(out, exist_ok=True)
    gds = path_of(job, "gds")
    layout = kdb.Layout()
    try:
        layout.read(gds)
    except RuntimeError as error:
        raise Failure(f"{gds}: not read as GDS") from error
    top = layout.cell(netlist["module"])
    if top is None:
        raise Failure(f"{gds}: has no cell {netlist['module']}")

    compare_cells(layout, os.path.join(folder, "cells.gds"))
    regions = {
        name: kdb.Region(top.begin_shapes_rec(layout.layer((METALS | CUTS)[name], 0))).merged()
        for name in WIRES
    }
    ends = cell_ends(top, library, netlist, cells) + port_ends(top, layout, netlist)
    pieces = pieces_of(regions, ends)
    result = compare(netlist, ends, pieces)
    result |= marks(regions)
    if job.get("metal1"):
        result["spacing_marks"] = {"Metal1": marks_of_metal1(layout, top)} | result["spacing_marks"]
    write_json(os.path.join(out, "check.json"), result)
    draw(layout, top, netlist, library, cells, os.path.join(out, "layout.png"))


def read_cells(job, netlist):
    cells = job.get("cells")
    if isinstance(cells, str):
        cells = read_json(path_of(job, "cells")).get("cells")
    if not isinstance(cells, list) or len(cells) != len(netlist["cells"]):
        raise Failure("job: 'cells' must have one [x_um, y_um] for each cell of the netlist")
    return cells


def compare_cells(layout, path):
    """The cells of the GDS must be those that library.py proved, up to Metal2."""
    proved = kdb.Layout()
    proved.read(path)
    for cell in layout.each_cell():
        other = proved.cell(cell.name)
        if other is None:
            continue
        for number in (METALS["Metal1"], CUTS["Via1"], METALS["Metal2"]):
            shapes = [
                kdb.Region(of.begin_shapes_rec(of.layout().layer(number, 0)))
                for of in (cell, other)
            ]
            if not (shapes[0] ^ shapes[1]).is_empty():
                raise Failure(f"gds: cell {cell.name} is not as in {path}")


def cell_ends(top, library, netlist, cells):
    """(net, layer, point) of every pin, from the placed cells of the GDS."""
    index_at = {
        (round(2000 * x), round(2000 * y)): index for index, (x, y) in enumerate(cells)
    }
    found = set()
    ends = []
    for instance in top.each_inst():
        kind = instance.cell.name
        trans = instance.trans
        if not library["bars_nm"].get(kind):
            continue
        box = trans * kdb.Box(0, 0, width_of(library, kind), ROW)
        index = index_at.get((box.left + box.right, box.bottom + box.top))
        if index is None or netlist["cells"][index]["type"] != kind:
            raise Failure(f"gds: {kind} at {box} nm is not a cell of the netlist")
        if index in found:
            raise Failure(f"gds: cell {index} is there twice")
        found.add(index)
        for pin, net in netlist["cells"][index]["pins"].items():
            x, low, high, _ = library["bars_nm"][kind][pin]
            ends.append((net, "Metal2", trans * kdb.Point(x, (low + high) // 2)))
    if len(found) != len(cells):
        raise Failure(f"gds: {len(cells) - len(found)} cells of the netlist are missing")
    return ends


def port_ends(top, layout, netlist):
    net_of = {port["name"]: port["net"] for port in netlist["ports"]}
    ends = []
    for shape in top.shapes(layout.layer(METALS["Metal4"], TEXT)).each():
        if shape.is_text() and shape.text_string in net_of:
            position = shape.text_trans.disp
            ends.append((net_of.pop(shape.text_string), "Metal4", kdb.Point() + position))
    if net_of:
        raise Failure(f"gds: no text for port {next(iter(net_of))}")
    return ends


def pieces_of(regions, ends):
    """For each end, a number that is the same for all ends that the shapes connect."""
    extractor = kdb.LayoutToNetlist("block", 0.001)
    for name in WIRES:
        extractor.register(regions[name], name)
        extractor.connect(regions[name])
    for low, high in zip(WIRES, WIRES[1:]):
        extractor.connect(regions[low], regions[high])
    extractor.extract_netlist()
    pieces = []
    for index, (_, layer, point) in enumerate(ends):
        net = extractor.probe_net(regions[layer], point)
        pieces.append(net.cluster_id if net else -1 - index)
    return pieces


def compare(netlist, ends, pieces):
    pieces_of_net = {}
    count = [0] * netlist["nets"]
    nets_of_piece = {}
    for (net, _, _), piece in zip(ends, pieces):
        pieces_of_net.setdefault(net, set()).add(piece)
        nets_of_piece.setdefault(piece, set()).add(net)
        count[net] += 1
    return {
        "nets": sum(ends_of_net > 1 for ends_of_net in count),
        "open_nets": sorted(net for net, found in pieces_of_net.items() if len(found) > 1),
        "shorted": sorted(sorted(nets) for nets in nets_of_piece.values() if len(nets) > 1),
    }


def marks(regions):
    spacing = {}
    area = {}
    for name in ("Metal2", "Metal3", "Metal4", "Metal5"):
        metal = regions[name]
        spacing[name] = metal.space_check(SPACE[name]).count()
        spacing[name] += metal.width_check(WIDTH[name]).count()
        area[name] = sum(polygon.area() < LEAST_AREA for polygon in metal.each())
    vias = {}
    for low, name, high in zip(WIRES[::2], WIRES[1::2], WIRES[2::2]):
        cuts = regions[name]
        vias[name] = cuts.space_check(VIA_SPACE).count()
        vias[name] += sum(box.bbox().width() != CUT or box.bbox().height() != CUT
                          for box in cuts.each())
        for metal in (low, high):
            vias[name] += (
                bare(cuts, regions[metal], 50, 5) & bare(cuts, regions[metal], 5, 50)
            ).count()
    return {"spacing_marks": spacing, "area_marks": area, "via_marks": vias}


def marks_of_metal1(layout, top):
    """By cell kind, not flat, as most of it is inside the cells."""
    store = kdb.DeepShapeStore()
    metal = kdb.Region(top.begin_shapes_rec(layout.layer(METALS["Metal1"], 0)), store)
    return metal.space_check(SPACE["Metal1"]).count() + metal.width_check(WIDTH["Metal1"]).count()


def bare(cuts, metal, x, y):
    """Vias without metal for x beside and y above and below."""
    return cuts.sized(x, y, 2).not_inside(metal).sized(-x, -y, 2)


def draw(layout, top, netlist, library, cells, path):
    """The cells in the colour of their kind, the wires above them as if half transparent.

    The picture has solid layers only: where a wire lies above cells of a kind, there is a shape
    with the mixed colour.
    """
    picture = kdb.Layout()
    page = picture.create_cell("picture")
    view = lay.LayoutView()
    view.show_layout(picture, False)
    view.set_config("background-color", "#ffffff")
    view.set_config("grid-visible", "false")
    view.clear_layers()

    def paint(region, colour):
        number = len(picture.layer_infos()) + 1
        page.shapes(picture.layer(number, 0)).insert(region)
        look = lay.LayerPropertiesNode()
        look.source = f"{number}/0@1"
        look.fill_color = look.frame_color = colour
        look.dither_pattern = 0
        view.insert_layer(view.end_layers(), look)

    core = kdb.Region(top.shapes(layout.layer(OUTLINE, 0)))
    grounds = [(core, BACKGROUND)]
    kinds = netlist.get("colour") or ["gate"] * len(cells)
    for kind, colour in COLOURS.items():
        boxes = kdb.Region()
        for of_cell, centre, cell in zip(kinds, cells, netlist["cells"]):
            if (of_cell if of_cell in COLOURS else "gate") == kind:
                boxes.insert(cell_box(library, cell["type"], centre).enlarged(-60, -60))
        grounds.append((boxes, colour))
    for ground, colour in grounds:
        paint(ground, colour)
    for metal, colour in WIRE_COLOURS.items():
        wires = kdb.Region(top.begin_shapes_rec(layout.layer(METALS[metal], 0))).merged()
        for ground, below in grounds:
            paint(wires & ground, mixed(below, colour))
    view.max_hier()
    margin = core.bbox().width() // 50
    frame = kdb.DBox(core.bbox().enlarged(margin, margin)) * 0.001
    height = round(PICTURE * frame.height() / frame.width())
    write_whole(path, lambda name: view.save_image_with_options(
        name, PICTURE, height, 1, 3, 0, frame, False))


def cell_box(library, kind, centre):
    half = width_of(library, kind) / 2
    x, y = (1000 * place for place in centre)
    return kdb.DBox(x - half, y - ROW / 2, x + half, y + ROW / 2).to_itype()


def mixed(below, above):
    """Colour 0xRRGGBB seen through a half transparent one."""
    parts = [(below >> shift & 255, above >> shift & 255) for shift in (16, 8, 0)]
    red, green, blue = (round(a * (1 - OPACITY) + b * OPACITY) for a, b in parts)
    return red << 16 | green << 8 | blue


if __name__ == "__main__":
    run(main, lambda job: os.path.join(path_of(job, "out"), "check.log"))

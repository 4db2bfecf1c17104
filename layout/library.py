#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""library.py JOB.json: makes the standard cells of SG13G2 routable for Katana.

Katana wants pins that cross three horizontal tracks; the library's Metal-1 pins cross one. Each
signal pin gets a Metal-2 bar on a vertical track with one Via1 on the pin, and a small patch of
Metal 1 where the pin alone does not enclose the via. Bars stand alone in their column, or two
share one where there are too few columns. Patches keep the spacing to the shapes of the GDS.

Job: tech_lef, cell_lef, cell_gds (plain or .gz), out (folder).

Writes into out:
  library.json  cells {name: [width_um, height_um]}, unroutable {name: reason}, row_um, site_um,
                wire_ff_per_um, wire_ohm_per_um, via_ohm, outputs {name: [pin]}, and
                bars_nm {name: {pin: [x, low, high, y of the via]}}
  cells.gds     the real cells with bars, vias and patches

Wires are those of Metal3, Metal4 and Metal5, the mean of the three, at minimum width: capacitance
is WIDTH * CPERSQDIST + 2 * EDGECAPACITANCE (a wire without neighbours), resistance is RPERSQ /
WIDTH. via_ohm is the mean RESISTANCE of Via2, Via3 and Via4.
"""

import functools
import gzip
import os
import sys

from common import (
    CUT, CUTS, GRID, METALS, ROW, SITE, SPACE, TRACK, WIDTH,
    Failure, micrometres, path_of, run, write_json, write_whole,
)

try:
    import klayout.db as kdb
except ImportError:
    sys.exit("error: library.py: no module klayout: run tools/setup-layout")

BAR = (300, 3480)  # low and high end of a bar alone in its column
SPLIT = (4 * TRACK, 5 * TRACK)  # tracks between two bars of one column: three are left to each
GAP = 120  # of a bar's end to such a track
HALF = 100  # half a bar's width
NARROW, LONG = 105, 145  # half sides of the Metal-1 area that encloses a Via1
OVERLAP = 100  # of a patch and its pin
EDGE = SPACE["Metal1"] // 2  # of a patch to the cell's left and right end


def main(job):
    out = path_of(job, "out")
    os.makedirs(out, exist_ok=True)
    tech = read_text(path_of(job, "tech_lef"))
    macros = read_macros(read_text(path_of(job, "cell_lef")))
    layout = read_gds(path_of(job, "cell_gds"))
    rows = {macro["size"][1] for macro in macros.values() if macro["class"].startswith("CORE")}
    if rows != {ROW}:
        raise Failure(f"cell_lef: rows of {sorted(rows)} nm, {ROW} expected: not SG13G2?")

    library = {"cells": {}, "unroutable": {}, "outputs": {}, "bars_nm": {}}
    library |= {"row_um": micrometres(ROW), "site_um": micrometres(SITE)}
    library |= wire_figures(tech)
    for name, macro in macros.items():
        library["cells"][name] = [micrometres(side) for side in macro["size"]]
        cell = layout.cell(name)
        try:
            if cell is None:
                raise Failure("not in the GDS")
            bars = place_bars(cell, macro)
        except Failure as reason:
            library["unroutable"][name] = str(reason)
            continue
        draw_bars(cell, bars)
        prove_bars(cell, macro, bars)
        library["bars_nm"][name] = {pin: bar["span"] for pin, bar in bars.items()}
        library["outputs"][name] = [
            pin for pin in bars if macro["pins"][pin]["direction"] == "OUTPUT"
        ]
    if not library["bars_nm"]:
        name, reason = next(iter(library["unroutable"].items()))
        raise Failure(f"cell_gds: no cell is routable: {name} is {reason}")
    options = kdb.SaveLayoutOptions()
    options.gds2_write_timestamps = False
    write_whole(os.path.join(out, "cells.gds"), lambda name: layout.write(name, options))
    write_json(os.path.join(out, "library.json"), library)


def read_text(path):
    try:
        with (gzip.open if path.endswith(".gz") else open)(path, "rt") as file:
            return file.read()
    except (OSError, EOFError) as error:
        raise Failure(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    except UnicodeDecodeError as error:
        raise Failure(f"{path}: not a text file") from error


def read_gds(path):
    layout = kdb.Layout()
    try:
        layout.read(path)
    except RuntimeError as error:
        raise Failure(f"{path}: not read as GDS") from error
    if abs(layout.dbu - 0.001) > 1e-9:
        raise Failure(f"{path}: unit of {layout.dbu} um, 0.001 expected: not SG13G2?")
    return layout


def words_of(text):
    """The words of each line of a LEF, without comments and the closing semicolon."""
    for line in text.splitlines():
        words = line.split("#")[0].replace(";", " ").split()
        if words:
            yield words


def read_macros(text):
    """{name: class, size (w, h), pins {name: direction, use, boxes on Metal1}}, lengths in nm."""
    macros = {}
    macro = pin = layer = None
    for words in words_of(text):
        key = words[0]
        if key == "MACRO" and len(words) == 2:
            name = words[1]
            macro = macros[name] = {"class": "", "size": None, "pins": {}}
        elif macro is None:
            continue
        elif key == "END" and words[1:] == [name]:
            macro = None
        elif key == "CLASS":
            macro["class"] = " ".join(words[1:])
        elif key == "SIZE":
            macro["size"] = (to_nm(words[1]), to_nm(words[3]))
        elif key == "PIN":
            pin = macro["pins"][words[1]] = {"direction": "", "use": "SIGNAL", "boxes": []}
        elif key == "OBS":
            pin = None
        elif key in ("DIRECTION", "USE"):
            pin[key.lower()] = words[1]
        elif key == "LAYER":
            layer = words[1]
        elif key == "POLYGON" and pin is not None:
            raise Failure(f"cell_lef: {name} has a pin with a polygon: only boxes are understood")
        elif key == "RECT" and pin is not None and layer == "Metal1":
            pin["boxes"].append(kdb.Box(*map(to_nm, words[1:5])))
    if not macros:
        raise Failure("cell_lef: no cells")
    return macros


def to_nm(word):
    return round(float(word) * 1000)


def wire_figures(tech):
    layers = {}
    layer = None
    for words in words_of(tech):
        if words[0] == "LAYER" and len(words) == 2 and words[1] not in layers:
            layer = layers[words[1]] = {}
        elif words[0] == "END":
            layer = None
        elif layer is not None:
            layer.setdefault(words[0], words[-1])
    try:
        metals = [
            {key: float(layers[name][key])
             for key in ("WIDTH", "CAPACITANCE", "EDGECAPACITANCE", "RESISTANCE")}
            for name in ("Metal3", "Metal4", "Metal5")
        ]
        vias = [float(layers[name]["RESISTANCE"]) for name in ("Via2", "Via3", "Via4")]
    except (KeyError, ValueError) as error:
        raise Failure(f"tech_lef: a rule of Metal3 .. Metal5 is missing ({error})") from error
    farads = [m["WIDTH"] * m["CAPACITANCE"] + 2 * m["EDGECAPACITANCE"] for m in metals]
    ohms = [m["RESISTANCE"] / m["WIDTH"] for m in metals]
    return {
        "wire_ff_per_um": round(1000 * sum(farads) / 3, 5),
        "wire_ohm_per_um": round(sum(ohms) / 3, 4),
        "via_ohm": round(sum(vias) / 3, 3),
    }


def shapes(cell, layer):
    """The merged shapes of a layer, with those of the cells inside."""
    number = (METALS | CUTS)[layer]
    return kdb.Region(cell.begin_shapes_rec(cell.layout().layer(number, 0))).merged()


def signal_pins(macro):
    return {
        name: kdb.Region(pin["boxes"])
        for name, pin in macro["pins"].items()
        if pin["use"] not in ("POWER", "GROUND")
    }


def place_bars(cell, macro):
    """{pin: span [x, low, high, y of the via], patch (Region)} for all signal pins of a cell."""
    pins = signal_pins(macro)
    if not pins:
        return {}
    if not shapes(cell, "Metal2").is_empty():
        raise Failure("has Metal 2 of its own")
    metal = shapes(cell, "Metal1")
    for pin, boxes in pins.items():
        if boxes.is_empty() or not boxes.not_inside(metal).is_empty():
            raise Failure(f"pin {pin} of the LEF is not on Metal 1 of the GDS")
    columns = range(SITE, macro["size"][0], SITE)
    lower = [(BAR[0], track - GAP) for track in SPLIT]
    upper = [(track + GAP, BAR[1]) for track in SPLIT]

    @functools.cache
    def option(pin, x, low, high):
        return via_on(metal, pins[pin], x, low, high, macro["size"][0])

    def free(x, low, high, patch, taken):
        near = patch.sized(SPACE["Metal1"] - 1)
        for other in taken.values():
            other_x, other_low, other_high, _ = other["span"]
            gap = SPACE["Metal2"]
            if other_x == x and low < other_high + gap and other_low < high + gap:
                return False
            if not near.interacting(other["patch"]).is_empty():
                return False
        return True

    def assign(rest, slots, taken):
        if not rest:
            return taken
        for low, high in slots:
            for x in columns:
                found = option(rest[0], x, low, high)
                if found and free(x, low, high, found[1], taken):
                    bar = {"span": [x, low, high, found[0]], "patch": found[1]}
                    result = assign(rest[1:], slots, taken | {rest[0]: bar})
                    if result:
                        return result
        return None

    for pin in pins:
        if not any(option(pin, x, *BAR) for x in columns):
            raise Failure(f"no column has room for a Via1 on pin {pin}")
    order = sorted(pins, key=lambda pin: sum(bool(option(pin, x, *BAR)) for x in columns))
    bars = assign(order, [BAR], {}) or assign(order, [BAR, *lower, *upper], {})
    if not bars:
        raise Failure(f"{len(pins)} pins find no columns in {len(columns)}")
    return bars


def via_on(metal, boxes, x, low, high, width):
    """(y, patch) of a Via1 at column x between the ends of a bar, or None."""
    own = metal.interacting(boxes)
    low += LONG
    high -= LONG
    column = kdb.Region(kdb.Box(x - 1, low - 1, x + 1, high + 1))
    # One nanometre short: where the pin is just large enough, the area would be empty.
    inside = own.sized(1 - NARROW, 1 - LONG, 2) + own.sized(1 - LONG, 1 - NARROW, 2)
    spans = [polygon.bbox() for polygon in (inside.merged() & column).merged().each()]
    if spans:
        span = max(spans, key=lambda box: box.height())
        return on_grid((span.bottom + span.top) // 2), kdb.Region()

    others = metal - own
    for half_x, half_y in ((NARROW, LONG), (LONG, NARROW)):
        if not EDGE + half_x <= x <= width - EDGE - half_x:
            continue
        reach = own.sized(half_x - OVERLAP, half_y - OVERLAP)
        keep = SPACE["Metal1"]
        places = (reach & column) - others.sized(keep + half_x - 1, keep + half_y - 1)
        for span in (polygon.bbox() for polygon in places.merged().each()):
            for y in range(on_grid(span.bottom + GRID - 1), span.top + 1, 4 * GRID):
                box = kdb.Region(kdb.Box(x - half_x, y - half_y, x + half_x, y + half_y))
                patch = fitting_patch(metal, own, box)
                if patch:
                    return y, patch
    return None


def on_grid(length):
    return length // GRID * GRID


def fitting_patch(metal, own, box):
    """The box, with the notches between it and its pin filled, or None if it is too near."""
    room = SPACE["Metal1"] // 2
    filled = (own + box).merged().sized(room, 2).sized(-room, 2)
    after = (metal + filled).merged()
    if after.count() != metal.count():
        return None
    if after.space_check(SPACE["Metal1"]).count() > metal.space_check(SPACE["Metal1"]).count():
        return None
    if after.width_check(WIDTH["Metal1"]).count() > metal.width_check(WIDTH["Metal1"]).count():
        return None
    return filled - own


def draw_bars(cell, bars):
    layout = cell.layout()
    for bar in bars.values():
        x, low, high, y = bar["span"]
        half = CUT // 2
        layer = layout.layer(METALS["Metal2"], 0)
        cell.shapes(layer).insert(kdb.Box(x - HALF, low, x + HALF, high))
        layer = layout.layer(CUTS["Via1"], 0)
        cell.shapes(layer).insert(kdb.Box(x - half, y - half, x + half, y + half))
        cell.shapes(layout.layer(METALS["Metal1"], 0)).insert(bar["patch"])


def prove_bars(cell, macro, bars):
    """Each bar must reach the Metal 1 of its pin, and no other, in the shapes as drawn."""
    metal = shapes(cell, "Metal1")
    vias = shapes(cell, "Via1")
    pins = signal_pins(macro)
    for pin, bar in bars.items():
        x, low, high, _ = bar["span"]
        via = vias & kdb.Region(kdb.Box(x - HALF, low, x + HALF, high))
        landing = metal.interacting(via)
        good = via.count() == 1 and landing.count() == 1
        good = good and via.sized(NARROW - CUT // 2).not_inside(landing).is_empty()
        touched = [other for other in pins if not landing.interacting(pins[other]).is_empty()]
        if not good or touched != [pin]:
            raise Failure(f"{cell.name}: the bar of pin {pin} does not sit on it alone")


if __name__ == "__main__":
    run(main, lambda job: os.path.join(path_of(job, "out"), "library.log"))

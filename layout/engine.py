# SPDX-License-Identifier: Apache-2.0
"""Coriolis set up for SG13G2: technology, cells of library.py, one flat netlist, placement.

Metal2 holds pins only; wires are Metal3 and Metal5 (horizontal) and Metal4 (vertical), until
repair.py uses what Metal2 has left. Inside the database, cell i is c<i> and net i is n<i>, so no
name of the netlist can be refused or changed.
"""

import functools
import math

from common import (
    CUT, CUTS, METALS, OUTLINE, ROW, SITE, SPACE, TRACK, WIDTH, Failure, micrometres, width_of,
)

try:
    from coriolis import Anabatic, CRL, Cfg, Etesian, Katana
    from coriolis.Anabatic import StyleFlags
    from coriolis.CRL import AllianceFramework, CellGauge, RoutingGauge, RoutingLayerGauge
    from coriolis.Hurricane import (
        BasicLayer, Box, Cell, Contact, DataBase, DbU, Horizontal, Instance, Library, Net,
        NetExternalComponents, Pin, Technology, Transformation, Vertical,
    )
    from coriolis.helpers.overlay import CfgCache, UpdateSession
    from coriolis.helpers.technology import createBL, createVia, setEnclosures
except ImportError:
    raise Failure("no module coriolis: run tools/setup-layout") from None

NAME = "SG13G2"
SITE_KIND = "LEF.CoreSite"
PLACER_SITE = "PlacerSite"
STRETCH = 2  # rows are as many times as high for the placer: vertical wire, Metal4 alone, is dear
SLICE = 60  # Etesian takes the step of a slice as unit in x and y: row and site are multiples
LEAST_ROWS = 8  # of a core
ASPECT = 2  # width of a core by its height
PLACER_SLACK = 0.03  # of the placer's core beyond its cells
EVENTS = 20  # of the router for each cell; what is left then is cheaper for repair.py
END_SPACE = 300  # of wires in one track; with the rule's 210, vias come as near as 190
PORT_STEP = 2 * SITE  # least distance of two ports


def to_db(nanometres):
    return DbU.fromPhysical(nanometres / 1000, DbU.UnitPowerMicro)


def to_nm(units):
    return round(DbU.toPhysical(units, DbU.UnitPowerMicro) * 1000)


def set_up(cells):
    """Technology, gauges and the settings of the placer and the router, for a number of cells."""
    make_technology()
    make_gauges()
    with CfgCache(priority=Cfg.Parameter.Priority.ConfigurationFile) as cfg:
        set_parameters(cfg)
        cfg.katana.eventsLimit = 20000 + EVENTS * cells


def make_technology():
    database = DataBase.create()
    CRL.System.get()
    technology = Technology.create(database, NAME)
    DbU.setPrecision(2)
    DbU.setPhysicalsPerGrid(0.005, DbU.UnitPowerMicro)
    DbU.setGridsPerLambda(10)
    DbU.setSymbolicSnapGridStep(DbU.fromGrid(1.0))
    DbU.setPolygonStep(DbU.fromGrid(1.0))
    DbU.setStringMode(DbU.StringModePhysical, DbU.UnitPowerMicro)
    material = BasicLayer.Material
    layers = {}
    for (metal, number), cut in zip(METALS.items(), [*CUTS, None]):
        layers[metal] = createBL(
            technology, metal, material.metal, size=to_db(WIDTH[metal]),
            spacing=to_db(max(SPACE[metal], END_SPACE)), gds2Layer=number,
            area=0.09 if metal == "Metal1" else 0.144,
        )
        if cut:
            createBL(technology, cut, material.cut, size=to_db(CUT), spacing=to_db(220),
                     gds2Layer=CUTS[cut])
        createBL(technology, metal + "_pin", material.info, gds2Layer=number, gds2DataType=2)
        blockage = createBL(technology, metal + "_blk", material.blockage, gds2Layer=number,
                            gds2DataType=4)
        layers[metal].setBlockageLayer(blockage)
    # A via's metal ends 50 nm after it along the wires of that metal, 5 (Metal1: 10) beside it.
    metals = list(METALS)
    for level, (low, high) in enumerate(zip(metals, metals[1:]), 1):
        via = createVia(technology, f"VIA{level}{level + 1}", low, f"Via{level}", high, to_db(CUT))
        for metal in (low, high):
            side = to_db(10 if metal == "Metal1" else 5)
            end = to_db(50)
            vertical = metal in ("Metal2", "Metal4")
            setEnclosures(via, layers[metal], (side, end) if vertical else (end, side))
    createBL(technology, "Border", material.other, gds2Layer=OUTLINE)
    for name in ("text.cell", "text.instance", "SPL1", "AutoLayer"):
        createBL(technology, name, material.other)
    for name, kind in (("gmetalh", "metal"), ("gcontact", "cut"), ("gmetalv", "metal")):
        createBL(technology, name, getattr(material, kind))


def make_gauges():
    framework = AllianceFramework.get()
    technology = DataBase.getDB().getTechnology()
    gauge = RoutingGauge.create(NAME)
    gauge.setSymbolic(False)
    kind = RoutingLayerGauge
    plan = (
        ("Metal2", kind.Vertical, kind.PinOnly, SITE),
        ("Metal3", kind.Horizontal, kind.Default, TRACK),
        ("Metal4", kind.Vertical, kind.Default, SITE),
        ("Metal5", kind.Horizontal, kind.Default, TRACK),
    )
    for depth, (metal, direction, use, pitch) in enumerate(plan):
        width = to_db(WIDTH[metal])
        gauge.addLayerGauge(kind.create(
            technology.getLayer(metal), direction, use, depth, 0.0, 0, to_db(pitch), width, width,
            to_db(CUT), 0,
        ))
    framework.addRoutingGauge(gauge)
    framework.setRoutingGauge(NAME)
    for site, row in ((SITE_KIND, ROW), (PLACER_SITE, STRETCH * ROW)):
        framework.addCellGauge(
            CellGauge.create(site, "Metal2", to_db(TRACK), to_db(row), to_db(SLICE))
        )
    framework.setCellGauge(SITE_KIND)


def use_site(site):
    with CfgCache(priority=Cfg.Parameter.Priority.ConfigurationFile) as cfg:
        cfg.anabatic.cellGauge = site


def set_parameters(cfg):
    cfg.crlcore.groundName = "VSS"
    cfg.crlcore.powerName = "VDD"
    cfg.etesian.bloat = "disabled"
    cfg.etesian.aspectRatio = 1.0
    cfg.etesian.spaceMargin = PLACER_SLACK
    cfg.etesian.uniformDensity = True
    cfg.etesian.routingDriven = False
    cfg.etesian.latchUpDistance = 0
    cfg.etesian.antennaInsertThreshold = 0.5
    cfg.etesian.antennaGateMaxWL = 0
    cfg.etesian.antennaMaxWL = 0
    cfg.etesian.feedNames = ""
    cfg.etesian.effort = 5
    cfg.etesian.graphics = 3
    cfg.anabatic.routingGauge = NAME
    cfg.anabatic.cellGauge = SITE_KIND
    cfg.anabatic.topRoutingLayer = "Metal5"
    cfg.anabatic.netBuilderStyle = "HV,3RL+"
    cfg.anabatic.routingStyle = StyleFlags.HV
    cfg.anabatic.globalLengthThreshold = 1450
    cfg.anabatic.saturateRatio = 0.90
    cfg.anabatic.saturateRp = 10
    cfg.anabatic.edgeLength = 192
    cfg.anabatic.edgeWidth = 32
    cfg.anabatic.edgeCostH = 9.0
    cfg.anabatic.edgeCostK = -10.0
    cfg.anabatic.edgeHInc = 1.0
    cfg.anabatic.edgeHScaling = 1.0
    cfg.anabatic.globalIterations = 10
    cfg.anabatic.gcell.displayMode = 1
    cfg.katana.disableStackedVias = False
    cfg.katana.hTracksReservedLocal = 4
    cfg.katana.vTracksReservedLocal = 3
    cfg.katana.termSatReservedLocal = 8
    cfg.katana.termSatThreshold = 9
    cfg.katana.ripupCost = 3
    cfg.katana.strapRipupLimit = 16
    cfg.katana.localRipupLimit = 9
    cfg.katana.globalRipupLimit = 5
    cfg.katana.longGlobalRipupLimit = 5


def cell_maker(library, name, stretch):
    """A function view(kind, sites): the tools' view of a cell with a number of empty sites beside.

    The view is a cell of outline and bars, `stretch` times as high, and its pins by name.
    """
    framework = AllianceFramework.get()
    cells = Library.create(DataBase.getDB().getRootLibrary(), name)
    framework.wrapLibrary(cells, 0)
    metal = DataBase.getDB().getTechnology().getLayer("Metal2")
    bar_width = to_db(WIDTH["Metal2"])

    @functools.cache
    def view(kind, sites):
        cell = Cell.create(cells, f"{kind}_{sites}")
        width = to_db(width_of(library, kind) + sites * SITE)
        cell.setAbutmentBox(Box(0, 0, width, to_db(stretch * ROW)))
        pins = {}
        for name, (x, low, high, _) in library["bars_nm"][kind].items():
            net = pins[name] = Net.create(cell, name)
            net.setExternal(True)
            output = name in library["outputs"][kind]
            net.setDirection(Net.Direction.OUT if output else Net.Direction.IN)
            span = to_db(stretch * low), to_db(stretch * high)
            bar = Vertical.create(net, metal, to_db(x), bar_width, *span)
            NetExternalComponents.setExternal(bar)
        cell.setTerminalNetlist(True)
        return cell, pins

    return view


def core_size(netlist, library, utilisation):
    """Width and height in nm: twice as wide as high, more where the ports need it.

    Two of the three wiring layers are horizontal, so a wide core is the easier one to route.
    """
    kinds = [cell["type"] for cell in netlist["cells"]]
    widths = sum(width_of(library, kind) for kind in kinds)
    length = widths / utilisation
    rows = max(LEAST_ROWS, round(math.sqrt(length / ROW / ASPECT)))
    per_side = (len(netlist["ports"]) + 1) // 2
    sites = max(math.ceil(length / rows / SITE), (per_side + 1) * PORT_STEP // SITE)
    return sites * SITE, rows * ROW


def build(name, netlist, view, core, sites=None, corners=None, stretch=1):
    """A block, with its ports on the north edge (the first half of the list) and the south.

    sites: empty sites beside each cell; corners: where the cells are, if that is known already.
    """
    block = AllianceFramework.get().createCell(name)
    block.setTerminalNetlist(False)
    direction = Net.Direction
    with UpdateSession():
        block.setAbutmentBox(Box(0, 0, to_db(core[0]), to_db(stretch * core[1])))
        for supply_name, kind in (("VDD", Net.Type.POWER), ("VSS", Net.Type.GROUND)):
            supply = Net.create(block, supply_name)
            supply.setExternal(True)
            supply.setGlobal(True)
            supply.setType(kind)
            supply.setDirection(direction.IN)
        nets = [Net.create(block, f"n{index}") for index in range(netlist["nets"])]
        for net in nets:
            net.setType(Net.Type.LOGICAL)
        for port in netlist["ports"]:
            net = nets[port["net"]]
            net.setExternal(True)
            net.setDirection(direction.IN if port["input"] else direction.OUT)
        for index, cell in enumerate(netlist["cells"]):
            master, pins = view(cell["type"], sites[index] if sites else 0)
            instance = Instance.create(block, f"c{index}", master)
            for pin, net in cell["pins"].items():
                instance.getPlug(pins[pin]).setNet(nets[net])
            if corners:
                put(instance, *corners[index])
        for index, (x, y) in enumerate(port_places(len(netlist["ports"]), core)):
            make_port(nets[netlist["ports"][index]["net"]], f"p{index}", x, stretch * y)
    return block


def put(instance, x, y, flipped):
    kind = Transformation.Orientation
    turned = Transformation(to_db(x), to_db(y + ROW), kind.MY)
    instance.setTransformation(turned if flipped else Transformation(to_db(x), to_db(y), kind.ID))
    instance.setPlacementStatus(Instance.PlacementStatus.PLACED)


def port_places(count, core):
    """Centres in nm, evenly on tracks of Metal4."""
    first = (count + 1) // 2
    places = []
    for number, y in ((first, core[1]), (count - first, 0)):
        for index in range(number):
            x = (index + 1) * core[0] / (number + 1)
            places.append((round(x / SITE) * SITE, y))
    return places


def make_port(net, name, x, y):
    side = Pin.Direction.SOUTH if y == 0 else Pin.Direction.NORTH
    metal = DataBase.getDB().getTechnology().getLayer("Metal4")
    width = to_db(WIDTH["Metal4"])
    pin = Pin.create(
        net, name, side, Pin.PlacementStatus.FIXED, metal, to_db(x), to_db(y), width, width
    )
    NetExternalComponents.setExternal(pin)


def place(name, netlist, library, core, sites):
    """[x, y, flipped] of the lower left corner of each cell, in nm, in order, once placed."""
    use_site(PLACER_SITE)
    view = cell_maker(library, name + "_cells", STRETCH)
    block = build(name, netlist, view, core, sites, stretch=STRETCH)
    placer = Etesian.EtesianEngine.create(block)
    placer.place()
    placer.clearColoquinte()
    placer.destroy()
    return places(block, len(netlist["cells"]))


def places(block, count):
    """The corners of the cells, put on sites; rows are as high again as they are."""
    result = [None] * count
    for instance in block.getInstances():
        name = instance.getName()
        if name[0] == "c" and name[1:].isdigit():
            box = instance.getAbutmentBox()
            turned = instance.getTransformation().getOrientation()
            if turned not in (Transformation.Orientation.ID, Transformation.Orientation.MY):
                raise Failure(f"cell {name[1:]} was turned: not understood")
            flipped = turned == Transformation.Orientation.MY
            # All widths are whole sites: rounding down keeps cells apart.
            x = to_nm(box.getXMin()) // SITE * SITE
            y, rest = divmod(to_nm(box.getYMin()), STRETCH)
            result[int(name[1:])] = (x, y if rest == 0 else -1, flipped)
    return result


def check_places(corners, netlist, library, core):
    """Cells on sites and rows, inside the core, apart: the tools say nothing if they fail."""
    rows = {}
    for index, (corner, cell) in enumerate(zip(corners, netlist["cells"])):
        if corner is None:
            raise Failure(f"cell {index} was not placed: lower 'utilisation'")
        x, y, _ = corner
        width = width_of(library, cell["type"])
        if x % SITE or y % ROW or not (0 <= x <= core[0] - width and 0 <= y < core[1]):
            raise Failure(f"cell {index} was placed off the rows: lower 'utilisation'")
        rows.setdefault(y, []).append((x, x + width, index))
    for row in rows.values():
        row.sort()
        for left, right in zip(row, row[1:]):
            if left[1] > right[0]:
                raise Failure(f"cells {left[2]} and {right[2]} overlap: lower 'utilisation'")
    return rows


def summary(corners, netlist, library, core):
    """core_um, cells (centres) and utilisation, as place.json and route.json have them."""
    cells = netlist["cells"]
    widths = [width_of(library, cell["type"]) for cell in cells]
    return {
        "core_um": [micrometres(side) for side in core],
        "utilisation": round(sum(widths) * ROW / (core[0] * core[1]), 4),
        "cells": [
            [micrometres(x + width / 2), micrometres(y + ROW / 2)]
            for (x, y, _), width in zip(corners, widths)
        ],
    }


def route(netlist, library, core, corners):
    """The routed block. Katana's own verdict is not asked: check.py finds the truth."""
    use_site(SITE_KIND)
    block = build("block", netlist, cell_maker(library, NAME, 1), core, corners=corners)
    router = Katana.KatanaEngine.create(block)
    router.digitalInit()
    router.runGlobalRouter(Katana.Flags.NoFlags)
    router.loadGlobalRouting(Anabatic.EngineLoadGrByNet)
    router.layerAssign(Anabatic.EngineNoNetLayerAssign)
    router.runNegociate(Katana.Flags.NoFlags)
    router.finalizeLayout()
    router.destroy()
    return block


def wires_of(block, net):
    """The wires of one net, in nm.

    lines [layer, vertical, where, low, high], those of one track joined where they overlap;
    vias [low layer, high layer, x, y]; bends [layer, x, y], where lines of one layer meet.
    """
    tracks = {}
    vias = set()
    bends = set()
    for part in block.getNet(f"n{net}").getComponents():
        layer = part.getLayer()
        name = layer.getName() if layer else ""
        if isinstance(part, Contact):
            x, y = to_nm(part.getX()), to_nm(part.getY())
            if name.startswith("VIA"):
                vias.add((f"Metal{name[3]}", f"Metal{name[4]}", x, y))
            elif name in METALS:
                bends.add((name, x, y))
        elif isinstance(part, (Horizontal, Vertical)) and name in METALS:
            vertical = isinstance(part, Vertical)
            where = to_nm(part.getX() if vertical else part.getY())
            span = ends_of(part, vertical)
            tracks.setdefault((name, vertical, where), []).append((min(span), max(span)))
    lines = []
    for track, spans in sorted(tracks.items()):
        lines += [(*track, low, high) for low, high in joined(spans) if high > low]
    return {"lines": lines, "vias": sorted(vias), "bends": sorted(bends)}


def ends_of(segment, vertical):
    """Where a segment ends, and its contacts: Katana draws its shortest ones not up to them."""
    box = segment.getBoundingBox()
    spots = [segment.getSource(), segment.getTarget()]
    spots = [spot for spot in spots if isinstance(spot, Contact)]
    if vertical:
        ends = [box.getYMin(), box.getYMax(), *(spot.getY() for spot in spots)]
    else:
        ends = [box.getXMin(), box.getXMax(), *(spot.getX() for spot in spots)]
    return [to_nm(end) for end in ends]


def joined(spans):
    result = []
    for low, high in sorted(spans):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result

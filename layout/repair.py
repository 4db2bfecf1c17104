# SPDX-License-Identifier: Apache-2.0
"""Frees the wires of a routed block from shorts and opens, on the grid of the router's tracks.

Katana leaves overlaps where tracks are short, as it has only Metal4 for vertical wires. Here the
nets that overlap, are too near, or are open get new wires one by one, by the cheapest way through
Metal2 (between the pins' bars) .. Metal5. A way may use what another net has, for a price; the
price rises with each round, and places that stay in dispute get dearer for good, until no two nets
share a place ("negotiated congestion", McMurchie and Ebeling 1995).

A node of the grid is a crossing of a vertical and a horizontal track on one metal. Two nets must
not be on neighbouring nodes of one track: the metal of their vias would be too near.
"""

import heapq

from common import PAD, SITE, SPACE, TRACK

LAYERS = ("Metal2", "Metal3", "Metal4", "Metal5")
VERTICAL = (True, False, True, False)
FREE, BLOCKED = -1, -2  # owners of a node: anyone, no one; else only that net
STUB = 360  # half length of the shortest metal, which a single via gets
VIA = 900  # price of a via, in nm of wire
SHARE = 2500  # price of a node near another net in the first round, in nm
SHARE_GROWTH = 1.5
SHARE_MOST = 40000
DISPUTE = 500  # added to the price of a node for each round in which two nets wanted it
SEARCH = 6000  # nodes looked at for each net of the block, before it gives up
NOWHERE = -1


def repaired(wires, ends, unused, core, broken):
    """{net: new wires} of the nets that were in dispute or broken.

    wires: of each net, as engine.wires_of gives them; ends: of each net, (is driver, cell, pin,
    metal, x, low, high); unused: [x, low, high] of the bars without a net; core: width and height;
    broken: nets whose wires do not lead to all ends.
    """
    grid = Grid(core, ends, unused)
    for net, wire in enumerate(wires):
        grid.take(net, grid.nodes_of(wire))
    off_tracks = [net for net, wire in enumerate(wires) if not on_tracks(wire)]
    return {net: grid.wire(net) for net in grid.negotiate({*broken, *off_tracks})}


def on_tracks(wire):
    """Katana leaves the tracks here and there where it is full."""
    points = [place for *_, x, y in wire["vias"] + wire["bends"] for place in (x % SITE, y % TRACK)]
    return not any(points) and not any(
        where % (SITE if vertical else TRACK) for _, vertical, where, _, _ in wire["lines"]
    )


class Grid:
    """Who is where. Nodes are numbered by metal, row and column."""

    def __init__(self, core, ends, unused):
        self.columns = core[0] // SITE + 1
        self.rows = core[1] // TRACK + 2  # the last one stays empty, between the metals
        self.plane = self.columns * self.rows
        size = len(LAYERS) * self.plane
        self.column_of = [*range(self.columns)] * (size // self.columns)
        self.row_of = [row for row in range(self.rows) for _ in range(self.columns)] * len(LAYERS)
        self.owner = [FREE] * size
        self.near = [0] * size  # nets on the node and its two neighbours in the track
        self.dispute = [0] * size
        self.share = SHARE
        self.searched = 0
        self.nodes = [()] * len(ends)
        self.edges = {}
        self.block_borders()
        self.ends = [[] for _ in ends]  # of each net, the nodes of each bar and port
        for net, of_net in enumerate(ends):
            for _, _, _, metal, *place in of_net:
                put = self.put_bar if metal == "Metal2" else self.put_port
                self.ends[net].append(put(net, *place))
        for bar in unused:
            self.put_bar(BLOCKED, *bar)

    def node(self, layer, x, y):
        return layer * self.plane + y // TRACK * self.columns + x // SITE

    def stride(self, layer):
        return self.columns if VERTICAL[layer] else 1

    def block_borders(self):
        for start in range(0, len(self.owner), self.plane):
            for row in range(0, self.plane, self.columns):
                first = start + row
                self.owner[first] = self.owner[first + self.columns - 1] = BLOCKED
            for row in (0, self.rows - 2, self.rows - 1):
                first = start + row * self.columns
                self.owner[first:first + self.columns] = [BLOCKED] * self.columns

    def put_bar(self, net, x, low, high):
        """The nodes under a bar; no other net may be on them or beside them."""
        first = self.node(0, x, low + TRACK - 1)
        last = self.node(0, x, high)
        for node in range(first - self.columns, last + self.columns + 1, self.columns):
            self.owner[node] = net if self.owner[node] in (FREE, net) else BLOCKED
        return range(first, last + 1, self.columns)

    def put_port(self, net, x, y, _):
        node = self.node(2, x, y)
        inward = self.columns if y == 0 else -self.columns
        self.owner[node] = self.owner[node + inward] = net
        return range(node, node + 1)

    def nodes_of(self, wire):
        """The nodes that the router's wires of a net are on."""
        nodes = set()
        pads = [(LAYERS.index(metal), x, y) for low, high, x, y in wire["vias"]
                for metal in (low, high)]
        pads += [(LAYERS.index(metal), x, y) for metal, x, y in wire["bends"]]
        for layer, x, y in pads:
            nodes.add(self.node(layer, x, y))
        for metal, vertical, where, low, high in wire["lines"]:
            layer = LAYERS.index(metal)
            pitch = TRACK if vertical else SITE
            reach = SPACE[metal] + (PAD[0] if vertical else STUB)  # to what may be on the next node
            first = (low - reach) // pitch + 2
            last = -((-high - reach) // pitch) - 2
            for step in range(first, last + 1):
                at = (where, step * pitch) if vertical else (step * pitch, where)
                nodes.add(self.node(layer, *at))
        return {node for node in nodes if node >= self.plane or self.owner[node] < 0}

    def take(self, net, nodes, sign=1):
        self.nodes[net] = nodes if sign > 0 else ()
        near = self.near
        for node in nodes:
            stride = self.stride(node // self.plane)
            near[node] += sign
            near[node - stride] += sign
            near[node + stride] += sign

    def disputed(self, net):
        """The nodes of a net that another net is on or beside."""
        own = self.nodes[net]
        found = []
        for node in own:
            stride = self.stride(node // self.plane)
            others = self.near[node] - 1 - (node - stride in own) - (node + stride in own)
            if others > 0:
                found.append(node)
        return found

    def negotiate(self, broken):
        """New wires for nets in dispute, and broken ones, until there are none; which they are."""
        changed = set()
        most = SEARCH * len(self.nodes)
        todo = [net for net in range(len(self.nodes)) if net in broken or self.disputed(net)]
        while todo and self.searched < most:
            for net in todo:
                disputed = self.disputed(net)
                if not disputed and net not in broken:
                    continue
                broken.discard(net)
                for node in disputed:
                    self.dispute[node] += DISPUTE
                self.take(net, self.nodes[net], -1)
                self.route(net)
                changed.add(net)
            self.share = min(self.share * SHARE_GROWTH, SHARE_MOST)
            todo = [net for net in range(len(self.nodes)) if self.disputed(net)]
        return sorted(changed)

    def route(self, net):
        """New wires for a net: its ends are joined to the tree one by one, the nearest first."""
        first, *rest = self.ends[net]
        tree = set(first)
        distance = [self.gap(first, end) for end in rest]
        edges = set()
        while rest:
            index = distance.index(min(distance))
            end = rest.pop(index)
            distance.pop(index)
            way = self.cheapest(net, tree, end)
            edges.update(zip(way, way[1:]))
            tree.update(way, end)
            distance = [min(old, self.gap(end, other)) for old, other in zip(distance, rest)]
        edges.update(self.stubs(net, edges))
        ends = {node for end in self.ends[net] for node in end}
        self.edges[net] = {edge for edge in edges if not ends.issuperset(edge)}
        self.take(net, {node for edge in self.edges[net] for node in edge} - ends)

    def stubs(self, net, edges):
        """Edges that lengthen the metal between two vias of Metal4, where there is room."""
        metal = LAYERS.index("Metal4")
        touched = {node for edge in edges for node in edge if node // self.plane == metal}
        along = {node for edge in edges if abs(edge[0] - edge[1]) == self.columns for node in edge}
        for node in sorted(touched - along):
            for other in (node + self.columns, node - self.columns):
                if self.owner[other] in (FREE, net) and not self.near[other]:
                    yield node, other
                    break

    def gap(self, a, b):
        """Distance of two ends in nm."""
        column = abs(self.column_of[a[0]] - self.column_of[b[0]])
        row = max(self.row_of[a[0]] - self.row_of[b[-1]], self.row_of[b[0]] - self.row_of[a[-1]], 0)
        return column * SITE + row * TRACK

    def cheapest(self, net, tree, end):
        """The nodes of the cheapest way from the tree to an end, or none (A*)."""
        owner, near, dispute, share = self.owner, self.near, self.dispute, self.share
        column_of, row_of, plane = self.column_of, self.row_of, self.plane
        goal = column_of[end[0]], row_of[end[0]], row_of[end[-1]], end[0] // plane
        columns = [SITE * abs(column - goal[0]) for column in range(self.columns)]
        rows = [TRACK * max(goal[1] - row, row - goal[2], 0) for row in range(self.rows)]
        layers = [VIA * abs(layer - goal[3]) for layer in range(len(LAYERS))]
        moves = [
            [(step, length, layers[layer + up]) for step, length, up in self.moves(layer)]
            for layer in range(len(LAYERS))
        ]
        queue = []
        best = {}  # price of the way to a node
        for node in tree:
            left = columns[column_of[node]] + rows[row_of[node]] + layers[node // plane]
            queue.append((left, left, node, NOWHERE))
            best[node] = 0
        heapq.heapify(queue)
        before = {}
        while queue:
            total, left, node, origin = heapq.heappop(queue)
            if node in before:
                continue
            before[node] = origin
            if node in end:
                break
            price = total - left
            for step, length, layer_left in moves[node // plane]:
                other = node + step
                if owner[other] != FREE and owner[other] != net:
                    continue
                new = price + length + near[other] * share + dispute[other]
                if other not in best or new < best[other]:
                    best[other] = new
                    left = columns[column_of[other]] + rows[row_of[other]] + layer_left
                    heapq.heappush(queue, (new + left, left, other, node))
        self.searched += len(before)
        if node not in end:
            return []
        way = [node]
        while before[way[-1]] != NOWHERE:
            way.append(before[way[-1]])
        return way

    def moves(self, layer):
        """(step to the next node, its length, how many metals up) of all ways to go on."""
        stride = self.stride(layer)
        length = TRACK if VERTICAL[layer] else SITE
        moves = [(stride, length, 0), (-stride, length, 0)]
        if layer > 0:
            moves.append((-self.plane, VIA, -1))
        if layer < len(LAYERS) - 1:
            moves.append((self.plane, VIA, 1))
        return moves

    def place(self, node):
        """Layer, x and y of a node."""
        return node // self.plane, self.column_of[node] * SITE, self.row_of[node] * TRACK

    def wire(self, net):
        """The new wires of a net, as engine.wires_of has them."""
        tracks = {}
        vias = set()
        for edge in self.edges[net]:
            (layer, x, y), (other, to_x, to_y) = (self.place(node) for node in sorted(edge))
            if layer != other:
                vias.add((LAYERS[layer], LAYERS[other], x, y))
            elif VERTICAL[layer]:
                tracks.setdefault((LAYERS[layer], True, x), []).append((y, to_y))
            else:
                tracks.setdefault((LAYERS[layer], False, y), []).append((x, to_x))
        lines = [(*track, *span) for track, spans in sorted(tracks.items())
                 for span in chained(spans)]
        meetings = [
            (metal, x, y) for metal, _, x, *span in lines for y in span if metal == "Metal2"
        ]
        return {"lines": lines, "vias": sorted(vias), "bends": meetings}  # of wires and bars


def chained(steps):
    """[low, high] of the longest stretches of steps end to end."""
    result = []
    for low, high in sorted(steps):
        if result and result[-1][1] == low:
            result[-1][1] = high
        else:
            result.append([low, high])
    return result

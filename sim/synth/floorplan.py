# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a placed core, a square a tile, and its cells by module."""
import collections
import json
import re

# Per-module colours of the floorplan, in the order in which data meets the modules.
COLOURS = {"ingress": "#4e79a7", "parse": "#f28e2b", "cookie": "#e15759", "stamp": "#76b7b2", "table": "#59a14f",
           "egress": "#edc948", "csr": "#b07aa1", "core": "#9c755f", "wrapper": "#d4d4d4"}



def groups(cells):
    """Module of each cell: by its name, or, where that says nothing (LUTs are numbered), that of the first cell on its way that has one."""
    readers = collections.defaultdict(list)
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"][port] == "input":
                for bit in bits:
                    readers[bit].append(name)
    known = {}
    for start in cells:
        way, name = [], start
        while name not in known:
            way.append(name)
            plain = name.replace("$flatten", "").replace("\\", "")
            known[name] = group_of(plain)
            follow = [r for port, bits in cells[name]["connections"].items() if cells[name]["port_directions"][port] == "output"
                      for b in bits for r in readers[b]]
            if plain.startswith("u_core") or not follow:
                break
            name = follow[0]
        for passed in way:
            known[passed] = known[name]
    return known


def group_of(name):
    match = re.match(r"u_core\.u_(ingress|parse|cookie|timestamp|stamp|table|ask|verdict|egress|csr)\b", name)
    if match:
        return {"timestamp": "cookie", "ask": "table", "verdict": "table"}.get(match.group(1), match.group(1))
    return "core" if name.startswith("u_core") else "wrapper"


def floorplan(placed, target):
    """One square a tile, in the colour of the module with most cells in it. Returns cells by module."""
    design = json.loads(placed.read_text(encoding="utf-8"))
    cells = next(m for m in design["modules"].values() if m["cells"])["cells"]
    tiles, count = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    group_by_name = groups(cells)
    for name, cell in cells.items():
        group = group_by_name[name]
        count[group][cell["type"]] += 1
        bel = re.match(r"X(\d+)/Y(\d+)/", cell["attributes"].get("NEXTPNR_BEL", ""))
        if bel:
            tiles[int(bel.group(1)), int(bel.group(2))][group] += 1
    width, height = max(x for x, _ in tiles) + 1, max(y for _, y in tiles) + 1
    side = 5
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width * side} {height * side + 24}" font-family="sans-serif" '
             f'font-size="12"><rect width="100%" height="100%" fill="#ffffff"/>']
    for group, colour in COLOURS.items():
        squares = "".join(f"M{x * side} {y * side}h{side}v{side}h-{side}z" for (x, y), who in sorted(tiles.items())
                          if who.most_common(1)[0][0] == group)
        lines.append(f'<path fill="{colour}" d="{squares}"/>')
    for number, (group, colour) in enumerate(COLOURS.items()):
        lines.append(f'<rect x="{number * 68}" y="{height * side + 8}" width="10" height="10" fill="{colour}"/>'
                     f'<text x="{number * 68 + 13}" y="{height * side + 18}">{group}</text>')
    target.write_text("\n".join(lines) + "\n</svg>\n", encoding="ascii")
    return count

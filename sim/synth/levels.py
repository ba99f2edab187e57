# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""scripts/synth levels: how many LUTs lie between two registers of the netlist that scripts/synth place gives to nextpnr, and how many
readers its nets have. No placement, so no time: what is deep here is slow wherever it is placed.

A level is a LUT, a carry chain from where it is entered to where it is left, or the read port of a LUT RAM. An end point is an input of
a register or memory other than its clock."""
import collections
import json
import re

import netlist
import place

STARTS = ("TRELLIS_FF", "DP16KD", "PDPW16KD")
CLOCKS = ("CLK", "CLKA", "CLKB", "WCK")
DEEP = 5  # levels from which end points are listed
WIDE = 100  # readers from which nets are listed


def bits_of(cell, direction):
    for port, bits in cell["connections"].items():
        if cell["port_directions"][port] == direction:
            yield from ((port, bit) for bit in bits if isinstance(bit, int))


def depths(cells):
    """Levels behind each driven bit."""
    driver = {bit: name for name, cell in cells.items() for _, bit in bits_of(cell, "output")}
    depth = {}
    for root in driver:
        stack = [root]
        while stack:
            bit = stack[-1]
            cell = cells.get(driver.get(bit))
            if bit in depth or cell is None or cell["type"] in STARTS:
                depth.setdefault(bit, 0)
                stack.pop()
                continue
            # A LUT RAM is left by what its read address chose; its content comes from a register.
            inputs = [(port, b) for port, b in bits_of(cell, "input") if cell["type"] != "TRELLIS_DPR16X4" or port == "RAD"]
            missing = [b for _, b in inputs if b not in depth]
            if missing:
                stack.extend(missing)
                continue
            depth[bit] = max((depth[b] + (port != "CIN") for port, b in inputs), default=0)
            stack.pop()
    return depth


def module_of(name):
    """Instances of a public name, numbers of generate blocks left out; cells without one have lost their module."""
    path = [re.sub(r"\[\d+\]", "", part) for part in name.replace("\\", "").split(".")]
    return ".".join(part for part in path[:-1] if part.startswith("u_")) or "wrapper"


def run(tree, evidence, again):
    """Prints both tables and writes build/evidence/levels-ecp5.json."""
    design = netlist.netlist(tree, again)
    top = next(m for m in design["modules"].values() if "top" in m.get("attributes", {}))
    cells, name_of = top["cells"], {bit: name for bit, (_, name, _) in netlist.labels(top).items()}
    depth = depths(cells)
    ends, readers = [], collections.Counter()
    for cell in cells.values():
        for port, bit in bits_of(cell, "input"):
            readers[bit] += port not in CLOCKS
            if cell["type"] in (*STARTS, "TRELLIS_DPR16X4") and port not in (*CLOCKS, "RAD"):
                outputs = [b for _, b in bits_of(cell, "output")]
                ends.append((depth.get(bit, 0), name_of.get(outputs[0] if outputs else bit, "?")))
    histogram = collections.Counter(level for level, _ in ends)
    print("levels  end points")
    for level, number in sorted(histogram.items()):
        print(f"{level:>6}{number:>12}")
    deep = collections.defaultdict(list)
    for level, name in ends:
        if level >= DEEP:
            deep[level, module_of(name)].append(name)
    rows = [{"levels": level, "end_points": len(names), "module": module, "one_of_them": min(names)}
            for (level, module), names in sorted(deep.items(), reverse=True)]
    print(f"\nend points behind {DEEP} levels or more, by the module whose net the register drives, and one of them")
    for row in rows:
        print(f"{row['levels']:>6}{row['end_points']:>12}  {row['module']}  {row['one_of_them']}")
    wide = [(number, name_of.get(bit, "?")) for bit, number in readers.most_common() if number >= WIDE]
    print(f"\nnets with {WIDE} readers or more: {len(wide)}")
    for number, name in wide[:10]:
        print(f"{number:>18}  {name}")
    figures = {"levels": max(histogram), "end_points": len(ends), "readers": wide[0][0] if wide else 0, "wide_nets": len(wide)}
    place.write_evidence(tree, evidence, "levels-ecp5", figures, rows)
    behind = sum(row["end_points"] for row in rows)
    print(f"ECP5: at most {figures['levels']} levels, {behind} of {len(ends)} end points behind {DEEP} or more")
    return 0

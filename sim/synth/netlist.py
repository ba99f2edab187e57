# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""The netlist that scripts/synth gives to nextpnr-ecp5, by the Yosys of this system.

Behind Yosys the registers behind block RAMs move into the RAMs (OUTREG) and drivers of many readers get copies, neither of which Yosys
does.
"""
import collections
import json
import re
import subprocess
import sys

import wrapper

# Readers of one net, but for clocks and memories. nextpnr makes globals of clocks alone: the reset had 4708 readers behind an inverter.
READERS = 200

# What synth_ecp5 gives to dfflegalize, with the smallest numbers of registers that may share a set or reset and a clock enable.
REGISTERS = ("dfflegalize -minsrst 64 -mince 8 -cell $_DFF_?_ 01 -cell $_DFF_?P?_ r -cell $_SDFF_?P?_ r -cell $_DFFE_??_ 01 "
             "-cell $_DFFE_?P??_ r -cell $_SDFFE_?P??_ r -cell $_DLATCH_?_ x")


def synthesise(tree, folder, block):
    """Netlist of a block in its wrapper for ECP5. synth_ecp5 step by step with these changes: modules are kept apart until gates are made
    (flat from the start takes three times as long); a reset or clock enable of few registers becomes logic (a slice of two registers has
    one of each); the inverters that dfflegalize gives to each register of an active-low reset become one, else thousands of registers
    would have a reset of their own; LUTs are made of the whole design at once, none of five to seven inputs, which cost up to eight LUT4
    each."""
    module, ports = wrapper.module_of(tree, block, folder)
    (folder / "syngate_place.v").write_text(wrapper.wrapper(block, "syngate_placed", ports), encoding="ascii")
    # Verilog cannot name a module that Yosys has derived from parameters.
    script = (f"read_verilog -sv -I. {wrapper.sources(tree)}; hierarchy -check -top syngate_core; rename {module} syngate_placed; "
              f"read_verilog -sv ../sim/synth/syngate_place_frame.sv {folder}/syngate_place.v; hierarchy -check -top syngate_place; "
              f"techmap -map ../sim/synth/ecp5_map.v; synth_ecp5 -noflatten -top syngate_place -run begin:map_ffs; "
              f"flatten; opt_clean -purge; {REGISTERS}; opt_merge; synth_ecp5 -top syngate_place -run map_ffs:map_luts; "
              f"opt_merge; opt_clean; abc -lut 4; clean; techmap -map +/ecp5/cells_map.v; opt_lut_ins -tech ecp5; opt_clean -purge; "
              f"blackbox =A:whitebox; write_json {folder}/yosys.json; tee -q -o {folder}/yosys.stat stat")
    if subprocess.run(["yosys", "-q", "-l", str(folder / "yosys.log"), "-p", script], cwd=tree / "rtl", check=False).returncode:
        sys.exit(f"synth: Yosys failed, see {folder}/yosys.log")


def output_registers(design):
    """Moves the register behind a port of a block RAM into the RAM, where all bits of the port have one and agree on the clock
    enable. A RAM and its registers must be on one clock; reset of the registers stays away, so those with one are left alone."""
    top = next(m for m in design["modules"].values() if "top" in m.get("attributes", {}))
    cells = top["cells"]
    readers = collections.Counter()
    registers = {}
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            if cell["port_directions"].get(port) == "input":
                readers.update(bit for bit in bits if isinstance(bit, int))
        if cell["type"] == "TRELLIS_FF":
            data = cell["connections"].get("DI", cell["connections"].get("M"))
            registers[data[0]] = (name, cell)
    for net in top["ports"].values():
        if net["direction"] == "output":
            readers.update(bit for bit in net["bits"] if isinstance(bit, int))
    moved = rams = 0
    for ram in [cell for cell in cells.values() if cell["type"] in ("DP16KD", "PDPW16KD")]:
        # 36 bits wide, a RAM is written by side A and read by side B, with the outputs of both.
        wide = int(ram["parameters"]["DATA_WIDTH_B"], 2) == 36
        for clocked, outputs in [("B", "AB")] if wide else [("A", "A"), ("B", "B")]:
            ports = [p for p in ram["connections"] if re.fullmatch(rf"DO[{outputs}]\d+", p) and ram["connections"][p]
                     and isinstance(ram["connections"][p][0], int) and readers[ram["connections"][p][0]]]
            chosen = [registers.get(ram["connections"][p][0]) for p in ports]
            if not ports or any(c is None for c in chosen) or any(readers[ram["connections"][p][0]] != 1 for p in ports):
                continue
            if any(c["connections"].get("LSR", ["0"])[0] != "0" for _, c in chosen):
                continue
            enables = {c["connections"]["CE"][0] if c["parameters"].get("CEMUX") == "CE" else "1" for _, c in chosen}
            if len(enables) != 1 or {c["connections"]["CLK"][0] for _, c in chosen} != {ram["connections"][f"CLK{clocked}"][0]}:
                continue
            enable = enables.pop()
            for port, (name, cell) in zip(ports, chosen):
                ram["connections"][port] = cell["connections"]["Q"]
                del cells[name]
                moved += 1
            for side in outputs:
                ram["parameters"][f"REGMODE_{side}"] = "OUTREG"
                ram["connections"][f"OCE{side}"] = [enable]
            rams += 1
    return moved, rams


def labels(top):
    """Shortest public name of each bit: whether it has none and the name is hidden, the name, the bit's index there."""
    best = {}
    for name, net in top["netnames"].items():
        rank = (net.get("hide_name", 0), len(name))
        for index, bit in enumerate(net["bits"]):
            if isinstance(bit, int) and (bit not in best or rank < best[bit][0]):
                best[bit] = (rank, name, index)
    return {bit: (rank[0], name, index) for bit, (rank, name, index) in best.items()}


def spread(design, limit):
    """Gives every net of a register or LUT with more than limit readers several drivers, copies of the first, each for readers that
    belong together by the names of the registers they lead to. A LUT that only inverts a register of its own for set or reset inputs
    first changes places with it, so that the copies are registers. Returns the copies made and the nets that they divide."""
    top = next(m for m in design["modules"].values() if "top" in m.get("attributes", {}))
    cells = top["cells"]
    label = {bit: (hidden, re.sub(r"\d+", lambda m: m.group().zfill(5), f"{name}[{index}]"))  # with numbers that sort
             for bit, (hidden, name, index) in labels(top).items()}
    driver, readers = {}, collections.defaultdict(list)
    for name, cell in cells.items():
        for port, bits in cell["connections"].items():
            for index, bit in enumerate(bits):
                if not isinstance(bit, int):
                    continue
                if cell["port_directions"][port] == "output":
                    driver[bit] = name
                else:
                    readers[bit].append((name, port, index))
    known = {}

    def place_of(name):
        """Where a cell belongs: the name of the first register or memory on its way."""
        way = []
        while name not in known:
            known[name] = label.get(next((b for port, bits in cells[name]["connections"].items() for b in bits if isinstance(b, int)
                                          and cells[name]["port_directions"][port] == "output"), None), (1, name))[1]
            if cells[name]["type"] not in ("LUT4", "CCU2C"):
                break
            way.append(name)
            follow = [r for port, bits in cells[name]["connections"].items() for b in bits if isinstance(b, int)
                      and cells[name]["port_directions"][port] == "output" for r in readers[b]]
            if not follow:
                break
            name = follow[0][0]
        for passed in way:
            known[passed] = known[name]
        return known[name]

    fresh = 1 + max(bit for net in top["netnames"].values() for bit in net["bits"] if isinstance(bit, int))
    copies = nets = 0
    pinned = {bit for net in top["ports"].values() for bit in net["bits"]}
    for bit in sorted(readers, key=lambda b: -len(readers[b])):
        count = -(-len(readers[bit]) // limit)
        if count < 2 or bit in pinned or bit not in driver or cells[driver[bit]]["type"] not in ("TRELLIS_FF", "LUT4"):
            continue
        first = cells[driver[bit]]
        if any(port in ("CLK", "CLKA", "CLKB", "WCK") for _, port, _ in readers[bit]):
            continue
        source = None
        if first["type"] == "LUT4" and all(port == "LSR" for _, port, _ in readers[bit]):
            inputs = [b for port in "ABCD" for b in first["connections"].get(port, []) if isinstance(b, int)]
            before = cells.get(driver.get(inputs[0], "")) if len(inputs) == 1 else None
            if before and before["type"] == "TRELLIS_FF" and before["parameters"].get("LSRMUX") in (None, "LSR") \
                    and before["connections"].get("LSR", ["0"]) in (["0"], []) and before["parameters"].get("CEMUX", "1").strip() == "1":
                source = before
        readers[bit].sort(key=lambda r: (place_of(r[0]), r[1:]))
        size = -(-len(readers[bit]) // count)
        nets += 1
        if source:
            data = "DI" if "DI" in source["connections"] else "M"
            inverted = fresh
            fresh += 1
            top["netnames"][f"{driver[bit]}$before"] = {"hide_name": 1, "bits": [inverted], "attributes": {}}
            cells[f"{driver[bit]}$before"] = {**first, "connections": {
                port: [source["connections"][data][0] if b == inputs[0] else b for b in bits] if port != "Z" else [inverted]
                for port, bits in first["connections"].items()}}
            del cells[driver[bit]]
            readers[inputs[0]] = [r for r in readers[inputs[0]] if r[0] != driver[bit]]
        for number in range(0 if source else 1, count):
            copy = f"{driver[bit]}$copy{number}"
            model = source or first
            output = "Q" if model["type"] == "TRELLIS_FF" else "Z"
            connections = {port: list(bits) for port, bits in model["connections"].items()}
            connections[output] = [fresh]
            if source:
                connections[data] = [inverted]
            cells[copy] = {**model, "attributes": dict(model.get("attributes", {})), "connections": connections}
            for port, bits in connections.items():
                if port != output:
                    for index, b in enumerate(bits):
                        if isinstance(b, int):
                            readers[b].append((copy, port, index))
            for name, port, index in readers[bit][number * size:(number + 1) * size]:
                cells[name]["connections"][port][index] = fresh
            top["netnames"][f"{label.get(bit, (0, driver[bit]))[1]}$copy{number}"] = {
                "hide_name": 0, "bits": [fresh], "attributes": {}}
            fresh += 1
            copies += 1
    return copies, nets


def folder_of(tree, block):
    """Where a block's files are; the core's lie at the top."""
    folder = tree / "build" / "place"
    return folder if block == wrapper.CORE else folder / block


def netlist(tree, again, block=wrapper.CORE):
    """The netlist for nextpnr, of the last run if there is one and it is wanted."""
    folder = folder_of(tree, block)
    folder.mkdir(parents=True, exist_ok=True)
    if not again and (folder / "outreg.json").exists():
        return json.loads((folder / "outreg.json").read_text(encoding="utf-8"))
    print(f"synth: Yosys, {block}", file=sys.stderr)
    synthesise(tree, folder, block)
    design = json.loads((folder / "yosys.json").read_text(encoding="utf-8"))
    moved = [*output_registers(design), *spread(design, READERS)]
    (folder / "outreg.json").write_text(json.dumps(design), encoding="utf-8")
    (folder / "outreg.txt").write_text(" ".join(map(str, moved)) + "\n", encoding="ascii")
    return design

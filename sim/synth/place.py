# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""Place and route for scripts/synth: the core in its wrapper (syngate_place.sv) on an ECP5-85 by the nextpnr of Debian 13.

nextpnr-ecp5 is in no Debian 12, so it is installed in a bare Debian 13 below build/place/root (debootstrap, root needed). Yosys is
that of this system. Between the two the registers behind block RAMs move into the RAMs (OUTREG) and drivers of many readers get copies,
neither of which Yosys does.
"""
import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

SUITE = "trixie"
DEVICE = ["--85k", "--speed", "8", "--package", "CABGA756"]
TARGET_MHZ = 200
# No bound on the places that nextpnr tries for one cell: its own, cells squared by eight, overflows for so many cells and becomes 10 000.
ATTEMPTS = "0"
# Readers of one net, but for clocks and memories. nextpnr makes globals of clocks alone: the reset had 4708 readers behind an inverter.
READERS = 200
# Per-module colours of the floorplan, in the order in which data meets the modules.
COLOURS = {"ingress": "#4e79a7", "parse": "#f28e2b", "cookie": "#e15759", "stamp": "#76b7b2", "table": "#59a14f",
           "egress": "#edc948", "csr": "#b07aa1", "core": "#9c755f", "wrapper": "#d4d4d4"}


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(4)


def inside(root, *command, **options):
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["chroot", str(root), *command], env=environment, check=False, **options)


def private_root(folder):
    """A bare Debian 13 with nextpnr-ecp5, made once."""
    root = folder / "root"
    if (root / "usr/bin/nextpnr-ecp5").exists():
        return root
    if os.geteuid() != 0:
        skip("a private root needs root")
    if shutil.which("debootstrap") is None:
        skip("debootstrap is not installed")
    found = subprocess.run("grep -rhoE 'https?://[^ ]*debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d | grep -v security",
                           shell=True, capture_output=True, text=True, check=False).stdout.split()
    if not found:
        skip("this system's apt sources name no Debian archive")
    print(f"synth: installing Debian {SUITE} with nextpnr-ecp5 in {root}", file=sys.stderr)
    shutil.rmtree(root, ignore_errors=True)
    log = open(folder / "root.log", "w", encoding="utf-8")
    if subprocess.run(["debootstrap", "--variant=minbase", SUITE, str(root), found[0]], stdout=log, stderr=log, check=False).returncode:
        skip(f"debootstrap failed, see {folder}/root.log")
    for name in ["/etc/resolv.conf", *map(str, pathlib.Path("/etc/apt/apt.conf.d").glob("99*"))]:
        if os.path.exists(name):
            shutil.copy(name, f"{root}{name}")
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "nextpnr-ecp5"]):
        if inside(root, *command, stdout=log, stderr=log).returncode:
            skip(f"{' '.join(command)} failed in the private root, see {folder}/root.log")
    return root


# What synth_ecp5 gives to dfflegalize, with the smallest numbers of registers that may share a set or reset and a clock enable.
REGISTERS = ("dfflegalize -minsrst 64 -mince 8 -cell $_DFF_?_ 01 -cell $_DFF_?P?_ r -cell $_SDFF_?P?_ r -cell $_DFFE_??_ 01 "
             "-cell $_DFFE_?P??_ r -cell $_SDFFE_?P??_ r -cell $_DLATCH_?_ x")


def synthesise(tree, folder):
    """Netlist of the wrapper for ECP5. synth_ecp5 step by step with these changes: modules are kept apart until gates are made (flat from
    the start takes three times as long); a reset or clock enable of few registers becomes logic (a slice of two registers has one of
    each); the inverters that dfflegalize gives to each register of an active-low reset become one, else thousands of registers would
    have a reset of their own; LUTs are made of the whole design at once, none of five to seven inputs, which cost up to eight LUT4
    each."""
    sources = " ".join((tree / "rtl" / "syngate.f").read_text(encoding="ascii").split())
    script = (f"read_verilog -sv -I. {sources} ../sim/synth/syngate_place.sv; hierarchy -check -top syngate_place; "
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


def spread(design, limit):
    """Gives every net of a register or LUT with more than limit readers several drivers, copies of the first, each for readers that
    belong together by the names of the registers they lead to. A LUT that only inverts a register of its own for set or reset inputs
    first changes places with it, so that the copies are registers. Returns the copies made and the nets that they divide."""
    top = next(m for m in design["modules"].values() if "top" in m.get("attributes", {}))
    cells = top["cells"]
    label = {}  # shortest public name of a bit, with numbers that sort
    for name, net in top["netnames"].items():
        for index, bit in enumerate(net["bits"]):
            rank = (net.get("hide_name", 0), len(name))
            if isinstance(bit, int) and (bit not in label or rank < label[bit][0]):
                label[bit] = (rank, re.sub(r"\d+", lambda m: m.group().zfill(5), f"{name}[{index}]"))
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
                                          and cells[name]["port_directions"][port] == "output"), None), ((1, 0), name))[1]
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


def place(root, folder, seed):
    """One run of nextpnr; its report and the seconds it took."""
    work = root / "place"
    work.mkdir(exist_ok=True)
    shutil.copy(folder / "outreg.json", work / "in.json")
    shutil.copy(pathlib.Path(__file__).resolve().parent / "open_carries.py", work)
    (work / "pins.lpf").write_text("", encoding="ascii")
    started = time.monotonic()
    command = ["nextpnr-ecp5", *DEVICE, "--json", "/place/in.json", "--lpf", "/place/pins.lpf", "--lpf-allow-unconstrained", "--freq",
               str(TARGET_MHZ), "--seed", str(seed), "--parallel-refine", "--threads", str(len(os.sched_getaffinity(0))),
               "--timing-allow-fail", "--pre-pack", "/place/open_carries.py",
               "--placer-heap-cell-placement-timeout", ATTEMPTS, "--report", "/place/report.json",
               "--write", "/place/out.json", "--log", "/place/log", "-q"]
    code = inside(root, *command).returncode
    seconds = round(time.monotonic() - started)
    shutil.copy(work / "log", folder / f"nextpnr-{seed}.log")
    if code:
        sys.exit(f"synth: nextpnr failed with seed {seed}, see {folder}/nextpnr-{seed}.log")
    for name in ("report", "out"):
        shutil.move(work / f"{name}.json", folder / f"{name}-{seed}.json")
    return json.loads((folder / f"report-{seed}.json").read_text(encoding="utf-8")), seconds


def critical_path(report):
    """Segments of the longest path inside the clock domain: (kind, delay, from, to)."""
    paths = [p for p in report["critical_paths"] if p["from"] == p["to"] and p["from"].startswith("posedge")]
    return [(s["type"], s["delay"], s["from"]["cell"], s["to"]["cell"]) for s in paths[0]["path"]] if paths else []


def netlist(tree, again):
    """The netlist for nextpnr, of the last run if there is one and it is wanted."""
    folder = tree / "build" / "place"
    folder.mkdir(parents=True, exist_ok=True)
    if not again and (folder / "outreg.json").exists():
        return json.loads((folder / "outreg.json").read_text(encoding="utf-8"))
    print("synth: Yosys", file=sys.stderr)
    synthesise(tree, folder)
    design = json.loads((folder / "yosys.json").read_text(encoding="utf-8"))
    moved = [*output_registers(design), *spread(design, READERS)]
    (folder / "outreg.json").write_text(json.dumps(design), encoding="utf-8")
    (folder / "outreg.txt").write_text(" ".join(map(str, moved)) + "\n", encoding="ascii")
    return design


def write_evidence(tree, evidence, name, figures, rows, **more):
    """build/evidence/NAME.json; what was written."""
    commit = subprocess.run(["git", "-C", str(tree), "rev-parse", "--short=12", "HEAD"], capture_output=True, text=True, check=False)
    dirty = subprocess.run(["git", "-C", str(tree), "status", "--porcelain", "--", "rtl"], capture_output=True, text=True, check=False)
    yosys = subprocess.run(["yosys", "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    result = {"name": name, "commit": commit.stdout.strip() + ("-dirty" if dirty.stdout else ""), "seed": 0, **more,
              "tools": {"yosys": yosys, **more.get("tools", {})}, "figures": figures, "rows": rows}
    evidence.mkdir(parents=True, exist_ok=True)
    (evidence / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="ascii")
    return result


def run(tree, seeds, evidence, again):
    """scripts/synth place: prints the figures, writes build/evidence/place-ecp5.json and a line of docs/reference/synth-history.jsonl."""
    folder = tree / "build" / "place"
    folder.mkdir(parents=True, exist_ok=True)
    root = private_root(folder)
    netlist(tree, again)
    moved = [int(n) for n in (folder / "outreg.txt").read_text(encoding="ascii").split()]
    rows = []
    for seed in seeds:
        print(f"synth: nextpnr, seed {seed}", file=sys.stderr)
        report, seconds = place(root, folder, seed)
        mhz = max(clock["achieved"] for clock in report["fmax"].values())
        rows.append({"seed": seed, "fmax_mhz": round(mhz, 1), "seconds": seconds})
        print(f"seed {seed}: {mhz:.1f} MHz, {seconds} s")
        for kind, delay, source, sink in critical_path(report):
            print(f"  {delay:5.2f} ns {kind:8} {source} -> {sink}")
    best = max(rows, key=lambda row: row["fmax_mhz"])
    report = json.loads((folder / f"report-{best['seed']}.json").read_text(encoding="utf-8"))
    used = {name: value for name, value in report["utilization"].items() if value["used"]}
    for name, value in sorted(used.items()):
        print(f"{name:>20} {value['used']:>7} of {value['available']:>7}  {100 * value['used'] / value['available']:5.1f} %")
    count = floorplan(folder / f"out-{best['seed']}.json", folder / "floorplan.svg")
    for group in COLOURS:
        print(f"{group:>20} " + " ".join(f"{kind} {n}" for kind, n in sorted(count[group].items())))
    version = inside(root, "nextpnr-ecp5", "--version", capture_output=True, text=True)
    nextpnr = re.search(r"Version ([^)]*)\)", version.stdout + version.stderr).group(1)
    figures = {"fmax_mhz": best["fmax_mhz"], "fmax_worst_seed_mhz": min(row["fmax_mhz"] for row in rows), "seeds": len(rows),
               "registers_in_block_ram": moved[0], "copies": sum(moved[2:3]),
               **{name: used.get(name, {"used": 0})["used"] for name in ("TRELLIS_COMB", "TRELLIS_FF", "TRELLIS_RAMW", "DP16KD")}}
    result = write_evidence(tree, evidence, "place-ecp5", figures, rows, seed=best["seed"], tools={"nextpnr": nextpnr},
                            device=" ".join(DEVICE))
    with open(tree / "docs" / "reference" / "synth-history.jsonl", "a", encoding="ascii") as history:
        history.write(json.dumps({key: result[key] for key in ("commit", "tools", "figures", "rows")}) + "\n")
    tools = ", ".join(f"{name} {version}" for name, version in result["tools"].items())
    print(f"ECP5-85, speed 8: {best['fmax_mhz']} MHz with seed {best['seed']} of {seeds}, {tools}")
    return 0

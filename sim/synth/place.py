# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""Place and route for scripts/synth: the core in its wrapper, or each of its blocks in one, on an ECP5-85 by the nextpnr of Debian 13.

nextpnr-ecp5 is in no Debian 12, so it is installed in a bare Debian 13 below build/place/root (debootstrap, root needed). The netlists
are those of netlist.py.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

import netlist
import wrapper
from floorplan import COLOURS, floorplan

SUITE = "trixie"
DEVICE = ["--85k", "--speed", "8", "--package", "CABGA756"]
TARGET_MHZ = 200
AIM_MHZ = 178  # at which 100 GbE holds for every mix of frames (docs/reference/line-rate.md)
# No bound on the places that nextpnr tries for one cell: its own, cells squared by eight, overflows for so many cells and becomes 10 000.
ATTEMPTS = "0"
# Cells that are counted; nextpnr counts those that it makes itself, too.
USED = ("TRELLIS_COMB", "TRELLIS_FF", "TRELLIS_RAMW", "DP16KD")


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


def place(root, folder, seed):
    """One run of nextpnr; its report and the seconds it took."""
    with tempfile.TemporaryDirectory(prefix="place-", dir=root) as name:
        work = pathlib.Path(name)
        at = f"/{work.name}"
        shutil.copy(folder / "outreg.json", work / "in.json")
        shutil.copy(pathlib.Path(__file__).resolve().parent / "open_carries.py", work)
        (work / "pins.lpf").write_text("", encoding="ascii")
        started = time.monotonic()
        command = ["nextpnr-ecp5", *DEVICE, "--json", f"{at}/in.json", "--lpf", f"{at}/pins.lpf", "--lpf-allow-unconstrained", "--freq",
                   str(TARGET_MHZ), "--seed", str(seed), "--parallel-refine", "--threads", str(len(os.sched_getaffinity(0))),
                   "--timing-allow-fail", "--pre-pack", f"{at}/open_carries.py",
                   "--placer-heap-cell-placement-timeout", ATTEMPTS, "--report", f"{at}/report.json",
                   "--write", f"{at}/out.json", "--log", f"{at}/log", "-q"]
        code = inside(root, *command).returncode
        seconds = round(time.monotonic() - started)
        shutil.copy(work / "log", folder / f"nextpnr-{seed}.log")
        if code:
            sys.exit(f"synth: nextpnr failed with seed {seed}, see {folder}/nextpnr-{seed}.log")
        for kind in ("report", "out"):
            shutil.move(work / f"{kind}.json", folder / f"{kind}-{seed}.json")
    return json.loads((folder / f"report-{seed}.json").read_text(encoding="utf-8")), seconds


def critical_path(report, design):
    """Segments of the longest path inside the clock domain: (kind, delay, from, to), cells by the public name of what they drive."""
    top = next(m for m in design["modules"].values() if "top" in m.get("attributes", {}))
    label = netlist.labels(top)

    def named(cell):
        driven = [bit for port, bits in top["cells"].get(cell, {"connections": {}})["connections"].items() for bit in bits
                  if isinstance(bit, int) and top["cells"][cell]["port_directions"][port] == "output"]
        hidden, name, index = label.get(driven[0], (1, cell, 0)) if driven else (1, cell, 0)
        return cell if hidden else f"{name}[{index}]"

    paths = [p for p in report["critical_paths"] if p["from"] == p["to"] and p["from"].startswith("posedge")]
    # The first segment, clock to output, names the cell that it enters as the one that it comes from.
    path = []
    for s in paths[0]["path"] if paths else []:
        source, sink = named(s["to" if s["type"] == "clk-to-q" else "from"]["cell"]), named(s["to"]["cell"])
        if s["type"] == "routing" and s["delay"] < 0.005:  # within a carry chain, which becomes one segment
            continue
        if s["type"] == "logic" and path and path[-1][0] == "logic":
            path[-1] = ("logic", path[-1][1] + s["delay"], path[-1][2], sink)
        else:
            path.append((s["type"], s["delay"], source, sink))
    return path


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


def megahertz(report):
    return round(max(clock["achieved"] for clock in report["fmax"].values()), 1)


def show(label, report, seconds, path):
    print(f"{label}: {megahertz(report)} MHz, {seconds} s")
    for kind, delay, source, sink in path:
        print(f"  {delay:5.2f} ns {kind:8} {source} -> {sink}")


def version_of(root):
    text = inside(root, "nextpnr-ecp5", "--version", capture_output=True, text=True)
    return re.search(r"Version ([^)]*)\)", text.stdout + text.stderr).group(1)


def run(tree, seeds, evidence, again):
    """scripts/synth place: prints the figures, writes build/evidence/place-ecp5.json and a line of docs/reference/synth-history.jsonl."""
    folder = netlist.folder_of(tree, wrapper.CORE)
    folder.mkdir(parents=True, exist_ok=True)
    root = private_root(folder)
    design = netlist.netlist(tree, again)
    moved = [int(n) for n in (folder / "outreg.txt").read_text(encoding="ascii").split()]
    rows = []
    for seed in seeds:
        print(f"synth: nextpnr, seed {seed}", file=sys.stderr)
        report, seconds = place(root, folder, seed)
        rows.append({"seed": seed, "fmax_mhz": megahertz(report), "seconds": seconds})
        show(f"seed {seed}", report, seconds, critical_path(report, design))
    best = max(rows, key=lambda row: row["fmax_mhz"])
    report = json.loads((folder / f"report-{best['seed']}.json").read_text(encoding="utf-8"))
    used = {name: value for name, value in report["utilization"].items() if value["used"]}
    for name, value in sorted(used.items()):
        print(f"{name:>20} {value['used']:>7} of {value['available']:>7}  {100 * value['used'] / value['available']:5.1f} %")
    count = floorplan(folder / f"out-{best['seed']}.json", folder / "floorplan.svg")
    for group in COLOURS:
        print(f"{group:>20} " + " ".join(f"{kind} {n}" for kind, n in sorted(count[group].items())))
    figures = {"fmax_mhz": best["fmax_mhz"], "fmax_worst_seed_mhz": min(row["fmax_mhz"] for row in rows), "seeds": len(rows),
               "registers_in_block_ram": moved[0], "copies": sum(moved[2:3]),
               **{name: used.get(name, {"used": 0})["used"] for name in USED}}
    result = write_evidence(tree, evidence, "place-ecp5", figures, rows, seed=best["seed"], tools={"nextpnr": version_of(root)},
                            device=" ".join(DEVICE))
    with open(tree / "docs" / "reference" / "synth-history.jsonl", "a", encoding="ascii") as history:
        history.write(json.dumps({key: result[key] for key in ("commit", "tools", "figures", "rows")}) + "\n")
    tools = ", ".join(f"{name} {version}" for name, version in result["tools"].items())
    print(f"ECP5-85, speed 8: {best['fmax_mhz']} MHz with seed {best['seed']} of {seeds}, {tools}")
    return 0


def state(tree, block):
    """What a block's figures depend on: its folder of rtl/, what all blocks share, and what makes the netlist."""
    folders = [tree / "rtl" / wrapper.FOLDERS.get(block, block), tree / "rtl" / "common", tree / "rtl", pathlib.Path(__file__).parent]
    files = [path for folder in folders for path in sorted(folder.glob("*.*v*")) + sorted(folder.glob("*.py"))
             if path.name not in (f"syngate_{wrapper.CORE}.sv", "place.py", "floorplan.py", "levels.py", "maps.py", "map_forms.v")]
    how = " ".join([*DEVICE, str(TARGET_MHZ), ATTEMPTS]).encode()
    return hashlib.sha256(how + b"".join(path.name.encode() + b"\0" + path.read_bytes() for path in files)).hexdigest()[:16]


def blocks(tree, names, seeds, evidence):
    """scripts/synth place BLOCK...: each block alone; one that was done from the same files is not done again. Writes
    build/evidence/blocks-ecp5.json with all that are done."""
    root = private_root(netlist.folder_of(tree, wrapper.CORE))
    rows = []
    for block in wrapper.BLOCKS:
        now = state(tree, block)
        folder = netlist.folder_of(tree, block)
        kept = folder / "blocks.json"
        done = json.loads(kept.read_text(encoding="ascii")) if kept.exists() else {}
        if done.get("state") != now:
            done = {"state": now, "seeds": {}}
        for seed in (seeds if block in names else []):
            if str(seed) in done["seeds"]:
                continue
            design = netlist.netlist(tree, not done["seeds"], block)
            report, seconds = place(root, folder, seed)
            path = critical_path(report, design)
            show(f"{block}, seed {seed}", report, seconds, path)
            done["seeds"][str(seed)] = {
                "fmax_mhz": megahertz(report), "seconds": seconds,
                "logic_ns": round(sum(delay for kind, delay, _, _ in path if kind != "routing"), 2),
                "routing_ns": round(sum(delay for kind, delay, _, _ in path if kind == "routing"), 2),
                "from": path[0][3], "to": path[-1][3],
                **{name: report["utilization"].get(name, {"used": 0})["used"] for name in USED}}
            kept.write_text(json.dumps(done, indent=1) + "\n", encoding="ascii")
        if done["seeds"]:
            seed = max(done["seeds"], key=lambda s: done["seeds"][s]["fmax_mhz"])
            rows.append({"block": block, "seeds": len(done["seeds"]),
                         "worst_mhz": min(one["fmax_mhz"] for one in done["seeds"].values()), **done["seeds"][seed]})
    for row in rows:
        print(f"{row['block']:>10} {row['fmax_mhz']:7.1f} MHz  " + "  ".join(f"{name} {row[name]}" for name in USED))
    figures = {"blocks": len(rows)}
    # Of some blocks, only a clock that is too slow says something about all.
    slowest_mhz = min(row["fmax_mhz"] for row in rows)
    if len(rows) == len(wrapper.BLOCKS) or slowest_mhz < AIM_MHZ:
        figures["slowest_mhz"] = slowest_mhz
    write_evidence(tree, evidence, "blocks-ecp5", figures, rows, seed=None, tools={"nextpnr": version_of(root)}, device=" ".join(DEVICE))
    slowest = min(rows, key=lambda row: row["fmax_mhz"])
    print(f"ECP5-85, speed 8, each block alone: {len(rows)} of {len(wrapper.BLOCKS)} routed, the slowest ({slowest['block']}) at "
          f"{slowest['fmax_mhz']} MHz")
    return 0

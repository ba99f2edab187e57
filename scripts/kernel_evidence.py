# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""kernel_evidence.py SERIES PART pass|FAIL|skip: one part of scripts/test-kernel, put into build/evidence/kernel.json.

Parts run on the same commit stay beside it. The guest's results come from its result.ktap, which scripts/test-kernel removes before each
part; parts without a guest have none. A part that passes may have failed results: the negative controls.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE = ROOT / "build/evidence/kernel.json"
series, part, outcome = sys.argv[1:4]


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout.strip()


commit = output("git", "rev-parse", "HEAD") + ("-dirty" if output("git", "status", "--porcelain", "-uno") else "")
old = json.loads(FILE.read_text()) if FILE.exists() else {}
rows = [row for row in old.get("rows", []) if old.get("commit") == commit and (row["kernel"], row["part"]) != (series, part)]
release = ROOT / "build/kernels" / series / "release"
row = {"kernel": series, "release": release.read_text().strip() if release.exists() else "", "part": part, "result": outcome,
       "checks": 0, "failed": 0, "cookies": 0, "cookies alike": 0, "SYN-ACKs": 0, "SYN-ACKs alike": 0}
folder = ROOT / "build/kernel-test" / series
for path in [] if outcome == "skip" else [*folder.glob(f"{part}/result.ktap"), *folder.glob(f"{part}-*/result.ktap")]:
    for line in path.read_text(errors="replace").splitlines():
        match = re.match(r"(not )?ok ", line)
        if not match:
            continue
        row["checks"] += 1
        row["failed"] += bool(match.group(1))
        found = re.search(r"cookies of the kernel: (\d+) of (\d+)", line)
        if found:
            row["cookies alike"] += int(found.group(1))
            row["cookies"] += int(found.group(2))
        found = re.search(r"SYN-ACKs of a real listener: (\d+) of (\d+)", line)
        if found:
            row["SYN-ACKs alike"] += int(found.group(1))
            row["SYN-ACKs"] += int(found.group(2))
rows = sorted([*rows, row], key=lambda r: (tuple(map(int, re.findall(r"\d+", r["kernel"]))), r["part"]))
figures = {"parts": len(rows), "parts passed": sum(r["result"] == "pass" for r in rows),
           "parts failed": sum(r["result"] == "FAIL" for r in rows),
           "kernels": len({r["kernel"] for r in rows if r["result"] == "pass"}), "checks": sum(r["checks"] for r in rows),
           "cookies": sum(r["cookies"] for r in rows), "cookies unlike": sum(r["cookies"] - r["cookies alike"] for r in rows),
           "SYN-ACKs": sum(r["SYN-ACKs"] for r in rows), "SYN-ACKs unlike": sum(r["SYN-ACKs"] - r["SYN-ACKs alike"] for r in rows)}
FILE.parent.mkdir(parents=True, exist_ok=True)
qemu = output("qemu-system-x86_64", "--version").splitlines()[0]
FILE.write_text(json.dumps({"name": "kernel", "commit": commit, "tools": {"qemu": qemu},
                            "figures": figures, "rows": rows}, indent=1) + "\n")

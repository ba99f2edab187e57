# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""soak_evidence.py SEED STATUS LOG...: sums what the processes of scripts/soak printed, into build/evidence/soak.json.

Counts of verdicts, drops and table operations are rows. CPU time is that which build/release/soak.times holds.
"""
import collections
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
seed, status, logs = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
figures = collections.Counter()
counts = collections.Counter()
ended = 0
for log in logs:
    text = pathlib.Path(log).read_text(errors="replace")
    ended += bool(re.search(r"^frames \d", text, re.M))
    for line in text.splitlines():
        if re.match(r"frames \d", line):
            figures.update({name: int(value) for name, value in re.findall(r"(\w+) (\d+)(?=  |$)", line)})
        match = re.match(r"  (verdict|drop|table) +(\w+) +(\d+)$", line)
        if match:
            counts[match.group(1), match.group(2)] += int(match.group(3))
times = (ROOT / "build/release/soak.times").read_text().splitlines()[1].split()
seconds = sum(60 * int(m) + float(s) for m, s in (re.fullmatch(r"(\d+)m([\d.]+)s", word).groups() for word in times))


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout.strip()


changed = output("git", "status", "--porcelain", "-uno")
report = {
    "name": "soak", "commit": output("git", "rev-parse", "HEAD") + ("-dirty" if changed else ""), "seed": seed,
    "tools": {"verilator": output("verilator", "--version")},
    "figures": {name: figures[name] for name in ("frames", "clocks", "handshakes", "mismatches", "lost")}
    | {"processes": len(logs), "processes_failed": len(logs) - ended if status == 0 else max(len(logs) - ended, 1),
       "cpu_hours": round(seconds / 3600, 3)},
    "rows": [{"kind": kind, "name": name, "frames": number} for (kind, name), number in counts.items()]}
folder = ROOT / "build/evidence"
folder.mkdir(parents=True, exist_ok=True)
(folder / "soak.json").write_text(json.dumps(report, indent=1) + "\n")

# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""test_evidence.py PASSED FAILED SKIPPED < ROWS: what scripts/test counted, as build/evidence/test.json. Rows: scripts/lib.sh."""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
rows = []
for line in sys.stdin:
    match = re.match(r"(\S+) +\S+ s  (.*)$", line.rstrip("\n"))
    if match:
        # Seconds are those of one machine. The reason for a skip stays in the name.
        rows.append({"result": match.group(1).lower(), "test": match.group(2)})
commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
changed = subprocess.run(["git", "-C", ROOT, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False).stdout.strip()
figures = {name: int(value) for name, value in zip(("passed", "failed", "skipped"), sys.argv[1:4])}
folder = ROOT / "build/evidence"
folder.mkdir(parents=True, exist_ok=True)
(folder / "test.json").write_text(json.dumps({
    "name": "test", "commit": commit + ("-dirty" if changed else ""), "tools": {}, "figures": figures, "rows": rows}, indent=1) + "\n")

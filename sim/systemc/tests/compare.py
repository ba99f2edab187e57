#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""compare.py REFERENCE COMPARE: same frames, bytes and clocks from the SystemC box; a wrong byte or clock, a missing frame are noticed."""
import pathlib
import re
import subprocess
import sys
import tempfile

REFERENCE, COMPARE = sys.argv[1:]


def differences(text):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "script"
        path.write_text(text)
        run = subprocess.run([COMPARE, path], capture_output=True, text=True, timeout=300)
    print(run.stdout.strip().splitlines()[-1])
    return run.returncode, int(re.search(r"(\d+) differences", run.stdout).group(1))


def reference(count):
    return subprocess.run([REFERENCE, str(count)], capture_output=True, text=True, check=True, timeout=300).stdout


assert differences(reference(3000)) == (0, 0)
lines = reference(300).splitlines()
at = [i for i, line in enumerate(lines) if line.startswith("forward")][3]
port, clock, frame = lines[at].split()
for wrong in ([f"{port} {clock} {frame[:80]}{int(frame[80], 16) ^ 1:x}{frame[81:]}"], [f"{port} {int(clock) + 1} {frame}"]):
    assert differences("\n".join([*lines[:at], *wrong, *lines[at + 1:]])) == (1, 1), wrong
code, count = differences("\n".join([*lines[:at], *lines[at + 1:]]))
assert code == 1 and count > 0

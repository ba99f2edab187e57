#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""terminal.py SYNGATE FLOOD: progress, colours and Ctrl-C as somebody at a terminal sees them.

Runs the program with stderr on a pseudo-terminal and replays what it draws on a screen of that width: a line that is too wide would
leave rests behind.
"""
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time

PROGRAM, FLOOD = sys.argv[1:]
LONG = ["replay", FLOOD, "--loop", "12", "--topspeed", "--json"]


def run_at_terminal(arguments, columns, interrupt=False, **environment):
    """(exit code, stdout, what stderr's terminal received, seconds)."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = {"PATH": os.environ["PATH"], "TERM": "xterm", "LC_ALL": "C", **environment}
    start = time.monotonic()
    process = subprocess.Popen([PROGRAM, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=slave, env=env)
    os.close(slave)
    received = b""
    while True:
        try:
            data = os.read(master, 65536)
        except OSError:
            break
        if not data:
            break
        received += data
        if interrupt and received.count(b"\r") >= 3:
            process.send_signal(signal.SIGINT)
            interrupt = False
    out = process.stdout.read()
    return process.wait(), out.decode(), received.decode(), time.monotonic() - start


def screen(text, columns):
    """Lines left on a terminal: carriage return, new line, erase to the end of the line, wrapping; colours are ignored."""
    lines, row, column = [""], 0, 0
    for token in re.findall(r"\x1b\[[0-9;]*[A-Za-z]|.", text, re.S):
        if token == "\r":
            column = 0
        elif token == "\n":
            row, column = row + 1, 0
        elif token == "\x1b[K":
            lines[row] = lines[row][:column]
        elif not token.startswith("\x1b"):
            if column == columns:
                row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
            lines[row] = lines[row][:column].ljust(column) + token + lines[row][column + 1:]
            column += 1
        lines += [""] * (row + 1 - len(lines))
    return [line.rstrip() for line in lines if line.strip()]


def expect(condition, what, seen=""):
    if not condition:
        sys.exit(f"terminal: {what}\n{seen!r}"[:3000])


for columns in (40, 80, 200):
    code, out, seen, seconds = run_at_terminal(LONG, columns)
    expect(code == 0, f"{columns} columns: exit {code}", seen)
    expect(json.loads(out)["mismatches"] == 0, "the result is on stdout")
    drawn = seen.count("\r")
    expect(3 <= drawn <= seconds * 10 + 2, f"{columns} columns: {drawn} lines in {seconds:.1f} s", seen)
    expect(re.search(r"\d+ %.*ETA \d+:\d\d", seen), f"{columns} columns: percent and time left", seen)
    expect(screen(seen, columns) == [], f"{columns} columns: something is left on the screen", screen(seen, columns))
    expect("\n" not in seen, f"{columns} columns: progress scrolls", seen)
    expect(("Mpps simulated" in seen) == (columns > 40), f"{columns} columns: Mpps", seen)

code, out, seen, _ = run_at_terminal(LONG, 120, NO_COLOR="1")
expect(code == 0 and not re.search(r"\x1b\[[0-9;]*m", seen), "NO_COLOR, yet there are colours", seen)
code, out, seen, _ = run_at_terminal(LONG, 120)
expect("\x1b[32m" in seen, "the bar has a colour on a terminal", seen)
code, out, seen, _ = run_at_terminal(["--color", "never", *LONG], 120)
expect(not re.search(r"\x1b\[[0-9;]*m", seen), "--color never, yet there are colours", seen)
for quiet in ("-q", "--quiet"):
    code, out, seen, _ = run_at_terminal([*LONG, quiet], 80)
    expect(code == 0 and seen == "", f"{quiet}: stderr is not silent", seen)
code, out, seen, _ = run_at_terminal(LONG, 80, TERM="dumb")
expect("\r" not in seen.replace("\r\n", "\n") and "\x1b" not in seen, "control characters on a dumb terminal", seen)
for columns in (1, 2, 7):
    code, out, seen, _ = run_at_terminal(LONG, columns)
    expect(code == 0 and screen(seen, columns) == [], f"{columns} columns: exit {code}", seen)

code, out, seen, _ = run_at_terminal(LONG, 40, interrupt=True)
expect(code == 130, f"Ctrl-C: exit {code}", seen)
result = json.loads(out)
expect(result["interrupted"] and 0 < result["frames_offered"] < 240000, "Ctrl-C: the summary", out)
left = "".join(screen(seen, 40))
expect(left == "interrupted: the figures are those of the frames offered so far", "Ctrl-C: the last line", left)

code, out, seen, _ = run_at_terminal(["bench", "--json"], 40, interrupt=True)
expect(code == 130, f"bench, Ctrl-C: exit {code}", seen)
expect(json.loads(out)["interrupted"], "bench, Ctrl-C: the result", out)
expect("".join(screen(seen, 40)) == "interrupted: what was not measured is missing", "bench, Ctrl-C: the last line", screen(seen, 40))
print("terminal: progress, colours and Ctrl-C are as they should be")

#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""presets_test SYNGATE [--gtkwave]: every signal of the waves' presets is in a fresh FST, with its width; files name no folder.

--gtkwave also opens every preset in the real gtkwave (under Xvfb) and counts what it shows. Exit 4 when the tools are missing.
"""
import collections
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
CAPTURE = ROOT / "test_vectors/captures/flood.pcap"
CLOCK_PS = 5000
wrong = []


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, **more)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def signals_of(fst):
    """Full name -> width, from fst2vcd; and the first and last time, in ps."""
    scope, widths, times = [], {}, []
    text = run("fst2vcd", fst)
    scale = re.search(r"\$timescale\s*(.*?)\s*\$end", text, re.S).group(1)
    if scale.replace(" ", "") != "1ps":
        wrong.append(f"time scale is {scale}")
    for line in text.split("\n"):
        word = line.split()
        if line.startswith("$scope"):
            scope.append(word[2])
        elif line.startswith("$upscope"):
            scope.pop()
        elif line.startswith("$var"):
            widths[".".join([*scope, word[4]])] = int(word[2])
        elif line.startswith("#"):
            times.append(int(line[1:]))
    return widths, times


def check_names(syngate, folder):
    widths, times = signals_of(folder / "wave.fst")
    questions = collections.defaultdict(list)
    for line in run(syngate, "waves", "--list-signals").split("\n"):
        if line:
            question, name, bits = line.split()
            questions[question].append(name)
            if widths.get(name) != int(bits):
                wrong.append(f"{question}: {name} has {bits} bits in the preset, {widths.get(name, 'no signal')} in the FST")
    if len(questions) != 5:
        wrong.append(f"questions: {sorted(questions)}")
    window = json.loads((folder / "wave.json").read_text())
    inside = times[0] >= window["from"] * CLOCK_PS and times[-1] <= (window["to"] + 1) * CLOCK_PS
    if not inside or not times[0] <= window["cycle"] * CLOCK_PS <= times[-1]:
        wrong.append(f"the FST goes from {times[0]} to {times[-1]} ps, the window is {window}")
    for question, names in questions.items():
        gtkw = (folder / f"wave.{question}.gtkw").read_text()
        sucl = (folder / f"wave.{question}.sucl").read_text()
        shown = [re.sub(r"\[\d+:0\]$", "", line) for line in gtkw.split("\n") if line.startswith("TOP.")]
        if shown != names or [line.split()[1] for line in sucl.split("\n") if line.startswith("variable_add")] != names:
            wrong.append(f"{question}: the files do not name the signals of the list")
        if "/" in gtkw.replace("TOP.", "") or "dumpfile" in gtkw:
            wrong.append(f"{question}: the preset names a path")
        if f" {window['cycle'] * CLOCK_PS} " not in gtkw or f"cursor_set {window['cycle'] * CLOCK_PS}" not in sucl:
            wrong.append(f"{question}: the marker is not at the event")
    return questions


def check_gtkwave(questions, folder):
    script = folder / "count.tcl"
    script.write_text('puts "TRACES [gtkwave::getTotalNumTraces]"\nexit\n')
    for question, names in questions.items():
        preset = folder / f"wave.{question}.gtkw"
        out = run("xvfb-run", "-a", "gtkwave", "--nomenu", "--script", script, folder / "wave.fst", preset)
        groups = preset.read_text().count("\n@200\n") + preset.read_text().startswith("@200\n")
        found = re.search(r"TRACES (\d+)", out)
        # Comment lines are traces for GTKWave too. Dead names would vanish silently.
        if not found or int(found.group(1)) != len(names) + groups:
            wrong.append(f"{question}: gtkwave shows {found and found.group(1)} lines, expected {len(names)} signals and {groups} titles")


def main():
    syngate = sys.argv[1]
    if shutil.which("fst2vcd") is None:
        print("skipped: fst2vcd (package gtkwave) is not installed")
        return 4
    if not (pathlib.Path(syngate).parent / "syngate-traced").exists():
        print("skipped: syngate-traced is not built")
        return 4
    viewer = "--gtkwave" in sys.argv
    if viewer and (shutil.which("xvfb-run") is None or shutil.which("gtkwave") is None):
        print("skipped: gtkwave or xvfb is not installed")
        return 4
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "waves"
        run(syngate, "waves", CAPTURE, "--on", "drop=land", "--out", folder)
        questions = check_names(syngate, folder)
        if viewer:
            check_gtkwave(questions, folder)
    print("\n".join(wrong) or f"{sum(map(len, questions.values()))} signals of {len(questions)} presets are there")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""line_rate.py SYNGATE PAGE [--write]: the page docs/reference/line-rate.md, the arithmetic and `syngate bench` must agree.

The tables of the page are computed here anew, from the wire's and the bus's constants alone, in exact fractions; every row must
stand in the page as it is computed. Then the benchmark runs: each of its rows of one length must ask for exactly the rate of the page, and
the frames must have entered the pipeline at that rate, to the clock; no row that may not lose frames has lost one.
--write puts the computed tables into the page (between the marks) and ends. Exit 1 on a difference.
"""
import json
import pathlib
import subprocess
import sys
from fractions import Fraction

CLOCK_MHZ = 200
BUS_BYTES = 128
WIRE_BYTES = 24  # FCS 4, preamble and start 8, gap 12
SHORTEST, LONGEST = 60, 9014  # without FCS
RATES = {"40G": 40_000, "100G": 100_000}  # Mbit/s
SHOWN = (60, 64, 65, 66, 74, 78, 98, 117, 118, 128, 129, 256, 512, 1024, 1514, 9014)
MARK = "<!-- {} computed by sim/tests/cli/line_rate.py -->"
BENCH_FRAMES = 60


def wire_clocks(rate, length):
    """Clocks from the start of one frame on the wire to the next, back to back."""
    return Fraction((length + WIRE_BYTES) * 8 * CLOCK_MHZ, RATES[rate])


def beats(length):
    return -(-length // BUS_BYTES)


def needed_mhz(rate, length):
    """Clock at which the beats of frames of this length take exactly the time that the wire takes."""
    return Fraction(beats(length) * RATES[rate], (length + WIRE_BYTES) * 8)


def pair_needed_mhz(rate, length):
    """The same for the output when each frame leaves behind its hand-off, a frame of one beat."""
    return Fraction((beats(length) + 1) * RATES[rate], (length + WIRE_BYTES) * 8)


def table_lengths():
    lines = ["| length | beats | clocks 40G | clocks 100G | Mpps 40G | Mpps 100G | MHz needed 40G | MHz needed 100G |",
             "|--:|--:|--:|--:|--:|--:|--:|--:|"]
    for length in SHOWN:
        cells = [str(length), str(beats(length))]
        cells += [f"{float(wire_clocks(rate, length)):.3f}" for rate in RATES]
        cells += [f"{float(CLOCK_MHZ / wire_clocks(rate, length)):.3f}" for rate in RATES]
        cells += [f"{float(needed_mhz(rate, length)):.1f}" for rate in RATES]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def table_worst():
    lines = ["| rate | worst length | MHz needed | bus used at 200 MHz | lengths that need more than 200 MHz |",
             "|---|--:|--:|--:|--:|"]
    for rate in RATES:
        lengths = range(SHORTEST, LONGEST + 1)
        worst = max(lengths, key=lambda length: needed_mhz(rate, length))
        needed = needed_mhz(rate, worst)
        over = sum(needed_mhz(rate, length) > CLOCK_MHZ for length in lengths)
        lines.append(f"| {rate} | {worst} | {float(needed):.1f} | {float(100 * needed / CLOCK_MHZ):.1f} % | {over} |")
    return lines


def table_pairs():
    lines = ["| rate | worst length | MHz needed | lengths that need more than 200 MHz | the longest of them |",
             "|---|--:|--:|--:|--:|"]
    for rate in RATES:
        lengths = range(SHORTEST, LONGEST + 1)
        worst = max(lengths, key=lambda length: pair_needed_mhz(rate, length))
        over = [length for length in lengths if pair_needed_mhz(rate, length) > CLOCK_MHZ]
        lines.append(f"| {rate} | {worst} | {float(pair_needed_mhz(rate, worst)):.1f} | {len(over)} | {max(over, default='none')} |")
    return lines


def replace_between(text, name, lines):
    begin, end = MARK.format(name + " begin:"), MARK.format(name + " end:")
    head, rest = text.split(begin + "\n", 1)
    _, tail = rest.split(end, 1)
    return head + begin + "\n" + "\n" + "\n".join(lines) + "\n\n" + end + tail


def computed(text):
    text = replace_between(text, "lengths", table_lengths())
    text = replace_between(text, "worst", table_worst())
    return replace_between(text, "pairs", table_pairs())


def check_bench(program):
    """Rows checked, and what is wrong."""
    run = subprocess.run([program, "bench", "--frames", str(BENCH_FRAMES), "--clock-mhz", str(CLOCK_MHZ), "--json", "--quiet"],
                         capture_output=True, text=True, timeout=600, check=False)
    if run.returncode != 0:
        return 0, [f"syngate bench: exit {run.returncode}: {run.stderr.strip()}"]
    wrong, checked, lengths = [], 0, set()
    for row in json.loads(run.stdout)["line_rate"]:
        if not row["applies"] or row["length"] == "mix":
            continue
        length, rate = int(row["length"]), row["rate"]
        name = f"bench, {rate}, {row['kind']}, {length} bytes"
        checked += 1
        lengths.add(length)
        clocks = wire_clocks(rate, length)
        if abs(row["wire_frames_per_clock"] * float(clocks) - 1) > 1e-12:
            wrong.append(f"{name}: wire {row['wire_frames_per_clock']} frames per clock, computed {float(1 / clocks)}")
        # Whole clocks: the last frame is due at the next clock, and ingress may add one more; never more.
        gaps = row["offered"] - 1
        taken = gaps / row["frames_per_clock"]
        if not -1 <= taken - float(gaps * clocks) <= 2:
            wrong.append(f"{name}: {gaps} gaps took {taken:.1f} clocks, computed {float(gaps * clocks):.1f}")
        if row["must_not_lose"] and row["lost"]:
            wrong.append(f"{name}: {row['lost']} of {row['offered']} frames lost")
    if lengths != set(SHOWN):
        wrong.append(f"bench measures the lengths {sorted(lengths)}, the page shows {sorted(SHOWN)}")
    return checked, wrong


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    page = pathlib.Path(sys.argv[2])
    text = page.read_text(encoding="ascii")
    fresh = computed(text)
    if sys.argv[3:] == ["--write"]:
        page.write_text(fresh, encoding="ascii")
        return 0
    wrong = [f"{page.name}: '{old}' should be '{new}'"
             for old, new in zip(text.splitlines(), fresh.splitlines()) if old != new]
    if not wrong and text != fresh:
        wrong = [f"{page.name}: not the computed tables; write them with --write"]
    checked, more = check_bench(sys.argv[1])
    wrong += more
    for line in wrong:
        print(line)
    print(f"{len(SHOWN)} lengths on the page, {checked} rows of the benchmark, {len(wrong)} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

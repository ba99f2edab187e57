#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""pcapng_test.py SYNGATE ROOT: out.pcapng of a run as the real tshark and editcap read it, against events.jsonl.

Interfaces, times and comments of every packet; bytes of the offered frames against the capture; the same bytes from two runs.
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

FRAMES = 3000
SYNGATE, ROOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
CAPTURE = ROOT / "test_vectors/captures/flood.pcap"


def tshark(path, *options):
    return subprocess.run(["tshark", "-r", path, *options], capture_output=True, text=True, check=True).stdout.splitlines()


def fields(path, *names):
    return [line.split("\t") for line in tshark(path, "-T", "fields", *(word for name in names for word in ("-e", name)))]


def ns(text):
    seconds, fraction = text.split(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def comment(frame):
    text = f"packet {frame['id']} in {frame['first']}..{frame['in']} decided {frame['decided']}"
    if frame["out"]:
        text += " out " + ",".join(str(left["cycle"]) for left in frame["out"])
    if frame["verdict"] == "drop":
        return f"{text} DROP {frame['reason']}"
    text += f" verdict {frame['verdict']}"
    return text if frame["verdict"] == "pass" else f"{text} cookie {frame['cookie']} mss_index {frame['mss_index']}"


def expected(events):
    """(clock, interface, comment) of every packet, sorted by clock."""
    packets = []
    for frame in events:
        packets.append((frame["first"], "rx0", comment(frame)))
        packets += [(left["cycle"], f"{left['port']}0", comment(frame)) for left in frame["out"]]
    return sorted(packets)


def main():
    for tool in ("tshark", "editcap"):
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed (Debian: tshark)")
            return 4
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        command = [SYNGATE, "replay", CAPTURE, "--limit", str(FRAMES), "--line-rate", "100G", "--backpressure", "0.3", "--seed", "7", "-q"]
        subprocess.run([*command, "--out", folder / "run", "--out-pcapng", folder / "alone.pcapng"], stdout=subprocess.DEVNULL, check=True)
        written = (folder / "run/out.pcapng").read_bytes()
        assert written == (folder / "alone.pcapng").read_bytes(), "--out-pcapng and out.pcapng differ"
        subprocess.run([*command, "--out", folder / "again"], stdout=subprocess.DEVNULL, check=True)
        assert written == (folder / "again/out.pcapng").read_bytes(), "two runs, different bytes"

        lines = [json.loads(line) for line in (folder / "run/events.jsonl").read_text().splitlines()]
        start = lines[0]
        events = [line for line in lines if line["event"] == "frame"]
        assert len(events) == FRAMES
        rows = fields(folder / "alone.pcapng", "frame.time_epoch", "frame.interface_name", "frame.comment")
        assert [row[0] for row in rows] == sorted((row[0] for row in rows), key=ns), "not in the order of time"
        # 5 ns a clock; the run begins at the time of the first frame of the capture.
        got = sorted(((ns(time) - events[0]["time_ns"]) // 5 + start["cycle"], interface, text) for time, interface, text in rows)
        for have, want in zip(got, expected(events)):
            assert have == want, f"tshark says {have}, events.jsonl says {want}"
        assert len(got) == len(expected(events))
        dropped = tshark(folder / "alone.pcapng", "-Y", 'frame.comment contains "DROP"')
        assert len(dropped) == sum(event["verdict"] == "drop" for event in events) > 0
        # What was offered, as editcap understands it, is what the capture holds.
        offered = tshark(folder / "alone.pcapng", "-Y", 'frame.interface_name == "rx0"', "-x", "-P")
        original = tshark(CAPTURE, "-c", str(FRAMES), "-x", "-P")
        hexdump = [[line for line in text if line[:4].strip() and line[4:6] == "  " and line[:4].isalnum()] for text in (offered, original)]
        assert hexdump[0] == hexdump[1] and len(hexdump[0]) > FRAMES, "bytes of the offered frames"
        subprocess.run(["editcap", "-F", "pcap", folder / "alone.pcapng", folder / "plain.pcap"], stderr=subprocess.DEVNULL, check=True)
        assert len(tshark(folder / "plain.pcap")) == len(rows)
    print(f"{len(rows)} packets agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())

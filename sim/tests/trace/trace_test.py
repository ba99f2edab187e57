#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""trace_test.py SYNGATE ROOT: `syngate trace` of a run against events.jsonl, the RTL's own parameters and the grammar of its formats.

The Kanata log is read as docs/kanata-log-format.md of the viewer (shioyadan/Konata) describes it.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

FRAMES = 2000
SYNGATE, ROOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
CAPTURE = ROOT / "test_vectors/captures/flood.pcap"


def syngate(*arguments):
    return subprocess.run([SYNGATE, *arguments], capture_output=True, text=True, check=True).stdout


def rtl_stages():
    """The clocks at which the core itself says that its stages begin, and that of the table's answer."""
    values = {}
    for text in ((ROOT / "rtl/syngate_pkg.sv").read_text(), (ROOT / "rtl/syngate_core.sv").read_text()):
        for name, expression in re.findall(r"localparam int unsigned (\w+)\s*= ([^;]+);", text):
            words = re.sub(r"syngate_pkg::", "", expression)
            if re.fullmatch(r"[\w +*-]+", words):
                try:
                    values[name] = eval(words, {"__builtins__": {}}, values)  # names and arithmetic of our own RTL
                except (NameError, SyntaxError):
                    continue
    names = {"cookie": "MetaClock", "table": "TableClock", "decide": "DecideClock", "result": "ResultClock", "egress": "EgressClock"}
    return {"parse": 0, **{stage: values[name] for stage, name in names.items()}}


def parse_kanata(text):
    """Rows of a log: {row: {"sim", "begin", "end", "flushed", "stages": {lane: [(name, begin, end)]}}}."""
    lines = text.split("\n")
    assert lines[0] == "Kanata\t0004" and lines[-1] == ""
    assert lines[1].startswith("C=\t")
    now, rows, retired = int(lines[1].split("\t")[1]), {}, 0
    for line in lines[2:-1]:
        command, *words = line.split("\t")
        if command == "C":
            assert int(words[0]) > 0, "time goes forward"
            now += int(words[0])
            continue
        row = int(words[0])
        if command == "I":
            assert row == len(rows) and len(words) == 3, "rows are numbered in the order of appearance"
            rows[row] = {"sim": int(words[1]), "begin": now, "end": None, "open": {}, "stages": {}}
            continue
        entry = rows[row]  # I comes before anything else of a row
        assert entry["end"] is None, "nothing after R"
        if command == "L":
            assert words[1] in "01" and words[2]
        elif command == "S":
            assert words[1] not in entry["open"], "a lane is in one stage at a time"
            entry["open"][words[1]] = (words[2], now)
        elif command == "E":
            name, begin = entry["open"].pop(words[1])
            assert name == words[2], "the stage that ends is the one that began"
            entry["stages"].setdefault(words[1], []).append((name, begin, now))
        elif command == "R":
            assert not entry["open"], "every stage has ended"
            entry["end"], entry["flushed"] = now, words[2] == "1"
            assert int(words[1]) == retired, "retirement ids are serial"
            retired += not entry["flushed"]
        else:
            raise AssertionError(f"no such command: {line}")
    assert all(entry["end"] is not None for entry in rows.values()), "every row is retired"
    return rows


def check_wavejson(text):
    """The text as WaveJSON (github.com/wavedrom/schema, WaveJSON.md); returns its lanes."""
    root = json.loads(text)
    assert set(root) <= {"signal", "head", "foot", "edge", "config"}, root.keys()
    assert isinstance(root["head"]["text"], str) and isinstance(root["foot"]["tock"], int)
    for lane in root["signal"]:
        assert set(lane) <= {"name", "wave", "data", "period", "phase", "node"} and isinstance(lane["name"], str)
        assert re.fullmatch(r"[pnPNhlHLxzud01=2-9][pnPNhlHLxzud01=2-9.|]*", lane["wave"]), "a first state, then states, extensions and gaps"
        # Every box has its label, and no label is left over.
        assert len(re.findall(r"[=2-9]", lane["wave"])) == len(lane["data"]) and all(isinstance(word, str) for word in lane["data"])
        assert len(lane["wave"]) == len(root["signal"][0]["wave"])
    assert len({tuple(m.start() for m in re.finditer(r"\|", lane["wave"])) for lane in root["signal"]}) == 1, "gaps are common to all lanes"
    return root


def main():
    offsets = rtl_stages()
    result = offsets.pop("result")
    with tempfile.TemporaryDirectory() as name:
        run = f"{name}/run"
        syngate("replay", CAPTURE, "--limit", str(FRAMES), "--line-rate", "100G", "--backpressure", "0.3", "-q", "--out", run)
        events = [json.loads(line) for line in pathlib.Path(run, "events.jsonl").read_text().splitlines()]
        events = [event for event in events if event["event"] == "frame"]
        # Constants: the observation port has the answer of the table one clock later; admission is eleven clocks behind the metadata.
        assert {event["decided"] - event["entered"] for event in events} == {result + 1}
        assert {event["done"] - event["entered"] for event in events} == {offsets["egress"] + 11}

        traced = [json.loads(line) for line in syngate("trace", run, "--json").splitlines()]
        assert len(traced) == FRAMES
        for got, event in zip(traced, events):
            assert got["schema"] == "syngate.trace/1"
            assert got["stages"] == {stage: event["entered"] + offset for stage, offset in offsets.items()}, got
            for key in ("id", "number", "flow", "first", "in", "entered", "decided", "done", "verdict", "reason"):
                assert got[key] == event[key], key
            assert [left["cycle"] for left in got["out"]] == [left["cycle"] for left in event["out"]]

        lines = syngate("trace", run).splitlines()
        assert len(lines) == FRAMES
        for line, event in zip(lines, events):
            match = re.match(r"(\d+) capture 0:(\d+) in (\d+)\.\.(\d+) entered (\d+) .* left (.*) verdict (\w+) \((.+)\) \| (.*)$", line)
            assert match, line
            assert [int(word) for word in match.groups()[:5]] == [event[key] for key in ("id", "number", "first", "in", "entered")]
            assert match[7] == event["verdict"] and match[9] == event["flow"]
        dropped = syngate("trace", run, "--verdict", "drop", "--reason", "bad_cookie").splitlines()
        assert len(dropped) == sum(event["reason"] == "bad_cookie" for event in events) > 0
        assert len(syngate("trace", run, "--packet", "10..19", "--limit", "4").splitlines()) == 4
        assert syngate("trace", run, "--flow", events[7]["flow"]).splitlines()[0].startswith("7 ")

        rows = parse_kanata(syngate("trace", run, "--konata"))
        assert len(rows) == FRAMES
        queued = 0
        for row, event in zip(rows.values(), events):
            last = max([left["cycle"] for left in event["out"]] + [event["done"]])
            assert (row["sim"], row["begin"], row["end"]) == (event["id"], event["first"], last + 1)
            assert row["flushed"] == (event["verdict"] == "drop")
            stages = {name: begin for name, begin, _ in row["stages"]["0"]}
            assert all(stages[stage] == event["entered"] + offset for stage, offset in offsets.items())
            queued += "1" in row["stages"]
        assert queued > 0, "backpressure shows in lane 1"

        check_wavejson(syngate("trace", run, "--packet", "0..31", "--wavedrom"))
        wave = check_wavejson(syngate("trace", run, "--packet", "3..5", "--wavedrom"))
        for lane, event in zip(wave["signal"], events[3:6]):
            assert len(lane["wave"]) == len(wave["signal"][0]["wave"])
            boxes = [i for i, character in enumerate(lane["wave"]) if character in "3456789"]
            assert len(boxes) == len(lane["data"])
            assert boxes[lane["data"].index("decide")] + wave["foot"]["tock"] == event["entered"] + offsets["decide"]
        # Packets that are farther apart than anybody can draw: milliseconds become one gap each.
        slow = check_wavejson(syngate("trace", ROOT / "test_vectors/captures/linux-cookies.pcap", "--packet", "0..8", "--wavedrom"))
        waves = [lane["wave"] for lane in slow["signal"]]
        assert waves[0].count("|") >= 3 and len(waves[0]) < 9 * 150, waves[0]
        busy = [re.search(r"[=2-9].*?(?=z|$)", wave) for wave in waves]
        assert all("|" not in match[0] for match in busy), "nothing is left out of a packet's own time"
        for before, after in zip(busy, busy[1:]):
            assert before.start() < after.start()
        # A capture is replayed first, and nothing of that stays.
        assert len(syngate("trace", CAPTURE, "--packet", "0..9").splitlines()) == 10
    print(f"{FRAMES} packets agree in text, JSON and Kanata")
    return 0


if __name__ == "__main__":
    sys.exit(main())

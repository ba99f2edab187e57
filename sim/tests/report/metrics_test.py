#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""metrics_test.py SYNGATE CAPTURE DEFS: the Prometheus text of runs, read by Prometheus' own client library.

Every figure is compared with the JSON result or with the events of the same run. Exit 4 when the library is missing.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    # Debian's package belongs to Debian's interpreter.
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("SKIP: python3-prometheus-client is not installed (scripts/install-deps test)")
    sys.exit(4)

PROGRAM, CAPTURE, DEFS = sys.argv[1:]


def syngate(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=120)


def read(text):
    """{name: Metric}; every family once, with help and type; no sample twice."""
    families = {}
    for family in text_string_to_metric_families(text):
        assert family.name not in families, f"{family.name} twice"
        assert family.documentation and family.type in ("counter", "gauge", "histogram"), family
        samples = [(s.name, tuple(sorted(s.labels.items()))) for s in family.samples]
        assert samples and len(samples) == len(set(samples)), family
        assert all(s.timestamp is None for s in family.samples), "a timestamp would differ from run to run"
        families[family.name] = family
    return families


def value(families, name, **labels):
    [sample] = [s for family in families.values() for s in family.samples if s.name == name and s.labels == labels]
    return sample.value


def check_run(folder, result):
    families = read((folder / "metrics.prom").read_text())
    definitions = json.loads(pathlib.Path(DEFS).read_text())
    docs = {name: doc for name, _index, doc in definitions["counters"]["others"]}
    docs.update({f"drop_{name}": doc for name, number, doc in definitions["enums"]["reason"]["members"] if number})
    docs.update({f"verdict_{name}": doc for name, _number, doc in definitions["enums"]["verdict"]["members"]})
    core = {name for name in families if name.startswith("syngate_core_")}
    assert core == {f"syngate_core_{name}" for name in docs}, core
    for name, doc in docs.items():
        assert families[f"syngate_core_{name}"].documentation == doc, name
        assert value(families, f"syngate_core_{name}_total") == result["counters"][name], name
    for name, count in result["verdicts"].items():
        if name != "drop":
            assert value(families, "syngate_packets_total", verdict=name, reason="none") == count, name
    drops = {s.labels["reason"]: s.value for s in families["syngate_packets"].samples if s.labels["verdict"] == "drop"}
    assert sum(drops.values()) == result["verdicts"]["drop"]
    assert {name: count for name, count in drops.items() if count} == result["drops"]
    assert value(families, "syngate_frames_offered_total") == result["frames_offered"]
    assert value(families, "syngate_mismatches_total") == value(families, "syngate_frames_lost_total") == 0
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    frames = [event for event in events if event["event"] == "frame"]
    assert value(families, "syngate_flow_table_slots") == frames[-1]["flows"]
    for handoff, port in (("false", "reply"), ("false", "forward"), ("true", "forward")):
        left = [out for frame in frames for out in frame["out"] if out["port"] == port and out["handoff"] == (handoff == "true")]
        assert value(families, "syngate_frames_out_total", port=port, handoff=handoff) == len(left)
    buckets = [s for s in families["syngate_latency_seconds"].samples if s.name.endswith("_bucket")]
    period = 1e-6 / result["clock_mhz"]
    latency = result["latency_clocks"]
    for sample in buckets:
        bound = float(sample.labels["le"])
        if latency["max"] * period <= bound:
            assert sample.value == value(families, "syngate_latency_seconds_count")
        if latency["min"] * period > bound:
            assert sample.value == 0
    assert [s.value for s in buckets] == sorted(s.value for s in buckets)
    mean = value(families, "syngate_latency_seconds_sum") / value(families, "syngate_latency_seconds_count")
    assert latency["min"] * period * 0.999 <= mean <= latency["max"] * period * 1.001
    run = json.loads((folder / "run.json").read_text())
    assert "metrics.prom" in run["files"]


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run = syngate("replay", CAPTURE, "--limit", "3000", "--topspeed", "--out", folder / "run", "--metrics", folder / "m.prom", "--json")
        assert run.returncode == 0, run.stderr
        result = json.loads(run.stdout)
        assert result["outputs"]["metrics"] == str(folder / "m.prom")
        check_run(folder / "run", result)
        text = (folder / "run" / "metrics.prom").read_text()
        assert (folder / "m.prom").read_text() == text
        again = syngate("replay", CAPTURE, "--limit", "3000", "--topspeed", "--metrics", "-")
        assert again.returncode == 0 and again.stdout == text, "two runs with one seed, or file and standard output, differ"
        # Hand-offs, and flows in the table.
        web = pathlib.Path(CAPTURE).with_name("linux-cookies.pcap")
        run = syngate("replay", web, "--follow", "--attack", "mixed", "--attack-frames", "1000", "--out", folder / "follow", "--json")
        result = json.loads(run.stdout)
        assert run.returncode == 0 and result["verdicts"]["handoff"] != 0 and result["counters"]["table_insert"] != 0, run.stderr
        check_run(folder / "follow", result)
        plain = read(syngate("replay", CAPTURE, "--limit", "500", "--no-check", "--metrics", "-").stdout)
        assert "syngate_mismatches" not in plain and "syngate_flow_table_slots" not in plain
        for wrong in (("--metrics", "-", "--json"), ("--metrics", CAPTURE), ("--metrics", "x", "--out-reply", "x")):
            assert syngate("replay", CAPTURE, *wrong).returncode == 2, wrong
        missing = syngate("replay", CAPTURE, "--metrics", folder / "none" / "m.prom")
        assert missing.returncode == 3 and "cannot be written" in missing.stderr, missing
    print("metrics: ok")


if __name__ == "__main__":
    main()

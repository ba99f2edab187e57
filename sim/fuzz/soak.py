#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""soak fuzz [SECONDS] [NAME...]: runs the fuzzers until each has had SECONDS of CPU time (default 3600), as many at a time as CPUs.

  --short        each a fixed number of executions instead, from the committed corpus alone and with one seed: the same every time
  --runs N       likewise, N executions
  --jobs N       at a time
  --keep-built   do not build
  --list         names, and what each feeds with bytes
  --fresh        forget the time that they have had
  --demonstrate  instead: switches on each deliberate bug of sim/fuzz/bugs.json in a copy of the tree; each must be found

Fuzzers take turns of at most ten minutes. Each turn is written down in build/fuzz/turns.jsonl, also when it is interrupted (SIGINT,
SIGTERM), and counts as long as the program's code is the same: started again, it goes on where it was.
What an input has newly reached is kept in build/fuzz/corpus/NAME, so a later run goes on from there; inputs that crash in
build/fuzz/crashes/NAME; output in build/fuzz/NAME.log. Prints a table; writes build/evidence/fuzz.json (--short: fuzz-short.json).
Exit 1: something crashed; the input is named, and the line that runs it again. Exit 3: interrupted before all had their time.
Exit 4: no clang, or one without libFuzzer.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FUZZERS = {  # name: (what the bytes are, most bytes of an input, executions of a short run)
    "capture": ("a capture file: pcap, pcapng", 16384, 10000),
    "model": ("configuration, time and frames for the golden model", 2048, 8000),
    "rtl": ("the same for the Verilated core with the scoreboard, and back-pressure", 1024, 400),
    "module": ("netlink messages and stamped segments for the kernel module in user space", 1024, 40000),
    "ctl": ("answers of the kernel for syngatectl", 8192, 20000),
    "recording": ("a recording of syngate live", 16384, 5000),
    "events": ("events.jsonl of a run directory", 8192, 20000),
    "settings": ("a configuration file", 4096, 40000),
}
TREE = ROOT / "build/fuzz-bugs/tree"
TURNS = ROOT / "build/fuzz/turns.jsonl"
TURN = 600  # seconds
INTERRUPTED, TIMEOUT = 72, 70  # libFuzzer's exit status


def tool_problem():
    """Why fuzzers cannot be built here; empty: they can."""
    if not shutil.which("clang++"):
        return "clang is not installed"
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "x.cc"
        source.write_text('extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }\n')
        done = subprocess.run(["clang++", "-fsanitize=fuzzer,address", source, "-o", source.with_suffix("")], capture_output=True)
        return "" if done.returncode == 0 else "clang has no libFuzzer (package libclang-rt-VERSION-dev)"


def build(root, names):
    done = subprocess.run([root / "scripts/build", "fuzz", *(f"fuzz_{name}" for name in names)], cwd=root)
    if done.returncode:
        sys.exit("soak: the fuzzers cannot be built")


class Run:
    """One fuzzer's process; its figures when it has ended."""

    def __init__(self, name, arguments, root=ROOT, bug=None):
        self.name = name
        tag = name if bug is None else f"bug{bug}"
        base = ROOT / "build/fuzz"
        self.crashes = base / "crashes" / tag
        self.crashes.mkdir(parents=True, exist_ok=True)
        self.before = set(self.crashes.iterdir())
        self.log = base / f"{tag}.log"
        self.program = root / f"build/fuzz/fuzz/fuzz_{name}"
        seeds = ROOT / "test_vectors/fuzz" / name
        dictionary = ROOT / "sim/fuzz" / f"{name}.dict"
        command = [str(self.program), f"-max_len={FUZZERS[name][1]}", "-rss_limit_mb=2048", "-timeout=60", "-print_final_stats=1",
                   f"-artifact_prefix={self.crashes}/", *arguments]
        if dictionary.exists():
            command.append(f"-dict={dictionary}")
        self.temporary = None
        if any(a.startswith("-runs=") for a in arguments):
            self.temporary = tempfile.mkdtemp()
            command.append(self.temporary)
        else:
            corpus = base / "corpus" / name
            corpus.mkdir(parents=True, exist_ok=True)
            command.append(str(corpus))
        command.append(str(seeds))
        environment = dict(os.environ)
        if bug is not None:
            environment.update(SYNGATE_FUZZ_BUG=str(bug), SYNGATE_PLUSARGS=f"+bug={bug}")
        self.started = time.monotonic()
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=log, env=environment)

    def ended(self):
        pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
        if pid == 0:
            return None
        text = self.log.read_text(errors="replace")
        if self.temporary:
            shutil.rmtree(self.temporary)
        last = re.findall(r"^#(\d+)\s.*?cov: (\d+) ft: (\d+) corp: (\d+)/", text, re.M)
        executed = re.findall(r"stat::number_of_executed_units: (\d+)", text)
        # That an input took long (slow-unit-) is a matter of what else the machine does.
        found = sorted(f for f in set(self.crashes.iterdir()) - self.before if not f.name.startswith("slow-unit-"))
        expected = (0, INTERRUPTED)
        for file in [f for f in found if f.name.startswith("timeout-") and not self.hangs(f)]:
            found.remove(file)
            file.unlink()
            expected = (0, INTERRUPTED, TIMEOUT)
        exit_code = os.waitstatus_to_exitcode(status)
        return {"fuzzer": self.name, "executions": int(executed[-1] if executed else last[-1][0] if last else 0),
                "edges": int(last[-1][1]) if last else 0, "features": int(last[-1][2]) if last else 0,
                "corpus": int(last[-1][3]) if last else 0, "crashes": len(found) or int(exit_code not in expected),
                "seconds": round(time.monotonic() - self.started), "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
                "found": [str(f.relative_to(ROOT)) for f in found]}

    def hangs(self, file):
        """Whether an input that libFuzzer gave up on after a minute of the clock also takes a minute of CPU time."""
        return subprocess.run([self.program, file], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (60, 60))).returncode != 0

    def why(self):
        """The line of the log that says what happened."""
        lines = self.log.read_text(errors="replace").splitlines()
        for pattern in ("promise broken", "runtime error", "ERROR: ", "uncaught exception", "terminate called"):
            for line in lines:
                if pattern in line:
                    return line.strip()
        return lines[-1].strip() if lines else "no output"


def tell(run, row):
    """Names each input that crashed, and how to run it again."""
    if row["crashes"]:
        print(f"soak: fuzz_{run.name}: {run.why()}")
        for file in row["found"] or ["(no input was written)"]:
            print(f"soak: input {file}; again: {run.program.relative_to(ROOT)} {file}")


def run_short(names, runs):
    rows = []
    for name in names:
        run = Run(name, [f"-runs={runs or FUZZERS[name][2]}", "-seed=1"])
        row = None
        while row is None:
            time.sleep(0.1)
            row = run.ended()
        tell(run, row)
        rows.append(row)
    return rows


def hash_of_program(file):
    """SHA-256 of a program without symbols, debug information and build id: they name the folder that it was compiled in."""
    with tempfile.TemporaryDirectory() as folder:
        bare = pathlib.Path(folder) / "bare"
        subprocess.run(["strip", "--strip-all", "--remove-section=.note.gnu.build-id", "-o", bare, file], check=True)
        return hashlib.sha256(bare.read_bytes()).hexdigest()


class Turns:
    """What each fuzzer has had, over all turns of the same program."""

    def __init__(self, names, fresh):
        self.program = {name: hash_of_program(ROOT / f"build/fuzz/fuzz/fuzz_{name}") for name in names}
        self.rows = {}
        if fresh:
            TURNS.unlink(missing_ok=True)
        for line in TURNS.read_text().splitlines() if TURNS.exists() else []:
            row = json.loads(line)
            if self.program.get(row["fuzzer"]) == row.pop("program"):
                self.count(row)

    def count(self, row):
        """Adds up what adds up; edges, features and corpus are those of the last turn."""
        old = self.rows.get(row["fuzzer"])
        if old:
            row = row | {key: old[key] + row[key] for key in ("executions", "crashes", "seconds", "found")}
            row["cpu_seconds"] = round(old["cpu_seconds"] + row["cpu_seconds"], 1)
        self.rows[row["fuzzer"]] = row

    def add(self, row):
        with open(TURNS, "a") as out:
            out.write(json.dumps(row | {"program": self.program[row["fuzzer"]]}) + "\n")
        self.count(row)

    def left(self, name, seconds):
        """CPU seconds that are still to come; none after a crash."""
        row = self.rows.get(name, {"cpu_seconds": 0, "crashes": 0})
        return 0 if row["crashes"] else seconds - row["cpu_seconds"]


def run_turns(turns, names, seconds, jobs, after_turn):
    """True: it was interrupted."""
    interrupted = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: interrupted.append(True))
    running = []
    while True:
        waiting = [n for n in names if turns.left(n, seconds) > 0 and n not in {run.name for run in running}]
        waiting.sort(key=lambda n: -turns.left(n, seconds))
        while waiting and len(running) < jobs and not interrupted:
            name = waiting.pop(0)
            running.append(Run(name, [f"-max_total_time={min(TURN, int(turns.left(name, seconds)) + 1)}"]))
        if not running:
            return bool(interrupted)
        time.sleep(0.2)
        if len(interrupted) == 1:
            interrupted.append(True)
            for run in running:
                os.kill(run.process.pid, signal.SIGINT)  # libFuzzer ends and prints its figures; Popen would reap it
        for run in list(running):
            row = run.ended()
            if row is not None:
                running.remove(run)
                tell(run, row)
                turns.add(row)
                after_turn()


def print_table(rows):
    print(f"{'fuzzer':10} {'executions':>11} {'edges':>7} {'features':>9} {'corpus':>7} {'crashes':>8} {'seconds':>8} {'CPU s':>8}")
    for r in rows:
        print(f"{r['fuzzer']:10} {r['executions']:11} {r['edges']:7} {r['features']:9} {r['corpus']:7} {r['crashes']:8} "
              f"{r['seconds']:8} {r['cpu_seconds']:8.0f}")


def write_evidence(name, commit, seed, rows):
    version = subprocess.run(["clang++", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    verilator = subprocess.run(["verilator", "--version"], capture_output=True, text=True).stdout.strip()
    file = ROOT / f"build/evidence/{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    # Fuzzers that ran at another time on the same commit stay in the table.
    old = json.loads(file.read_text()) if file.exists() else {}
    if old.get("commit") == commit:
        rows = rows + [r for r in old["rows"] if r["fuzzer"] not in {row["fuzzer"] for row in rows}]
    totals = {key: sum(r[key] for r in rows) for key in ("executions", "crashes", "cpu_seconds")}
    figures = {"fuzzers": len(rows), "seconds_each": int(min((r["cpu_seconds"] for r in rows), default=0)),
               "executions": totals["executions"], "crashes": totals["crashes"], "cpu_seconds": round(totals["cpu_seconds"], 1)}
    rows = [{key: value for key, value in r.items() if key != "found"} | {"what": FUZZERS[r["fuzzer"]][0]} for r in rows]
    file.write_text(json.dumps({"name": name, "commit": commit, "seed": seed, "tools": {"clang": version, "verilator": verilator},
                                "figures": figures, "rows": rows}, indent=1) + "\n")


def commit_of_tree():
    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
    changed = subprocess.run(["git", "-C", ROOT, "status", "--porcelain", "-uno"], capture_output=True, text=True).stdout.strip()
    return commit + ("-dirty" if changed else "")


def write_tree_with_bugs(bugs):
    folders = ["CMakeLists.txt", "rtl", "model", "sim", "kernel", "examples", "scripts"]
    files = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", *folders], capture_output=True, check=True, text=True).stdout.split("\0")
    texts = {name: (ROOT / name).read_text() for name in files if name and (ROOT / name).exists()}
    for bug in bugs:
        rtl = bug["file"].startswith("rtl/")
        switch = f"(syngate_bug::selected == {bug['id']})" if rtl else f"(syngate_fuzz_bug() == {bug['id']})"
        if texts[bug["file"]].count(bug["find"]) != 1:
            sys.exit(f"bug {bug['id']}: the line to change is not there exactly once in {bug['file']}: {bug['find']}")
        texts[bug["file"]] = texts[bug["file"]].replace(bug["find"], bug["replace"].replace("@BUG@", switch))
    for name in {bug["file"] for bug in bugs if not bug["file"].startswith("rtl/")}:
        texts[name] = ("#include <stdlib.h>\nstatic inline int syngate_fuzz_bug(void) {\n"
                       "  const char *number = getenv(\"SYNGATE_FUZZ_BUG\");\n  return number ? atoi(number) : 0;\n}\n" + texts[name])
    package, tb = "rtl/syngate_pkg.sv", "sim/tb/syngate_tb.sv"
    texts[package] = "package syngate_bug;\n  int unsigned selected;\nendpackage\n" + texts[package]
    texts[tb] = texts[tb].replace("  logic sram_read,", '  initial if (!$value$plusargs("bug=%d", syngate_bug::selected)) '
                                  "syngate_bug::selected = 0;\n  logic sram_read,", 1)
    verilate = "sim/cmake/SyngateVerilate.cmake"
    texts[verilate] = texts[verilate].replace("--assert -Wall", "--assert -Wall -Wno-lint -Wno-style -Wno-DECLFILENAME")
    for name, text in texts.items():
        path = TREE / name
        if path.exists() and path.read_text() == text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        shutil.copymode(ROOT / name, path)


def demonstrate(names):
    """Every deliberate bug must be found; the same program without one must run as many inputs without a crash."""
    bugs = [bug for bug in json.loads((ROOT / "sim/fuzz/bugs.json").read_text())["bugs"] if bug["fuzzer"] in names]
    write_tree_with_bugs(bugs)
    build(TREE, sorted({bug["fuzzer"] for bug in bugs}))
    missed = 0
    for bug in bugs:
        for number in (0, bug["id"]):
            # Without the bug, the short run; with it, until it is found, but not for ever.
            most = FUZZERS[bug["fuzzer"]][2] if number == 0 else bug["most_executions"]
            run = Run(bug["fuzzer"], [f"-runs={most}", "-seed=1"], TREE, number)
            row = None
            while row is None:
                time.sleep(0.1)
                row = run.ended()
            if number == 0 and row["crashes"]:
                print(f"soak: fuzz_{bug['fuzzer']} crashes without a deliberate bug: {run.why()}")
                missed += 1
            if number != 0:
                missed += row["crashes"] == 0
                verdict = f"found after {row['executions']} executions: {run.why()}" if row["crashes"] else "NOT FOUND"
                print(f"{bug['fuzzer']:10} bug {bug['id']}: {bug['what']}: {verdict}", flush=True)
    print(f"{len(bugs) - missed} of {len(bugs)} deliberate bugs found")
    return 1 if missed else 0


def main():
    parser = argparse.ArgumentParser(prog="soak fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", metavar="SECONDS | NAME")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--keep-built", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--demonstrate", action="store_true")
    arguments = parser.parse_args()
    seconds, names = 3600, []
    for word in arguments.words:
        if word.isdecimal() and int(word) > 0:
            seconds = int(word)
        elif word in FUZZERS:
            names.append(word)
        else:
            parser.error(f"'{word}' is neither a number of seconds nor one of {', '.join(FUZZERS)}")
    names = names or list(FUZZERS)
    if arguments.list:
        for name in names:
            print(f"{name:10} {FUZZERS[name][0]}")
        return 0
    problem = tool_problem()
    if problem:
        print(f"soak: {problem}")
        return 4
    if arguments.demonstrate:
        return demonstrate(names)
    commit = commit_of_tree()
    if not arguments.keep_built:
        build(ROOT, names)
    if arguments.short or arguments.runs is not None:
        rows, interrupted = run_short(names, arguments.runs), False
        write_evidence("fuzz-short", commit, 1, rows)
    else:
        turns = Turns(names, arguments.fresh)
        interrupted = run_turns(turns, names, seconds, arguments.jobs, lambda: write_evidence("fuzz", commit, 0, [*turns.rows.values()]))
        rows = [turns.rows[name] for name in names if name in turns.rows]
        write_evidence("fuzz", commit, 0, rows)
    print_table(rows)
    if any(r["crashes"] for r in rows):
        return 1
    if interrupted:
        had = sum(min(seconds, r["cpu_seconds"]) for r in rows)
        print(f"soak: interrupted; {had:.0f} of {seconds * len(names)} CPU seconds are done; the same command goes on")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""examples.py SYNGATE ROOT: runs the examples of every command's help, each of which must exit 0.

The folder they run in holds flood.pcap, web.pcap, keys.txt, test_vectors and, made by the program itself, the run directory
`run` and the recording `live.pcapng`. Examples of `syngate live` run in network namespaces of their own and are ended by Ctrl-C.
Every command must have two examples, --json (but for groups of commands), the exit codes, and no option without a description.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROGRAM, ROOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
IN_NAMESPACES = ROOT / "scripts/in-namespaces"
KEYS = "".join(f"{name} = {byte:02x}{'00' * 15}\n" for byte, name in enumerate(("secret0_v4", "secret0_v6", "secret1_v4", "secret1_v6")))


def help_of(path):
    return subprocess.run([PROGRAM, *path, "--help"], capture_output=True, text=True, check=True).stdout


def commands(path=()):
    """(path, help) of every command."""
    text = help_of(path)
    yield path, text
    below = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    for name in re.findall(r"^  (\w[\w-]*)", below.group(1), re.M) if below else []:
        yield from commands((*path, name))


def examples(text):
    block = re.search(r"^Examples:\n((?:  .*\n)+)", text, re.M)
    return [line.strip() for line in re.sub(r"\\\n\s*", "", block.group(1)).splitlines()] if block else []


def problems(path, text):
    if len(examples(text)) < 2:
        yield "fewer than two examples"
    if "Subcommands:" not in text and not re.search(r"^ *(-\w, *|-\w,)?--json ", text, re.M):
        yield "no --json"
    if "130  interrupted" not in text:
        yield "no exit codes"
    for option in re.findall(r"^  (-\S+(?: [A-Z]+\S*)?)\s*$(?!\n {20})", text, re.M):
        yield f"{option} has no description"


def main():
    wrong = count = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "bin").mkdir()
        (folder / "bin" / "syngate").symlink_to(PROGRAM)
        (folder / "test_vectors").symlink_to(ROOT / "test_vectors")
        captures = ROOT / "test_vectors" / "captures"
        shutil.copy(captures / "flood.pcap", folder)
        shutil.copy(captures / "linux-cookies.pcap", folder / "web.pcap")
        (folder / "keys.txt").write_text(KEYS)
        subprocess.run([PROGRAM, "replay", "flood.pcap", "--limit", "500", "--out", "run"], cwd=folder, capture_output=True, check=True)
        subprocess.run([PROGRAM, "live", "--client", "pcap:web.pcap", "--server", "unix:none.sock", "--record", "live.pcapng", "--protect",
                        "0.0.0.0/0"], cwd=folder, capture_output=True, check=True, timeout=60)
        namespaces = subprocess.run([IN_NAMESPACES, "ip", "tuntap", "add", "x", "mode", "tap"], capture_output=True).returncode == 0
        for path, text in commands():
            for problem in problems(path, text):
                print(f"{' '.join(('syngate', *path))}: {problem}")
                wrong += 1
            for example in examples(text):
                if "syngate live" in example:
                    if not namespaces:
                        print(f"left out, namespaces are refused here: {example}")
                        continue
                    example = f"{IN_NAMESPACES} timeout --foreground --preserve-status -s INT 2 {example}"
                count += 1
                run = subprocess.run(["bash", "-c", f"set -o pipefail; PATH={folder}/bin:$PATH; {example}"], cwd=folder,
                                     capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
                if run.returncode != 0:
                    print(f"$ {example}\n  exit {run.returncode}\n{run.stderr[-1000:]}")
                    wrong += 1
    print(f"{count} examples, {wrong} problems")
    return 1 if wrong or count < 20 else 0


if __name__ == "__main__":
    sys.exit(main())

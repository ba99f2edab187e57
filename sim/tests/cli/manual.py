#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""manual.py SYNGATE: writes the manual pages and lets man and mandoc look for faults. Exit 4 if one of them is not installed."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# The pages carry no date: the same source gives the same bytes on every day.
TOLERATED = re.compile(r'missing date, using ""')
SECTIONS = ["NAME", "SYNOPSIS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "EXAMPLES", "SEE ALSO"]


def output(command):
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "MANWIDTH": "80"}
    run = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    return run.stdout, run.stderr


def main():
    for tool in ("man", "mandoc"):
        if shutil.which(tool) is None:
            print(f"{tool} is not installed")
            return 4
    wrong = 0

    def problem(text):
        nonlocal wrong
        wrong += 1
        print(text)

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], "man", folder], check=True)
        pages = sorted(pathlib.Path(folder).iterdir())
        names = {page.stem for page in pages}
        for page in pages:
            text, errors = output(["man", "--warnings", "-E", "UTF-8", "-l", page])
            if errors:
                problem(f"{page.name}: man: {errors}")
            plain = re.sub(r".\x08", "", text)
            for section in SECTIONS:
                if f"\n{section}\n" not in "\n" + plain:
                    problem(f"{page.name}: no section {section}")
            if "130  interrupted" not in plain:
                problem(f"{page.name}: no exit codes")
            lint, errors = output(["mandoc", "-T", "lint", "-W", "warning", page])
            for line in (lint + errors).splitlines():
                if not TOLERATED.search(line):
                    problem(line)
            for other in re.findall(r"([\w-]+)\(1\)", re.sub(r"\u2010\n\s*", "", plain)):
                if other.lower() not in names:
                    problem(f"{page.name}: refers to {other}(1), which is not there")
        for name in ("syngate", "syngate-replay", "syngate-check", "syngate-cookie-make"):
            if name not in names:
                problem(f"there is no page {name}")
    print(f"{len(pages)} pages, {wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""shells.py SHELL SYNGATE: asks the real shell (bash, zsh or fish) for completions. Exit 4 if it is not installed."""
import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile
import time

SHELL, PROGRAM = sys.argv[1], str(pathlib.Path(sys.argv[2]).resolve())

# What is typed, what must be offered, what must not.
CASES = [
    ("syngate rep", ["replay"], ["check", "bench"]),
    ("syngate ", ["replay", "check", "cookie", "bench", "config", "completion"], ["man", "--json"]),
    ("syngate replay --li", ["--line-rate", "--limit"], ["--json"]),
    ("syngate replay --line-rate ", ["40G", "100G"], ["flood.pcap"]),
    ("syngate replay --line-rate 4", ["40G"], ["100G"]),
    ("syngate --color never replay --trunc", ["--truncated"], []),
    ("syngate replay --truncated ", ["skip", "pad"], []),
    ("syngate replay --fault", [], ["--fault-output"]),
    ("syngate replay fl", ["flood.pcap"], ["keys.txt"]),
    ("syngate replay --key-file ke", ["keys.txt"], ["flood.pcap"]),
    ("syngate cookie ", ["make", "check", "decode", "verify"], ["replay"]),
    ("syngate cookie make --sec", ["--secret0", "--secret1"], ["--seed"]),
    ("syngate cookie check --co", ["--count", "--color", "--config"], []),
    ("syngate check --mini", ["--minimise"], []),
    ("syngate completion ", ["bash", "zsh", "fish"], []),
    ("syngate replay --color a", ["auto", "always"], ["never"]),
]


def ask_bash(script, folder, line):
    words = line.split(" ")
    # As readline splits: --option=value into three.
    program = f"""source {script}
COMP_WORDS=({' '.join("'" + word + "'" for word in words)}); COMP_CWORD={len(words) - 1}
_syngate; printf '%s\\n' "${{COMPREPLY[@]}}" """
    run = subprocess.run(["bash", "--norc", "-c", program], cwd=folder, capture_output=True, text=True, timeout=30)
    if run.stderr:
        sys.exit(f"bash says: {run.stderr}")
    return run.stdout.split()


def ask_fish(script, folder, line):
    run = subprocess.run(["fish", "--no-config", "-c", f"source {script}; complete -C '{line}'"], cwd=folder,
                         capture_output=True, text=True, timeout=30, env={**os.environ, "HOME": folder})
    if run.stderr:
        sys.exit(f"fish says: {run.stderr}")
    return [row.split("\t")[0] for row in run.stdout.splitlines()]


class Zsh:
    """An interactive zsh in a pseudo-terminal, to which a line and a tab are typed."""

    def __init__(self, script, folder):
        pid, self.fd = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.environ.update({"TERM": "dumb", "HOME": folder, "ZDOTDIR": folder, "PS1": "READY> ", "COLUMNS": "200", "LINES": "60"})
            os.execvp("zsh", ["zsh", "-f", "-i"])
        functions = os.path.dirname(script)
        self.read()
        os.write(self.fd, f"PS1='READY> '; fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; "
                          "LISTMAX=1000; setopt auto_list no_list_beep no_list_types; unsetopt menu_complete auto_menu list_ambiguous; "
                          "zstyle ':completion:*' list-separator '--'\n".encode())
        self.read(2.0)

    def read(self, seconds=1.0):
        """What comes until it is quiet."""
        text, end = b"", time.monotonic() + 20
        while time.monotonic() < end and select.select([self.fd], [], [], seconds)[0]:
            try:
                text += os.read(self.fd, 65536)
            except OSError:
                break
        return text.decode(errors="replace")

    def ask(self, line):
        os.write(self.fd, line.encode())
        self.read(0.1)
        os.write(self.fd, b"\t")
        text = self.read(0.5)
        os.write(self.fd, b"\x15\n")
        self.read(0.1)
        # What a single match adds to the line is only the rest of the word.
        last = line.rsplit(" ", 1)[1]
        text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x07|[^\x20-\x7e\n]", " ", text)
        words = [word.rstrip("=") for word in text.split()]
        return words + [last + word for word in words[:1]]


def main():
    if shutil.which(SHELL) is None:
        print(f"{SHELL} is not installed")
        return 4
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        script = os.path.join(folder, "_syngate")
        with open(script, "w", encoding="utf-8") as file:
            subprocess.run([PROGRAM, "completion", SHELL], stdout=file, check=True)
        for name in ("flood.pcap", "keys.txt"):
            pathlib.Path(folder, name).touch()
        os.environ["PATH"] = os.path.dirname(PROGRAM) + ":" + os.environ["PATH"]
        zsh = Zsh(script, folder) if SHELL == "zsh" else None
        ask = {"bash": ask_bash, "fish": ask_fish, "zsh": lambda _script, _folder, line: zsh.ask(line)}[SHELL]
        cases = CASES
        if SHELL == "bash":
            cases = CASES + [("syngate replay --line-rate = 4", ["40G"], ["100G"]), ("syngate replay --line-rate =", ["40G", "100G"], [])]
        for line, offered, others in cases:
            words = ask(script, folder, line)
            for word in offered:
                if word not in words:
                    print(f"{SHELL}: '{line}<tab>' does not offer {word}, but {words[:40]}")
                    wrong += 1
            for word in others:
                if word in words:
                    print(f"{SHELL}: '{line}<tab>' offers {word}")
                    wrong += 1
    print(f"{SHELL}: {len(CASES)} lines, {wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

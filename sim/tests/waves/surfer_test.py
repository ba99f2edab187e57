#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""surfer_test.py ROOT: the mapping files for Surfer against the enumerations of the RTL's own text.

Read as the chapter "Mapping Translators" of Surfer's user documentation describes them.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
COLORS = {"pass": "2e9e4f", "reply": "2f6fd0", "handoff": "14918a", "handoff_pass": "14918a", "drop": "cf3b30"}


def mapping(text):
    """(name, bits, {value: (colour or None, label)}) of a mapping file."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    name, bits = (re.fullmatch(rf"{key} = (.+)", line).group(1) for key, line in zip(("Name", "Bits"), lines))
    values = {}
    for line in lines[2:]:
        value, color, label = re.fullmatch(r"(\d+)(?:\[([0-9a-f]{6})\])? (\S.*)", line).groups()
        assert int(value) not in values and "#" not in label, line
        values[int(value)] = (color, label)
    return name, int(bits), values


def rtl_enums():
    """{name: (bits, {value: member})} of the package, members as RTL spells them."""
    text = (ROOT / "rtl/syngate_pkg.sv").read_text()
    enums = {}
    for high, body, name in re.findall(r"typedef enum logic \[(\d+):0\] \{(.*?)\} (\w+)_e;", text, re.S):
        enums[name] = (int(high) + 1, {int(value): member for member, value in re.findall(r"(\w+) = \d+'d(\d+)", body)})
    return enums


def main():
    enums = rtl_enums()
    files = sorted((ROOT / "sim/waves/surfer").glob("*.txt"))
    for path in files:
        title, bits, values = mapping(path.read_text())
        name = title.removeprefix("syngate ")
        assert path.stem == f"syngate_{name}", path
        rtl_bits, members = enums[name]
        prefix = "".join(word.capitalize() for word in name.split("_"))
        assert bits == rtl_bits, path
        assert {value: prefix + "".join(w.capitalize() for w in label.split("_")) for value, (_, label) in values.items()} == members, path
        if name == "verdict":
            assert {label: color for color, label in values.values()} == COLORS
        if name == "reason":
            assert all(color == (COLORS["drop"] if value else None) for value, (color, _) in values.items())
    assert {"syngate_verdict.txt", "syngate_reason.txt", "syngate_table_op.txt"} <= {path.name for path in files}
    print(f"{len(files)} mappings agree with the RTL")


if __name__ == "__main__":
    main()

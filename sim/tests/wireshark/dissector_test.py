#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""dissector_test: what the real tshark shows with sim/wireshark/syngate.lua, against test_vectors/cookie/conversations.json.

The vectors were made by test_vectors/cookie/make-conversations, which shares no code with the dissector. Exit 4 without tshark.
"""
import json
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
LUA = ROOT / "sim/wireshark/syngate.lua"
CONVERSATIONS = json.loads((ROOT / "test_vectors/cookie/conversations.json").read_text())["records"]
COOKIE_FIELDS = ["syngate.cookie", "syngate.cookie.count", "syngate.cookie.valid", "syngate.cookie.mss_index",
                 "syngate.tsval.wscale", "syngate.tsval.sack", "syngate.tsval.ecn"]
STAMP_FIELDS = ["syngate.stamp.exid", "syngate.stamp.version", "syngate.stamp.key_id", "syngate.stamp.timestamps",
                "syngate.stamp.wscale", "syngate.stamp.mss", "syngate.stamp.clock", "syngate.stamp.mac_ok"]
wrong = []


def expect(what, seen, wanted):
    if seen != wanted:
        wrong.append(f"{what}: shown {seen!r}, expected {wanted!r}")


def write_pcap(path, frames):
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for i, frame in enumerate(frames):
            out.write(struct.pack("<IIII", i, 0, len(frame), len(frame)) + frame)


TSHARK = pathlib.Path(__file__).resolve().parent / "bin" / "tshark"


def tshark(path, preferences, fields):
    """One list of field values per packet; Lua errors fail the test."""
    command = [str(TSHARK), "-X", f"lua_script:{LUA}", "-r", path, "-T", "fields", "-E", "separator=|"]
    for name, value in preferences.items():
        command += ["-o", f"syngate.{name}:{value}"]
    for field in fields:
        command += ["-e", field]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    errors = [line for line in run.stderr.split("\n") if "Lua" in line or "lua" in line]
    if run.returncode != 0 or errors:
        sys.exit(f"tshark: exit {run.returncode}\n{run.stderr}")
    return [line.split("|") for line in run.stdout.rstrip("\n").split("\n")]


def number(text):
    """Numbers as tshark prints them: decimal, hex, True, False."""
    return {"True": 1, "False": 0}.get(text, int(text, 0) if text[:1].isdigit() else text)


def options_of(record):
    """Client's options as the SYN of the vector has them: (timestamps, sack, wscale or 15), read from its bytes."""
    frame = bytes.fromhex(record["syn"])
    ethertype, at = 12, 14
    while frame[ethertype:ethertype + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        ethertype, at = ethertype + 4, at + 4
    tcp = at + (20 if record["version"] == 4 else 40)
    end, i = tcp + 4 * (frame[tcp + 12] >> 4), tcp + 20
    timestamps, sack, wscale = False, False, 15
    while i < end and frame[i] != 0:
        if frame[i] == 1:
            i += 1
            continue
        timestamps |= frame[i] == 8
        sack |= frame[i] == 4
        if frame[i] == 3:
            wscale = min(frame[i + 2], 14)
        i += frame[i + 1]
    return timestamps, sack, wscale


def check_record(index, record, folder):
    """SYN-ACK, hand-off, and the hand-off with one bit of its MAC and one of the covered sequence number flipped."""
    family = f"v{record['version']}"
    handoff = bytes.fromhex(record["handoff"])
    bad_mac = bytearray(handoff)
    stamp_at = handoff.index(bytes([253, 20]) + struct.pack("!H", record["exid"]))
    bad_mac[stamp_at + 12] ^= 1
    bad_clock = bytearray(handoff)
    bad_clock[stamp_at + 8] ^= 0x80
    path = f"{folder}/{index}.pcap"
    write_pcap(path, [bytes.fromhex(record["synack"]), handoff, bytes(bad_mac), bytes(bad_clock)])
    secret1 = record["secret1"][record["count"] & 3]
    preferences = {"exid": record["exid"], "stamp_key": record["stamp_key"], f"secret0_{family}": record["secret0"],
                   f"secret1_{family}": secret1, "count": record["count"] + 100}
    rows = tshark(path, preferences, COOKIE_FIELDS + STAMP_FIELDS)
    timestamps, sack, wscale = options_of(record)
    shown = dict(zip(COOKIE_FIELDS, rows[0]))
    expect(f"{index} cookie", number(shown["syngate.cookie"]), record["cookie"])
    expect(f"{index} count", number(shown["syngate.cookie.count"]), record["count"] & 0xFF)
    expect(f"{index} valid", number(shown["syngate.cookie.valid"]), 1)
    expect(f"{index} mss index", number(shown["syngate.cookie.mss_index"]), record["mss_index"])
    if timestamps:
        expect(f"{index} wscale", number(shown["syngate.tsval.wscale"]), wscale)
        expect(f"{index} sack", number(shown["syngate.tsval.sack"]), int(sack))
    else:
        expect(f"{index} no timestamps", shown["syngate.tsval.wscale"], "")
    for row, right in ((1, 1), (2, 0), (3, 0)):
        shown = dict(zip(STAMP_FIELDS, rows[row][len(COOKIE_FIELDS):]))
        expect(f"{index} mac of packet {row + 1}", number(shown["syngate.stamp.mac_ok"]), right)
    shown = dict(zip(STAMP_FIELDS, rows[1][len(COOKIE_FIELDS):]))
    expect(f"{index} exid", number(shown["syngate.stamp.exid"]), record["exid"])
    expect(f"{index} version", number(shown["syngate.stamp.version"]), 1)
    expect(f"{index} key id", number(shown["syngate.stamp.key_id"]), record["stamp_key_id"])
    expect(f"{index} timestamps", number(shown["syngate.stamp.timestamps"]), int(timestamps))
    expect(f"{index} server's wscale", number(shown["syngate.stamp.wscale"]), record["wscale"])
    expect(f"{index} mss", number(shown["syngate.stamp.mss"]), int.from_bytes(handoff[stamp_at + 6:stamp_at + 8], "big"))
    expect(f"{index} clock", number(shown["syngate.stamp.clock"]), int.from_bytes(handoff[stamp_at + 8:stamp_at + 12], "big"))
    # A wrong key: neither the cookie nor the stamp is right.
    other = dict(preferences, stamp_key="00" * 16, **{f"secret1_{family}": "00" * 16})
    rows = tshark(path, other, ["syngate.cookie.valid", "syngate.stamp.mac_ok"])
    expect(f"{index} cookie under a wrong key", number(rows[0][0]), 0)
    expect(f"{index} mac under a wrong key", number(rows[1][1]), 0)


def main():
    if shutil.which("tshark") is None:
        print("skipped: tshark is not installed")
        return 4
    some = [[r for r in CONVERSATIONS if r["version"] == version][:5] for version in (4, 6)]
    expect("both families", [len(records) for records in some], [5, 5])
    some = some[0] + some[1]
    with tempfile.TemporaryDirectory() as folder:
        for index, record in enumerate(some):
            check_record(index, record, folder)
        # Without keys nothing is claimed; a key that is none is named; other packets get no tree.
        path = f"{folder}/plain.pcap"
        write_pcap(path, [bytes.fromhex(some[0][name]) for name in ("syn", "synack", "ack")])
        rows = tshark(path, {}, ["syngate.cookie", "syngate.cookie.valid", "frame.protocols"])
        expect("SYN without tree", rows[0][0], "")
        expect("ACK without tree", rows[2][0], "")
        expect("no key, no verdict", rows[1][1], "")
        rows = tshark(path, {"secret0_v4": "xyz", "secret0_v6": "xyz"}, ["syngate.pref.bad"])
        expect("a bad key is named", rows[1][0] != "", True)
        cut = f"{folder}/cut.pcap"
        frame = bytearray(bytes.fromhex(some[0]["handoff"]))
        at = bytes(frame).index(bytes([253, 20]) + struct.pack("!H", some[0]["exid"]))
        frame[at + 1] = 12
        frame[at + 12:at + 20] = b"\1" * 8
        write_pcap(cut, [bytes(frame)])
        rows = tshark(cut, {"exid": some[0]["exid"]}, ["syngate.stamp.bad_length", "syngate.stamp.mac"])
        expect("a short stamp is named", rows[0][0] != "", True)
        expect("a short stamp has no MAC", rows[0][1], "")
    print("\n".join(wrong) or f"{len(some)} conversations, as the vectors say")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

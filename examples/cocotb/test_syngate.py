# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""One handshake through syngate_core with cocotb: SYN in, SYN-ACK out, ACK in, hand-off out.

What must come out is in test_vectors/cookie/conversations.json, made without RTL and without the C++ model. Bytes of a frame go in and
come out in wire order (byte 0 at tdata[7:0]), without FCS. clk_i: any clock; rst_ni: synchronous, active low.
"""
import json
import pathlib

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles

from bus import Registers, StreamSink, StreamSource

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEFS = json.loads((ROOT / "rtl/syngate_defs.json").read_text())
REGISTER = {name: int(offset, 16) for name, offset, _access, _doc in DEFS["registers"]}
KEY_SLOT = {name: value for name, value, _doc in DEFS["enums"]["key_slot"]["members"]}
MODE = {name: value for name, value, _doc in DEFS["enums"]["mode"]["members"]}
RECORDS = json.loads((ROOT / "test_vectors/cookie/conversations.json").read_text())["records"]


class Box:
    """syngate_tb with its clock, registers and streams."""

    def __init__(self, dut):
        self.dut = dut
        cocotb.start_soon(Clock(dut.clk_i, 5, units="ns").start())
        self.registers = Registers(dut)
        self.wire = StreamSource(dut)
        self.reply = StreamSink(dut, "m_axis_reply")
        self.forward = StreamSink(dut, "m_axis_forward")

    async def reset(self):
        self.dut.rst_ni.value = 0
        self.dut.sram_fault_i.value = 0  # the bench can injure the flow table's memory
        self.dut.sram_poke_i.value = 0
        await ClockCycles(self.dut.clk_i, 16)
        self.dut.rst_ni.value = 1
        await ClockCycles(self.dut.clk_i, 16)

    async def write(self, name, value):
        await self.registers.write(REGISTER[name], value)

    async def set_key(self, slot, key):
        """`key`: 16 bytes as 32 hex digits, byte 0 first."""
        for i in range(4):
            await self.write(f"KEY_DATA{i}", int.from_bytes(bytes.fromhex(key)[4 * i:4 * i + 4], "little"))
        await self.write("KEY_COMMIT", slot)

    async def set_time(self, count, ms):
        await self.write("TIME_COUNT", count)
        await self.write("TIME_MS", ms)
        await self.write("TIME_COMMIT", 1)

    async def protect(self, record, address):
        """Entry 0: one server, all ports, mode always."""
        prefix = address + bytes(16 - len(address))
        for i in range(4):
            await self.write(f"DEST_ADDR{i}", int.from_bytes(prefix[4 * i:4 * i + 4], "little"))
        is6 = len(address) == 16
        await self.write("DEST_MATCH", 8 * len(address) | is6 << 8 | 1 << 9 | MODE["always"] << 12)
        await self.write("DEST_PORTS", 0xFFFF << 16)
        await self.write("DEST_TCP", record["mss"] | record["wscale"] << 16 | record["stamp_key_id"] << 20)
        await self.write("DEST_WINDOW", record["window_ts"] | record["window_nots"] << 16)
        await self.write("DEST_COMMIT", 0)


async def configure(box, record):
    """Keys, server and time of a conversation."""
    family = f"v{record['version']}"
    await box.set_key(KEY_SLOT[f"secret0_{family}"], record["secret0"])
    for bank, key in enumerate(record["secret1"]):
        await box.set_key(KEY_SLOT[f"secret1_{family}"] + bank, key)
    await box.set_key(KEY_SLOT["stamp"] + record["stamp_key_id"], record["stamp_key"])
    await box.write("EXID", record["exid"])
    # The destination of the SYN, behind any VLAN tags.
    frame, at = bytes.fromhex(record["syn"]), 12
    while frame[at:at + 2] in (b"\x81\x00", b"\x88\xa8", b"\x91\x00"):
        at += 4
    start, size = (at + 2 + 16, 4) if record["version"] == 4 else (at + 2 + 24, 16)
    await box.protect(record, frame[start:start + size])
    await box.set_time(record["count"], record["ms"])


async def handshake(dut, version):
    record = next(r for r in RECORDS if r["version"] == version)
    box = Box(dut)
    await box.reset()
    assert await box.registers.read(REGISTER["ID"]) == 0x53594E47
    await configure(box, record)

    await box.wire.send(bytes.fromhex(record["syn"]))
    assert (await box.reply.receive()).hex() == record["synack"]

    await box.set_time(record["count_later"], record["ms_later"])
    await box.wire.send(bytes.fromhex(record["ack"]))
    assert (await box.forward.receive()).hex() == record["handoff"]

    # The flow is known now: what follows passes untouched.
    if record["passes_too"]:
        assert (await box.forward.receive()).hex() == record["ack"]
    assert not box.reply.frames and not box.forward.frames


@cocotb.test()
async def ipv4(dut):
    """An IPv4 client's handshake, byte for byte."""
    await handshake(dut, 4)


@cocotb.test()
async def ipv6(dut):
    """An IPv6 client's handshake, byte for byte."""
    await handshake(dut, 6)


@cocotb.test()
async def random_ack_is_dropped(dut):
    """An ACK that nobody's cookie explains leaves nothing, and is counted."""
    # Not the first one: the SRAM keeps the flow of that test, a reset does not clear it.
    record = [r for r in RECORDS if r["version"] == 4][1]
    box = Box(dut)
    await box.reset()
    await configure(box, record)
    await box.set_time(record["count"] + 5, record["ms"])  # the cookie of the vector has expired
    await box.wire.send(bytes.fromhex(record["ack"]))
    await ClockCycles(dut.clk_i, 300)
    assert not box.reply.frames and not box.forward.frames
    reasons = {name: value for name, value, _doc in DEFS["enums"]["reason"]["members"]}
    index = DEFS["counters"]["reason_base"] + reasons["bad_cookie"]
    assert await box.registers.read(REGISTER["COUNTERS"] + 8 * index) == 1

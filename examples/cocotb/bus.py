# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""AXI4-Lite and AXI4-Stream in plain cocotb.

Pins are driven and read at the falling edge: all outputs of the core are registers, so what is read there is what the next rising edge
samples. The ports follow the usual prefixes (s_axil, s_axis, m_axis_reply, m_axis_forward), so that libraries of bus models attach too.
"""
import cocotb
from cocotb.triggers import FallingEdge

BEAT = 128  # bytes


async def transfer(clock, valid, ready):
    """Raises `valid` until the rising edge at which `ready` is high too. Starts and ends at a falling edge."""
    valid.value = 1
    for _ in range(1000):
        taken = int(ready.value)
        await FallingEdge(clock)
        if taken:
            valid.value = 0
            return
    raise TimeoutError(f"{valid._name} was never taken")


class Registers:
    """AXI4-Lite with prefix s_axil; addresses in bytes, data 32 bits. One access at a time."""

    def __init__(self, dut):
        self.dut = dut
        for name in ("awvalid", "wvalid", "bready", "arvalid", "rready"):
            getattr(dut, f"s_axil_{name}").value = 0

    async def write(self, address, value):
        dut = self.dut
        await FallingEdge(dut.clk_i)
        dut.s_axil_awaddr.value = address
        dut.s_axil_wdata.value = value
        dut.s_axil_wstrb.value = 0xF
        # The core takes address and data together.
        dut.s_axil_wvalid.value = 1
        await transfer(dut.clk_i, dut.s_axil_awvalid, dut.s_axil_awready)
        dut.s_axil_wvalid.value = 0
        await transfer(dut.clk_i, dut.s_axil_bready, dut.s_axil_bvalid)

    async def read(self, address):
        dut = self.dut
        await FallingEdge(dut.clk_i)
        dut.s_axil_araddr.value = address
        await transfer(dut.clk_i, dut.s_axil_arvalid, dut.s_axil_arready)
        while not int(dut.s_axil_rvalid.value):
            await FallingEdge(dut.clk_i)
        value = int(dut.s_axil_rdata.value)
        await transfer(dut.clk_i, dut.s_axil_rready, dut.s_axil_rvalid)
        return value


class StreamSource:
    """Sends frames on s_axis."""

    def __init__(self, dut):
        self.dut = dut
        dut.s_axis_tvalid.value = 0

    async def send(self, frame):
        dut = self.dut
        await FallingEdge(dut.clk_i)
        for at in range(0, len(frame), BEAT):
            part = frame[at:at + BEAT]
            dut.s_axis_tdata.value = int.from_bytes(part, "little")
            dut.s_axis_tkeep.value = (1 << len(part)) - 1
            dut.s_axis_tlast.value = int(at + BEAT >= len(frame))
            dut.s_axis_tuser.value = 0
            await transfer(dut.clk_i, dut.s_axis_tvalid, dut.s_axis_tready)


class StreamSink:
    """Takes every beat of a port; whole frames wait in `frames`."""

    def __init__(self, dut, prefix):
        self.dut, self.frames = dut, []
        self.pin = {name: getattr(dut, f"{prefix}_{name}") for name in ("tdata", "tkeep", "tvalid", "tready", "tlast")}
        self.pin["tready"].value = 1
        cocotb.start_soon(self._run())

    async def _run(self):
        frame = b""
        while True:
            await FallingEdge(self.dut.clk_i)
            if not int(self.dut.rst_ni.value) or not int(self.pin["tvalid"].value):
                continue
            keep = int(self.pin["tkeep"].value)
            frame += int(self.pin["tdata"].value).to_bytes(BEAT, "little")[:bin(keep).count("1")]
            if int(self.pin["tlast"].value):
                self.frames.append(frame)
                frame = b""

    async def receive(self, clocks=500):
        """The next frame; fails when none comes within so many clocks."""
        for _ in range(clocks):
            if self.frames:
                return self.frames.pop(0)
            await FallingEdge(self.dut.clk_i)
        raise TimeoutError(f"no frame within {clocks} clocks")

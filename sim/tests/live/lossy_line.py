# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""A line from a TAP interface to a stream socket (QEMU's framing) that loses chosen segments of a handshake."""
import fcntl
import os
import socket
import struct
import threading

import stand_in

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000


def segment_of(packet, from_client):
    """Its name in a handshake: syn, synack, ack and data (the client's), or other."""
    flags = packet.flags & (stand_in.SYN | stand_in.ACK | stand_in.RST | stand_in.FIN)
    if flags == stand_in.SYN:
        return "syn"
    if flags == stand_in.SYN | stand_in.ACK:
        return "synack"
    if flags == stand_in.ACK and from_client:
        return "data" if packet.payload else "ack"
    return "other"


class Line:
    """`lose`: by the client's port, how many of which segment are lost, {"syn": 1}. `seen` counts what came, lost or not."""

    def __init__(self, name, path):
        self.lose, self.seen, self.problems = {}, {}, []
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        for carry in (self.from_client, self.to_client):
            threading.Thread(target=self.guarded, args=(carry,), daemon=True).start()

    def guarded(self, carry):
        try:
            carry()
        except OSError:
            return  # the other end is gone, the run is over
        except Exception as error:  # a thread's traceback would be nobody's
            self.problems.append(f"the line failed: {error!r}")

    def lost(self, frame, from_client):
        try:
            packet = stand_in.Packet(frame)
        except ValueError:
            return False
        port = packet.sport if from_client else packet.dport
        name = segment_of(packet, from_client)
        seen = self.seen.setdefault(port, {})
        seen[name] = seen.get(name, 0) + 1
        return seen[name] <= self.lose.get(port, {}).get(name, 0)

    def from_client(self):
        while True:
            frame = os.read(self.tap, 65536)
            if not self.lost(frame, True):
                self.socket.sendall(struct.pack("!I", len(frame)) + frame)

    def to_client(self):
        stream = self.socket.makefile("rb")
        while head := stream.read(4):
            frame = stream.read(struct.unpack("!I", head)[0])
            if not self.lost(frame, False):
                os.write(self.tap, frame)

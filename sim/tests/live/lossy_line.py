# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""A line between two ends that loses chosen frames (losses.py). An end is a TAP interface, or a stream socket with QEMU's framing."""
import fcntl
import os
import socket
import struct
import threading

import losses

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000


class Tap:
    """A TAP interface, made here."""

    def __init__(self, name):
        self.tap = os.open("/dev/net/tun", os.O_RDWR)
        fcntl.ioctl(self.tap, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))

    def read(self):
        return os.read(self.tap, 65536)

    def write(self, frame):
        os.write(self.tap, frame)


class Stream:
    """A connected stream socket; read() is None at its end."""

    def __init__(self, connected):
        self.socket = connected
        self.stream = connected.makefile("rb")

    @classmethod
    def accept(cls, path, connect):
        """The peer is what `connect(path)` makes: (stream, what connect returned)."""
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            listener.listen(1)
            peer = connect(path)
            return cls(listener.accept()[0]), peer

    @classmethod
    def connect(cls, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        return cls(connection)

    def read(self):
        head = self.stream.read(4)
        return self.stream.read(struct.unpack("!I", head)[0]) if len(head) == 4 else None

    def write(self, frame):
        self.socket.sendall(struct.pack("!I", len(frame)) + frame)


class Tagged:
    """An end behind VLAN tags: each (TPID, TCI), outermost first. What reaches it without them is counted and goes no further."""

    def __init__(self, end, *tags):
        self.end, self.tags, self.untagged = end, b"".join(struct.pack("!HH", *tag) for tag in tags), 0

    def read(self):
        frame = self.end.read()
        return frame and frame[:12] + self.tags + frame[12:]

    def write(self, frame):
        if frame[12:12 + len(self.tags)] != self.tags:
            self.untagged += 1
            return
        self.end.write(frame[:12] + frame[12 + len(self.tags):])


class Line:
    """Carries frames both ways, from the client's side to the server's and back, until an end is gone; `losses` says which are lost."""

    def __init__(self, client_side, server_side):
        self.losses, self.problems = losses.Losses(), []
        for source, target, from_client in ((client_side, server_side, True), (server_side, client_side, False)):
            threading.Thread(target=self.carry, args=(source, target, from_client), daemon=True).start()

    def carry(self, source, target, from_client):
        try:
            while (frame := source.read()) is not None:
                if not self.losses.takes(frame, from_client):
                    target.write(frame)
        except OSError:
            return  # an end is gone, the run is over
        except Exception as error:  # a thread's traceback would be nobody's
            self.problems.append(f"the line failed: {error!r}")

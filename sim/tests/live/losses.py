# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""What the client sees when a segment of its handshake, or a hand-off made of it, is lost: the matrix that tests hold."""
import collections

import stand_in

# What is lost, in which protocol, how the server takes a segment of no connection (reset, as a kernel does, or drop, by
# `syngatectl set drop-unstamped`): what the client sees. A server that speaks first is never reached when the client's only ACK, or
# the hand-off made of it, is lost: a client that is connected and silent repeats nothing, and the box keeps no state that could. A lost
# ACK costs that with every kind of SYN cookie, a lost hand-off only with a box before the server.
LOSSES = (
    ("nothing", {}, 0), ("SYN", {"syn": 1}, 0), ("SYN-ACK", {"synack": 1}, 0), ("ACK", {"ack": 1}, 0), ("first data", {"data": 1}, 0),
    ("ACK and first data", {"ack": 1, "data": 1}, 0), ("hand-off", {}, 1), ("2 hand-offs", {}, 2), ("3 hand-offs", {}, 3),
    ("all 4 hand-offs", {}, 4))
OUTCOMES = {  # (protocol, server): outcome by loss, in the order of LOSSES
    ("client", "drop"): ("works", "works", "works", "works", "works", "works", "works", "works", "works", "stalls"),
    ("client", "reset"): ("works", "works", "works", "works", "works", "works", "works", "reset", "reset", "reset"),
    ("server", "drop"): ("works", "works", "works", "stalls", "works", "stalls", "stalls", "stalls", "stalls", "stalls"),
    ("server", "reset"): ("works", "works", "works", "stalls", "works", "stalls", "stalls", "stalls", "stalls", "stalls"),
}
Run = collections.namedtuple("Run", "port server_first unknown name lose handoffs wanted")


def runs(first_port):
    """A connection for every cell of the matrix, each with a client port of its own."""
    made = []
    for (protocol, unknown), outcomes in OUTCOMES.items():
        for (name, lose, handoffs), wanted in zip(LOSSES, outcomes):
            made.append(Run(first_port + len(made), protocol == "server", unknown, name, lose, handoffs, wanted))
    return made


def judge(made, outcomes, seen):
    """Prints the matrix. `outcomes`: (word, seconds) of each run; `seen`: {port: {segment: how many came, lost or not}}. What is wrong."""
    print(f"{'lost':<20}" + "".join(f"{p + ' first, ' + u:<24}" for p, u in OUTCOMES))
    for i, (name, _, _) in enumerate(LOSSES):
        row = [outcomes[column * len(LOSSES) + i] for column in range(len(OUTCOMES))]
        print(f"{name:<20}" + "".join(f"{what + f' ({seconds:.1f} s)':<24}" for what, seconds in row))
    wrong = []
    for run, (what, _) in zip(made, outcomes):
        where = f"{'server' if run.server_first else 'client'} first, {run.unknown}, {run.name} lost"
        if what != run.wanted:
            wrong.append(f"{where}: {what}, not {run.wanted}")
        for segment, count in run.lose.items():
            if seen.get(run.port, {}).get(segment, 0) < count and run.wanted != "stalls":
                wrong.append(f"{where}: no {segment} was there to be lost: {seen.get(run.port)}")
    return wrong


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


class Losses:
    """`lose`: by the client's port, how many of which segment are lost, {"syn": 1}. `seen` counts what came, lost or not."""

    def __init__(self):
        self.lose, self.seen = {}, {}

    def takes(self, frame, from_client):
        """Whether this frame is lost."""
        try:
            packet = stand_in.Packet(frame)
        except ValueError:
            return False
        port = packet.sport if from_client else packet.dport
        name = "handoff" if packet.stamp is not None else segment_of(packet, from_client)
        seen = self.seen.setdefault(port, {})
        seen[name] = seen.get(name, 0) + 1
        return seen[name] <= self.lose.get(port, {}).get(name, 0)

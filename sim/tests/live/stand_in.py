# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""A server that understands hand-offs, in user space, behind QEMU's stream framing (a kernel needs the module for it).

It answers ARP and ND, takes connections from hand-off frames alone, checks their stamps with a SipHash of its own, and answers straight
to the client with the sequence numbers and the clock that the stamp gives it. One request, ended by a newline, gets answer(request).
"""
import hashlib
import socket
import struct
import threading

MAC = bytes.fromhex("020000000a0a")
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
BANNER = b"220 stand-in\r\n"
MASK = (1 << 64) - 1


def siphash(key, message):
    """SipHash-2-4, 64 bits (Aumasson, Bernstein 2012)."""
    k0, k1 = struct.unpack("<QQ", key)
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]

    def rotate(x, n):
        return (x << n | x >> 64 - n) & MASK

    def rounds(n):
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    whole = len(message) // 8 * 8
    words = list(struct.unpack(f"<{whole // 8}Q", message[:whole]))
    words.append(int.from_bytes(message[whole:], "little") | (len(message) & 255) << 56)
    for word in words:
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 255
    rounds(4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def answer(request):
    """What the server says: as many bytes as the request asks for, made of it."""
    wanted = int(request.split()[0])
    block = hashlib.sha256(request).digest()
    return (block * (wanted // len(block) + 1))[:wanted]


class Packet:
    """The TCP segment of a frame; raises ValueError when there is none."""

    def __init__(self, frame):
        kind = struct.unpack_from("!H", frame, 12)[0]
        if kind == 0x0800 and frame[23] == 6:
            self.six, at = False, 34
            self.source, self.destination = frame[26:30], frame[30:34]
            end = 14 + struct.unpack_from("!H", frame, 16)[0]
        elif kind == 0x86DD and frame[20] == 6:
            self.six, at = True, 54
            self.source, self.destination = frame[22:38], frame[38:54]
            end = 54 + struct.unpack_from("!H", frame, 18)[0]
        else:
            raise ValueError("no TCP")
        self.mac = frame[6:12]
        self.ports = frame[at:at + 4]
        self.sport, self.dport, self.seq, self.ack, offset, self.flags, self.window = struct.unpack_from("!HHIIBBH", frame, at)
        head = (offset >> 4) * 4
        self.payload = frame[at + head:end]
        self.stamp, self.tsval, self.tsecr = None, None, 0
        options, i = frame[at + 20:at + head], 0
        while i < len(options) and options[i] != 0:
            if options[i] == 1:
                i += 1
                continue
            length = options[i + 1]
            if options[i] == 8:
                self.tsval, self.tsecr = struct.unpack_from("!II", options, i + 2)
            if options[i] == 253:
                self.stamp = options[i:i + length]
            i += length


class Connection:
    def __init__(self, packet, clock):
        self.next, self.acked = packet.ack, packet.seq  # what we send and what we expect
        self.clock, self.tsval, self.peer = clock, packet.tsval, packet
        self.request, self.sent, self.closed = b"", False, False


class Server:
    """Serves on one stream socket until it is closed; `counts` and `problems` say what happened."""

    def __init__(self, path, addresses, key):
        self.key = key
        self.addresses = [socket.inet_pton(socket.AF_INET6 if ":" in a else socket.AF_INET, a) for a in addresses]
        self.counts = {"handoffs": 0, "repeats": 0, "requests": 0, "unknown": 0, "resets": 0, "lost": 0, "ecn": 0}
        self.problems, self.connections = [], {}
        self.plans = {}  # by the client's port: {"lose": hand-offs that never arrive, "first": speaks first, "unknown": "reset" or "drop",
        # "keep": takes one request after another}
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)

    def exactly(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                return None
            data += part
        return data

    def serve(self):
        try:
            while (head := self.exactly(4)) is not None:
                frame = self.exactly(struct.unpack("!I", head)[0])
                if frame is None:
                    return
                self.take(frame)
        except OSError:
            return
        except Exception as error:  # a thread's traceback would be nobody's
            self.problems.append(f"the server failed: {error!r}")

    def send(self, frame):
        self.socket.sendall(struct.pack("!I", len(frame)) + frame)

    def take(self, frame):
        kind = struct.unpack_from("!H", frame, 12)[0]
        if kind == 0x0806 and frame[38:42] in self.addresses and frame[21] == 1:
            self.send(frame[6:12] + MAC + frame[12:20] + b"\0\2" + MAC + frame[38:42] + frame[22:32])
        elif kind == 0x86DD and frame[20] == 58 and frame[54] == 135 and frame[62:78] in self.addresses:
            self.advertise(frame)
        try:
            packet = Packet(frame)
        except ValueError:
            return
        if packet.destination in self.addresses:
            self.segment(packet)

    def advertise(self, frame):
        body = struct.pack("!BBHI", 136, 0, 0, 0x60000000) + frame[62:78] + b"\2\1" + MAC
        pseudo = frame[62:78] + frame[22:38] + struct.pack("!II", len(body), 58)
        body = body[:2] + struct.pack("!H", checksum(pseudo + body)) + body[4:]
        head = struct.pack("!IHBB", 0x60000000, len(body), 58, 255)
        self.send(frame[6:12] + MAC + b"\x86\xdd" + head + frame[62:78] + frame[22:38] + body)

    def stamp_is_right(self, packet):
        stamp = packet.stamp
        source = packet.source if packet.six else bytes(10) + b"\xff\xff" + packet.source
        message = source + struct.pack("!H", packet.sport) + stamp[4:6] + struct.pack("!III", packet.tsecr, packet.seq, packet.ack)
        message += stamp[6:8] + bytes([6 if packet.six else 4, 0]) + stamp[8:12]
        return len(stamp) == 20 and len(message) == 40 and siphash(self.key, message) == int.from_bytes(stamp[12:20], "little")

    def segment(self, packet):
        name = (packet.source, packet.ports)
        known = self.connections.get(name)
        plan = self.plans.get(packet.sport, {})
        if packet.stamp is not None and plan.get("lose", 0) > 0:
            plan["lose"] -= 1
            self.counts["lost"] += 1
            return
        if packet.stamp is not None:
            if not self.stamp_is_right(packet):
                self.problems.append("a stamp's MAC is wrong")
            elif known is None or known.closed:  # a client may use the port of a connection that is over at once
                self.counts["handoffs"] += 1
                # Bit 5 of the cookie's timestamp (Linux: TS_OPT_ECN); the box's offset leaves the low six bits alone.
                self.counts["ecn"] += packet.tsval is not None and packet.tsecr >> 5 & 1
                self.connections[name] = Connection(packet, struct.unpack("!I", packet.stamp[8:12])[0])
                if plan.get("first"):
                    self.reply(self.connections[name], ACK | PSH, BANNER)
            else:
                self.counts["repeats"] += 1
            return
        if known is None:
            self.counts["unknown"] += 1
            if plan.get("unknown") == "reset" and not packet.flags & RST:
                self.reply(Connection(packet, 0), RST)
            if "unknown" in plan:
                return
            self.problems.append(f"a segment with flags {packet.flags:#x} of no connection came through")
            return
        if packet.flags & RST:
            self.counts["resets"] += 1
            return
        self.data(known, packet)

    def data(self, connection, packet):
        if packet.tsval is not None:
            connection.tsval = packet.tsval
        if packet.seq != connection.acked:
            self.reply(connection, ACK)  # a repetition, or a hole: what we have
            return
        connection.acked = (packet.seq + len(packet.payload) + (packet.flags & FIN)) & 0xFFFFFFFF
        connection.request += packet.payload
        connection.closed |= packet.flags & FIN != 0
        if connection.request.endswith(b"\n") and not connection.sent:
            connection.sent = True
            self.counts["requests"] += 1
            body = answer(connection.request)
            for at in range(0, len(body), 1400):
                self.reply(connection, ACK | PSH, body[at:at + 1400])
            if self.plans.get(packet.sport, {}).get("keep"):
                connection.request, connection.sent = b"", False
            else:
                self.reply(connection, ACK | FIN)
        elif packet.payload or packet.flags & FIN:
            self.reply(connection, ACK)

    def reply(self, connection, flags, payload=b""):
        peer = connection.peer
        options = b"" if connection.tsval is None else b"\1\1\x08\x0a" + struct.pack("!II", connection.clock, connection.tsval)
        head = peer.ports[2:] + peer.ports[:2] + struct.pack("!IIBBHHH", connection.next, connection.acked,
                                                             (20 + len(options)) // 4 << 4, flags, 500, 0, 0)
        segment = head + options + payload
        pseudo = peer.destination + peer.source + (struct.pack("!II", len(segment), 6) if peer.six else struct.pack("!HH", 6, len(segment)))
        segment = segment[:16] + struct.pack("!H", checksum(pseudo + segment)) + segment[18:]
        if peer.six:
            ip = struct.pack("!IHBB", 0x60000000, len(segment), 6, 64) + peer.destination + peer.source
        else:
            ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(segment), 0, 0x4000, 64, 6, 0) + peer.destination + peer.source
            ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self.send(peer.mac + MAC + (b"\x86\xdd" if peer.six else b"\x08\0") + ip + segment)
        connection.next = (connection.next + len(payload) + (flags & FIN)) & 0xFFFFFFFF

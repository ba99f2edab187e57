# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""Frames as bytes: Ethernet without FCS, IPv4, IPv6, TCP, UDP, ICMP. Checksums are right unless asked otherwise."""
import ipaddress
import struct

CLIENT_MAC = bytes.fromhex("02000000000a")
SERVER_MAC = bytes.fromhex("020000000001")
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))


def checksum(data):
    """RFC 1071."""
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def address(text):
    return ipaddress.ip_address(text).packed


# TCP options by the names of the option layouts that real captures show: "MSS,SOK,TS,N,WS".
def options(layout, mss=1460, wscale=7, tsval=0, tsecr=0):
    out = b""
    for word in layout.split(",") if layout else []:
        if word == "MSS":
            out += struct.pack("!BBH", 2, 4, mss)
        elif word == "WS":
            out += struct.pack("!BBB", 3, 3, wscale)
        elif word == "SOK":
            out += b"\x04\x02"
        elif word == "TS":
            out += struct.pack("!BBII", 8, 10, tsval, tsecr)
        elif word == "N":
            out += b"\x01"
        elif word == "E":
            out += b"\x00"
        elif word == "MPTCP":
            out += bytes.fromhex("1e0c0081") + struct.pack("!Q", tsval * 0x9E3779B97F4A7C15 & (1 << 64) - 1)
        elif word == "TFO":
            out += b"\x22\x02"
        elif word == "MD5":
            out += b"\x13\x12" + struct.pack("!QQ", tsval, tsecr)
        else:
            raise ValueError(word)
    return out + b"\0" * (-len(out) % 4)


def tcp(sport, dport, seq, ack, flags, window=64240, opts=b"", payload=b"", doff=None, urgent=0, reserved=0):
    """A TCP segment with checksum 0; ip4() and ip6() fill it in."""
    words = doff if doff is not None else 5 + len(opts) // 4
    return struct.pack("!HHIIBBHHH", sport, dport, seq, ack, words << 4 | reserved, flags, window, 0, urgent) + opts + payload


def udp(sport, dport, payload):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def with_checksum(pseudo, protocol, segment, error=0):
    at = {6: 16, 17: 6, 58: 2}.get(protocol)
    if at is None or len(segment) < at + 2:
        return segment
    value = checksum(pseudo + segment) ^ error
    return segment[:at] + struct.pack("!H", value) + segment[at + 2:]


def ip4(source, destination, protocol, body, ttl=64, ident=0, flags=2, offset=0, tos=0, opts=b"", total=None,
        version=4, ihl=None, bad_ip=0, bad_body=0):
    """An IPv4 packet. `total` and `ihl` lie when given; `bad_ip` and `bad_body` are XORed into the checksums."""
    src, dst = address(source), address(destination)
    if offset == 0 and not flags & 1:
        body = with_checksum(src + dst + struct.pack("!BBH", 0, protocol, len(body)), protocol, body, bad_body)
    words = ihl if ihl is not None else 5 + len(opts) // 4
    length = total if total is not None else 20 + len(opts) + len(body)
    head = struct.pack("!BBHHHBBH", version << 4 | words, tos, length, ident, flags << 13 | offset, ttl, protocol, 0) + src + dst + opts
    value = checksum(head) ^ bad_ip
    return head[:10] + struct.pack("!H", value) + head[12:] + body


def ip6(source, destination, next_header, body, hop_limit=64, traffic_class=0, label=0, extension=b"", payload=None,
        version=6, bad_body=0):
    """An IPv6 packet; `extension` is an extension header whose own first byte must be next_header."""
    src, dst = address(source), address(destination)
    body = with_checksum(src + dst + struct.pack("!II", len(body), next_header), next_header, body, bad_body)
    first = next_header
    if extension:
        first, extension = extension[0], bytes([next_header]) + extension[1:]
    length = payload if payload is not None else len(extension) + len(body)
    return struct.pack("!IHBB", version << 28 | traffic_class << 20 | label, length, first, hop_limit) + src + dst + extension + body


def icmp4(kind, code, body, rest=0):
    message = struct.pack("!BBHI", kind, code, 0, rest) + body
    return message[:2] + struct.pack("!H", checksum(message)) + message[4:]


def icmp6(kind, code, body, rest=0):
    return struct.pack("!BBHI", kind, code, 0, rest) + body


def ethernet(packet, ethertype=None, source=CLIENT_MAC, destination=SERVER_MAC, tags=(), pad=True):
    """`tags` are (TPID, TCI) pairs, outer first; the ethertype follows from the packet's version nibble."""
    if ethertype is None:
        ethertype = 0x86DD if packet[0] >> 4 == 6 else 0x0800
    head = destination + source + b"".join(struct.pack("!HH", *tag) for tag in tags) + struct.pack("!H", ethertype)
    frame = head + packet
    return frame + b"\0" * (60 - len(frame)) if pad and len(frame) < 60 else frame

# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""Capture files as bytes: pcap (all four magics) and pcapng (both byte orders). Times are nanoseconds."""
import struct

ETHERNET, NULL, RAW, LOOP, SLL, RADIOTAP, IPV4, IPV6, SLL2 = 1, 0, 101, 108, 113, 127, 228, 229, 276


def pcap_header(link=ETHERNET, order="<", nanoseconds=False, snaplen=262144):
    return struct.pack(order + "IHHiIII", 0xA1B23C4D if nanoseconds else 0xA1B2C3D4, 2, 4, 0, 0, snaplen, link)


def pcap_record(time, frame, order="<", nanoseconds=False, length=None, captured=None):
    """`length` is what the frame had on the wire, `captured` lies about the bytes that follow."""
    seconds, rest = divmod(time, 10**9)
    return struct.pack(order + "IIII", seconds, rest if nanoseconds else rest // 1000,
                       len(frame) if captured is None else captured, len(frame) if length is None else length) + frame


def pcap(records, link=ETHERNET, order="<", nanoseconds=False, snaplen=262144):
    return pcap_header(link, order, nanoseconds, snaplen) + b"".join(
        pcap_record(time, frame[:snaplen], order, nanoseconds, len(frame)) for time, frame in records)


def padded(data):
    return data + b"\0" * (-len(data) % 4)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + padded(value)


def block(order, kind, body):
    total = 12 + len(padded(body))
    return struct.pack(order + "II", kind, total) + padded(body) + struct.pack(order + "I", total)


def section(order="<", application=b"make-flood"):
    end = option(order, 4, application) + option(order, 0, b"")
    return block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1) + end)


def interface(order="<", link=ETHERNET, snaplen=0, resolution=6, offset=None, name=b""):
    """`resolution` as in if_tsresol: digits, or bits with the top bit set; `offset` in seconds."""
    body = struct.pack(order + "HHI", link, 0, snaplen)
    if name:
        body += option(order, 2, name)
    if resolution != 6:
        body += option(order, 9, bytes([resolution]))
    if offset is not None:
        body += option(order, 14, struct.pack(order + "q", offset))
    if len(body) > 8:
        body += option(order, 0, b"")
    return block(order, 1, body)


def ticks(time, resolution=6, offset=0):
    time -= offset * 10**9
    if resolution & 0x80:
        return (time << (resolution & 0x7F)) // 10**9
    return time * 10**resolution // 10**9


def packet(order, number, stamp, frame, length=None, comment=b""):
    """Enhanced packet block; `stamp` in the ticks of its interface."""
    body = struct.pack(order + "IIIII", number, stamp >> 32, stamp & 0xFFFFFFFF, len(frame),
                       len(frame) if length is None else length) + padded(frame)
    if comment:
        body += option(order, 1, comment) + option(order, 0, b"")
    return block(order, 6, body)


def simple_packet(order, frame):
    return block(order, 3, struct.pack(order + "I", len(frame)) + frame)


def old_packet(order, number, stamp, frame):
    """The obsolete packet block."""
    return block(order, 2, struct.pack(order + "HHIIII", number, 0, stamp >> 32, stamp & 0xFFFFFFFF, len(frame), len(frame)) + frame)


def statistics(order, number, stamp):
    return block(order, 5, struct.pack(order + "III", number, stamp >> 32, stamp & 0xFFFFFFFF))


def pcapng(records, order="<", link=ETHERNET, resolution=6):
    return section(order) + interface(order, link, 0, resolution) + b"".join(
        packet(order, 0, ticks(time, resolution), frame) for time, frame in records)

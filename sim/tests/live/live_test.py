#!/usr/bin/env python3
# SPDX-FileCopyrightText: syngate authors
# SPDX-License-Identifier: Apache-2.0
"""live_test.py CASE SYNGATE [COUNT]: syngate live between this machine's own kernel and a server, in namespaces of our own; no root.

CASE is one of those in CASES; COUNT makes `flood` (connections) and `kernels` (megabytes) larger than in the suite. Exit 4 when
namespaces or TAP interfaces are refused here.
"""
import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

import losses
import lossy_line
import stand_in

CASE, PROGRAM = sys.argv[1:3]
IN_NAMESPACES = str(pathlib.Path(__file__).resolve().parents[3] / "scripts/in-namespaces")
COUNT = int(sys.argv[3]) if len(sys.argv) > 3 else 0
KEY = bytes(range(16, 32))
CLIENT4, SERVER4 = "198.51.100.1", "198.51.100.10"
CLIENT6, SERVER6 = "2001:db8:1::1", "2001:db8:1::10"
PROTECT = ["--protect", f"{SERVER4}:80", "--protect", f"[{SERVER6}/128]:80"]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(4)


def enter_namespaces():
    """This script again, as root of namespaces that it owns."""
    if os.environ.pop("LIVE_TEST_INSIDE", None):
        return
    try_out = subprocess.run([IN_NAMESPACES, "ip", "tuntap", "add", "x", "mode", "tap"], capture_output=True, text=True)
    if try_out.returncode == 4:
        skip(try_out.stderr.strip())
    if try_out.returncode != 0:
        skip("TAP interfaces cannot be made here (/dev/net/tun missing or closed, or no ip: Debian package iproute2)")
    os.execvpe(IN_NAMESPACES, [IN_NAMESPACES, sys.executable, *sys.argv], {**os.environ, "LIVE_TEST_INSIDE": "1"})


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=20)


def expect(fact, what):
    if not fact:
        raise AssertionError(what)


class Live:
    """A running `syngate live`."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.process = subprocess.Popen([PROGRAM, "live", "--json", "--record", folder / "r.pcapng", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
        self.said = self.process.stderr.readline()
        expect(self.said.startswith("ready:"), f"not ready: {self.said}{self.process.stderr.read() if self.process.poll() else ''}")

    def end(self, number=signal.SIGINT, code=0):
        if number is not None:
            self.process.send_signal(number)
        out, said = self.process.communicate(timeout=60)
        self.said += said
        expect(self.process.returncode == code, f"exit {self.process.returncode}: {self.said}")
        return json.loads(out)


def replay(folder, *arguments, name="r.pcapng"):
    run = subprocess.run([PROGRAM, "replay", folder / name, "--json", *arguments], capture_output=True, text=True,
                         timeout=300 + COUNT)
    return run.returncode, json.loads(run.stdout)


def check_replay(folder, result):
    code, again = replay(folder)
    expect(code == 0 and again["same"] and again["complete"], f"the replay differs: {again}")
    expect(again["inputs"] == result["offered"] and again["flood"] == result["flood"]["offered"], f"not all is in the recording: {again}")
    expect(again["mismatches"] == 0 and result["model"] == {"mismatches": 0, "lost": 0}, f"model: {again}, {result['model']}")
    return again


def client_up(name="c0"):
    ip("link", "set", "lo", "up")
    ip("link", "set", name, "up")
    ip("addr", "add", CLIENT4 + "/24", "dev", name)
    ip("-6", "addr", "add", CLIENT6 + "/64", "dev", name, "nodad")


def request(address, wanted, word="x"):
    """One connection by this kernel: (seconds until connected, answer is right)."""
    asked = f"{wanted} {word}\n".encode()
    start = time.monotonic()
    with socket.create_connection((address, 80), timeout=20) as connection:
        connected = time.monotonic() - start
        connection.settimeout(20)
        connection.sendall(asked)
        got = b""
        while part := connection.recv(65536):
            got += part
    return connected, got == stand_in.answer(asked)


@contextlib.contextmanager
def with_stand_in(folder, *arguments):
    """(live, server) with our kernel as the client and the stand-in as the server."""
    (folder / "keys").write_text(f"stamp[0] = {KEY.hex()}\n")
    live = Live(folder, "--client", "tap:c0", "--server", "unix:server.sock", "--key-file", folder / "keys", *PROTECT, *arguments)
    server = None
    try:
        client_up()
        server = stand_in.Server(str(folder / "server.sock"), [SERVER4, SERVER6], KEY)
        yield live, server
    finally:
        if live.process.poll() is None:
            live.process.kill()
            live.process.wait()


def figures_of(folder):
    """The Prometheus text of a run, once it is there: {name and labels: value}."""
    give_up = time.monotonic() + 60
    while not (folder / "live.prom").exists():
        expect(time.monotonic() < give_up, "no figures were written")
        time.sleep(0.05)
    lines = (folder / "live.prom").read_text().splitlines()
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if not line.startswith("#"))}


def connections(live, server, count, wanted, pause=0, before_end=lambda: None):
    times = []
    for i in range(count):
        time.sleep(pause)
        seconds, right = request((SERVER4, SERVER6)[i % 2], wanted, str(i))
        expect(right, f"connection {i}: the answer is not what the server sent")
        times.append(seconds)
    before_end()
    result = live.end()
    expect(not server.problems, server.problems)
    expect(server.counts["handoffs"] == server.counts["requests"] == count, server.counts)
    times.sort()
    print(f"{count} connections, connect p50 {times[count // 2] * 1e3:.1f} ms, p99 {times[count * 99 // 100] * 1e3:.1f} ms; "
          f"flood {result['flood']['offered']} frames, {result['flood']['offered'] * 1e3 / result['simulated_ns']:.1f} Mpps simulated")
    return result


def case_handshakes(folder):
    """A Linux client through the pipeline: IPv4 and IPv6, data both ways; the recording repeats it all, and a changed bit shows."""
    with with_stand_in(folder) as (live, server):
        result = connections(live, server, 40, 30000)
    # A kernel that sends its request fast enough sends it behind the first ACK: both hand-off verdicts count.
    expect(result["verdicts"]["reply"] == 40 and result["verdicts"]["handoff"] == 40, result["verdicts"])
    keys = ("--key-file", folder / "keys")
    code, again = replay(folder, *keys)
    expect(code == 0 and again["same"] and again["complete"] and again["inputs"] == result["offered"], again)
    code, again = replay(folder, *keys, "--fault-output", "5", "--no-check")
    expect(code == 1 and not again["same"] and "byte 40" in again["difference"], f"a changed bit was not seen: {again}")
    run = subprocess.run([PROGRAM, "replay", folder / "r.pcapng"], capture_output=True, text=True, timeout=60)
    expect(run.returncode == 3 and "--key-file" in run.stderr, f"without its keys: {run}")
    run = subprocess.run([PROGRAM, "replay", folder / "r.pcapng", "--seed", "2"], capture_output=True, text=True, timeout=60)
    expect(run.returncode == 2 and "--seed" in run.stderr, f"with another seed: {run}")


def resets_seen():
    """RSTs that this kernel's connections have taken (RFC 4022: tcpAttemptFails, tcpEstabResets)."""
    names, values = (line.split() for line in pathlib.Path("/proc/self/net/snmp").read_text().splitlines() if line.startswith("Tcp:"))
    counters = dict(zip(names, values))
    return int(counters["AttemptFails"]) + int(counters["EstabResets"])


def case_flood(folder):
    """COUNT connections beside a line-rate flood inside the simulator: every one succeeds with all its bytes, none sees a RST.

    Given COUNT, the flood must be a thousand times as many frames; a slow machine in the suite gets fewer."""
    count = COUNT or 100
    before = resets_seen()
    with with_stand_in(folder, "--flood", "mixed", "--line-rate", "100G", "--metrics", folder / "live.prom") as (live, server):
        result = connections(live, server, count, 3000, pause=0.01 if COUNT else 0, before_end=lambda: figures_of(folder))
    figures = figures_of(folder)
    packets = sum(value for name, value in figures.items() if name.startswith("syngate_packets_total"))
    expect(packets == result["offered"] + result["flood"]["offered"], f"{packets} packets in the figures: {result}")
    expect(figures["syngate_live_flood_frames_total"] == result["flood"]["offered"], figures)
    expect(figures["syngate_live_bypassed_frames_total"] == result["bypassed"], figures)
    for port in result["ports"]:
        for way in ("in", "out", "not_sent"):
            expect(figures[f'syngate_live_port_frames_total{{port="{port["port"]}",way="{way}"}}'] == port[way], figures)
    expect(resets_seen() == before, "a connection was reset")
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 9), timeout=5)
    expect(resets_seen() == before + 1, "this kernel does not count resets")
    expect(result["flood"]["offered"] > (1000 * count if COUNT else 10000), f"the flood was small: {result['flood']}")
    expect(result["model"] == {"mismatches": 0, "lost": 0}, result["model"])
    code, again = replay(folder, "--key-file", folder / "keys")
    expect(code == 0 and again["same"] and again["flood"] == result["flood"]["offered"], again)


STALL = 4  # seconds: a client's third repetition of its data comes 1.4 s after the first


def outcome_of(port, server_first):
    """One connection: (works, stalls or reset; seconds)."""
    asked = b"3000 matrix\n"
    start = time.monotonic()
    try:
        with socket.create_connection((SERVER4, 80), timeout=STALL, source_address=(CLIENT4, port)) as connection:
            got = b""
            while server_first and len(got) < len(stand_in.BANNER):
                got += connection.recv(len(stand_in.BANNER) - len(got))
            connection.sendall(asked)
            while part := connection.recv(65536):
                got += part
        expected = (stand_in.BANNER if server_first else b"") + stand_in.answer(asked)
        return ("works" if got == expected else "wrong bytes"), time.monotonic() - start
    except TimeoutError:
        return "stalls", time.monotonic() - start
    except ConnectionResetError:
        return "reset", time.monotonic() - start


def case_losses(folder):
    """Each segment of the handshake lost in turn, and hand-offs: the outcome matrix, printed and held."""
    (folder / "keys").write_text(f"stamp[0] = {KEY.hex()}\n")
    live = Live(folder, "--client", "unix:client.sock", "--server", "unix:server.sock", "--key-file", folder / "keys", *PROTECT)
    try:
        line = lossy_line.Line(lossy_line.Tap("c0"), lossy_line.Stream.connect(str(folder / "client.sock")))
        client_up()
        server = stand_in.Server(str(folder / "server.sock"), [SERVER4], KEY)
        request(SERVER4, 10)  # addresses are resolved
        runs = losses.runs(20000)
        for run in runs:
            line.losses.lose[run.port] = run.lose
            server.plans[run.port] = {"lose": run.handoffs, "first": run.server_first, "unknown": run.unknown}
        with concurrent.futures.ThreadPoolExecutor(len(runs)) as pool:
            outcomes = list(pool.map(lambda run: outcome_of(run.port, run.server_first), runs))
        result = live.end()
    finally:
        if live.process.poll() is None:
            live.process.kill()
            live.process.wait()
    expect(not line.problems and not server.problems, (line.problems, server.problems))
    wrong = losses.judge(runs, outcomes, line.losses.seen)
    expect(not wrong, wrong)
    code, again = replay(folder, "--key-file", folder / "keys")
    expect(code == 0 and again["same"] and again["inputs"] == result["offered"], again)


def behind_tags(folder, *tags):
    """Client and server in the same VLAN: the box sees tags on every frame, and every frame that it sends has them."""
    (folder / "keys").write_text(f"stamp[0] = {KEY.hex()}\n")
    live = Live(folder, "--client", "unix:client.sock", "--server", "unix:server.sock", "--key-file", folder / "keys", *PROTECT,
                "--flood", "mixed", "--pps", "20000")
    try:
        ends = [lossy_line.Tagged(lossy_line.Tap("c0"), *tags)]
        lines = [lossy_line.Line(ends[0], lossy_line.Stream.connect(str(folder / "client.sock")))]
        client_up()
        stream, server = lossy_line.Stream.accept(str(folder / "stand-in.sock"),
                                                  lambda path: stand_in.Server(path, [SERVER4, SERVER6], KEY))
        ends.append(lossy_line.Tagged(stream, *tags))
        lines.append(lossy_line.Line(lossy_line.Stream.connect(str(folder / "server.sock")), ends[1]))
        result = connections(live, server, 20, 3000)
    finally:
        if live.process.poll() is None:
            live.process.kill()
            live.process.wait()
    expect(not any(line.problems for line in lines), [line.problems for line in lines])
    expect(result["verdicts"]["reply"] == result["verdicts"]["handoff"] == 20, result["verdicts"])
    # What passes of the flood is not for the server; nothing else may come without tags.
    expect(ends[0].untagged == 0, f"{ends[0].untagged} frames reached the client without its tags")
    code, again = replay(folder, "--key-file", folder / "keys")
    expect(code == 0 and again["same"], again)


def case_vlan(folder):
    behind_tags(folder, (0x8100, 5))


def case_qinq(folder):
    behind_tags(folder, (0x88A8, 100), (0x8100, 4095 - 1))


def case_ecn(folder):
    """A client that asks for ECN gets it, and the server is told."""
    pathlib.Path("/proc/sys/net/ipv4/tcp_ecn").write_text("1")
    with with_stand_in(folder) as (live, server):
        for address in (SERVER4, SERVER6):
            with socket.create_connection((address, 80), timeout=20) as connection:
                options = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
                connection.sendall(b"100 ecn\n")
                expect(connection.recv(1, socket.MSG_PEEK) != b"", "no answer")
            expect(options & 15 == 15, f"tcpi_options {options:#x}: timestamps, SACK, window scale and ECN are 15")
        live.end()
    expect(server.counts["ecn"] == 2, server.counts)


def exchange(connection, word):
    """One request of many on this connection; whether the right answer came within 20 s, or within its time limit."""
    asked = f"500 {word}\n".encode()
    connection.sendall(asked)
    got = b""
    try:
        while len(got) < 500:
            part = connection.recv(500 - len(got))
            if not part:
                return False
            got += part
    except TimeoutError:
        return False
    return got == stand_in.answer(asked)


def case_long(folder):
    """A connection that goes on for 2 h 11 min: each of its requests is an epoch later (65.5 s: another minute, another secret), until a
    silent one is forgotten."""
    with with_stand_in(folder, "--step", "65.536") as (live, server):
        def connect(port):
            server.plans[port] = {"keep": True}
            return socket.create_connection((SERVER4, 80), timeout=20, source_address=(CLIENT4, port))

        with connect(20001) as lively, connect(20002) as silent, connect(20003) as resting:
            for name, connection in (("lively", lively), ("silent", silent), ("resting", resting)):
                expect(exchange(connection, "first"), f"the {name} connection does not work")
            for epoch in range(1, 121):
                live.process.send_signal(signal.SIGUSR1)
                expect(exchange(lively, epoch), f"the lively connection stalls after {epoch} epochs")
                if epoch in (20, 40, 90):
                    expect(exchange(resting, epoch), f"the resting connection stalls after {epoch} epochs")
            expect(exchange(resting, "end"), "the resting connection stalls at the end")
            silent.settimeout(1)
            expect(not exchange(silent, "end"), "a connection that was silent for longer than a flow lives was not forgotten")
            with connect(20004) as late:
                expect(exchange(late, "late"), "a new connection does not work")
        result = live.end()
    expect(not server.problems, server.problems)
    expect(server.counts["handoffs"] == 4, server.counts)
    expect(result["verdicts"]["drop"] > 0 and result["model"] == {"mismatches": 0, "lost": 0}, result)
    code, again = replay(folder, "--key-file", folder / "keys")
    expect(code == 0 and again["same"], again)


def case_trim(folder):
    """One frame's story cut out of a recording with a flood: a few frames, the same verdict, a recording again."""
    with with_stand_in(folder, "--flood", "syn", "--pps", "20000") as (live, server):
        connections(live, server, 10, 3000)
    acks = "frame.interface_name == \"rx0\" && tcp.flags == 0x10 && tcp.dstport == 80"
    comments = subprocess.run(["tshark", "-r", folder / "r.pcapng", "-Y", acks, "-T",
                               "fields", "-e", "frame.comment"], capture_output=True, text=True, timeout=100)
    expect(comments.returncode == 0, comments.stderr)
    packet = comments.stdout.split("\n")[20].split()[1]
    keys = ("--key-file", folder / "keys")
    run = subprocess.run([PROGRAM, "trim", folder / "r.pcapng", "--around", f"packet={packet}", "--out", folder / "small.pcapng",
                          "--json", *keys], capture_output=True, text=True, timeout=300)
    expect(run.returncode == 0, run.stderr)
    trimmed = json.loads(run.stdout)
    expect(not trimmed["whole"] and 0 < trimmed["kept"] < trimmed["frames"] / 2, trimmed)
    expect(trimmed["verdict"] in ("handoff", "pass", "handoff_pass"), trimmed)
    code, again = replay(folder, *keys, name="small.pcapng")
    expect(code == 0 and again["same"] and again["complete"] and again["inputs"] == trimmed["kept"], again)
    run = subprocess.run([PROGRAM, "trim", folder / "r.pcapng", "--around", "packet=99999999", "--out", folder / "none.pcapng", *keys],
                         capture_output=True, text=True, timeout=100)
    expect(run.returncode == 3 and "no such frame" in run.stderr, run)
    print(json.dumps(trimmed))


SERVER_SIDE = """
import socket, subprocess, sys
sys.stdin.readline()
for words in (["link", "set", "lo", "up"], ["link", "set", sys.argv[1], "up"], ["addr", "add", sys.argv[2] + "/24", "dev", sys.argv[1]]):
    subprocess.run(["ip", *words], check=True)
listener = socket.create_server((sys.argv[2], 8080))
print("listening", flush=True)
while True:
    peer, _ = listener.accept()
    with peer:
        while data := peer.recv(65536):
            peer.sendall(data)
"""


def between_kernels(folder, client, server, *arguments, before=lambda: None, offload=lambda: None):
    """Two kernels in two namespaces: COUNT megabytes there and back on a port that is not protected."""
    before()
    other = subprocess.Popen(["unshare", "-n", sys.executable, "-c", SERVER_SIDE, server[1], SERVER4], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
    live = None
    try:
        live = Live(folder, "--client", client[0], "--server", server[0], *PROTECT, *arguments)
        deadline = time.monotonic() + 10
        while os.readlink(f"/proc/{other.pid}/ns/net") == os.readlink("/proc/self/ns/net") and time.monotonic() < deadline:
            time.sleep(0.01)
        ip("link", "set", server[1], "netns", str(other.pid))
        other.stdin.write("\n")
        other.stdin.flush()
        expect(other.stdout.readline().startswith("listening"), "the server did not start")
        client_up(client[1])
        offload()
        data = os.urandom(1 << 20) * (COUNT or 1)
        with socket.create_connection((SERVER4, 8080), timeout=20) as connection:
            connection.settimeout(20)
            got = bytearray()
            for at in range(0, len(data), 1 << 15):
                connection.sendall(data[at:at + (1 << 15)])
                while len(got) < at + (1 << 15):
                    got += connection.recv(65536)
        expect(got == data, "the data came back otherwise than it went")
        result = live.end(signal.SIGTERM)
    finally:
        other.kill()
        other.wait()
        if live and live.process.poll() is None:
            live.process.kill()
            live.process.wait()
    expect(result["verdicts"]["pass"] > 100 and result["verdicts"]["drop"] == 0, result["verdicts"])
    expect(result["bypassed"] > 100, result)
    check_replay(folder, result)
    print(f"{result['offered']} frames in, {result['bypassed']} past the pipeline, every output byte and clock again in the replay")


def case_kernels(folder):
    """Two Linux kernels with a TAP each."""
    between_kernels(folder, ("tap:c0", "c0"), ("tap:s0", "s0"))


def case_off(folder):
    """With the box off the flood goes through it to the server, and the recording still repeats every byte."""
    (folder / "keys").write_text(f"stamp[0] = {KEY.hex()}\n")
    live = Live(folder, "--client", "tap:c0", "--server", "tap:s0", "--protect", f"{SERVER4}:80", "--off", "--flood", "syn", "--pps",
                "2000")
    ip("link", "set", "s0", "up")
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as server:
        server.bind(("s0", 0))
        server.settimeout(10)
        syns = 0
        while syns < 100:
            frame = server.recv(65536)
            syns += frame[12:14] == b"\x08\x00" and frame[23] == 6 and frame[30:34] == socket.inet_aton(SERVER4)
    result = live.end()
    expect(result["flood"]["verdicts"]["pass"] >= 100 and result["flood"]["verdicts"]["reply"] == 0, result["flood"])
    code, again = replay(folder)
    expect(code == 0 and again["same"] and again["flood"] == result["flood"]["offered"], again)


def case_impaired(folder):
    """A lossy, late, reordering line on both sides: TCP gets through, the recording repeats what went in."""
    between_kernels(folder, ("tap:c0", "c0"), ("tap:s0", "s0"), "--impair", "client:loss=0.01,dup=0.01,reorder=0.02,delay=1ms", "--impair",
                    "server0:loss=0.01")


def case_bad(folder):
    """What cannot be: each with one message that says what to do, and no traceback."""

    def refused(code, words, *arguments, prefix=()):
        run = subprocess.run([*prefix, PROGRAM, "live", "--record", folder / "bad.pcapng", *PROTECT, *arguments], capture_output=True,
                             text=True, timeout=60, cwd=folder)
        expect(run.returncode == code and run.stderr.count("error:") == 1, f"{arguments}: exit {run.returncode}: {run.stderr}")
        for word in words:
            expect(word in run.stderr, f"{arguments}: '{word}' is not in: {run.stderr}")

    server = ("--server", "unix:s.sock")
    refused(2, ["tap:NAME"], "--client", "tup:x", *server)
    refused(3, ["nobody0", "no such interface"], "--client", "af:nobody0", *server)
    refused(3, ["at most 15"], "--client", "tap:" + "n" * 20, *server)
    refused(3, ["CAP_NET_ADMIN", "unshare"], "--client", "tap:c0", *server,
            prefix=["setpriv", "--bounding-set=-net_admin", "--inh-caps=-net_admin"])
    refused(3, ["CAP_NET_RAW"], "--client", "af:lo", *server, prefix=["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"])
    hidden = ["unshare", "-m", "sh", "-c", "mount -t tmpfs none /dev/net && exec \"$@\"", "sh"]
    if subprocess.run([*hidden, "true"], capture_output=True).returncode == 0:
        refused(3, ["/dev/net/tun", "modprobe tun"], "--client", "tap:c0", *server, prefix=hidden)
    else:
        print("not tried: no mount namespace here (a chroot), in which /dev/net/tun could be missing")
    refused(3, ["missing.pcap"], "--client", "pcap:missing.pcap", *server)
    refused(2, ["--impair"], "--client", "tap:c0", *server, "--impair", "client:lose=1")
    refused(2, ["--impair"], "--client", "tap:c0", *server, "--impair", "server1:loss=1")
    refused(2, ["--flood"], "--client", "tap:c0", *server, "--pps", "5")
    refused(2, ["--flood"], "--client", "tap:c0", *server, "--flood", "nothing")
    (folder / "s2.sock").write_text("somebody's file")
    refused(3, ["cannot listen"], "--client", "tap:c0", "--server", "unix:s2.sock")
    expect((folder / "s2.sock").read_text() == "somebody's file", "a file that was in the way was touched")


def case_gone(folder):
    """An interface that vanishes, and a guest that dies: exit 3, one message, and the recording is whole."""
    live = Live(folder, "--client", "tap:c0", "--server", "unix:s.sock", *PROTECT)
    client_up()
    ip("link", "del", "c0")
    live.end(None, 3)
    expect("tap:c0" in live.said and "gone" in live.said, live.said)
    code, again = replay(folder)
    expect(code == 0 and again["same"] and again["complete"], again)
    live = Live(folder, "--client", "tap:c0", "--server", "unix:s.sock", *PROTECT)
    client_up()
    guest = socket.socket(socket.AF_UNIX)
    guest.connect(str(folder / "s.sock"))
    time.sleep(0.1)
    guest.close()
    live.end(None, 3)
    expect("the guest is gone" in live.said, live.said)
    code, again = replay(folder)
    expect(code == 0 and again["same"] and again["complete"], again)


def case_too_long(folder):
    """Frames of up to 9216 bytes go through (a guest's jumbo frames), a longer one is left out with one message, and the run goes on."""
    live = Live(folder, "--client", "unix:c.sock", "--server", "unix:s.sock", *PROTECT)
    client, server = socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)
    client.connect(str(folder / "c.sock"))
    server.connect(str(folder / "s.sock"))
    for end in (client, server):
        end.settimeout(10)

    def framed(length):
        return length.to_bytes(4, "big") + bytes.fromhex("02000000000102000000000288b5") + bytes(length - 14)

    server.sendall(framed(60))
    expect(len(client.recv(64, socket.MSG_WAITALL)) == 64, "the server's frame did not come")  # now both are connected
    for length in (9216, 9217, 20000, 60):
        client.sendall(framed(length))
    stream = server.makefile("rb")
    for length in (9216, 60):
        expect(int.from_bytes(stream.read(4), "big") == length, f"the frame of {length} bytes did not come")
        stream.read(length)
    result = live.end()
    expect(live.said.count("warning:") == 1 and "9216" in live.said, live.said)
    expect(result["ports"][0]["too_long"] == 2 and result["offered"] == 2, result)
    check_replay(folder, result)


def case_killed(folder):
    """SIGKILL: what is in the recording can still be replayed."""
    with with_stand_in(folder) as (live, server):
        for i in range(5):
            expect(request(SERVER4, 100, str(i))[1], "wrong answer")
        time.sleep(0.7)  # longer than the longest sleep, before which it flushes
        live.process.kill()
        live.process.wait()
    code, again = replay(folder, "--key-file", folder / "keys")
    expect(code == 0 and again["same"] and not again["complete"] and again["inputs"] >= 15, again)


def case_packet_socket(folder):
    """AF_PACKET on veth pairs: checksums left open are told with the ethtool line; finished ones go through, VLAN tags intact."""

    def pairs():
        ip("link", "add", "c0", "type", "veth", "peer", "name", "c1")
        ip("link", "add", "s0", "type", "veth", "peer", "name", "s1")
        for name in ("c1", "s1"):
            ip("link", "set", name, "up")

    pairs()
    live = Live(folder, "--client", "af:c1", "--server", "af:s1", *PROTECT)
    client_up()
    ip("neigh", "add", SERVER4, "lladdr", "02:00:00:00:0a:0a", "dev", "c0")
    with contextlib.suppress(OSError):
        socket.create_connection((SERVER4, 80), timeout=0.5)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:  # whole frames of our own, one in a VLAN, one too long
        raw.bind(("c0", 0))
        tagged = bytes.fromhex("02000000000102000000000281000fa188b5") + bytes(60)
        raw.send(tagged)
    time.sleep(0.3)
    result = live.end()
    expect("ethtool -K" in live.said and "tx off" in live.said, f"the ethtool line is missing: {live.said}")
    expect(result["ports"][0]["checksum_partial"] > 0, result["ports"])
    tagged = "frame.interface_name == \"forward0\" && vlan.id == 4001"
    fields = subprocess.run(["tshark", "-r", folder / "r.pcapng", "-Y", tagged, "-T", "fields", "-e",
                             "vlan.etype"], capture_output=True, text=True, timeout=100)
    expect(fields.stdout.strip() == "0x88b5", f"the VLAN tag was lost: {fields}")
    check_replay(folder, result)


CASES = {name[5:]: function for name, function in list(globals().items()) if name.startswith("case_")}

enter_namespaces()
with tempfile.TemporaryDirectory() as temporary:
    CASES[CASE](pathlib.Path(temporary))
print(f"{CASE}: passed")

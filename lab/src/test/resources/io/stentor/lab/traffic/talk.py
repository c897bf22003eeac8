"""The other end of the traffic cases: a server, a client, and a sender of frames that no honest pod sends.

talk.py serve PORT                      TCP and UDP, both families; see answer() and datagrams()
talk.py ask tcp|udp ADDRESS PORT WORDS  one question, one answer on standard output
talk.py many tcp|udp ADDRESS PORT COUNT asks who it is as often, by a socket each time: each answer once
talk.py stray ADDRESS PORT COUNT        datagrams from one socket that is not connected: each answer once
talk.py load tcp|udp ADDRESS PORT       asks who it is, by a socket each time, until a line of standard input comes;
                                        then says how often, and what failed
talk.py hold tcp|udp ADDRESS PORT       a connection: each line of standard input is sent, its echo printed
talk.py crowd ADDRESS PORT COUNT        as many connections: a line of standard input goes over each, then how many echo
talk.py churn ADDRESS PORT COUNT        as many connections one after the other, each with a question and its answer
talk.py poke PORT ADDRESS PORT          a datagram from a port that a server has too; what comes back is printed
talk.py watch INTERFACE                 packets in and out, a line each: protocol, source, port, destination, port;
                                        what the tunnel carries follows after a bar
talk.py frame INTERFACE HEX [SECONDS]   sends a frame, then prints those that come back, in hex

A server whose LINGER is set serves on for so many seconds after SIGTERM. Clients take their own port from SPORT where it is set (many, load: from there on), speak IPv4 by IPv6 sockets where MAPPED is set, let routers
fragment where FRAGMENT is set, and refuse a peer that is not whom they asked for.
"""

import os
import signal
import socket
import struct
import sys
import threading
import time
import zlib

PATIENCE = float(os.environ.get("PATIENCE", "8"))
SPORT = int(os.environ.get("SPORT", "0"))
MAPPED = "MAPPED" in os.environ
FRAGMENT = "FRAGMENT" in os.environ
IP_MTU_DISCOVER = 10


def plain(address):
    return address[7:] if address.startswith("::ffff:") else address.split("%")[0]


def exactly(stream, count):
    crc = 0
    while count:
        part = stream.read1(min(count, 65536))
        if not part:
            raise EOFError("%d bytes are missing" % count)
        crc = zlib.crc32(part, crc)
        count -= len(part)
    return crc


def pattern(count):
    line = b"0123456789abcdefghijklmnopqrstuvwxyz"
    return (line * (count // len(line) + 1))[:count]


def answer(connection):
    """who: names both ends. give N: takes N bytes, says their sum. take N: sends N bytes. Else: echoes lines."""
    stream = connection.makefile("rb")
    try:
        while True:
            line = stream.readline()
            if not line:
                return
            words = line.decode().split()
            if words and words[0] == "who":
                peer, here = connection.getpeername(), connection.getsockname()
                connection.sendall(("%s %s\n" % (plain(peer[0]), plain(here[0]))).encode())
            elif words and words[0] == "give":
                connection.sendall(("%08x\n" % exactly(stream, int(words[1]))).encode())
            elif words and words[0] == "take":
                connection.sendall(pattern(int(words[1])))
            else:
                connection.sendall(line)
    except OSError:
        pass
    finally:
        connection.close()


def bound(kind, port):
    s = socket.socket(socket.AF_INET6, kind)
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("::", port))
    return s


def datagrams(s):
    """who: names both ends. Else: echoes. Answers come from the address that was asked."""
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    while True:
        try:
            data, extra, _, peer = s.recvmsg(65535, 256)
            info = [d[:16] for level, kind, d in extra if kind == socket.IPV6_PKTINFO][0]
            here = plain(socket.inet_ntop(socket.AF_INET6, info))
            if data.strip() == b"who":
                data = ("%s %s" % (plain(peer[0]), here)).encode()
            control = [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info + struct.pack("i", 0))]
            s.sendmsg([data], control, 0, peer)
        except OSError as failure:
            print("udp:", failure, flush=True)


def serve(port):
    linger = int(os.environ.get("LINGER", "0"))
    if linger:
        signal.signal(signal.SIGTERM, lambda *_: threading.Timer(linger, os._exit, [0]).start())
    listener = bound(socket.SOCK_STREAM, int(port))
    listener.listen(64)
    threading.Thread(target=datagrams, args=(bound(socket.SOCK_DGRAM, int(port)),), daemon=True).start()
    print("serving", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=answer, args=(connection,), daemon=True).start()


def same(end, address, port):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return end[1] == int(port) and socket.inet_pton(family, plain(end[0])) == socket.inet_pton(family, address)


def client(kind, address):
    """A socket, and the address as it takes it."""
    mapped = MAPPED and ":" not in address
    s = socket.socket(socket.AF_INET6 if mapped or ":" in address else socket.AF_INET, kind)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if FRAGMENT:
        s.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, 0)
    s.settimeout(PATIENCE)
    s.bind(("", SPORT))
    return s, "::ffff:" + address if mapped else address


def connected(kind, address, port):
    s, target = client(kind, address)
    s.connect((target, int(port)))
    peer = s.getpeername()
    if not same(peer, address, port):
        raise OSError("the peer calls itself %s port %d" % peer[:2])
    return s


def ask_tcp(address, port, words):
    with connected(socket.SOCK_STREAM, address, port) as s:
        s.sendall((" ".join(words) + "\n").encode())
        if words[0] == "give":
            data = pattern(int(words[1]))
            s.sendall(data)
            said = s.makefile("rb").readline().decode().strip()
            return "whole" if said == "%08x" % zlib.crc32(data) else "damaged " + said
        if words[0] == "take":
            count = int(words[1])
            same = exactly(s.makefile("rb"), count) == zlib.crc32(pattern(count))
            return "whole" if same else "damaged"
        return s.makefile("rb").readline().decode().strip()


def ask_udp(address, port, words):
    with connected(socket.SOCK_DGRAM, address, port) as s:
        if words[0] == "echo":
            data = pattern(int(words[1]))
            s.send(data)
            return "whole" if s.recv(65535) == data else "damaged"
        s.send(" ".join(words).encode())
        return s.recv(65535).decode()


def many(protocol, address, port, count):
    global SPORT
    ask = {"tcp": ask_tcp, "udp": ask_udp}[protocol]
    answers = set()
    for _ in range(int(count)):
        answers.add(ask(address, port, ["who"]))
        SPORT += SPORT > 0
    print("\n".join(sorted(answers)))


def stray(address, port, count):
    answers = set()
    s, target = client(socket.SOCK_DGRAM, address)
    with s:
        for _ in range(int(count)):
            s.sendto(b"who", (target, int(port)))
            data, peer = s.recvfrom(65535)
            if not same(peer, address, port):
                raise OSError("the answer comes from %s port %d" % peer[:2])
            answers.add(data.decode())
    print("\n".join(sorted(answers)))


def load(protocol, address, port):
    global SPORT
    ask = {"tcp": ask_tcp, "udp": ask_udp}[protocol]
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.readline(), over.set()), daemon=True).start()
    asked, failed = 0, []
    print("loading", flush=True)
    while not over.is_set():
        asked += 1
        began = time.time()
        try:
            if not ask(address, port, ["who"]):
                raise EOFError("no answer")
        except (OSError, EOFError) as failure:
            failed.append("%.3f: %s" % (began, failure))
        SPORT += SPORT > 0
        over.wait(0.01)
    print("asked %d, failed %d: %s" % (asked, len(failed), "; ".join(failed[:10])), flush=True)


def hold(protocol, address, port):
    tcp = protocol == "tcp"
    with connected(socket.SOCK_STREAM if tcp else socket.SOCK_DGRAM, address, port) as s:
        print("connected", flush=True)
        for line in sys.stdin.buffer:
            s.sendall(line)
            heard = s.recv(len(line) if tcp else 65535)
            while len(heard) < len(line) and tcp:
                heard += s.recv(len(line) - len(heard)) or b"\n" * len(line)
            print(heard.decode().strip(), flush=True)


def crowd(address, port, count):
    all = [connected(socket.SOCK_STREAM, address, port) for _ in range(int(count))]
    print("connected", flush=True)
    for line in sys.stdin.buffer:
        alive = 0
        for s in all:
            try:
                s.sendall(line)
                alive += s.recv(len(line)) == line
            except OSError as failure:
                print("lost:", failure, flush=True)
        print("%d echo %s" % (alive, line.decode().strip()), flush=True)


def churn(address, port, count):
    answered = 0
    for made in range(int(count)):
        answered += ask_tcp(address, port, ["who"]) != ""
        if made % 1024 == 1023:
            print("%d made" % (made + 1), flush=True)
    print("%d answered" % answered, flush=True)


def poke(own, address, port):
    with bound(socket.SOCK_DGRAM, int(own)) as s:
        s.settimeout(PATIENCE)
        s.connect((address if ":" in address else "::ffff:" + address, int(port)))
        s.send(b"poke")
        print(s.recv(65535).decode())


VXLAN_PORT = 8472


def ends(packet):
    """Of an IP packet."""
    if packet[0] >> 4 == 4:
        protocol, rest = packet[9], packet[(packet[0] & 15) * 4:]
        addresses = [socket.inet_ntop(socket.AF_INET, packet[at:at + 4]) for at in (12, 16)]
    else:
        protocol, rest = packet[6], packet[40:]
        addresses = [socket.inet_ntop(socket.AF_INET6, packet[at:at + 16]) for at in (8, 24)]
    name = {6: "tcp", 17: "udp"}.get(protocol)
    if not name or len(rest) < 8:
        return "%d %s - %s -" % (protocol, *addresses)
    ports = struct.unpack("!HH", rest[:4])
    line = "%s %s %d %s %d" % (name, addresses[0], ports[0], addresses[1], ports[1])
    return line + " | " + ends(rest[30:]) if name == "udp" and ports[1] == VXLAN_PORT and len(rest) > 50 else line


def watch(interface):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as s:
        s.bind((interface, 0))
        print("watching", flush=True)
        while True:
            data = s.recv(65535)
            if data[12:14] in (b"\x08\x00", b"\x86\xdd"):
                print(ends(data[14:]), flush=True)


def frame(interface, text, seconds="0"):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as s:
        s.bind((interface, 0))
        s.send(bytes.fromhex(text))
        deadline = time.monotonic() + float(seconds)
        while (left := deadline - time.monotonic()) > 0:
            s.settimeout(left)
            try:
                data, where = s.recvfrom(65535)
            except TimeoutError:
                return
            if where[2] != socket.PACKET_OUTGOING:
                print(data.hex(), flush=True)


def main(verb, *rest):
    if verb == "ask":
        protocol, address, port, *words = rest
        print({"tcp": ask_tcp, "udp": ask_udp}[protocol](address, port, words))
    else:
        verbs = (serve, many, stray, load, hold, crowd, churn, poke, watch, frame)
        next(each for each in verbs if each.__name__ == verb)(*rest)


try:
    main(*sys.argv[1:])
except (OSError, EOFError) as failure:
    print("failed:", failure.strerror if getattr(failure, "strerror", None) else failure, flush=True)
    sys.exit(1)

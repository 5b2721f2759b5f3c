#!/usr/bin/env python3
"""A BMC for tests: RMCP+ with cipher suites 3 and 17 (IPMI 2.0 chapter 13), a sensor repository, DCMI power, and faults
on demand. ipmitool and FreeIPMI accept it. Needs python3-cryptography; loopback only; not for anything but tests.

  fakebmc.py [-n BMCS] [--suites 3,17] [--host 127.0.0.1] [--sdr FILE] [--port P] [--control P] [--seed N]

FILE holds raw records (sdrcomp -r). Ports are free ones unless given; the first line of output tells them as JSON:
{"ports": [...], "control": ...}. The control port takes one line of text a datagram and answers each, for all BMCs:

  drop P | dup P        probability that a packet, either way, is lost | that an answer comes twice
  delay MS              before each answer
  mute 0/1              hears nothing
  forget                all sessions are gone, as after a restart
  maxsess N             session slots
  busy N                one command in N is answered C0h
  resv N                one Get SDR in N is answered C5h: another reader took the reservation
  maxread N             bytes of a record in one answer; more: CAh
  watts N, active 0/1, stamp 0/1     DCMI: power, measuring, a time stamp of now (0: 1970)
  sensor LUN NUMBER RAW              a sensor's raw value
  unavail 0/1           every sensor says "reading unavailable"
  fuzz P                probability that an answer is mangled
  plain 1, down 1, badtag N          attacks: unauthenticated answers in an authenticated session; a downgrade of the
                                     algorithms in the Open Session Response; a RAKP 2 with a wild tag
  stats                 JSON of what was received since the last "stats", and how many sessions are open
"""
import argparse
import asyncio
import hashlib
import hmac
import json
import os
import random
import struct
import sys
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

GUID = bytes(range(16))
RMCP = b"\x06\0\xff\x07"
SUITES = {3: (1, 1, hashlib.sha1, 12), 17: (3, 4, hashlib.sha256, 16)}  # authentication, integrity, hash, length of a code
OPEN, OPENED, RAKP1, RAKP2, RAKP3, RAKP4 = range(0x10, 0x16)
INSUFFICIENT_RESOURCES, INVALID_SESSION, INVALID_AUTHENTICATION = 0x01, 0x02, 0x04
UNAUTHORIZED_NAME, INVALID_INTEGRITY_CHECK, NO_SUITE = 0x0D, 0x0F, 0x11


class Faults:
    """What the control port sets, for all BMCs of this process."""

    drop = dup = fuzz = 0.0
    delay = mute = busy = resv = unavail = plain = down = badtag = 0
    maxsess, maxread, watts, active, stamp = 4, 32, 231, 1, 1

    def __init__(self):
        self.raw = {(0, 1): 58, (0, 2): 100, (0, 3): 0xF6, (0, 4): 15, (0, 5): 77, (1, 1): 50, (0, 9): 85, (1, 33): 40}
        self.clear()

    def clear(self):
        self.received = self.sent = 0
        self.counts = {}

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1


def digest(key, message, algorithm):
    return hmac.new(key, message, algorithm).digest()


def checksum(data):
    return -sum(data) & 0xFF


def message(request, body):
    """An IPMI reply to `request` (both from the responder's address on), with its two checksums."""
    head = bytes([request[3], ((request[1] >> 2) + 1) << 2 | (request[4] & 3)])
    rest = bytes([request[0], (request[4] & 0xFC) | (request[1] & 3), request[5]]) + body
    return head + bytes([checksum(head)]) + rest + bytes([checksum(rest)])


class Session:
    def __init__(self, console_id, suite):
        _, _, self.hash, self.code_size = SUITES[suite]
        self.console_id = console_id
        self.number = random.randrange(1, 1 << 31)
        self.id = struct.pack("<I", self.number)
        self.active = self.downgraded = self.closing = False
        self.sequence = 0
        self.touched = time.monotonic()

    def cipher(self, iv):
        return Cipher(algorithms.AES(self.k2[:16]), modes.CBC(iv))

    def decrypt(self, payload):
        work = self.cipher(payload[:16]).decryptor()
        plain = work.update(payload[16:]) + work.finalize()
        return plain[: -1 - plain[-1]]

    def encrypt(self, plain):
        pad = 15 - len(plain) % 16
        iv = os.urandom(16)
        work = self.cipher(iv).encryptor()
        return iv + work.update(plain + bytes(range(1, pad + 1)) + bytes([pad])) + work.finalize()

    def packet(self, plain, protect=True):
        self.sequence += 1
        payload = self.encrypt(plain) if protect else plain
        kind = 0xC0 if protect else 0x00
        packet = bytes([6, kind]) + self.console_id + struct.pack("<IH", self.sequence, len(payload)) + payload
        if not protect:
            return RMCP + packet
        pad = -(len(packet) + 2) % 4
        packet += b"\xff" * pad + bytes([pad, 7])
        return RMCP + packet + digest(self.k1, packet, self.hash)[: self.code_size]


class Bmc(asyncio.DatagramProtocol):
    def __init__(self, options, faults, records):
        self.options, self.faults, self.records = options, faults, records
        self.sessions = {}
        self.reservation = 1

    def connection_made(self, transport):
        self.transport = transport

    # -- packets in and out

    def datagram_received(self, data, address):
        self.faults.received += 1
        if self.faults.mute or random.random() < self.faults.drop:
            return
        try:
            self.handle(data, address)
        except Exception as problem:  # a test BMC must outlive what a test sends
            print("bad packet", repr(problem), data.hex(), flush=True)

    def send(self, packet, address):
        if random.random() < self.faults.drop:
            return
        self.faults.sent += 1
        if random.random() < self.faults.fuzz:
            packet = mangled(packet)
        for _ in range(2 if random.random() < self.faults.dup else 1):
            asyncio.get_running_loop().call_later(self.faults.delay / 1000, self.transport.sendto, packet, address)

    def send_setup(self, kind, payload, address):
        self.send(RMCP + b"\x06" + bytes([kind]) + bytes(8) + struct.pack("<H", len(payload)) + payload, address)

    def handle(self, data, address):
        if data[:1] != b"\x06" or data[3] != 7:
            return
        data = data[4:]
        if data[0] == 0:  # IPMI 1.5 outside a session: Get Channel Authentication Capabilities
            request = data[10 : 10 + data[9]]
            reply = message(request, self.command(request[1] >> 2, 0, request[5], request[6:-1], None))
            return self.send(RMCP + bytes(9) + bytes([len(reply)]) + reply, address)
        if data[0] != 6:
            return
        kind, number, length = data[1], struct.unpack("<I", data[2:6])[0], struct.unpack("<H", data[10:12])[0]
        payload = data[12 : 12 + length]
        setup = {OPEN: self.open, RAKP1: self.rakp1, RAKP3: self.rakp3}.get(kind)
        if setup:
            return setup(payload, address)
        session = self.sessions.get(number)
        if session and session.downgraded:
            return self.in_session(session, payload, address, protect=False)
        if kind != 0xC0 or not session or not session.active:
            return self.faults.count("unknown-session")
        code = digest(session.k1, data[: -session.code_size], session.hash)[: session.code_size]
        if not hmac.compare_digest(code, data[-session.code_size :]):
            return self.faults.count("bad-code")
        self.in_session(session, session.decrypt(payload), address, protect=not self.faults.plain)

    def in_session(self, session, request, address, protect):
        session.touched = time.monotonic()
        body = self.command(request[1] >> 2, request[1] & 3, request[5], request[6:-1], session)
        if self.faults.badtag:
            self.send_setup(RAKP2, bytes([self.faults.badtag, 0, 0, 0]) + session.console_id + bytes(64), address)
        self.send(session.packet(message(request, body), protect), address)
        if session.closing:
            self.sessions.pop(session.number, None)

    # -- opening a session

    def open(self, request, address):
        self.faults.count("open")
        now = time.monotonic()
        self.sessions = {n: s for n, s in self.sessions.items() if now - s.touched < (60 if s.active else 5)}
        wanted = (request[12] & 63, request[20] & 63)
        suite = next((s for s in self.options.suites if SUITES[s][:2] == wanted and request[28] & 63 == 1), None)
        status = 0
        if suite is None:
            known = wanted[0] in [SUITES[s][0] for s in self.options.suites]
            status = NO_SUITE if known else INVALID_AUTHENTICATION
        elif len(self.sessions) >= self.faults.maxsess:
            status = INSUFFICIENT_RESOURCES
        if status:
            self.faults.count("open-refused-%02x" % status)
            return self.send_setup(OPENED, bytes([request[0], status, 0, 0]) + request[4:8], address)
        self.faults.count("suite-%d" % suite)
        session = Session(request[4:8], suite)
        self.sessions[session.number] = session
        accepted = bytearray(request[8:32])
        if self.faults.down:
            accepted[4] = accepted[12] = accepted[20] = 0
        head = bytes([request[0], 0, request[1] or 4, 0])
        self.send_setup(OPENED, head + session.console_id + session.id + bytes(accepted), address)

    def rakp1(self, request, address):
        self.faults.count("rakp1")
        session = self.sessions.get(struct.unpack("<I", request[4:8])[0])
        if not session:
            return self.send_setup(RAKP2, bytes([request[0], INVALID_SESSION]) + bytes(6), address)
        session.console_random, session.role = request[8:24], request[24]
        session.user, session.random = request[28 : 28 + request[27]], os.urandom(16)
        if session.user != self.options.user.encode():
            return self.send_setup(RAKP2, bytes([request[0], UNAUTHORIZED_NAME, 0, 0]) + session.console_id, address)
        session.who = bytes([session.role, len(session.user)]) + session.user
        session.key = self.options.password.encode().ljust(20, b"\0")
        code = b""
        if self.faults.down:
            session.downgraded = True
        else:
            signed = session.console_id + session.id + session.console_random + session.random + GUID + session.who
            code = digest(session.key, signed, session.hash)
        head = bytes([request[0], 0, 0, 0]) + session.console_id
        self.send_setup(RAKP2, head + session.random + GUID + code, address)

    def rakp3(self, request, address):
        self.faults.count("rakp3" if request[1] == 0 else "rakp3-error-%02x" % request[1])
        session = self.sessions.get(struct.unpack("<I", request[4:8])[0])
        if not session:
            return self.send_setup(RAKP4, bytes([request[0], INVALID_SESSION]) + bytes(6), address)
        head = bytes([request[0], 0, 0, 0]) + session.console_id
        if session.downgraded:
            return self.send_setup(RAKP4, head, address)
        if request[1] or digest(session.key, session.random + session.console_id + session.who, session.hash) != request[8:]:
            self.sessions.pop(session.number, None)
            return self.send_setup(RAKP4, bytes([request[0], INVALID_INTEGRITY_CHECK, 0, 0]) + session.console_id, address)
        sik = digest(session.key, session.console_random + session.random + session.who, session.hash)
        session.k1, session.k2 = digest(sik, b"\1" * 20, session.hash), digest(sik, b"\2" * 20, session.hash)
        session.active = True
        code = digest(sik, session.console_random + session.id + GUID, session.hash)[: session.code_size]
        self.send_setup(RAKP4, head + code, address)

    # -- commands: a completion code and data

    def command(self, function, lun, command, data, session):
        self.faults.count("%02x/%02x" % (function, command))
        key = (function, command)
        if key == (0x06, 0x38):
            return b"\0" + bytes([1, 0x80, 0x04, 0x02, 0, 0, 0, 0])
        if session is None:
            return b"\xd4"
        if key == (0x06, 0x3B):  # Set Session Privilege Level
            return b"\0" + bytes([data[0] or 4])
        if key == (0x06, 0x3C):  # Close Session
            session.closing = True
            return b"\0"
        if key == (0x06, 0x01):
            return b"\0" + bytes([0x20, 1, 2, 0x15, 2, 0xBF, 0xA2, 2, 0, 0, 1, 0, 0, 0, 0])
        if self.faults.busy and random.randrange(self.faults.busy) == 0:
            return b"\xc0"
        answers = {(0x0A, 0x20): self.repository_info, (0x0A, 0x22): self.reserve, (0x0A, 0x23): self.get_sdr,
                   (0x04, 0x2D): self.reading, (0x04, 0x23): self.reading_factors, (0x2C, 0x02): self.power}  # fmt: skip
        return answers[key](lun, data) if key in answers else b"\xc1"

    def repository_info(self, _lun, _data):
        return b"\0\x51" + struct.pack("<HH", len(self.records), 0xFFFF) + bytes(8) + b"\x02"

    def reserve(self, _lun, _data):
        self.reservation = self.reservation % 0xFFFF + 1
        return b"\0" + struct.pack("<H", self.reservation)

    def get_sdr(self, _lun, data):
        ticket, record, offset, count = struct.unpack("<HHBB", data[:6])
        if self.faults.resv and random.randrange(self.faults.resv) == 0:
            self.reservation += 1
            return b"\xc5"
        if offset and ticket != self.reservation:
            return b"\xc5"
        ids = [r[0] | r[1] << 8 for r in self.records]
        if record and record not in ids:
            return b"\xcb"
        at = ids.index(record) if record else 0
        if count > self.faults.maxread:
            return b"\xca"
        following = ids[at + 1] if at + 1 < len(ids) else 0xFFFF
        return b"\0" + struct.pack("<H", following) + self.records[at][offset : offset + count]

    def reading(self, lun, data):
        if self.faults.unavail:
            return b"\0" + bytes([0, 0x60, 0xC0])
        raw = self.faults.raw.get((lun, data[0]))
        return b"\xcb" if raw is None else b"\0" + bytes([raw, 0x40, 0xC0])

    def reading_factors(self, _lun, data):
        return b"\0" + bytes([data[1], 3, 0, 0, 0, 0, 0])  # M = 3

    def power(self, _lun, data):
        if data[:1] != b"\xdc":
            return b"\xc1"
        stamp = int(time.time()) if self.faults.stamp else 0
        state = 0x40 if self.faults.active else 0
        return b"\0\xdc" + struct.pack("<HHHHIIB", self.faults.watts, 100, 400, 225, stamp, 60000, state)


def mangled(packet):
    packet, chance = bytearray(packet), random.random()
    if chance < 0.3:
        return bytes(packet[: random.randrange(len(packet) + 1)])
    if chance < 0.4:
        return bytes(packet) + os.urandom(random.randrange(200))
    for _ in range(random.randrange(1, 6)):
        packet[random.randrange(4, len(packet))] = random.randrange(256)
    return bytes(packet)


class Control(asyncio.DatagramProtocol):
    def __init__(self, faults, bmcs):
        self.faults, self.bmcs = faults, bmcs

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, address):
        self.transport.sendto(self.obey(*data.decode().split()).encode(), address)

    def obey(self, verb, *values):
        if verb == "stats":
            sessions = sum(len(bmc.sessions) for bmc in self.bmcs)
            out = json.dumps({"rx": self.faults.received, "tx": self.faults.sent, "sessions": sessions, **self.faults.counts})
            self.faults.clear()
            return out
        if verb == "forget":
            for bmc in self.bmcs:
                bmc.sessions.clear()
        elif verb == "sensor":
            lun, number, raw = map(int, values)
            self.faults.raw[lun, number] = raw
        else:
            setattr(self.faults, verb, type(getattr(self.faults, verb))(float(values[0])))
        return "ok"


def records_of(file):
    data, out = open(file, "rb").read() if file else b"", []
    while len(data) >= 5:
        out.append(data[: 5 + data[4]])
        data = data[5 + data[4] :]
    return out


async def main(options):
    loop, faults, records = asyncio.get_running_loop(), Faults(), records_of(options.sdr)
    bmcs, ports = [], []
    for i in range(options.n):
        bmc = Bmc(options, faults, records)
        port = options.port + i if options.port else 0
        transport, _ = await loop.create_datagram_endpoint(lambda: bmc, local_addr=(options.host, port))  # noqa: B023
        bmcs.append(bmc)
        ports.append(transport.get_extra_info("sockname")[1])
    control, _ = await loop.create_datagram_endpoint(lambda: Control(faults, bmcs), local_addr=("127.0.0.1", options.control))
    print(json.dumps({"ports": ports, "control": control.get_extra_info("sockname")[1]}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0)
    parser.add_argument("-n", type=int, default=1)
    parser.add_argument("--suites", default="3,17", type=lambda text: [int(s) for s in text.split(",")])
    parser.add_argument("--sdr")
    parser.add_argument("--user", default="ipmiusr")
    parser.add_argument("--password", default="test")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    random.seed(arguments.seed)
    try:
        asyncio.run(main(arguments))
    except KeyboardInterrupt:
        sys.exit(0)

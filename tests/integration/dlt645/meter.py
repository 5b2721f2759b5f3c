"""A three-phase DL/T 645-2007 meter of our own, on a pty or a TCP port, that can be told to misbehave. Its frames are made
here from the standard's layout, not by pued's code.

faults: silent · other-address · garbage (noise before each reply) · bad-checksum · echo (two wires: the request comes back) ·
no-wake (replies without FE) · dribble (byte by byte) · parts (values in two frames, 0xB1 and 0x12) · late (power after 1.2 s) ·
refuse-blocks (0xD1) · shy (answers neither to AA nor to the question for its address)
"""
import os
import pty
import select
import socket
import threading
import time
import tty


def bcd(value, decimals, size, negative=False):
    digits = f"{round(abs(value) * 10 ** decimals):0{2 * size}d}"
    data = bytearray(bytes.fromhex(digits)[::-1])
    if negative:
        data[-1] |= 0x80
    return bytes(data)


def frame(address, control, data):
    body = bytes([0x68]) + address + bytes([0x68, control, len(data)]) + bytes((b + 0x33) & 0xFF for b in data)
    return body + bytes([sum(body) & 0xFF, 0x16])


class Meter:
    def __init__(self, number, energy_kwh=lambda: 123456.78, power_kw=7.1234, faults=()):
        self.address = bytes.fromhex(number)[::-1]
        self.energy_kwh, self.power_kw, self.faults = energy_kwh, power_kw, set(faults)
        self.asked = []
        self.unread = b""

    def value(self, item):
        power = bcd(self.power_kw, 4, 3, self.power_kw < 0)
        return {0x00010000: lambda: bcd(int(self.energy_kwh() * 100) / 100, 2, 4), 0x00020000: lambda: bcd(0, 2, 4),
                0x02030000: lambda: power, 0x02060000: lambda: bcd(0.987, 3, 2), 0x02800002: lambda: bcd(50.02, 2, 2),
                0x02010100: lambda: bcd(230.5, 1, 2), 0x02020100: lambda: bcd(10.1, 3, 3),
                0x0201FF00: lambda: b"".join(bcd(v, 1, 2) for v in (230.5, 231.1, 229.9)),
                0x0202FF00: lambda: b"".join(bcd(v, 3, 3) for v in (10.1, 10.2, 10.3))}.get(item, lambda: None)()

    def data_for(self, control, item_bytes, rest):
        """Control code and data of the reply."""
        item = int.from_bytes(item_bytes, "little")
        if item & 0xFF00 == 0xFF00 and "refuse-blocks" in self.faults:
            return 0xD1, b"\x02"
        value = self.value(item)
        if value is None:
            return 0xD1, b"\x02"
        if "parts" not in self.faults:
            return 0x91, item_bytes + value
        return (0xB1, item_bytes + value[:1]) if control == 0x11 else (0x92, item_bytes + value[1:] + rest)

    def is_meant(self, address):
        """AA stands for any two digits."""
        if address == self.address:
            return True
        return "shy" not in self.faults and all(wanted in (0xAA, own) for wanted, own in zip(address, self.address))

    def reply(self, request):
        control, data = request[8], bytes((b - 0x33) & 0xFF for b in request[10:-2])
        if not self.is_meant(request[1:7]) or "silent" in self.faults:
            return b""
        if control == 0x13:
            return b"\xFE" * 4 + frame(self.address, 0x93, self.address)
        self.asked.append(int.from_bytes(data[:4], "little"))
        if "late" in self.faults and self.asked[-1] == 0x02030000:
            time.sleep(1.2)
        address = self.address if "other-address" not in self.faults else bytes.fromhex("620100000000")
        out = bytearray(frame(address, *self.data_for(control, data[:4], data[4:])))
        if "bad-checksum" in self.faults:
            out[-2] ^= 0x01
        return (b"\x00\x68\xFF\x16\x33" if "garbage" in self.faults else b"") + (b"" if "no-wake" in self.faults else b"\xFE" * 4) + out

    def hear(self, data, send):
        """What has come from the line; answers through send(bytes)."""
        if "echo" in self.faults:
            send(data)
        self.unread += data
        while (start := self.unread.find(0x68)) >= 0 and len(self.unread) >= start + 12:
            end = start + 12 + self.unread[start + 9]
            if len(self.unread) < end:
                return
            request, self.unread = self.unread[start:end], self.unread[end:]
            assert request[7] == 0x68 and request[-1] == 0x16 and request[-2] == sum(request[:-2]) & 0xFF, request.hex()
            assert request[8] in (0x11, 0x12, 0x13), "a request that is not a read"
            answer = self.reply(request)
            for piece in ([answer[i:i + 1] for i in range(len(answer))] if "dribble" in self.faults else [answer]):
                send(piece)


def serve_pty(*meters):
    """The name of a tty behind which the meters share a line."""
    master, slave = pty.openpty()
    tty.setraw(slave)

    def run():
        while True:
            data = os.read(master, 512)
            for meter in meters:
                meter.hear(data, lambda piece: os.write(master, piece))

    threading.Thread(target=run, daemon=True).start()
    return os.ttyname(slave)


def serve_tcp(port, *meters):
    """A serial server with the meters behind it, one connection at a time."""
    listener = socket.create_server(("127.0.0.1", port))

    def run():
        while True:
            peer = listener.accept()[0]
            with peer:
                while True:
                    try:
                        ready = select.select([peer, listener], [], [])[0]
                        if listener in ready or not (data := peer.recv(512)):
                            break
                        for meter in meters:
                            meter.hear(data, peer.sendall)
                    except OSError:
                        break

    threading.Thread(target=run, daemon=True).start()


def joined_ttys():
    """Two ttys; what one sends the other receives: a line between two programs."""
    ends = [pty.openpty() for _ in range(2)]
    for _, slave in ends:
        tty.setraw(slave)

    def run(source, target):
        while True:
            os.write(target, os.read(source, 512))

    for a, b in (ends, ends[::-1]):
        threading.Thread(target=run, args=(a[0], b[0]), daemon=True).start()
    return [os.ttyname(slave) for _, slave in ends]

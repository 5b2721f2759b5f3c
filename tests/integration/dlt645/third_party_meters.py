"""Meters that nobody here wrote, run by an interpreter that has the PyPI packages of requirements.txt. Prints "ready" when
all answer; ends when standard input does. Usage: third_party_meters.py DLT645_TCP_PORT DLT645_TTY MODBUS_RTU_TCP_PORT

DL/T 645: the package dlt645 on a TCP port and on a tty, address 000000000161, fixed values. Modbus RTU frames in a TCP
stream: pymodbus as a Siemens PAC (units 1 and 2), whose energy grows by POWER_W.
"""
import asyncio
import struct
import sys
import threading
import time

from dlt645 import MeterServerService
from dlt645.transport.server.rtu_server import RtuServer
from pymodbus import FramerType
from pymodbus.server import ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

POWER_W = 50_000
VALUES = {0x00010000: 123456.78, 0x00020000: 0.5, 0x02010100: 230.5, 0x02020100: 12.345, 0x02030000: -7.1234,
          0x02060000: 0.987, 0x02800002: 50.02}


def dlt645_meter(tcp_port, tty):
    """One meter on both, for the package takes seconds to copy its table of items."""
    meter = MeterServerService.new_tcp_server("127.0.0.1", tcp_port, 30)
    meter.set_address(bytes.fromhex("610100000000"))
    for item, value in VALUES.items():
        assert (meter.set_00 if item < 0x01000000 else meter.set_02)(item, value)
    serial = RtuServer(tty, 8, 1, 2400, "E", 0.05)
    serial.service = meter
    assert meter.server.start() and serial.start()


def words(kind, value):
    data = struct.pack(kind, value)
    return list(struct.unpack(f">{len(data) // 2}H", data))


BEGAN = time.monotonic()


async def show(_function, start, _address, _count, registers, _values):
    """Before each reply: power and energy of this moment."""
    energy_wh = 1e6 + POWER_W * (time.monotonic() - BEGAN) / 3600
    for address, data in ((65, words(">f", POWER_W)), (801, words(">d", energy_wh))):
        registers[address - start:address - start + len(data)] = data


async def pac(port):
    units = [SimDevice(id=unit, simdata=[SimData(0, count=2000, values=0, datatype=DataType.REGISTERS)], action=show) for unit in (1, 2)]
    server = ModbusTcpServer(units, framer=FramerType.RTU, address=("127.0.0.1", port))
    await server.serve_forever(background=True)
    print("ready", flush=True)
    await asyncio.Future()


def main():
    tcp_port, tty, modbus_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    dlt645_meter(tcp_port, tty)
    threading.Thread(target=lambda: asyncio.run(pac(modbus_port)), daemon=True).start()
    sys.stdin.read()


main()

#!/usr/bin/python3
"""OpenBMC as its D-Bus shows it, by another implementation of D-Bus (Debian's python3-dbus-next).

fake_openbmc.py mapper FILE     the ObjectMapper
fake_openbmc.py sensors FILE    a service with the sensors that the file names, and word of their changes
fake_openbmc.py stranger FILE   says that each of them reads 1, and ends

FILE is JSON, looked at every 20 ms: {"/path": {"value": 350.5, "unit": "Watts", "available": true, "functional": true}};
available and functional may be missing: then the object has no such interface. The bus is DBUS_SYSTEM_BUS_ADDRESS.
"""
import asyncio
import json
import os
import pathlib
import sys

from dbus_next import BusType, Message, MessageType, PropertyAccess, Variant
from dbus_next.aio import MessageBus
from dbus_next.errors import DBusError
from dbus_next.service import ServiceInterface, dbus_property, method

SERVICE = "xyz.openbmc_project.FakeSensors"
MAPPER = "xyz.openbmc_project.ObjectMapper"
VALUE = "xyz.openbmc_project.Sensor.Value"
AVAILABILITY = "xyz.openbmc_project.State.Decorator.Availability"
OPERATIONAL = "xyz.openbmc_project.State.Decorator.OperationalStatus"
READ = PropertyAccess.READ


def plant():
    return json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))


def interfaces(sensor):
    extra = [AVAILABILITY] * ("available" in sensor) + [OPERATIONAL] * ("functional" in sensor)
    return ["org.freedesktop.DBus.Properties", VALUE, *extra]


class Mapper(ServiceInterface):
    @method()
    def GetObject(self, path: "s", wanted: "as") -> "a{sas}":  # noqa: F821
        sensor = plant().get(path)
        if sensor is None or VALUE not in wanted:
            raise DBusError("xyz.openbmc_project.Common.Error.ResourceNotFound", "path or object not found: " + path)
        return {SERVICE: interfaces(sensor)}


class Value(ServiceInterface):
    def __init__(self, sensor):
        super().__init__(VALUE)
        self.sensor = sensor

    @dbus_property(access=READ)
    def Value(self) -> "d":  # noqa: F821
        return float(self.sensor["value"])

    @dbus_property(access=READ)
    def Unit(self) -> "s":  # noqa: F821
        return VALUE + ".Unit." + self.sensor["unit"]

    @dbus_property(access=READ)
    def MaxValue(self) -> "d":  # noqa: F821
        return 5000.0


class Flag(ServiceInterface):
    """Availability and OperationalStatus: one boolean each."""

    def __init__(self, interface, sensor, key):
        super().__init__(interface)
        self.sensor, self.key = sensor, key


class Availability(Flag):
    @dbus_property(access=READ)
    def Available(self) -> "b":  # noqa: F821
        return self.sensor[self.key]


class Operational(Flag):
    @dbus_property(access=READ)
    def Functional(self) -> "b":  # noqa: F821
        return self.sensor[self.key]


def export(bus, path, sensor):
    value = Value(sensor)
    bus.export(path, value)
    if "available" in sensor:
        bus.export(path, Availability(AVAILABILITY, sensor, "available"))
    if "functional" in sensor:
        bus.export(path, Operational(OPERATIONAL, sensor, "functional"))
    return value


async def sensors(bus):
    exported = {path: export(bus, path, sensor) for path, sensor in plant().items()}
    await bus.request_name(SERVICE)
    print("ready", flush=True)
    while True:
        await asyncio.sleep(0.02)
        for path, now in plant().items():
            value = exported[path]
            before = value.sensor["value"]
            value.sensor.update(now)
            if now["value"] != before and not (now["value"] != now["value"] and before != before):
                value.emit_properties_changed({"Value": float(now["value"])})


async def stranger(bus):
    for path in plant():
        body = [VALUE, {"Value": Variant("d", 1.0)}, []]
        await bus.send(Message(message_type=MessageType.SIGNAL, path=path, interface="org.freedesktop.DBus.Properties",
                               member="PropertiesChanged", signature="sa{sv}as", body=body))
    bus.disconnect()
    print("ready", flush=True)


async def main():
    bus = await MessageBus(bus_address=os.environ["DBUS_SYSTEM_BUS_ADDRESS"], bus_type=BusType.SYSTEM).connect()
    if sys.argv[1] == "sensors":
        return await sensors(bus)
    if sys.argv[1] == "stranger":
        return await stranger(bus)
    bus.export("/xyz/openbmc_project/object_mapper", Mapper(MAPPER))
    await bus.request_name(MAPPER)
    print("ready", flush=True)
    return await asyncio.Future()


asyncio.run(main())

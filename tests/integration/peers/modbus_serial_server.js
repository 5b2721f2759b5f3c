// A Modbus TCP server on the npm package modbus-serial: plays an Eastron SDM630 (unit 1, input registers, float32, high
// word first) with fixed values. Prints its port, ends when standard input does. Usage: node … NODE_MODULES
"use strict";
const path = require("path");
const net = require("net");
const { ServerTCP } = require(path.resolve(process.argv[2], "modbus-serial"));

// wire address -> value, as in the meter's published table; and a second of its kind 5000 registers further on
const values = { 0: 230.2, 6: 11.25, 52: 7421.5, 56: 7600, 62: 0.9765, 70: 50.02, 72: 123456.78, 74: 3.5,
                 5000: 231.4, 5052: 815.25, 5072: 42.5 };
const words = new Map();
for (const [address, value] of Object.entries(values)) {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(value);
    words.set(Number(address), bytes.readUInt16BE(0));
    words.set(Number(address) + 1, bytes.readUInt16BE(2));
}

const probe = net.createServer();
probe.listen(0, "127.0.0.1", () => {
    const port = probe.address().port;
    probe.close(() => {
        const server = new ServerTCP(
            { getInputRegister: (address) => words.get(address) ?? 0 },
            { host: "127.0.0.1", port, unitID: 1 }
        );
        server.on("initialized", () => console.log(port));
        server.on("socketError", () => {});
    });
});
process.stdin.on("end", () => process.exit(0)).resume();

// Serial Modbus units on a pty for the driver's tests. Honest answers come from libmodbus; lies are told by hand.
#pragma once

#include <modbus/modbus.h>
#include <poll.h>
#include <pty.h>
#include <unistd.h>

#include <array>
#include <optional>

#include "tests/integration/modbus_harness.hpp"

namespace pued::peers {

// A serial line with units behind it: the far end of a pty. The script gets each request (8 bytes, with CRC) and may
// answer by hand; where it has no opinion, libmodbus answers for the units in `honest_units`.
class SerialPeer {
public:
    using SerialScript = std::function<std::optional<Answer>(const Bytes& request)>;

    SerialPeer(std::vector<int> honest_units, SerialScript script = {})
        : honest_units_(std::move(honest_units)),
          script_(std::move(script)),
          context_(modbus_new_rtu("/dev/null", 115200, 'N', 8, 1)),
          mapping_(modbus_mapping_new(0, 0, 100, 100)) {
        std::array<char, 100> name{};
        must(::openpty(&master_, &slave_, name.data(), nullptr, nullptr) == 0, "openpty");
        path = name.data();
        modbus_set_socket(context_, master_);
        for (int i = 0; i < 100; ++i) mapping_->tab_registers[i] = static_cast<std::uint16_t>(1000 + i);
        thread_ = std::thread([this] { serve(); });
    }
    ~SerialPeer() {
        stop_ = true;
        thread_.join();
        ::close(slave_);
        ::close(master_);
        modbus_mapping_free(mapping_);
        modbus_free(context_);
    }
    SerialPeer(const SerialPeer&) = delete;
    SerialPeer& operator=(const SerialPeer&) = delete;

    std::string path;
    std::array<std::atomic<unsigned>, 256> requests{};  // by unit

private:
    void serve() {
        Bytes request;
        while (!stop_) {
            pollfd line{master_, POLLIN, 0};
            if (::poll(&line, 1, 20) <= 0) {
                request.clear();  // a silence ends a frame
                continue;
            }
            std::uint8_t byte = 0;
            if (::read(master_, &byte, 1) != 1) continue;
            request.push_back(byte);
            if (request.size() < 8) continue;
            answer(request);
            request.clear();
        }
    }
    void answer(const Bytes& request) {
        ++requests[request[0]];
        if (script_) {
            if (const auto lies = script_(request)) return send(*lies);
        }
        for (const int unit : honest_units_) {
            if (unit != request[0]) continue;
            modbus_set_slave(context_, unit);
            modbus_reply(context_, request.data(), static_cast<int>(request.size()), mapping_);
        }
    }
    void send(const Answer& answer) {
        for (const auto& piece : answer.pieces) {
            std::this_thread::sleep_for(milliseconds{piece.delay_ms});
            must(::write(master_, piece.bytes.data(), piece.bytes.size()) >= 0, "write to the pty");
        }
    }

    std::vector<int> honest_units_;
    SerialScript script_;
    modbus_t* context_;
    modbus_mapping_t* mapping_;
    int master_ = -1, slave_ = -1;
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

inline Bytes with_crc(Bytes frame) {
    unsigned crc = 0xFFFF;
    for (const auto byte : frame) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? (crc >> 1U) ^ 0xA001U : crc >> 1U;
    }
    frame.push_back(static_cast<std::uint8_t>(crc));
    frame.push_back(static_cast<std::uint8_t>(crc >> 8U));
    return frame;
}

// What an honest unit says to `request` when every register holds `value`.
inline Bytes honest_rtu(const Bytes& request, unsigned value) {
    const unsigned words = word_at(request, 4);
    Bytes out{request[0], request[1], static_cast<std::uint8_t>(2 * words)};
    for (unsigned i = 0; i < words; ++i) {
        out.push_back(static_cast<std::uint8_t>(value >> 8U));
        out.push_back(static_cast<std::uint8_t>(value));
    }
    return with_crc(out);
}

inline ModbusPoll serial_unit(DeviceIndex index, unsigned unit, int period_ms, int timeout_ms) {
    ModbusPoll poll = device_at(index, period_ms, timeout_ms);
    poll.config.line = "line-1";
    poll.config.unit_id = unit;
    return poll;
}

}  // namespace pued::peers

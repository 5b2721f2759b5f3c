// See the header. A line shared by both protocols is a problem that check_protocols.cpp tells.
#include "agent/config/line_defaults.hpp"

#include <algorithm>

namespace pued {

void settle_lines(Config& config, const std::map<std::string, RegisterMap>& maps) {
    for (std::size_t i = 0; i < config.lines.size(); ++i) {
        auto& line = config.lines[i];
        const auto speaks_dlt645 = [&](const ModbusDevice& meter) {
            const auto map = maps.find(meter.profile);
            return meter.line == line.id && map != maps.end() && map->second.protocol == MapProtocol::dlt645;
        };
        if (std::none_of(config.meters.begin(), config.meters.end(), speaks_dlt645)) continue;
        if (!config.places.of_key("line", i, "baud")) line.baud = 2400;
        if (!config.places.of_key("line", i, "parity")) line.parity = 'E';
    }
}

}  // namespace pued

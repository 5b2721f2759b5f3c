// Whether a broker's name and port can be reached at all, and if not, why: the MQTT library only says that it failed.
// Called by the thread that owns a session, never by the library's.
#pragma once

#include "agent/config/config.hpp"
#include "agent/model/result.hpp"

namespace pued {

// "Name or service not known". The resolver takes its time when it gets no answer.
Result<void> resolve(const MqttConfig& broker);

// Opens a TCP connection and closes it again; at most a second for each address of the host, three in all.
// "Connection refused"
Result<void> reach(const MqttConfig& broker);

}  // namespace pued

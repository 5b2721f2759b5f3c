// Names inside sensor data records: four encodings, one type/length byte (IPMI 2.0 section 43.15). Pure; gives UTF-8.
#pragma once

#include <string>

#include "drivers/ipmi/transport.hpp"

namespace pued::ipmi {

// `field` begins at the type/length byte and may be shorter than that byte claims: then what is there is decoded.
// Trailing blanks and everything after a NUL are dropped; control characters become '?'.
std::string decode_id_string(Bytes field);

}  // namespace pued::ipmi

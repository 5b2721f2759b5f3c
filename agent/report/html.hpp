// The report as one self-contained HTML file for people: no script, no font, no picture from elsewhere. Made for a
// screen and for A4 paper, in English or Chinese. Every text that came from outside is escaped. Pure.
#pragma once

#include <string>

#include "agent/report/dossier.hpp"
#include "agent/report/text.hpp"

namespace pued {

std::string html_report(const Dossier& dossier, Language lang);

}  // namespace pued

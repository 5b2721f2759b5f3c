// Could these numbers be a device's at a mains? Single values (volts, hertz, a power factor) and what must hold between
// them (phases add up, P is V·I·PF, 400 V go with 230 V). Each finding weighs for (+) or against (-) the map by which
// the numbers were read, in nats of evidence; all of it is rough, and only compared with the same for other maps. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace pued::scan {

using Values = std::map<std::string, double>;  // good ones, by name, in the unit of the name

struct Finding {
    double weight = 0;
    std::string text;  // for people; empty: not worth a word

    friend bool operator==(const Finding&, const Finding&) = default;
};

std::vector<Finding> judge_values(const Values& values);
std::vector<Finding> judge_relations(const Values& values);
// Of an energy register read twice, `seconds` apart: a counter only grows.
Finding judge_growth(double first_wh, double second_wh, double seconds);

// "230.1", "0.98", "2.23e+08": short, for people.
std::string shown(double value);

}  // namespace pued::scan

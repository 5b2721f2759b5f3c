// What is this unit? The order of questions, few first: the maps' identifications; where they recognise nothing, a
// voltage, the power and the frequency of every map; then all registers of the best few; and where those do not
// convince, the doctor: other word orders (nothing to read), other functions, addresses one off. At the end how many
// outlets there are, and the serial number. Pure beside the reader that the caller brings in the WordBook.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/scan/candidate.hpp"

namespace pued::scan {

// Serial number from words, by the driver; empty where there is none.
using DecodeSerial = std::function<std::string(const IdentityField&, std::span<const std::uint16_t>)>;

struct Count {
    std::string element;  // "outlet"
    unsigned count = 0;
    bool open = false;  // the device answers for as many as the map can have: it may be fewer
};

struct Examination {
    std::vector<Candidate> ranking;  // best first; empty: no map has anything in common with the unit
    std::vector<Count> counts;       // of the first
    std::string serial;              // of the first; empty: not known
    bool any_words = false;
    std::uint8_t usual_exception = 0;
    std::size_t requests = 0;
};

class Examiner {
public:
    // The maps must outlive this and all examinations. Those of other protocols than Modbus are passed over.
    Examiner(const std::map<std::string, RegisterMap>& maps, Decode decode, DecodeSerial serial);

    [[nodiscard]] Examination examine(WordBook& book) const;
    // Reads the energy of the leading maps again, `seconds` after the examination, and ranks anew.
    void look_again(Examination& examination, WordBook& book, double seconds) const;
    // Does this unit answer as that one did, number for number? So does a gateway that ignores unit ids.
    [[nodiscard]] bool same_device(const Examination& other, WordBook& book) const;

private:
    [[nodiscard]] std::vector<Candidate> recognised(WordBook& book) const;
    [[nodiscard]] std::vector<Candidate> screened(WordBook& book, std::span<const Variant> variants) const;
    [[nodiscard]] std::vector<Candidate> in_full(std::vector<Candidate> candidates, WordBook& book) const;
    [[nodiscard]] std::vector<Candidate> reweighed(const std::vector<Candidate>& candidates,
                                                   const WordBook& book) const;
    [[nodiscard]] Finding growth(const Candidate& candidate, WordBook& book, double seconds) const;
    [[nodiscard]] Count count_elements(const FieldArray& array, const Variant& variant, WordBook& book) const;
    [[nodiscard]] std::string serial_of(const Candidate& candidate, WordBook& book) const;

    std::vector<const RegisterMap*> maps_;
    Decode decode_;
    DecodeSerial serial_;
};

}  // namespace pued::scan

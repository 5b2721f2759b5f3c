// `pued scan` as an operator runs it, against every capture there is: behind unit ids in an order it has not seen, over
// TCP and on a serial line; in another word order, one address off, under the other function; and against devices that
// are closed, silent, stubborn or all the same. Prints the hit rate.
#include <toml++/toml.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "tests/integration/capture_server.hpp"
#include "tests/integration/child_process.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;

namespace {

constexpr unsigned kSeed = 20261122;
constexpr unsigned kShareOfHits = 90;  // in a hundred
constexpr std::size_t kOnSerialLine = 10;

struct Run {
    int exit = -1;
    std::string out;
    nlohmann::json json;
};

std::string text_of(const std::string& file) {
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<std::string> command(const std::vector<std::string>& arguments) {
    std::vector<std::string> out{PUED_PROGRAM, "scan", "--data", PUED_SOURCE_DIR "/config"};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
}

Run scanned(const std::vector<std::string>& arguments) {
    const TemporaryDirectory directory;
    Run out;
    out.exit = ChildProcess{command(arguments), directory / "out"}.wait();
    out.out = text_of(directory / "out");
    const auto begin = out.out.find("{\n");
    if (begin != std::string::npos) out.json = nlohmann::json::parse(out.out.substr(begin), nullptr, false);
    return out;
}

std::string at(const CaptureServer& server) { return "127.0.0.1:" + std::to_string(server.port); }

// Unit 1, 2, 3 … in an order that nobody has chosen.
std::vector<std::string> shuffled_ids() {
    std::vector<std::string> ids;
    for (const auto& [id, image] : all_images()) ids.push_back(id);
    std::shuffle(ids.begin(), ids.end(), std::mt19937{kSeed});
    return ids;
}

struct Score {
    std::size_t all = 0, right = 0, tied = 0;
};

bool tied_with(const nlohmann::json& unit, const std::string& id) {
    const auto& tied = unit.at("tied");
    return std::find(tied.begin(), tied.end(), nlohmann::json(id)) != tied.end();
}

// Right: the first of the ranking, or one of those that are said to fit as well.
void count(const nlohmann::json& unit, const std::string& id, Score& score) {
    const auto first = unit.at("candidates").at(0).at("profile").get<std::string>();
    const bool tied = tied_with(unit, id);
    score.right += first == id || tied ? 1 : 0;
    score.tied += tied ? 1 : 0;
    if (first != id)
        std::printf("    %s: first is %s, %s\n", id.c_str(), first.c_str(), unit.at("sureness").dump().c_str());
}

Score score_of(const Run& run, const std::vector<std::string>& ids) {
    Score out{.all = ids.size()};
    for (const auto& unit : run.json.at("units")) count(unit, ids.at(unit.at("unit_id").get<unsigned>() - 1), out);
    return out;
}

void print(const char* where, const Score& score, double seconds, unsigned requests) {
    std::printf("\n    %s: %zu of %zu captures right (%zu of them as one of a tie that is told), %u requests, %.1f s\n",
                where, score.right, score.all, score.tied, requests, seconds);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

const nlohmann::json& first_of(const Run& run) { return run.json.at("units").at(0).at("candidates").at(0); }

}  // namespace

TEST_GROUP(Scan) {
    std::map<std::string, Image> images = all_images();
    std::vector<std::string> ids = shuffled_ids();

    // Scans one image behind unit 1.
    Run one(const Image& image, std::vector<std::string> more = {}) {
        const CaptureServer server{CaptureServer::Medium::tcp,
                                   [&](unsigned unit) { return unit == 1 ? &image : nullptr; }};
        std::vector<std::string> arguments{"tcp", at(server), "--units", "1", "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        auto out = scanned(arguments);
        UNSIGNED_LONGS_EQUAL(0, server.other_functions);
        return out;
    }
};

TEST(Scan, names_nine_of_ten_captures_over_tcp) {
    const CaptureServer server{CaptureServer::Medium::tcp, [&](unsigned unit) {
                                   return unit >= 1 && unit <= ids.size() ? &images.at(ids[unit - 1]) : nullptr;
                               }};
    const auto begin = std::chrono::steady_clock::now();
    const auto found = scanned({"tcp", at(server), "--units", "1-" + std::to_string(ids.size()), "--json"});
    LONGS_EQUAL(0, found.exit);
    const auto score = score_of(found, ids);
    print("TCP", score, seconds_since(begin), server.requests);
    UNSIGNED_LONGS_EQUAL(score.all, found.json.at("units").size());
    CHECK(score.right * 100 >= score.all * kShareOfHits);
    UNSIGNED_LONGS_EQUAL(0, server.other_functions);
}

TEST(Scan, names_captures_on_a_serial_line) {
    ids.resize(std::min(ids.size(), kOnSerialLine));
    const CaptureServer server{CaptureServer::Medium::pty, [&](unsigned unit) {
                                   return unit >= 1 && unit <= ids.size() ? &images.at(ids[unit - 1]) : nullptr;
                               }};
    const auto begin = std::chrono::steady_clock::now();
    const auto found = scanned({"rtu", server.path, "--units", "1-" + std::to_string(ids.size() + 2), "--baud",
                                "115200", "--parity", "N", "--timeout-ms", "300", "--json"});
    LONGS_EQUAL(0, found.exit);
    const auto score = score_of(found, ids);
    print("RTU", score, seconds_since(begin), server.requests);
    CHECK(score.right * 100 >= score.all * kShareOfHits);
    UNSIGNED_LONGS_EQUAL(115200, found.json.at("line").at("baud").get<unsigned>());
    UNSIGNED_LONGS_EQUAL(0, server.other_functions);
}

TEST(Scan, names_captures_behind_a_serial_server) {
    ids.resize(std::min(ids.size(), kOnSerialLine));
    const CaptureServer server{CaptureServer::Medium::rtu_over_tcp, [&](unsigned unit) {
                                   return unit >= 1 && unit <= ids.size() ? &images.at(ids[unit - 1]) : nullptr;
                               }};
    const std::vector<std::string> arguments{"tcp", at(server), "--framing", "rtu", "--units", "1-12"};
    auto with_json = arguments;
    with_json.insert(with_json.end(), {"--timeout-ms", "300", "--json"});
    const auto begin = std::chrono::steady_clock::now();
    const auto found = scanned(with_json);
    LONGS_EQUAL(0, found.exit);
    const auto score = score_of(found, ids);
    print("RTU over TCP", score, seconds_since(begin), server.requests);
    CHECK(score.right * 100 >= score.all * kShareOfHits);
    const auto toml = toml::parse(scanned(arguments).out);
    STRCMP_EQUAL("rtu", toml["meter"][0]["framing"].value_or(""));
    STRCMP_EQUAL(at(server).c_str(), toml["meter"][0]["host"].value_or(""));
    UNSIGNED_LONGS_EQUAL(0, server.other_functions);
}

TEST(Scan, hints_at_a_serial_server_where_modbus_tcp_is_not_answered) {
    const Image& image = images.at("eastron-sdm630");
    const CaptureServer server{CaptureServer::Medium::rtu_over_tcp, [&](unsigned) { return &image; }};
    const auto found = scanned({"tcp", at(server), "--units", "1-2", "--timeout-ms", "50"});
    LONGS_EQUAL(1, found.exit);
    CHECK_TEXT(found.out.find("try --framing rtu") != std::string::npos, found.out.c_str());
}

// Floats tell their word order; integers do only where their upper words are zero, which captures avoid.
TEST(Scan, names_the_word_order) {
    for (const std::string id : {"eastron-sdm630", "chint-dtsu666", "siemens-pac", "janitza-19000"}) {
        const auto found = one(words_swapped(images.at(id), all_maps().at(id)));
        STRCMP_EQUAL(id.c_str(), first_of(found).at("profile").get<std::string>().c_str());
        STRCMP_EQUAL("cdab", first_of(found).at("word_order").get<std::string>().c_str());
    }
}

TEST(Scan, names_addresses_that_are_one_off_and_the_other_function) {
    for (const std::string id : {"eastron-sdm630", "carlo-gavazzi-em3xx", "clever-mpdu"}) {
        const auto higher = one(shifted(images.at(id), 1));
        STRCMP_EQUAL(id.c_str(), first_of(higher).at("profile").get<std::string>().c_str());
        LONGS_EQUAL(1, first_of(higher).at("address_offset").get<int>());
        const auto other = one(other_function(images.at(id)));
        STRCMP_EQUAL(id.c_str(), first_of(other).at("profile").get<std::string>().c_str());
        CHECK(first_of(other).at("other_function").get<bool>());
    }
    const auto lower = one(shifted(images.at("chint-dtsu666"), -1));
    LONGS_EQUAL(-1, first_of(lower).at("address_offset").get<int>());
}

TEST(Scan, prints_toml_that_pued_check_accepts) {
    const Image& image = images.at("eastron-sdm630");
    const CaptureServer server{CaptureServer::Medium::tcp, [&](unsigned unit) { return unit == 1 ? &image : nullptr; }};
    const auto found = scanned({"tcp", at(server), "--units", "1"});
    LONGS_EQUAL(0, found.exit);
    const auto parsed = toml::parse(found.out);
    STRCMP_EQUAL("eastron-sdm630", parsed["meter"][0]["profile"].value_or(""));
    const TemporaryDirectory directory;
    std::ofstream{directory / "site.toml"}
        << "data_directories = [\"" PUED_SOURCE_DIR "/config\"]\n[site]\nid = \"s\"\n"
        << found.out << "role = \"none\"\n";
    const auto checked = ChildProcess{{PUED_PROGRAM, "check", "-c", directory / "site.toml"}, directory / "out"}.wait();
    CHECK_EQUAL_TEXT(0, checked, text_of(directory / "out").c_str());
}

TEST(Scan, tells_a_gateway_that_ignores_unit_ids) {
    const Image& image = images.at("abb-b-series");
    const CaptureServer server{CaptureServer::Medium::tcp, [&](unsigned) { return &image; }};
    const auto found = scanned({"tcp", at(server), "--units", "1-4,255"});
    LONGS_EQUAL(0, found.exit);
    CHECK_TEXT(found.out.find("alike as unit 2 to 4, 255") != std::string::npos, found.out.c_str());
}

TEST(Scan, tells_a_unit_that_only_refuses) {
    const Image nothing;
    const auto found = one(nothing);
    LONGS_EQUAL(1, found.exit);
    CHECK_TEXT(found.out.find("Only refusals come from unit 1") != std::string::npos, found.out.c_str());
}

TEST(Scan, tells_silence_and_a_closed_port) {
    std::string closed;
    {
        const CaptureServer server{CaptureServer::Medium::tcp, [](unsigned) { return nullptr; }};
        closed = at(server);
        const auto found = scanned({"tcp", closed, "--units", "1-3", "--timeout-ms", "50"});
        LONGS_EQUAL(1, found.exit);
        CHECK_TEXT(found.out.find("Nobody answered") != std::string::npos, found.out.c_str());
    }
    const auto found = scanned({"tcp", closed});
    LONGS_EQUAL(1, found.exit);
    CHECK_TEXT(found.out.find("Connection refused") != std::string::npos, found.out.c_str());
}

TEST(Scan, hints_at_the_other_protocol_on_a_silent_line) {
    const CaptureServer server{CaptureServer::Medium::pty, [](unsigned) { return nullptr; }};
    const auto found =
        scanned({"rtu", server.path, "--units", "1-2", "--baud", "9600", "--parity", "N", "--timeout-ms", "50"});
    LONGS_EQUAL(1, found.exit);
    CHECK_TEXT(found.out.find("DL/T 645") != std::string::npos, found.out.c_str());
}

TEST(Scan, prints_what_was_found_when_interrupted) {
    const Image& image = images.at("eastron-sdm120");
    std::atomic<unsigned> asked{0};
    const CaptureServer server{CaptureServer::Medium::tcp, [&](unsigned unit) {
                                   asked = unit;
                                   return unit == 1 ? &image : nullptr;
                               }};
    const TemporaryDirectory directory;
    ChildProcess child{command({"tcp", at(server), "--units", "1-247", "--timeout-ms", "500"}), directory / "out"};
    // Until unit 1 is done with, and others are silent.
    for (int i = 0; asked < 2 && i < 1000; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{20});
    ::kill(child.pid(), SIGINT);
    LONGS_EQUAL(0, child.wait());
    const auto out = text_of(directory / "out");
    CHECK_TEXT(out.find("Interrupted") != std::string::npos, out.c_str());
    CHECK_TEXT(out.find("profile = \"eastron-sdm120\"") != std::string::npos, out.c_str());
}

TEST(Scan, says_wrong_usage_in_one_line) {
    LONGS_EQUAL(2, scanned({"tcp", "127.0.0.1", "--units", "0-300"}).exit);
    LONGS_EQUAL(2, scanned({"rtu", "ttyS1"}).exit);
    LONGS_EQUAL(2, scanned({"udp", "127.0.0.1"}).exit);
    LONGS_EQUAL(2, scanned({"tcp", "127.0.0.1", "--baud", "9600"}).exit);
    LONGS_EQUAL(2, scanned({"rtu", "/dev/ttyS1", "--framing", "rtu"}).exit);
}

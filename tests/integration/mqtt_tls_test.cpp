// TLS between the publisher and a real mosquitto: a certificate authority made by openssl for this test, another one
// that must not be believed, a certificate for another host, and client certificates.
#include <string>

#include "tests/integration/mqtt_agent.hpp"
#include "tests/integration/mqtt_broker.hpp"

#include <CppUTest/TestHarness.h>

using namespace pued;
using namespace pued::testing;

namespace {

// Keys and certificates in a folder: an authority and what it signed.
class Authority {
public:
    Authority() {
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test-ca -keyout " +
                file("ca.key") + " -out " + ca());
    }
    // NAME.key and NAME.crt; `names` as openssl's subjectAltName.
    void issue(const std::string& name, const std::string& names) {
        openssl("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + name + " -keyout " +
                file(name + ".key") + " -out " + file(name + ".csr"));
        std::ofstream{file(name + ".ext")} << "subjectAltName=" << names << '\n';
        openssl("x509 -req -days 2 -CAcreateserial -in " + file(name + ".csr") + " -CA " + ca() + " -CAkey " +
                file("ca.key") + " -extfile " + file(name + ".ext") + " -out " + file(name + ".crt"));
    }
    [[nodiscard]] std::string file(const std::string& name) const { return directory_ / name; }
    [[nodiscard]] std::string ca() const { return file("ca.crt"); }

private:
    void openssl(const std::string& arguments) const {
        const int code = ChildProcess{{"sh", "-c", "exec openssl " + arguments}, file("openssl.log")}.wait();
        CHECK_EQUAL_TEXT(0, code, file_text(file("openssl.log")).c_str());
    }

    TemporaryDirectory directory_;
};

std::string tls_listener(const Authority& authority, const std::string& name) {
    return "allow_anonymous true\ncafile " + authority.ca() + "\ncertfile " + authority.file(name + ".crt") +
           "\nkeyfile " + authority.file(name + ".key") + "\n";
}

MqttConfig tls_config(const Broker& broker, const std::string& ca_file) {
    MqttConfig config = config_for(broker.port());
    config.tls = true;
    config.ca_file = ca_file;
    return config;
}

}  // namespace

TEST_GROUP(MqttTls){};

TEST(MqttTls, a_broker_with_a_certificate_of_our_authority_is_believed_in_both_versions) {
    Authority authority;
    authority.issue("broker", "IP:127.0.0.1,DNS:localhost");
    Broker broker{tls_listener(authority, "broker")};
    CHECK(broker.start());
    for (const int version : {5, 3}) {
        for (const char* host : {"127.0.0.1", "localhost"}) {
            MqttConfig config = tls_config(broker, authority.ca());
            config.version = version;
            config.host = host;
            Agent agent{config};
            agent.publisher.publish(status("online"));
            CHECK_TEXT(agent.delivers_all(), agent.publisher.stats().last_error.c_str());
        }
    }
}

TEST(MqttTls, a_broker_of_another_authority_is_refused_in_words) {
    Authority authority;
    Authority other;
    authority.issue("broker", "IP:127.0.0.1");
    Broker broker{tls_listener(authority, "broker")};
    CHECK(broker.start());
    Agent agent{tls_config(broker, other.ca())};
    CHECK(agent.fails_with("TLS failed (check mqtt.ca_file"));
    CHECK_FALSE(agent.publisher.stats().connected);
}

TEST(MqttTls, a_certificate_for_another_host_is_refused) {
    Authority authority;
    authority.issue("broker", "DNS:broker.example");
    Broker broker{tls_listener(authority, "broker")};
    CHECK(broker.start());
    Agent agent{tls_config(broker, authority.ca())};
    CHECK(agent.fails_with("TLS failed (check mqtt.ca_file"));
    CHECK_FALSE(agent.publisher.stats().connected);
}

TEST(MqttTls, a_broker_that_wants_a_client_certificate_gets_ours) {
    Authority authority;
    authority.issue("broker", "IP:127.0.0.1");
    authority.issue("agent", "DNS:agent");
    Broker broker{tls_listener(authority, "broker") + "require_certificate true\n"};
    CHECK(broker.start());
    MqttConfig config = tls_config(broker, authority.ca());
    Agent without{config};
    CHECK(eventually([&] { return !without.publisher.stats().last_error.empty(); }));
    config.cert_file = authority.file("agent.crt");
    config.key_file = authority.file("agent.key");
    Agent with{config};
    CHECK_TEXT(with.connects(), with.publisher.stats().last_error.c_str());
    CHECK_FALSE(without.publisher.stats().connected);
}

TEST(MqttTls, a_broker_without_tls_is_not_taken_for_one_that_has_it) {
    Broker broker;
    CHECK(broker.start());
    Authority authority;
    Agent agent{tls_config(broker, authority.ca())};
    CHECK(agent.fails_with("TLS failed"));
    CHECK_FALSE(agent.publisher.stats().connected);
}

TEST(MqttTls, a_broker_that_expects_tls_is_named_as_such) {
    Authority authority;
    authority.issue("broker", "IP:127.0.0.1");
    Broker broker{tls_listener(authority, "broker")};
    CHECK(broker.start());
    Agent agent{config_for(broker.port())};
    CHECK(agent.fails_with("TLS is expected (check mqtt.port and mqtt.tls)"));
}

TEST(MqttTls, without_a_ca_file_the_authorities_of_the_system_count) {
    Authority authority;
    authority.issue("broker", "IP:127.0.0.1");
    Broker broker{tls_listener(authority, "broker")};
    CHECK(broker.start());
    {
        Agent agent{tls_config(broker, "")};
        CHECK(agent.fails_with("TLS failed (check mqtt.ca_file"));
    }
    ::setenv("SSL_CERT_FILE", authority.ca().c_str(), 1);  // where OpenSSL looks for the system's
    Agent agent{tls_config(broker, "")};
    CHECK(agent.connects());
    ::unsetenv("SSL_CERT_FILE");
}

TEST(MqttTls, a_missing_file_is_named) {
    Broker broker;
    Agent agent{tls_config(broker, "/nonexistent/ca.crt")};
    CHECK(agent.fails_with("mqtt.ca_file: /nonexistent/ca.crt: No such file or directory"));
}

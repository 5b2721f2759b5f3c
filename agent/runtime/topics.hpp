// The topics of interface.md: PREFIX/v1/SITE/AGENT/{status,metric/SCOPE/NAME,reading/SOURCE,alert/SCOPE/RULE}.
#pragma once

#include <string>
#include <string_view>

#include "agent/config/config.hpp"

namespace pued {

class Topics {
public:
    explicit Topics(const Config& config)
        : root_(config.mqtt.prefix + "/v1/" + config.site.id + "/" + config.site.agent + "/") {}

    [[nodiscard]] const std::string& root() const { return root_; }
    [[nodiscard]] std::string status() const { return root_ + "status"; }
    [[nodiscard]] std::string metric(std::string_view scope, std::string_view name) const {
        return root_ + "metric/" + std::string{scope} + "/" + std::string{name};
    }
    [[nodiscard]] std::string reading(std::string_view source) const {
        return root_ + "reading/" + std::string{source};
    }
    [[nodiscard]] std::string alert(std::string_view scope, std::string_view rule) const {
        return root_ + "alert/" + std::string{scope} + "/" + std::string{rule};
    }

private:
    std::string root_;
};

}  // namespace pued

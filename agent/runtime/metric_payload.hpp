// A metric and a source's readings as messages (interface.md, metric and reading topics).
#pragma once

#include "agent/metrics/metric.hpp"
#include "agent/model/topology.hpp"
#include "agent/ports/sink.hpp"
#include "agent/runtime/topics.hpp"

namespace pued {

Message metric_message(const Topics& topics, const Metric& metric, const Now& now);
// Not retained, QoS 0.
Message reading_message(const Topics& topics, const PointTable& table, const Report& report, const Now& now);

}  // namespace pued

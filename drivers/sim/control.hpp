// Commands to a running plant: a UNIX datagram socket in the run directory takes one command ("chiller-1 stuck") in
// each datagram and answers "ok" or what is wrong with it. One thread; never blocks.
#pragma once

#include <functional>
#include <string>

#include "agent/model/result.hpp"

namespace pued::sim {

class Control {
public:
    explicit Control(std::string path) : path_(std::move(path)) {}
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    Result<void> open();
    // Takes what has come; `run` does it.
    void serve(const std::function<Result<void>(const std::string&)>& run);

private:
    std::string path_;
    int fd_ = -1;
};

// The client's side: sends one command to the plant of that directory and waits for its answer, at most 3 s.
Result<void> send_command(const std::string& run_directory, const std::string& command);
std::string control_path(const std::string& run_directory);

}  // namespace pued::sim

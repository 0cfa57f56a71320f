#pragma once
// A name server on loopback that knows what a test tells it.
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace postern::gateway::test {

struct SrvData {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target;  ///< "": "."
};

/// An answer with these records.
std::string srv_answer(const std::string& name, const std::vector<SrvData>& records);

class ScriptedNameServer {
public:
    ScriptedNameServer();
    ~ScriptedNameServer();
    ScriptedNameServer(const ScriptedNameServer&) = delete;
    ScriptedNameServer& operator=(const ScriptedNameServer&) = delete;

    /// "127.0.0.1:40000"
    std::string address() const;
    void srv(const std::string& name, std::uint16_t priority, std::uint16_t weight, std::uint16_t port,
             const std::string& target);
    void mx(const std::string& name, std::uint16_t preference, const std::string& host);
    std::atomic<bool> fail = false;  ///< answers SERVFAIL
    std::atomic<int> questions = 0;

private:
    void serve();
    std::string answer(const std::string& question);

    int socket_ = -1;
    std::uint16_t port_ = 0;
    std::mutex guard_;
    std::map<std::string, std::vector<std::string>> records_;  ///< RDATA, by type and name
    std::thread thread_;
};

}  // namespace postern::gateway::test

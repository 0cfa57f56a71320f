#pragma once
// A POP3 server in memory behind a Connection, so that every reply, and every way to cut it up, is in the test's hand.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/memory_connection.hpp"

namespace postern::pop3::test {

/// What the server does; shared by the connections it accepts.
struct Script {
    struct Message {
        std::string uidl;
        std::string content;
        std::optional<std::uint64_t> listed_size;
        bool deleted = false;
    };
    std::vector<Message> maildrop;
    std::string login = "user";
    std::string password = "secret";
    std::vector<std::string> capabilities = {"TOP", "UIDL", "USER", "RESP-CODES"};
    std::optional<std::vector<std::string>> capabilities_after_login;
    std::string greeting = "+OK ready\r\n";
    /// Whole replies by command line ("UIDL", "RETR 2"): replaces what the server would say. "" is silence; "\x04" hangs up.
    std::map<std::string, std::string> replies;
    std::size_t chunk = 100000;  ///< octets a read gives at most

    std::vector<std::string> commands;  ///< as received, of all connections
    std::vector<std::string> secured;   ///< commands received under TLS
    int connections = 0;
    int closed_without_quit = 0;
    bool stuff_dots = true;

    std::string listing(bool ids) const;
};

class ScriptedConnection final : public postern::test::MemoryConnection {
public:
    ScriptedConnection(std::shared_ptr<Script> script, Executor executor);
    ~ScriptedConnection() override;

private:
    void take_input() override;
    std::size_t chunk() const override { return script_->chunk; }
    void take_line(const std::string& line);
    std::string answer(const std::string& line);
    std::string message(const Script::Message& message, bool header_only) const;

    std::shared_ptr<Script> script_;
    bool signed_in_ = false;
    bool quit_ = false;
};

using ScriptedDialer = postern::test::MemoryDialer<ScriptedConnection, Script>;
using postern::test::run;

}  // namespace postern::pop3::test

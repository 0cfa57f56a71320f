#pragma once
// An IMAP server in memory behind a Connection: every reply, and every way to cut it up, is in the test's hand.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connector-imap/connector.hpp"
#include "postern/runtime/event.hpp"
#include "tests/support/memory_connection.hpp"

namespace postern::imap_client::test {

/// The end of most replies.
inline const std::string done = "{tag} OK done\r\n";
/// What the plain way of a listing asks first.
constexpr const char* all = "UID FETCH 1:* (UID FLAGS RFC822.SIZE INTERNALDATE)";

/// What the server does; shared by the connections it accepts.
struct Script {
    std::string greeting = "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n";
    std::string capabilities = "IMAP4rev1 UIDPLUS MOVE ESEARCH LITERAL+ UNSELECT IDLE";
    /// What is said to a command (without its tag; a literal follows its line after a line feed): untagged responses and the
    /// tagged one, "{tag}" in it replaced. Several are said in turn, the last again and again. "" is silence, "\x04" at the
    /// end hangs up. A command that is not here is answered OK.
    std::map<std::string, std::deque<std::string>> replies;
    std::string continuation = "+ go on\r\n";
    std::string while_idle;      ///< said once, after the continuation of IDLE
    std::size_t chunk = 100000;  ///< octets a read gives at most
    bool blocks = false;         ///< a read without input waits for a command, else the watchdog ends it
    bool break_tls = false;

    std::vector<std::string> commands;  ///< as received, of all connections
    std::vector<std::string> secured;   ///< commands received under TLS
    int connections = 0;

    void reply(const std::string& command, std::string text) { replies[command] = {std::move(text)}; }
    bool got(const std::string& command) const;
};

class ScriptedConnection final : public postern::test::MemoryConnection {
public:
    ScriptedConnection(std::shared_ptr<Script> script, Executor executor);

    Task<Result<void>> start_tls_client(TlsClientOptions options) override;

private:
    void take_input() override;
    void take_commands();
    std::size_t chunk() const override { return script_->chunk; }
    Task<bool> wait_for_output() override;
    void take_command(const std::string& line);
    std::string answer(const std::string& command);
    void say_with_tag(std::string text, const std::string& tag);

    std::shared_ptr<Script> script_;
    std::string command_;      ///< lines and literals so far
    std::size_t literal_ = 0;  ///< octets of a literal still to come
    bool in_literal_ = false;
    bool authenticating_ = false;
    std::string idle_tag_;
    std::string tag_;
    Event more_;
};

using ScriptedDialer = postern::test::MemoryDialer<ScriptedConnection, Script>;
using postern::test::run;

/// A signed-in session with a scripted server.
class SessionTest : public testing::Test {
protected:
    SessionTest();
    Outcome<std::unique_ptr<gateway::RemoteSession>> try_open();
    void open();
    Outcome<gateway::PullPage> pull(std::string token = "", std::string folder = "INBOX");
    /// A page that must come.
    gateway::PullPage page(std::string token = "", std::string folder = "INBOX");
    template <class T>
    T run(Task<T> task) {
        return test::run(loop, std::move(task));
    }

    boost::asio::io_context loop;
    std::shared_ptr<Script> script = std::make_shared<Script>();
    gateway::OpenRequest request;
    std::unique_ptr<gateway::RemoteSession> session;
};

}  // namespace postern::imap_client::test

#pragma once
// A scripted client of the server under test.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "postern/testkit/imap_client_parser.hpp"
#include "tests/imap/support/pipe_connection.hpp"
#include "tests/mail/support/loop_runtime.hpp"

namespace postern::imap::test {

/// What one command brought.
struct Reply {
    std::vector<testkit::ImapResponse> untagged;
    testkit::ImapResponse tagged;  ///< name empty: none came

    bool ok() const { return tagged.name == "OK"; }
    bool no() const { return tagged.name == "NO"; }
    bool bad() const { return tagged.name == "BAD"; }
    /// All untagged responses, as on the wire, without line ends; literals stay whole.
    std::vector<std::string> lines() const;
    /// Untagged responses of that name ("FETCH"), as on the wire.
    std::vector<std::string> lines(std::string_view name) const;
    /// lines(), joined by newlines: for comparing whole dialogues.
    std::string text() const;
};

/// "{5}" CRLF "octets", after a prefix ("~" for literal8).
std::string literal(std::string_view octets, std::string_view prefix = "");

class Client {
public:
    Client(mail::test::LoopRuntime& runtime, std::shared_ptr<Pipe> pipe)
        : runtime_(runtime), pipe_(std::move(pipe)) {}

    /// Sends octets as they are and lets the server work until it waits.
    void send(std::string_view octets);
    /// Sends "TAG text" CRLF and answers everything up to the tagged response. "{n}" literals in the text are sent as
    /// they stand: synchronising ones are held back until the server asks.
    Reply command(std::string_view text);
    /// Everything the server has sent and nobody has looked at, as octets.
    std::string take();
    /// Responses that came without a command of ours.
    std::vector<testkit::ImapResponse> responses();
    void hang_up();

    bool closed() const { return pipe_->server_closed; }
    Pipe& pipe() { return *pipe_; }
    /// What a client believes of the selected mailbox.
    testkit::ImapClientView view;
    std::string last_tag() const { return "a" + std::to_string(next_tag_ - 1); }

private:
    void receive();

    mail::test::LoopRuntime& runtime_;
    std::shared_ptr<Pipe> pipe_;
    testkit::ImapClientParser parser_;
    unsigned next_tag_ = 1;
};

}  // namespace postern::imap::test

#include "idle_command.hpp"

#include <random>

namespace postern::imap {

namespace {

constexpr std::size_t max_done_line = 64;
/// For the rest of a line whose first octets have come.
constexpr std::chrono::seconds line_timeout{60};

/// The session counts as idle as long as this lives: the gateway polls faster for clients that wait for mail.
class IdlePresence {
public:
    explicit IdlePresence(mail::Account::Presence* presence) : presence_(presence) {
        presence_->set_idle(true);
    }
    ~IdlePresence() { presence_->set_idle(false); }
    IdlePresence(const IdlePresence&) = delete;
    IdlePresence& operator=(const IdlePresence&) = delete;

private:
    mail::Account::Presence* presence_;
};

CommandResult finish(const Result<std::string>& line) {
    if (!line) return CommandResult::failed(line.error());
    if (!equals_ignore_case(*line, "DONE")) return CommandResult::bad("expected DONE");
    return CommandResult::ok("IDLE completed");
}

}  // namespace

Task<CommandResult> IdleCommand::run(CommandContext* context) {
    Session& session = context->session;
    if (auto end = context->args.end(); !end) co_return CommandResult::failed(end.error());
    session.writer().continue_request("idling");
    const IdlePresence idle(session.presence());
    const std::string line_name =
        KeepalivePace::line_of(value_of(session.identity()->account), session.connection().peer_address());
    Silence silence(pace_.interval(line_name), std::random_device()(), Silence::Clock::now());
    bool spoke_into_silence = false;
    for (;;) {
        const auto left = silence.left(Silence::Clock::now());
        const Wake wake = co_await session.wait(left);
        if (wake == Wake::stopping) co_return CommandResult::no("The server is stopping", "UNAVAILABLE");
        if (wake == Wake::input) {
            auto line = co_await session.read_line(max_done_line, line_timeout);
            if (line && spoke_into_silence) pace_.survived(line_name);
            // Who goes in good order is no sign of anything.
            const bool lost = !line && line.error().code != Errc::cancelled;
            if (lost && spoke_into_silence) pace_.died(line_name);
            co_return finish(line);
        }
        if (wake == Wake::timeout) {
            if (!silence.is_over(Silence::Clock::now())) continue;
            session.writer().status("", "OK", "", "Still here");
            silence.broken(Silence::Clock::now());
            spoke_into_silence = true;
            continue;
        }
        auto told = co_await session.announce(false);
        if (!told) co_return CommandResult::failed(told.error());
        if (!session.output().empty()) silence.broken(Silence::Clock::now());
    }
}

}  // namespace postern::imap

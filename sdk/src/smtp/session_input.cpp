// Lines and replies of a dialogue.
#include "session.hpp"

namespace postern::smtp {

std::optional<std::string> Session::take_line() {
    for (;;) {
        auto line = channel_.take_line();
        if (!line) return std::nullopt;
        if (!line->too_long) return std::move(line->text);
        refuse({500, "5.5.2", "The line is too long"});
    }
}

void Session::reply(const Reply& reply) {
    if (reply.positive()) errors_ = 0;
    say(reply);
}

void Session::say(const Reply& reply) {
    channel_.output() += to_wire(reply, transaction_ && transaction_->envelope.smtputf8);
}

void Session::refuse(const Reply& text) {
    reply(text);
    if (++errors_ < options_.max_errors) return;
    reply({421, "4.7.0", options_.name + " Too many errors"});
    ending_ = true;
}

Task<Result<std::string>> Session::ask(std::string challenge) {
    reply({334, "", std::move(challenge)});
    auto line = take_line();
    while (!line) {
        const bool more = co_await channel_.receive(options_.command_time);
        if (!more) {
            ending_ = true;
            co_return Error(Errc::cancelled, "the client went away");
        }
        line = take_line();
    }
    co_return std::move(*line);
}

Task<void> Session::run() {
    greet();
    while (!ending_) {
        auto line = take_line();
        if (ending_) break;
        if (line) {
            co_await dispatch(std::move(*line));
            const bool sent = co_await channel_.flush_some();
            if (!sent) break;
            continue;
        }
        const bool more = co_await channel_.receive(options_.command_time);
        if (more) continue;
        if (runtime_.stopping())
            say({421, "4.3.2", options_.name + " The server is stopping"});
        else if (channel_.connection().deadline_passed())
            say({421, "4.4.2", options_.name + " You were silent for too long"});
        break;
    }
    co_await channel_.close();
}

Task<void> serve(Runtime* runtime, const ServerOptions* options, const SaslMechanisms* mechanisms,
                 std::unique_ptr<Receiver> receiver, std::unique_ptr<Connection> connection) {
    Session session(*runtime, *options, mechanisms, std::move(receiver), std::move(connection));
    co_await session.run();
}

}  // namespace postern::smtp

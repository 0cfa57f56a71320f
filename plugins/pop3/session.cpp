// Life of a session, and its lines.
#include "pop3/session.hpp"
#include "postern/runtime/log.hpp"

#include <algorithm>

namespace postern::pop3 {

const Session::Verb Session::verbs[] = {
    {"CAPA", any_state, &Session::capa},     {"STLS", authorization, &Session::stls},
    {"USER", authorization, &Session::user}, {"PASS", authorization, &Session::pass},
    {"AUTH", authorization, &Session::auth}, {"UTF8", authorization, &Session::utf8},
    {"LANG", any_state, &Session::lang},     {"QUIT", any_state, &Session::quit},
    {"STAT", transaction, &Session::stat},   {"LIST", transaction, &Session::list},
    {"RETR", transaction, &Session::retr},   {"DELE", transaction, &Session::dele},
    {"NOOP", transaction, &Session::noop},   {"RSET", transaction, &Session::rset},
    {"TOP", transaction, &Session::top},     {"UIDL", transaction, &Session::uidl},
};

Session::Session(Server& server, std::unique_ptr<Connection> connection)
    : server_(server),
      channel_(std::move(connection), max_line, server.settings().write_time),
      id_(server.next_session_id()),
      sign_in_deadline_(std::chrono::steady_clock::now() + server.settings().sign_in_time) {}

Session::~Session() {
    if (node_lock_) node_lock_->let_go();
    if (locked_) server_.usage().unlock(identity_->account);
}

Executor Session::home() const {
    return server_.runtime().core_of(value_of(pending_->account));
}

bool Session::move_to(Executor executor) {
    return channel_.connection().move_to(std::move(executor)).has_value();
}

std::chrono::seconds Session::patience() const {
    if (maildrop_) return server_.settings().autologout;
    const auto left = sign_in_deadline_ - std::chrono::steady_clock::now();
    return std::max(std::chrono::seconds(1), std::chrono::duration_cast<std::chrono::seconds>(left));
}

void Session::ok(std::string_view text) {
    errors_ = 0;
    channel_.output() += "+OK ";
    channel_.output() += text;
    channel_.output() += "\r\n";
}

void Session::error(std::string_view text) {
    channel_.output() += "-ERR ";
    channel_.output() += text;
    channel_.output() += "\r\n";
    if (++errors_ >= server_.settings().max_errors) ending_ = true;
}

void Session::fail(const Error& failure) {
    server_.log().warning("POP3 has to wait",
                          {{"login", identity_ ? identity_->login : std::string()}, {"error", failure.text}});
    error("[SYS/TEMP] Not now; try again later");
}

Task<Session::Next> Session::run() {
    if (!std::exchange(greeted_, true)) ok("Postern ready");
    while (!ending_) {
        if (pending_) {
            if (home() != channel_.connection().executor()) co_return Next::move;
            co_await finish_sign_in();
        }
        auto line = channel_.take_line();
        if (line) {
            if (line->too_long)
                error("The line is too long");
            else
                co_await dispatch(std::move(line->text));
            const bool sent = co_await channel_.flush_some();
            if (!sent) break;
            continue;
        }
        const bool more = co_await channel_.receive(patience());
        if (more) continue;
        if (server_.runtime().stopping())
            error("[SYS/TEMP] The server is stopping");
        else if (channel_.connection().deadline_passed())
            error("You were silent for too long");
        break;
    }
    // Whoever goes without QUIT has deleted nothing (RFC 1939 section 3).
    co_await leave();
    co_await unlock();
    co_await channel_.close();
    co_return Next::end;
}

Task<void> Session::dispatch(std::string line) {
    const Command command = split_command(line);
    const auto* verb = std::ranges::find(verbs, command.verb, &Verb::name);
    if (verb == std::end(verbs)) {
        error("There is no such command");
        co_return;
    }
    const State state = maildrop_ ? transaction : authorization;
    if ((verb->states & state) == 0) {
        error(maildrop_ ? "You are signed in" : "Sign in first");
        co_return;
    }
    std::string arguments(command.arguments);
    co_await (this->*verb->handler)(std::move(arguments));
}

Task<Result<std::string>> Session::ask(std::string challenge) {
    channel_.output() += "+ " + challenge + "\r\n";
    for (;;) {
        auto line = channel_.take_line();
        if (line && line->too_long) co_return Error(Errc::protocol_violation, "The line is too long");
        if (line) co_return std::move(line->text);
        const bool more = co_await channel_.receive(patience());
        if (more) continue;
        ending_ = true;
        co_return Error(Errc::cancelled, "the client went away");
    }
}

}  // namespace postern::pop3

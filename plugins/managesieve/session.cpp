#include "session.hpp"

#include <algorithm>

#include "postern/encoding/base64.hpp"
#include "postern/runtime/log.hpp"

namespace postern::managesieve {

namespace {

constexpr std::size_t read_size = 8 * 1024;
constexpr unsigned max_bad = 20;

ReaderLimits limits_for(const Services& services, bool signed_in) {
    ReaderLimits limits;
    // Strangers send names, passwords and small scripts' worth of nothing.
    limits.literal = signed_in ? services.engine->limits().script_octets : 16 * 1024;
    limits.quoted = signed_in ? 1024 : 8 * 1024;
    return limits;
}

}  // namespace

Session::Session(const Services& services, std::unique_ptr<Connection> connection)
    : services_(services), connection_(std::move(connection)), reader_(limits_for(services, false)) {}

Executor Session::home() const {
    return services_.runtime->core_of(value_of(identity_->account));
}

void Session::greet() {
    write_capabilities();
    ok("Postern is ready.");
}

void Session::write_string(std::string_view text) {
    const bool plain =
        text.size() <= 1024 && text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
    if (!plain) {
        output_ += "{" + std::to_string(text.size()) + "}\r\n";
        output_ += text;
        return;
    }
    output_ += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') output_ += '\\';
        output_ += c;
    }
    output_ += '"';
}

void Session::answer(std::string_view status, std::string_view code, std::string_view text) {
    output_ += status;
    if (!code.empty()) output_ += " (" + std::string(code) + ")";
    if (!text.empty()) {
        output_ += ' ';
        write_string(text);
    }
    output_ += "\r\n";
}

void Session::failed(const Error& error) {
    switch (error.code) {
        case Errc::not_found:
            return no("There is no such script.", "NONEXISTENT");
        case Errc::already_exists:
            return no("There is a script of that name.", "ALREADYEXISTS");
        case Errc::over_quota:
            return no(error.text, "QUOTA");
        case Errc::temporary:
        case Errc::conflict:
        case Errc::unavailable:
            return no("Try again later.", "TRYLATER");
        default:
            break;
    }
    services_.log->error("a script could not be read or written", {{"error", error.to_string()}});
    no("This failed; the operator finds the reason in the log.");
}

void Session::write_capabilities() {
    const auto line = [this](std::string_view name, std::optional<std::string> value) {
        write_string(name);
        if (value) {
            output_ += ' ';
            write_string(*value);
        }
        output_ += "\r\n";
    };
    const auto joined = [](const auto& names) -> std::string {
        std::string out;
        for (const auto& name : names) out += (out.empty() ? "" : " ") + name;
        return out;
    };
    const sieve::Registry& registry = services_.engine->registry();
    line("IMPLEMENTATION", "Postern");
    line("SASL", identity_ ? "" : joined(services_.mechanisms.names(sasl_peer())));
    line("SIEVE", joined(registry.capability_names()));
    if (!identity_ && connection_->can_start_tls()) line("STARTTLS", std::nullopt);
    line("MAXREDIRECTS", std::to_string(services_.engine->limits().redirects));
    if (!registry.notify_methods.empty()) {
        std::vector<std::string> methods;
        for (const auto& [name, method] : registry.notify_methods) methods.push_back(name);
        line("NOTIFY", joined(methods));
    }
    if (registry.lists != nullptr) line("EXTLISTS", joined(registry.lists->schemes()));
    if (identity_) line("OWNER", identity_->login);
    line("UNAUTHENTICATE", std::nullopt);
    line("VERSION", "1.0");
}

Task<Result<void>> Session::flush() {
    if (output_.empty()) co_return Result<void>();
    const std::string out = std::exchange(output_, {});
    auto written = co_await connection_->stream().write(out);
    if (!written) co_return written;
    auto flushed = co_await connection_->stream().flush();
    co_return flushed;
}

Task<Result<bool>> Session::receive() {
    auto sent = co_await flush();
    if (!sent) co_return sent.error();
    connection_->set_deadline(identity_ ? services_.settings.autologout : services_.settings.sign_in_time);
    input_.clear();
    input_.shrink_to_fit();
    begin_ = 0;
    auto ready = co_await connection_->stream().wait_readable();
    if (!ready) co_return ready.error();
    input_.resize(read_size);
    std::span<char> room(input_.data(), input_.size());
    auto count = co_await connection_->stream().read_some(room);
    if (!count) co_return count.error();
    input_.resize(*count);
    co_return *count > 0;
}

Task<bool> Session::next_command() {
    for (;;) {
        std::string_view rest = std::string_view(input_).substr(begin_);
        const auto event = reader_.feed(rest);
        begin_ = input_.size() - rest.size();
        if (event == CommandReader::Event::command) co_return true;
        if (event == CommandReader::Event::fatal) {
            answer("BYE", "", reader_.error());
            co_return false;
        }
        if (event == CommandReader::Event::error) {
            no(reader_.error());
            if (++bad_ < max_bad) continue;
            answer("BYE", "", "Too many bad commands.");
            co_return false;
        }
        auto received = co_await receive();
        if (received && *received) continue;
        if (!received && services_.runtime->stopping()) answer("BYE", "TRYLATER", "The server stops.");
        if (!received && connection_->deadline_passed()) answer("BYE", "", "Nothing was heard for too long.");
        co_return false;
    }
}

Task<Session::Next> Session::run() {
    if (identity_ && !account_) {
        const AccountId id = identity_->account;
        auto account = co_await services_.mail->open(id);
        if (account) {
            account_ = std::move(*account);
            ok("Signed in.");
        } else {
            identity_.reset();
            failed(account.error());
        }
        reader_.set_limits(limits_for(services_, identity_.has_value()));
    }
    while (!ending_ && !moving_) {
        const bool found = co_await next_command();
        if (!found) break;
        co_await dispatch();
    }
    if (std::exchange(moving_, false)) co_return Next::move;
    auto sent = co_await flush();
    if (sent) co_await connection_->stream().shutdown();
    co_return Next::end;
}

bool Session::arguments_are(std::string_view kinds) {
    const auto& arguments = reader_.command().arguments;
    bool fits = arguments.size() == kinds.size();
    for (std::size_t i = 0; fits && i < kinds.size(); ++i) {
        fits = (arguments[i].kind == Argument::Kind::string) == (kinds[i] == 's');
    }
    if (!fits) no("The arguments are not those of " + reader_.command().name + ".");
    return fits;
}

Task<void> Session::dispatch() {
    const std::string name = reader_.command().name;
    if (name == "LOGOUT") {
        if (arguments_are("")) {
            ok("Goodbye.");
            ending_ = true;
        }
    } else if (name == "CAPABILITY") {
        if (arguments_are("")) {
            write_capabilities();
            ok();
        }
    } else if (name == "NOOP") {
        noop();
    } else if (name == "STARTTLS") {
        co_await start_tls();
    } else if (name == "AUTHENTICATE") {
        co_await authenticate();
    } else if (!identity_) {
        no("Sign in first.");
        if (++bad_ >= max_bad) ending_ = true;
    } else {
        co_await dispatch_signed_in();
    }
}

void Session::noop() {
    const auto& arguments = reader_.command().arguments;
    if (arguments.empty()) return ok();
    if (!arguments_are("s")) return;
    // The tag comes back (section 2.13).
    output_ += "OK (TAG ";
    write_string(text(0));
    output_ += ") \"Done.\"\r\n";
}

Task<void> Session::start_tls() {
    if (!arguments_are("")) co_return;
    if (identity_ || !connection_->can_start_tls()) {
        no("TLS cannot be started now.");
        co_return;
    }
    ok("Begin with TLS.");
    auto sent = co_await flush();
    // What was sent in the open counts for nothing.
    input_.clear();
    begin_ = 0;
    if (!sent) {
        ending_ = true;
        co_return;
    }
    auto started = co_await connection_->start_tls_server();
    if (!started) {
        ending_ = true;
        co_return;
    }
    greet();
}

void Session::unauthenticate() {
    if (!arguments_are("")) return;
    identity_.reset();
    account_.reset();
    reader_.set_limits(limits_for(services_, false));
    ok();
}

SaslPeer Session::sasl_peer() const {
    return {"managesieve", connection_->peer_address(), connection_->is_private(), connection_->tls()};
}

/// Challenges and responses are strings (RFC 5804 section 2.1).
Task<Result<std::string>> Session::ask(std::string challenge) {
    write_string(challenge);
    output_ += "\r\n";
    const bool found = co_await next_command();
    if (!found) {
        ending_ = true;
        co_return Error(Errc::cancelled);
    }
    const Command& line = reader_.command();
    const bool string =
        line.name.empty() && line.arguments.size() == 1 && line.arguments[0].kind == Argument::Kind::string;
    if (!string) co_return Error(Errc::cancelled);
    co_return line.arguments[0].text;
}

Task<void> Session::authenticate() {
    const auto& arguments = reader_.command().arguments;
    if (arguments.size() == 2 ? !arguments_are("ss") : !arguments_are("s")) co_return;
    if (identity_) {
        no("Somebody is signed in already.");
        co_return;
    }
    SaslMechanism* mechanism = services_.mechanisms.find(text(0));
    if (mechanism == nullptr) {
        no("There is no such mechanism.");
        co_return;
    }
    SaslPeer peer = sasl_peer();
    if (!mechanism->available(peer)) {
        no("Start TLS first.", "ENCRYPT-NEEDED");
        co_return;
    }
    std::optional<std::string> initial;
    if (arguments.size() == 2) {
        initial = decode_base64(text(1));
        if (!initial) {
            no("The response is not base64.");
            co_return;
        }
    }
    SaslLine* line = this;
    auto identity = co_await run_sasl(mechanism, std::move(peer), std::move(initial), line);
    if (ending_) co_return;
    if (!identity && identity.error().code == Errc::cancelled) {
        no("Cancelled.");
        co_return;
    }
    if (!identity && identity.error().code == Errc::protocol_violation) {
        no(identity.error().text);
        co_return;
    }
    if (!identity && identity.error().code == Errc::permission_denied) {
        no("Acting for another user is not allowed.");
        co_return;
    }
    if (!identity) {
        const bool wrong = identity.error().code == Errc::authentication_failed;
        no(wrong ? "Wrong name or password." : "Signing in is not possible now.", wrong ? "" : "TRYLATER");
        if (++bad_ >= max_bad) ending_ = true;
        co_return;
    }
    identity_ = std::move(*identity);
    // run() goes to the account's core, opens it and answers.
    moving_ = true;
}

}  // namespace postern::managesieve

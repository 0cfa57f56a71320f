// Commands before and about sign-in: CAPA (RFC 2449), STLS (RFC 2595), USER and PASS, AUTH (RFC 5034), UTF8 and LANG (RFC 6856).
#include <algorithm>

#include "pop3/session.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"

namespace postern::pop3 {

namespace {

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) words.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

}  // namespace

SaslPeer Session::sasl_peer() const {
    const Connection& connection = channel_.connection();
    return {"pop3", connection.peer_address(), connection.is_private(), connection.tls()};
}

Task<void> Session::capa(std::string /*arguments*/) {
    ok("Capability list follows");
    std::string& out = channel_.output();
    out += "TOP\r\n";
    const SaslPeer peer = sasl_peer();
    if (peer.is_private) out += "USER\r\n";
    std::string names;
    for (const std::string& name : server_.mechanisms().names(peer)) names += ' ' + name;
    if (!names.empty()) out += "SASL" + names + "\r\n";
    out += "RESP-CODES\r\nAUTH-RESP-CODE\r\n";
    const auto delay = server_.settings().login_delay.count();
    if (delay > 0) out += "LOGIN-DELAY " + std::to_string(delay) + "\r\n";
    out += "PIPELINING\r\nEXPIRE NEVER\r\nUIDL\r\n";
    if (!maildrop_ && channel_.connection().can_start_tls()) out += "STLS\r\n";
    out += "UTF8 USER\r\nLANG\r\nIMPLEMENTATION Postern\r\n.\r\n";
    co_return;
}

Task<void> Session::stls(std::string arguments) {
    Connection& connection = channel_.connection();
    const char* refused = nullptr;
    if (!arguments.empty())
        refused = "STLS takes nothing";
    else if (connection.tls() != nullptr)
        refused = "TLS is on already";
    else if (!connection.can_start_tls())
        refused = "This server has no certificate";
    // RFC 6856 section 2.1
    else if (utf8_)
        refused = "STLS comes before UTF8";
    if (refused != nullptr) {
        error(refused);
        co_return;
    }
    ok("Begin TLS negotiation now");
    // What came along with the command was not protected.
    channel_.discard_input();
    user_.clear();
    const bool sent = co_await channel_.flush();
    if (!sent) {
        ending_ = true;
        co_return;
    }
    auto started = co_await connection.start_tls_server();
    ending_ = !started;
}

Task<void> Session::user(std::string arguments) {
    if (!channel_.connection().is_private()) {
        error("[AUTH] Switch to TLS first");
        co_return;
    }
    if (arguments.empty() || !mime::is_utf8(arguments)) {
        error("Syntax: USER name");
        co_return;
    }
    user_ = std::move(arguments);
    // Whether the name exists is not told.
    ok("Say PASS");
}

Task<void> Session::pass(std::string arguments) {
    if (user_.empty()) {
        error("Say USER first");
        co_return;
    }
    if (!channel_.connection().is_private() || !mime::is_utf8(arguments)) {
        error("[AUTH] That is no password");
        co_return;
    }
    Credentials credentials;
    credentials.login = std::exchange(user_, {});
    credentials.password = std::move(arguments);
    credentials.protocol = "pop3";
    credentials.peer_address = channel_.connection().peer_address();
    auto identity = co_await server_.auth().sign_in(std::move(credentials));
    answer_sign_in(identity);
}

Task<void> Session::auth(std::string arguments) {
    const auto words = words_of(arguments);
    if (words.empty()) {
        // What RFC 1734 says of it is gone, but clients ask.
        ok("Mechanisms follow");
        for (const std::string& name : server_.mechanisms().names(sasl_peer()))
            channel_.output() += name + "\r\n";
        channel_.output() += ".\r\n";
        co_return;
    }
    SaslMechanism* mechanism = words.size() > 2 ? nullptr : server_.mechanisms().find(words[0]);
    if (mechanism == nullptr) {
        error("There is no such mechanism");
        co_return;
    }
    if (!mechanism->available(sasl_peer())) {
        error("[AUTH] Switch to TLS first");
        co_return;
    }
    std::optional<std::string> initial;
    if (words.size() == 2) {
        initial = decode_initial_response(words[1]);
        if (!initial) {
            error("The response is not base64");
            co_return;
        }
    }
    SaslPeer peer = sasl_peer();
    SaslLine* line = this;
    auto identity = co_await run_sasl(mechanism, std::move(peer), std::move(initial), line);
    if (!ending_) answer_sign_in(identity);
}

void Session::answer_sign_in(const Result<Identity>& identity) {
    if (identity) {
        // Answered once the maildrop is open.
        pending_ = *identity;
        return;
    }
    switch (identity.error().code) {
        case Errc::cancelled:
            error("Cancelled");
            break;
        case Errc::protocol_violation:
            error(identity.error().text);
            break;
        case Errc::unavailable:
        case Errc::temporary:
            error("[SYS/TEMP] Signing in does not work now; try again later");
            break;
        default:
            error("[AUTH] Wrong name or password");
    }
}

Task<void> Session::finish_sign_in() {
    Identity identity = std::move(*pending_);
    pending_.reset();
    Usage& usage = server_.usage();
    const Settings& settings = server_.settings();
    if (settings.exclusive && !usage.lock(identity.account)) {
        error("[IN-USE] Another session has this maildrop");
        co_return;
    }
    locked_ = settings.exclusive;
    identity_ = identity;
    const bool early = !usage.sign_in(identity.account, settings.login_delay, Usage::Clock::now());
    Result<std::unique_ptr<Maildrop>> opened = Error(Errc::temporary);
    Result<void> mine;
    if (!early) mine = co_await lock_against_nodes();
    if (!mine) opened = mine.error();
    if (!early && mine) {
        mail::MailService* mail = &server_.mail();
        opened = co_await Maildrop::open(mail, std::move(identity), id_);
    }
    if (opened) {
        maildrop_ = std::move(*opened);
        ok(std::to_string(maildrop_->count()) + " messages (" + std::to_string(maildrop_->octets()) +
           " octets)");
        co_return;
    }
    if (early)
        error("[LOGIN-DELAY] Wait a while before you sign in again");
    else if (!mine && mine.error().code == Errc::conflict)
        error("[IN-USE] Another session has this maildrop");
    else
        fail(opened.error());
    co_await unlock();
    identity_.reset();
}

Task<Result<void>> Session::lock_against_nodes() {
    if (!locked_ || server_.locks() == nullptr) co_return Result<void>{};
    auto account = co_await server_.mail().open(identity_->account);
    if (!account) co_return account.error();
    std::string holder = std::to_string(server_.mail().new_id());
    auto lock = std::make_shared<MaildropLock>(*server_.locks(), server_.runtime(), std::move(*account),
                                               std::move(holder), server_.settings().lock_time);
    auto taken = co_await lock->take();
    if (!taken) co_return taken;
    node_lock_ = lock;
    server_.runtime().spawn(channel_.connection().executor(), "pop3 lock",
                            MaildropLock::keep(std::move(lock)));
    co_return Result<void>{};
}

Task<void> Session::unlock() {
    const auto lock = std::exchange(node_lock_, nullptr);
    if (lock) co_await lock->release();
    if (std::exchange(locked_, false)) server_.usage().unlock(identity_->account);
}

Task<void> Session::utf8(std::string arguments) {
    if (!arguments.empty()) {
        error("UTF8 takes nothing");
        co_return;
    }
    utf8_ = true;
    ok("UTF-8 it is");
}

Task<void> Session::lang(std::string arguments) {
    if (arguments.empty()) {
        ok("Language listing follows:");
        channel_.output() += "en English\r\n.\r\n";
    } else if (arguments == "*" || mime::equal_ascii_nocase(arguments, "en")) {
        ok("en Language changed");
    } else {
        error("There is no such language");
    }
    co_return;
}

}  // namespace postern::pop3

#include "relay/client.hpp"

#include <string.h>

#include <algorithm>
#include <charconv>

#include "postern/encoding/base64.hpp"
#include "postern/gateway/sasl.hpp"
#include "postern/mime/header.hpp"
#include "postern/smtp/command.hpp"
#include "postern/smtp/data_reader.hpp"
#include "postern/smtp/line_ends.hpp"

namespace postern::relay {

using smtp::Reply;

namespace {

constexpr std::size_t read_size = 4096;
/// RFC 5321 section 4.5.3.1.4; what is longer goes after the command (RFC 4954 section 4).
constexpr std::size_t max_command = 510;

Error lost(const Error& why) {
    return {Errc::unavailable, "the smart host's line was lost: " + why.text};
}

Error refused(const Reply& reply) {
    return {Errc::unavailable, "the smart host says " + std::to_string(reply.code) + ' ' + reply.text};
}

std::string_view next_line(std::string_view& text) {
    const auto end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return line;
}

}  // namespace

Credential::~Credential() {
    explicit_bzero(password.data(), password.size());
}

Extensions parse_extensions(std::string_view ehlo) {
    Extensions known;
    next_line(ehlo);
    while (!ehlo.empty()) {
        const auto words = smtp::split_words(next_line(ehlo));
        if (words.empty()) continue;
        const auto is = [&](std::string_view name) { return mime::equal_ascii_nocase(words[0], name); };
        if (is("STARTTLS")) known.starttls = true;
        if (is("8BITMIME")) known.eight_bit = true;
        if (is("SMTPUTF8")) known.utf8 = true;
        if (is("CHUNKING")) known.chunking = true;
        if (is("BINARYMIME")) known.binary = true;
        if (is("DSN")) known.dsn = true;
        if (is("SIZE")) {
            known.size = true;
            if (words.size() > 1)
                std::from_chars(words[1].data(), words[1].data() + words[1].size(), known.max_size);
        }
        if (!is("AUTH")) continue;
        for (const std::string_view mechanism : words) {
            if (mime::equal_ascii_nocase(mechanism, "PLAIN")) known.plain = true;
            if (mime::equal_ascii_nocase(mechanism, "LOGIN")) known.login = true;
            if (mime::equal_ascii_nocase(mechanism, "OAUTHBEARER")) known.oauthbearer = true;
            if (mime::equal_ascii_nocase(mechanism, "XOAUTH2")) known.xoauth2 = true;
        }
    }
    return known;
}

std::string mail_command(const mail::OutgoingMail& mail, std::uint64_t octets, const Extensions& known) {
    std::string line = "MAIL FROM:<" + mail.sender + '>';
    if (known.size && octets > 0) line += " SIZE=" + std::to_string(octets);
    if (mail.body == mail::BodyKind::binary && known.binary)
        line += " BODY=BINARYMIME";
    else if (mail.body != mail::BodyKind::seven_bit && known.eight_bit)
        line += " BODY=8BITMIME";
    if (mail.smtputf8 && known.utf8) line += " SMTPUTF8";
    if (known.dsn && mail.ret == mail::DsnReturn::full) line += " RET=FULL";
    if (known.dsn && mail.ret == mail::DsnReturn::headers) line += " RET=HDRS";
    if (known.dsn && !mail.id.empty()) line += " ENVID=" + smtp::encode_xtext(mail.id);
    return line;
}

std::string recipient_command(const mail::EnvelopeRecipient& recipient, const Extensions& known) {
    std::string line = "RCPT TO:<" + recipient.address + '>';
    if (!known.dsn) return line;
    if (recipient.notify == mail::notify_never) {
        line += " NOTIFY=NEVER";
    } else if (recipient.notify != 0) {
        std::string names;
        if ((recipient.notify & mail::notify_success) != 0) names += ",SUCCESS";
        if ((recipient.notify & mail::notify_failure) != 0) names += ",FAILURE";
        if ((recipient.notify & mail::notify_delay) != 0) names += ",DELAY";
        line += " NOTIFY=" + names.substr(1);
    }
    if (!recipient.original.empty()) {
        const auto type = recipient.original.find(';');
        line +=
            " ORCPT=" + recipient.original.substr(0, type) + ';' +
            smtp::encode_xtext(
                std::string_view(recipient.original).substr(std::min(type + 1, recipient.original.size())));
    }
    return line;
}

Task<Result<void>> Client::write(std::string octets) {
    connection_->set_deadline(timeout_);
    auto written = co_await connection_->stream().write(octets);
    if (!written) co_return lost(written.error());
    auto flushed = co_await connection_->stream().flush();
    if (!flushed) co_return lost(flushed.error());
    co_return Result<void>();
}

Task<Result<Reply>> Client::read_reply() {
    connection_->set_deadline(timeout_);
    for (;;) {
        std::string_view rest = input_;
        const auto state = parser_.feed(rest);
        input_.erase(0, input_.size() - rest.size());
        if (state == smtp::ReplyParser::State::done) co_return parser_.take();
        if (state == smtp::ReplyParser::State::failed)
            co_return Error(Errc::unavailable, "the smart host does not speak SMTP");
        input_.resize(read_size);
        std::span<char> room(input_);
        auto count = co_await connection_->stream().read_some(room);
        input_.resize(count ? *count : 0);
        if (!count) co_return lost(count.error());
        if (*count == 0) co_return Error(Errc::unavailable, "the smart host has hung up");
    }
}

Task<Result<Reply>> Client::command(std::string line) {
    line += "\r\n";
    auto sent = co_await write(std::move(line));
    if (!sent) co_return sent.error();
    auto reply = co_await read_reply();
    co_return reply;
}

Task<Result<void>> Client::greet(std::string name) {
    std::string line = "EHLO " + name;
    auto reply = co_await command(std::move(line));
    if (reply && !reply->positive()) {
        line = "HELO " + name;
        reply = co_await command(std::move(line));
    }
    if (!reply) co_return reply.error();
    if (!reply->positive()) co_return refused(*reply);
    known_ = parse_extensions(reply->text);
    co_return Result<void>();
}

Task<Result<void>> Client::start_tls(const SmartHost* host) {
    TlsClientOptions options;
    options.server_name = host->host;
    options.ca_file = host->ca_file;
    options.pinned_spki_sha256 = host->pin;
    auto started = co_await connection_->start_tls_client(std::move(options));
    if (!started) co_return Error(Errc::unavailable, "TLS with the smart host: " + started.error().text);
    co_return Result<void>();
}

Task<Result<Reply>> Client::send_token(const SmartHost* host, std::shared_ptr<const Credential> credential) {
    gateway::RemoteCredential remote(credential->user, credential->password);
    gateway::RemoteServer server;
    server.host = host->host;
    server.port = host->port;
    const bool bearer = known_.oauthbearer;
    std::string response =
        encode_base64(bearer ? gateway::sasl_oauthbearer(remote, server) : gateway::sasl_xoauth2(remote));
    std::string line = bearer ? "AUTH OAUTHBEARER" : "AUTH XOAUTH2";
    const bool at_once = line.size() + 1 + response.size() <= max_command;
    if (at_once) line += ' ' + response;
    auto reply = co_await command(std::move(line));
    if (!at_once && reply && reply->code == 334) reply = co_await command(std::move(response));
    if (!reply || reply->code != 334) co_return reply;
    // The challenge says why; the refusal comes after the answer to it (RFC 7628 section 3.2.3).
    line = bearer ? "AQ==" : "";
    reply = co_await command(std::move(line));
    co_return reply;
}

Task<Result<void>> Client::sign_in(const SmartHost* host, std::shared_ptr<const Credential> credential) {
    if (credential->is_token && !known_.oauthbearer && !known_.xoauth2)
        co_return Error(Errc::unsupported, "the smart host takes no tokens");
    if (!credential->is_token && !known_.plain && !known_.login)
        co_return Error(Errc::authentication_failed, "the smart host takes neither PLAIN nor LOGIN");
    Result<Reply> reply = Error(Errc::internal);
    if (credential->is_token) {
        reply = co_await send_token(host, credential);
    } else if (known_.plain) {
        std::string response(1, '\0');
        response += credential->user;
        response += '\0';
        response += credential->password;
        std::string line = "AUTH PLAIN " + encode_base64(response);
        reply = co_await command(std::move(line));
    } else {
        std::vector<std::string> lines{"AUTH LOGIN", encode_base64(credential->user),
                                       encode_base64(credential->password)};
        for (std::string& line : lines) {
            reply = co_await command(std::move(line));
            if (!reply || reply->code != 334) break;
        }
    }
    if (!reply) co_return reply.error();
    if (reply->code == 235) co_return Result<void>();
    if (reply->code < 500) co_return refused(*reply);
    co_return Error(Errc::authentication_failed,
                    "the smart host does not take the credential: " + reply->text);
}

Task<Result<void>> Client::begin(const SmartHost* host, std::string name,
                                 std::shared_ptr<const Credential> credential) {
    if (host->tls == SmartHost::Tls::implicit) {
        auto secured = co_await start_tls(host);
        if (!secured) co_return secured;
    }
    auto greeting = co_await read_reply();
    if (!greeting) co_return greeting.error();
    if (!greeting->positive()) co_return refused(*greeting);
    auto greeted = co_await greet(name);
    if (!greeted) co_return greeted;
    if (host->tls == SmartHost::Tls::starttls) {
        // Never in the clear because somebody on the way took the word out.
        if (!known_.starttls) co_return Error(Errc::unavailable, "the smart host does not offer STARTTLS");
        std::string line = "STARTTLS";
        auto ready = co_await command(std::move(line));
        if (!ready) co_return ready.error();
        if (ready->code != 220) co_return refused(*ready);
        // What came before TLS means nothing.
        if (!input_.empty()) co_return Error(Errc::unavailable, "the smart host spoke before TLS");
        auto secured = co_await start_tls(host);
        if (!secured) co_return secured;
        greeted = co_await greet(name);
        if (!greeted) co_return greeted;
    }
    if (!credential) co_return Result<void>();
    auto signed_in = co_await sign_in(host, std::move(credential));
    co_return signed_in;
}

Task<Result<Reply>> Client::sender(mail::OutgoingMail mail, std::uint64_t octets) {
    binary_ = mail.body == mail::BodyKind::binary;
    if (mail.smtputf8 && !known_.utf8)
        co_return Reply{550, "5.6.7", "5.6.7 The smart host does not take addresses beyond ASCII"};
    if (binary_ && (!known_.binary || !known_.chunking))
        co_return Reply{554, "5.6.1", "5.6.1 The smart host does not take binary messages"};
    if (known_.max_size > 0 && octets > known_.max_size)
        co_return Reply{552, "5.3.4", "5.3.4 The message is too large for the smart host"};
    std::string line = mail_command(mail, octets, known_);
    auto reply = co_await command(std::move(line));
    co_return reply;
}

Task<Result<Reply>> Client::recipient(mail::EnvelopeRecipient recipient) {
    std::string line = recipient_command(recipient, known_);
    auto reply = co_await command(std::move(line));
    co_return reply;
}

Task<Result<Reply>> Client::content(std::shared_ptr<const std::string> content) {
    if (!binary_ && smtp::has_bare_line_ends(*content))
        content = std::make_shared<const std::string>(smtp::with_line_ends(*content));
    std::string wire;
    if (known_.chunking) {
        wire = "BDAT " + std::to_string(content->size()) + " LAST\r\n" + *content;
    } else {
        std::string line = "DATA";
        auto ready = co_await command(std::move(line));
        if (!ready || ready->code != 354) co_return ready;
        smtp::append_stuffed(*content, wire);
    }
    auto sent = co_await write(std::move(wire));
    if (!sent) co_return sent.error();
    auto reply = co_await read_reply();
    co_return reply;
}

Task<void> Client::close() {
    connection_->set_deadline(std::chrono::seconds(5));
    const std::string bye = "QUIT\r\n";
    auto sent = co_await connection_->stream().write(bye);
    static_cast<void>(sent);
    co_await connection_->stream().shutdown();
}

}  // namespace postern::relay

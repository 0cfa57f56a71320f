// Commands of a dialogue but for those that bring content.
#include <unistd.h>

#include <algorithm>
#include <array>

#include "postern/mime/header.hpp"
#include "postern/smtp/address.hpp"
#include "session.hpp"

namespace postern::smtp {

namespace {

constexpr std::array<std::string_view, 8> xclient_names{"NAME", "ADDR",  "PORT",     "PROTO",
                                                        "HELO", "LOGIN", "DESTADDR", "DESTPORT"};

Reply bad_sequence(std::string text) {
    return {503, "5.5.1", std::move(text)};
}

/// What a name in EHLO may hold, so that it can stand in a Received field.
bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet > 0x20 && octet != 0x7f &&
               std::string_view("()<>\\\",;@").find(c) == std::string_view::npos;
    });
}

std::string describe(const TlsInfo& tls) {
    return tls.protocol + " with cipher " + tls.cipher;
}

}  // namespace

const Session::Verb Session::verbs[] = {
    {"HELO", &Session::hello},
    {"EHLO", &Session::extended_hello},
    {"LHLO", &Session::extended_hello},
    {"MAIL", &Session::mail},
    {"RCPT", &Session::recipient},
    {"DATA", &Session::data},
    {"BDAT", &Session::chunk},
    {"BURL", &Session::url_chunk},
    {"RSET", &Session::rset},
    {"NOOP", &Session::noop},
    {"QUIT", &Session::quit},
    {"VRFY", &Session::verify},
    {"HELP", &Session::help},
    {"STARTTLS", &Session::starttls},
    {"AUTH", &Session::auth},
    {"XCLIENT", &Session::xclient},
    {"", nullptr},
};

Session::Session(Runtime& runtime, const ServerOptions& options, const SaslMechanisms* mechanisms,
                 std::unique_ptr<Receiver> receiver, std::unique_ptr<Connection> connection)
    : runtime_(runtime),
      options_(options),
      mechanisms_(mechanisms),
      channel_(std::move(connection), max_command_line, options.write_time),
      receiver_(std::move(receiver)) {
    start_over();
}
Session::~Session() {
    // What is left of a transaction goes before the connection's memory.
    reset();
}

void Session::greet() {
    say({220, "", options_.name + (options_.lmtp ? " LMTP Postern ready" : " ESMTP Postern ready")});
}

void Session::start_over() {
    reset();
    identity_.reset();
    greeted_ = extended_ = false;
    peer_ = {};
    peer_.address = channel_.connection().peer_address();
    peer_.server = options_.name;
    if (channel_.connection().tls() != nullptr) peer_.tls = describe(*channel_.connection().tls());
}

void Session::reset() {
    if (transaction_) receiver_->reset();
    transaction_.reset();
    chunking_ = false;
    chunk_error_.reset();
    std::string().swap(chunks_);
}

bool Session::trusted() const {
    return std::ranges::find(options_.trusted, channel_.connection().peer_address()) !=
           options_.trusted.end();
}

SaslPeer Session::sasl_peer() const {
    return {options_.protocol, peer_.address, channel_.connection().is_private(),
            channel_.connection().tls()};
}

/// RFC 3848; RFC 6531 section 4.3.
void Session::set_protocol() {
    std::string name = options_.lmtp ? "LMTP" : extended_ ? "ESMTP" : "SMTP";
    const bool utf8 = transaction_ && transaction_->envelope.smtputf8;
    if (utf8) name = options_.lmtp ? "UTF8LMTP" : "UTF8SMTP";
    if (extended_ && !peer_.tls.empty()) name += 'S';
    if (extended_ && identity_) name += 'A';
    peer_.protocol = std::move(name);
}

Task<void> Session::dispatch(std::string line) {
    const Command command = split_command(line);
    const auto* verb = std::ranges::find(verbs, command.verb, &Verb::name);
    if (command.verb.empty() || verb == std::end(verbs)) {
        refuse({500, "5.5.2", "There is no such command"});
        co_return;
    }
    // Between chunks only chunks, and what ends the transaction (RFC 3030 section 2).
    const bool chunk_goes_on = verb->name == "BDAT" || verb->name == "BURL" || verb->name == "RSET" ||
                               verb->name == "QUIT" || verb->name == "NOOP";
    if (chunking_ && !chunk_goes_on) {
        refuse(bad_sequence("The message is not complete"));
        co_return;
    }
    std::string arguments(command.arguments);
    co_await (this->*verb->handler)(std::move(arguments));
}

Task<void> Session::hello(std::string arguments) {
    if (options_.lmtp) {
        refuse({500, "5.5.1", "This is LMTP: say LHLO"});
        co_return;
    }
    if (!is_host_name(arguments)) {
        refuse({501, "5.5.4", "Syntax: HELO name"});
        co_return;
    }
    reset();
    greeted_ = true;
    extended_ = false;
    peer_.helo = std::move(arguments);
    set_protocol();
    reply({250, "", options_.name});
}

Task<void> Session::extended_hello(std::string arguments) {
    if (!is_host_name(arguments)) {
        refuse({501, "5.5.4", options_.lmtp ? "Syntax: LHLO name" : "Syntax: EHLO name"});
        co_return;
    }
    reset();
    greeted_ = extended_ = true;
    peer_.helo = std::move(arguments);
    set_protocol();
    greet_extended();
}

void Session::greet_extended() {
    std::string text = options_.name + "\nPIPELINING\nSIZE " + std::to_string(options_.max_size) +
                       "\nENHANCEDSTATUSCODES\n8BITMIME\nSMTPUTF8\nCHUNKING\nBINARYMIME\nDSN";
    if (channel_.connection().can_start_tls()) text += "\nSTARTTLS";
    if (options_.sign_in && mechanisms_ != nullptr && !identity_) {
        std::string names;
        for (const std::string& name : mechanisms_->names(sasl_peer())) names += ' ' + name;
        if (!names.empty()) text += "\nAUTH" + names;
    }
    if (options_.burl) text += identity_ ? "\nBURL imap" : "\nBURL";
    if (const auto hold = receiver_->longest_hold())
        text += "\nFUTURERELEASE " + std::to_string(hold->first) + ' ' + format_utc(hold->second);
    if (trusted()) {
        text += "\nXCLIENT";
        for (const std::string_view name : xclient_names) text += ' ' + std::string(name);
    }
    reply({250, "", std::move(text)});
}

/// RFC 4865 section 4.2
std::optional<Reply> Session::refuse_hold(const MailArguments& arguments) const {
    const auto longest = receiver_->longest_hold();
    if (!longest) return Reply{555, "5.5.4", "Messages are not held here"};
    if (arguments.hold_for.value_or(0) > longest->first || arguments.hold_until.value_or(0) > longest->second)
        return Reply{501, "5.5.4", "Messages are not held for so long"};
    return std::nullopt;
}

Task<void> Session::mail(std::string arguments) {
    if (!greeted_) {
        refuse(bad_sequence(options_.lmtp ? "Say LHLO first" : "Say EHLO first"));
        co_return;
    }
    if (options_.sign_in && !identity_) {
        refuse({530, "5.7.0", "Sign in first"});
        co_return;
    }
    if (transaction_) {
        refuse(bad_sequence("A message is under way"));
        co_return;
    }
    MailArguments parsed;
    auto refused = parse_mail(arguments, parsed);
    if (!refused && parsed.size.value_or(0) > options_.max_size)
        refused = Reply{552, "5.3.4", "The message is too large"};
    if (!refused && (parsed.hold_for || parsed.hold_until)) refused = refuse_hold(parsed);
    if (refused) {
        refuse(*refused);
        co_return;
    }
    transaction_.emplace();
    transaction_->hold_for = parsed.hold_for;
    transaction_->hold_until = parsed.hold_until;
    transaction_->declared_size = parsed.size.value_or(0);
    mail::Envelope& envelope = transaction_->envelope;
    envelope.sender = std::move(parsed.sender);
    envelope.id = std::move(parsed.id);
    envelope.ret = parsed.ret;
    envelope.body = parsed.body;
    envelope.smtputf8 = parsed.smtputf8;
    set_protocol();
    envelope.peer = peer_;
    auto answer = co_await receiver_->begin(&*transaction_);
    if (!answer) {
        reply({250, "2.1.0", "Sender ok"});
        co_return;
    }
    refuse(*answer);
    reset();
}

Task<void> Session::recipient(std::string arguments) {
    if (!transaction_) {
        refuse(bad_sequence("Say MAIL first"));
        co_return;
    }
    RecipientArguments parsed;
    auto refused = parse_recipient(arguments, parsed);
    if (!refused && parsed.utf8_address && !transaction_->envelope.smtputf8)
        refused = Reply{553, "5.6.7", "Addresses beyond ASCII need SMTPUTF8 with MAIL"};
    if (!refused && transaction_->recipients >= options_.max_recipients)
        refused = Reply{452, "4.5.3", "Too many recipients"};
    if (refused) {
        refuse(*refused);
        co_return;
    }
    Reply answer = co_await receiver_->add(&*transaction_, std::move(parsed.recipient));
    if (answer.positive()) ++transaction_->recipients;
    // Unknown recipients are no misbehaviour of a relay.
    reply(answer);
}

Task<void> Session::rset(std::string arguments) {
    if (!arguments.empty()) {
        refuse({501, "5.5.4", "RSET takes nothing"});
        co_return;
    }
    reset();
    reply({250, "2.0.0", "Ok"});
}

Task<void> Session::noop(std::string /*arguments*/) {
    say({250, "2.0.0", "Ok"});
    co_return;
}

Task<void> Session::quit(std::string arguments) {
    if (!arguments.empty()) {
        refuse({501, "5.5.4", "QUIT takes nothing"});
        co_return;
    }
    reply({221, "2.0.0", options_.name + " Bye"});
    ending_ = true;
}

Task<void> Session::verify(std::string arguments) {
    // RFC 5321 section 3.5.3: who exists is not told to everybody.
    if (arguments.empty())
        refuse({501, "5.5.4", "Syntax: VRFY address"});
    else
        say({252, "2.1.5", "Send some mail, and it will be tried"});
    co_return;
}

Task<void> Session::help(std::string /*arguments*/) {
    say({214, "2.0.0", "RFC 5321"});
    co_return;
}

Task<void> Session::starttls(std::string arguments) {
    std::optional<Reply> refused;
    if (!arguments.empty())
        refused = Reply{501, "5.5.4", "STARTTLS takes nothing"};
    else if (!extended_)
        refused = bad_sequence(options_.lmtp ? "Say LHLO first" : "Say EHLO first");
    else if (channel_.connection().tls() != nullptr)
        refused = bad_sequence("TLS is on already");
    else if (!channel_.connection().can_start_tls())
        refused = Reply{502, "5.5.1", "This server has no certificate"};
    if (refused) {
        refuse(*refused);
        co_return;
    }
    reply({220, "2.0.0", "Begin TLS negotiation now"});
    // What came along with the command was not protected (RFC 3207 section 6).
    channel_.discard_input();
    const bool sent = co_await channel_.flush();
    if (!sent) {
        ending_ = true;
        co_return;
    }
    auto started = co_await channel_.connection().start_tls_server();
    ending_ = !started;
    start_over();
}

Task<void> Session::auth(std::string arguments) {
    const auto words = split_words(arguments);
    std::optional<Reply> refused;
    SaslMechanism* mechanism = nullptr;
    std::optional<std::string> initial;
    if (!options_.sign_in || mechanisms_ == nullptr)
        refused = Reply{502, "5.5.1", "Nobody signs in here"};
    else if (!extended_)
        refused = bad_sequence("Say EHLO first");
    else if (identity_)
        refused = bad_sequence("You are signed in");
    else if (transaction_)
        refused = bad_sequence("A message is under way");
    else if (words.empty() || words.size() > 2)
        refused = Reply{501, "5.5.4", "Syntax: AUTH mechanism [response]"};
    if (!refused) {
        mechanism = mechanisms_->find(words[0]);
        if (mechanism == nullptr)
            refused = Reply{504, "5.5.4", "There is no such mechanism"};
        else if (!mechanism->available(sasl_peer()))
            refused = Reply{538, "5.7.11", "Switch to TLS first"};
    }
    if (!refused && words.size() == 2) {
        initial = decode_initial_response(words[1]);
        if (!initial) refused = Reply{501, "5.5.2", "The response is not base64"};
    }
    if (refused) {
        refuse(*refused);
        co_return;
    }
    SaslPeer peer = sasl_peer();
    SaslLine* line = this;
    auto identity = co_await run_sasl(mechanism, std::move(peer), std::move(initial), line);
    if (ending_) co_return;
    if (identity) {
        identity_ = *identity;
        peer_.login = identity_->login;
        set_protocol();
        receiver_->signed_in(*identity_);
        reply({235, "2.7.0", "Signed in"});
        co_return;
    }
    switch (identity.error().code) {
        case Errc::cancelled:
            refuse({501, "5.7.0", "Cancelled"});
            break;
        case Errc::protocol_violation:
            refuse({501, "5.5.2", identity.error().text});
            break;
        case Errc::unavailable:
        case Errc::temporary:
            refuse({454, "4.7.0", "Signing in does not work now; try again later"});
            break;
        default:
            refuse({535, "5.7.8", "Wrong name or password"});
    }
}

Task<void> Session::xclient(std::string arguments) {
    std::optional<Reply> refused;
    const auto attributes = parse_xclient(arguments);
    if (!trusted())
        refused = Reply{550, "5.7.0", "XCLIENT is for trusted peers"};
    else if (transaction_)
        refused = bad_sequence("A message is under way");
    else if (!attributes)
        refused = Reply{501, "5.5.4", "Syntax: XCLIENT name=value"};
    if (refused) {
        refuse(*refused);
        co_return;
    }
    start_over();
    for (const auto& [name, value] : *attributes) {
        if (std::ranges::find(xclient_names, name) == xclient_names.end()) {
            refuse({501, "5.5.4", "XCLIENT knows no " + name});
            co_return;
        }
        const bool clean = value.empty() || is_host_name(value);
        if (name == "ADDR" && !value.empty() && clean) {
            // "IPV6:2001:db8::1"
            const bool six = value.size() > 5 && mime::equal_ascii_nocase(value.substr(0, 5), "IPV6:");
            peer_.address = six ? value.substr(5) : value;
        }
        if (name == "NAME" && clean) peer_.host = value;
        if (name == "LOGIN") peer_.login = value;
        if (name == "HELO" && clean) peer_.helo = value;
    }
    greet();
}

std::string refusal(const ServerOptions& options, std::string_view reason) {
    return to_wire({421, "4.3.2", options.name + ' ' + std::string(reason)});
}

std::string local_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "localhost";
    return name.data();
}

Receiver::~Receiver() = default;
void Receiver::signed_in(const Identity&) {}
std::optional<std::pair<std::uint64_t, UnixTime>> Receiver::longest_hold() const {
    return std::nullopt;
}
Task<std::optional<Reply>> Receiver::fetch(std::string, std::uint64_t, std::string*) {
    co_return Reply{502, "5.5.1", "There is no BURL here"};
}

}  // namespace postern::smtp

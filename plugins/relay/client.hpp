#pragma once
// SMTP as a client (RFC 5321), for messages of one account to its smart host.
#include <memory>
#include <string>

#include "postern/mail/relay_line.hpp"
#include "postern/net/stream.hpp"
#include "postern/smtp/reply.hpp"
#include "relay/settings.hpp"

namespace postern::relay {

/// What the server said after EHLO.
struct Extensions {
    bool starttls = false;
    bool eight_bit = false;
    bool utf8 = false;
    bool chunking = false;
    bool binary = false;
    bool dsn = false;
    bool size = false;
    std::uint64_t max_size = 0;  ///< 0: not said
    bool plain = false;
    bool login = false;
    bool oauthbearer = false;
    bool xoauth2 = false;
};
Extensions parse_extensions(std::string_view ehlo);

struct Credential {
    std::string user;
    std::string password;
    bool is_token = false;  ///< an access token (OAUTHBEARER, XOAUTH2) in place of the password
    ~Credential();
};

/// "MAIL FROM:<anna@example.org> SIZE=1000", with what the server knows of.
std::string mail_command(const mail::OutgoingMail& mail, std::uint64_t octets, const Extensions& known);
std::string recipient_command(const mail::EnvelopeRecipient& recipient, const Extensions& known);

class Client final : public mail::RelayLine {
public:
    Client(std::unique_ptr<Connection> connection, std::chrono::seconds timeout)
        : connection_(std::move(connection)), timeout_(timeout) {}

    /// Greeting, EHLO, TLS, AUTH. `host` outlives the call. authentication_failed, unavailable.
    Task<Result<void>> begin(const SmartHost* host, std::string name,
                             std::shared_ptr<const Credential> credential);

    Task<Result<smtp::Reply>> sender(mail::OutgoingMail mail, std::uint64_t octets) override;
    Task<Result<smtp::Reply>> recipient(mail::EnvelopeRecipient recipient) override;
    Task<Result<smtp::Reply>> content(std::shared_ptr<const std::string> content) override;
    Task<void> close() override;

private:
    Task<Result<smtp::Reply>> read_reply();
    Task<Result<smtp::Reply>> command(std::string line);
    Task<Result<void>> greet(std::string name);
    Task<Result<void>> start_tls(const SmartHost* host);
    Task<Result<void>> sign_in(const SmartHost* host, std::shared_ptr<const Credential> credential);
    Task<Result<smtp::Reply>> send_token(const SmartHost* host, std::shared_ptr<const Credential> credential);
    Task<Result<void>> write(std::string octets);

    std::unique_ptr<Connection> connection_;
    std::chrono::seconds timeout_;
    Extensions known_;
    smtp::ReplyParser parser_;
    std::string input_;
    bool binary_ = false;  ///< the message under way
};

}  // namespace postern::relay

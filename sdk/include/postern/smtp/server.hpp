#pragma once
// The server's side of SMTP and LMTP dialogues (RFC 5321, RFC 2033), once for all protocols that speak them. The dialogue knows
// commands, transactions and content; a Receiver knows what to do with mail.
//
// Extensions: PIPELINING (2920), ENHANCEDSTATUSCODES (2034), 8BITMIME (6152), SIZE (1870), CHUNKING and BINARYMIME (3030),
// SMTPUTF8 (6531), STARTTLS (3207), DSN (3461), AUTH (4954), BURL (4468), FUTURERELEASE (4865), XCLIENT.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/auth/sasl.hpp"
#include "postern/export.hpp"
#include "postern/mail/envelope.hpp"
#include "postern/net/stream.hpp"
#include "postern/result.hpp"
#include "postern/runtime/runtime.hpp"
#include "postern/smtp/reply.hpp"

namespace postern::smtp {

/// What all dialogues of a listener's protocol share.
struct ServerOptions {
    bool lmtp = false;
    std::string protocol;  ///< "lmtp": for sign-in and the log
    std::string name;      ///< how the server calls itself
    std::uint64_t max_size = 64ULL << 20;
    std::size_t max_recipients = 1000;
    unsigned max_errors = 20;  ///< commands refused in a row before the line is closed
    std::chrono::seconds command_time{300};
    std::chrono::seconds data_time{180};  ///< between two pieces of content
    std::chrono::seconds write_time{120};
    bool sign_in = false;  ///< AUTH is offered, and MAIL needs it
    bool burl = false;
    /// Where XCLIENT is taken from: addresses.
    std::vector<std::string> trusted;
};

/// One message on its way in.
struct Transaction {
    mail::Envelope envelope;
    std::uint64_t declared_size = 0;  ///< SIZE, 0 if not given
    std::size_t recipients = 0;       ///< accepted
    /// HOLDFOR (seconds) or HOLDUNTIL (RFC 4865); only where Receiver::longest_hold() says so.
    std::optional<std::uint64_t> hold_for;
    std::optional<UnixTime> hold_until;
};

/// Decides about transactions; one for each connection. All calls on the connection's core, one at a time; what pointers point
/// to outlives the call.
class POSTERN_SDK Receiver {
public:
    virtual ~Receiver();
    virtual void signed_in(const Identity& identity);
    /// FUTURERELEASE: so long a message of this user may be held, in seconds, and until when that is. Not set: not at all.
    virtual std::optional<std::pair<std::uint64_t, UnixTime>> longest_hold() const;
    /// MAIL; nullopt: taken.
    virtual Task<std::optional<Reply>> begin(Transaction* transaction) = 0;
    /// RCPT; a positive reply adds the recipient.
    virtual Task<Reply> add(Transaction* transaction, mail::EnvelopeRecipient recipient) = 0;
    /// The whole content. LMTP: a reply for each recipient, in their order; otherwise one.
    virtual Task<std::vector<Reply>> finish(Transaction* transaction,
                                            std::shared_ptr<const std::string> content) = 0;
    /// The transaction is over, in whatever way.
    virtual void reset() = 0;
    /// BURL: what the URL leads to, at most `limit` octets. Errors as the reply (RFC 4468 section 3.4).
    virtual Task<std::optional<Reply>> fetch(std::string url, std::uint64_t limit, std::string* octets);
};

/// Serves one connection to its end. `options`, `mechanisms` (may be null if nobody signs in), and `runtime` outlive it.
POSTERN_SDK Task<void> serve(Runtime* runtime, const ServerOptions* options, const SaslMechanisms* mechanisms,
                             std::unique_ptr<Receiver> receiver, std::unique_ptr<Connection> connection);

/// What a client is told when too many are connected.
POSTERN_SDK std::string refusal(const ServerOptions& options, std::string_view reason);

/// This machine's name.
POSTERN_SDK std::string local_name();

}  // namespace postern::smtp

#pragma once
// SMTP envelopes (RFC 5321, 3461, 6531): what travels beside a message and is not in it.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "postern/export.hpp"

namespace postern::mail {

/// NOTIFY of a recipient (RFC 3461 section 4.1), as bits; 0: not given.
enum Notify : std::uint8_t { notify_never = 1, notify_success = 2, notify_failure = 4, notify_delay = 8 };

/// RET (RFC 3461 section 4.3).
enum class DsnReturn : std::uint8_t { unset, full, headers };

/// BODY (RFC 6152, RFC 3030).
enum class BodyKind : std::uint8_t { seven_bit, eight_bit, binary };

/// What is known of whoever handed the message over.
struct PeerFacts {
    std::string address;   ///< "192.0.2.1"; "" if it did not come over a network
    std::string host;      ///< its name as a trusted peer told it (XCLIENT), "" if nobody did
    std::string helo;      ///< what it called itself
    std::string login;     ///< signed in as, "" if not
    std::string protocol;  ///< RFC 3848: "LMTPS", "ESMTPSA"; "" for deliveries of the server itself
    std::string tls;       ///< "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384", "" while plain
    std::string server;    ///< how this server calls itself there
};

/// What one message and all its recipients share.
struct Envelope {
    std::string sender;  ///< reverse-path without <>; "" is the null path
    std::string id;      ///< ENVID, decoded; "" if not given
    DsnReturn ret = DsnReturn::unset;
    BodyKind body = BodyKind::seven_bit;
    bool smtputf8 = false;
    PeerFacts peer;
    /// A refusal after the content reaches whoever hands it over (LMTP). Otherwise filters send a notice, or keep.
    bool can_reject = true;
};

struct EnvelopeRecipient {
    std::string address;      ///< forward-path as given, without <>
    std::string original;     ///< ORCPT, decoded: "rfc822;anna@example.org"; "" if not given
    std::uint8_t notify = 0;  ///< Notify bits
};

/// A message that leaves.
struct OutgoingMail {
    std::string sender;  ///< reverse-path without <>; "" is the null path
    std::vector<EnvelopeRecipient> recipients;
    std::shared_ptr<const std::string> content;
    std::string id;  ///< ENVID, "" for none
    DsnReturn ret = DsnReturn::unset;
    BodyKind body = BodyKind::eight_bit;
    bool smtputf8 = false;
};

}  // namespace postern::mail

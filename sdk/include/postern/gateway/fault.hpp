#pragma once
// What can go wrong with a remote mailbox: the closed set on which the synchronisation engine decides.
#include <boost/system/result.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "postern/export.hpp"

namespace postern::gateway {

enum class FaultKind {
    auth_failed,         ///< the server refused the credential; see Fault::definite
    auth_expired,        ///< a token ran out; a fresh one may do
    rate_limited,        ///< too early, maildrop in use, limit reached: see Fault::retry_after
    transient,           ///< the server is in trouble, or too slow: back off
    offline,             ///< no connection, or it broke
    conflict,            ///< the remote state is not what the action was based on
    gone,                ///< that message or folder is not there
    reset_required,      ///< the token means nothing to the server any more: pull without one
    unsupported,         ///< the server or the connector cannot do this
    permanent,           ///< only a human can repair it (configuration, certificate, closed account)
    protocol_violation,  ///< what the server sends cannot be trusted any more
};

/// An error of a connector. The text is for the operator and never holds a credential.
struct Fault {
    FaultKind kind = FaultKind::transient;
    std::string text;
    std::chrono::seconds retry_after{0};  ///< rate_limited: not before this; 0: the engine decides
    bool whole_host = false;              ///< rate_limited: by our address, not for this mailbox alone
    bool definite = false;  ///< auth_failed: the server said that it is the credential (RFC 3206 [AUTH])

    Fault() = default;
    Fault(FaultKind k, std::string t) : kind(k), text(std::move(t)) {}

    /// "rate_limited: maildrop is locked"
    POSTERN_SDK std::string to_string() const;
};

POSTERN_SDK const char* to_string(FaultKind kind) noexcept;

/// Value or Fault. Test it, then use `*o`; value() on a fault is a programming error and throws.
template <class T>
using Outcome = boost::system::result<T, Fault>;

[[noreturn]] POSTERN_SDK void throw_exception_from_error(const Fault& fault,
                                                         const boost::source_location& where);

}  // namespace postern::gateway

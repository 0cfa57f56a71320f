#pragma once
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>
#include <string>
#include <utility>

#include "postern/export.hpp"

namespace postern {

/// What kind of thing went wrong: the closed set on which callers decide. Protocols map each to their own reply.
enum class Errc : int {
    temporary = 1,          ///< try again later: database restarting, lane full, deadline passed
    not_found,              ///< no such account, mailbox, message, entry
    already_exists,         ///< the name is taken
    conflict,               ///< a precondition did not hold (another writer was first); re-read and retry
    invalid,                ///< the request itself is malformed or breaks a rule
    permission_denied,      ///< not allowed for this user
    authentication_failed,  ///< wrong name or password: definite
    unavailable,  ///< the authority that could decide is not reachable: says nothing about the password
    over_quota,   ///< a limit of the account would be exceeded
    too_large,    ///< a limit of the server would be exceeded
    unsupported,  ///< the driver, connector or peer cannot do this
    cancelled,    ///< the caller went away or the server is stopping
    corrupt,      ///< stored data does not decode
    protocol_violation,  ///< the peer broke its protocol
    internal,            ///< a defect; details are in the log
};

/// Category "postern" of Errc. Lives once, in libpostern-sdk.so.
POSTERN_SDK const boost::system::error_category& error_category() noexcept;
inline boost::system::error_code make_error_code(Errc e) {
    return {static_cast<int>(e), error_category()};
}

/// An error on the data path: a code to decide on and a text for the operator (or for the user where a protocol shows
/// it). The text never holds a credential.
struct Error {
    Errc code = Errc::internal;
    std::string text;

    Error() = default;
    Error(Errc c) : code(c) {}  // NOLINT(google-explicit-constructor): `return Errc::conflict;` is the point
    Error(Errc c, std::string t) : code(c), text(std::move(t)) {}

    /// "conflict: another writer was first"
    POSTERN_SDK std::string to_string() const;
};

/// Value or Error. Test it, then use `*r`; `r.value()` on an error is a programming error and throws.
template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] POSTERN_SDK void throw_exception_from_error(const Error& e, const boost::source_location& where);

/// Name of the code, as logs print it.
POSTERN_SDK const char* to_string(Errc e) noexcept;

}  // namespace postern

namespace boost::system {
template <>
struct is_error_code_enum<postern::Errc> : std::true_type {};
}  // namespace boost::system

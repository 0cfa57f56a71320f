#pragma once
// SCRAM (RFC 5802, RFC 7677) as calculations and messages: no I/O, no accounts.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "postern/result.hpp"

namespace postern::auth {

enum class ScramHash { sha1, sha256 };

/// "SCRAM-SHA-256"
std::string_view scram_name(ScramHash hash);
/// Octets of a digest.
std::size_t scram_size(ScramHash hash);

inline constexpr std::size_t scram_salt_size = 16;  ///< of the salts we make

/// What a server keeps of a password (RFC 5802 section 3): enough to check a proof, not enough to make one.
struct ScramKeys {
    ScramHash hash = ScramHash::sha256;
    std::uint32_t iterations = 0;
    std::string salt;
    std::string stored_key;
    std::string server_key;

    /// "SCRAM-SHA-256$15000:salt$stored:server" (RFC 5803 section 3), base64, without spaces.
    std::string to_text() const;
    static std::optional<ScramKeys> parse(std::string_view text);
};

/// `password` is prepared (saslprep()). Slow on purpose: cpu lane.
ScramKeys derive_scram_keys(ScramHash hash, std::string_view password, std::string salt,
                            std::uint32_t iterations);

/// The channel under the exchange (RFC 5802 section 6).
struct ScramChannel {
    bool plus = false;          ///< the client chose the -PLUS name
    bool plus_offered = false;  ///< it could have
    std::string exporter;       ///< data of tls-exporter (RFC 9266); "" if there is none
    std::string unique;         ///< data of tls-unique (RFC 5929 section 3); "" if there is none
    std::string end_point;      ///< data of tls-server-end-point (RFC 5929 section 4); "" if there is none
};

/// The server's side of one exchange: read_first(), challenge(), read_final(), in this order. Errors are
/// protocol_violation (malformed) and authentication_failed (the proof or the channel is wrong).
class ScramConversation {
public:
    ScramConversation(ScramHash hash, ScramChannel channel);

    /// client-first-message.
    Result<void> read_first(std::string_view message);
    const std::string& user() const { return user_; }        ///< prepared
    const std::string& authzid() const { return authzid_; }  ///< "" if none

    /// server-first-message. `nonce` is printable, without commas, and never used again.
    std::string challenge(ScramKeys keys, std::string_view nonce);
    /// client-final-message; answers server-final-message.
    Result<std::string> read_final(std::string_view message);

private:
    Result<void> read_binding(std::string_view flag);
    bool proves(const std::string& auth_message, std::string_view proof) const;

    ScramHash hash_;
    ScramChannel channel_;
    std::string user_;
    std::string authzid_;
    std::string gs2_header_;
    std::string binding_data_;
    std::string first_bare_;
    std::string client_nonce_;
    std::string nonce_;  ///< of both sides
    std::string challenge_;
    ScramKeys keys_;
};

}  // namespace postern::auth

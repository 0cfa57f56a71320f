#pragma once
// What the gateway keeps in SourceRow::config, for those who make sources: sign-in and posternctl.
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/gateway/credential.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/store/records.hpp"

namespace postern::gateway {

/// "key=value" lines, the form of SourceRow::config and facts. Line ends within a value become blanks; an empty text and 0
/// are not written.
class POSTERN_SDK FieldLines {
public:
    FieldLines() = default;
    explicit FieldLines(std::string_view text);

    std::string text(std::string_view key) const;
    std::int64_t number(std::string_view key) const;
    const std::map<std::string, std::string, std::less<>>& all() const { return fields_; }

    void set(std::string_view key, std::string_view value);
    void set(std::string_view key, std::int64_t value);
    std::string format() const;

private:
    std::map<std::string, std::string, std::less<>> fields_;
};

/// Where a source collects, and as whom.
struct POSTERN_SDK SourceConfig {
    std::string provider;      ///< key of `accounts:`
    std::string remote_login;  ///< name at the provider
    std::string verifier;      ///< argon2id of the last accepted password; "" if linked
    std::string mailbox;       ///< where its mail goes; "": INBOX
    CredentialKind credential = CredentialKind::password;  ///< what is sealed: a password, or a refresh token
    bool linked = false;  ///< added to an account that has a password of its own (gateway.md 3, model C)
    std::int64_t created_at = 0;

    static SourceConfig parse(std::string_view text);
    std::string format() const;
    bool operator==(const SourceConfig&) const = default;
};

// Keys of SourceRow::facts.
inline constexpr std::string_view auth_fact = "auth";  ///< 2: the provider refuses the credential
inline constexpr std::string_view refusals_fact = "refusals";
inline constexpr std::string_view first_refusal_fact = "first_refusal";

/// The context under which the credential of a row is sealed, by the kind that its configuration says.
POSTERN_SDK std::string credential_context(const store::SourceRow& row);

/// What is left of the facts when the source gets another credential: it is tried again.
POSTERN_SDK std::string facts_after_new_credential(std::string_view facts);
/// Nothing is tried until there is another credential.
POSTERN_SDK bool credential_is_refused(std::string_view facts);

}  // namespace postern::gateway

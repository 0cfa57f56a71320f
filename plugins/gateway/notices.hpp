#pragma once
// Tells the user what is wrong with a source: one mail an incident, in INBOX, replaced when it changes and removed when it
// is over (gateway.md 3, "Telling the user"). It is local mail, which nothing at the provider touches.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/source.hpp"
#include "postern/mail/account.hpp"

namespace postern::gateway {

/// Something that the user should know as long as it lasts.
struct Incident {
    std::string key;      ///< one word; one incident of a kind at a time
    std::string state;    ///< another state is told anew
    std::string subject;  ///< ASCII
    std::string text;     ///< ASCII, LF line ends
};

/// What is wrong now. `deferred`: receipts of what cannot be fetched. Pure.
std::vector<Incident> incidents_of(const Source& source, std::span<const store::Receipt> deferred,
                                   UnixTime now);
inline constexpr std::string_view deferred_incident = "deferred";

/// The message, CRLF line ends, marked as made by a machine (RFC 3834).
std::string notice_mail(const Incident& incident, std::string_view login, std::string_view node,
                        UnixTime now);

/// Brings the notices in INBOX in step with `incidents`; facts.notices says what was told, and changes with it. Kinds in
/// `keep` are left as they are. On the account's core.
Task<Result<bool>> tell_incidents(std::shared_ptr<mail::Account> account, std::shared_ptr<Source> source,
                                  std::vector<Incident> incidents, std::vector<std::string> keep,
                                  std::string node, UnixTime now);

}  // namespace postern::gateway

#pragma once
// The facts a script sees when mail is delivered: the account's mailboxes, what was gathered of its attributes.
#include <map>
#include <set>

#include "postern/mail/delivery.hpp"
#include "postern/sieve/machine.hpp"

namespace postern::sieve {

/// What vacation and duplicate remember: one attribute a key, whose value is the time when it is forgotten.
constexpr std::string_view tracked_prefix = "sieve/track/";

/// Lives during one run; nothing suspends meanwhile.
class DeliveryEnvironment final : public Environment {
public:
    DeliveryEnvironment(const mail::FilterRequest& request, UnixTime now) : request_(request), now_(now) {}

    /// Attributes of the account and its mailboxes: annotations, and what is tracked.
    void add(std::vector<store::Attribute> attributes);
    /// Entries whose time has passed.
    const std::vector<std::string>& forgotten() const { return forgotten_; }

    UnixTime now() const override { return now_; }
    std::optional<std::string> item(std::string_view name) const override;
    std::string owner() const override;
    bool mailbox_exists(std::string_view name) const override;
    std::optional<std::string> mailbox_of_id(std::string_view id) const override;
    std::optional<std::string> mailbox_of_use(std::string_view use) const override;
    std::optional<std::string> metadata(std::string_view mailbox, std::string_view entry) const override;
    bool was_tracked(std::string_view key) const override { return tracked_.contains(entry_of(key)); }

    /// The attribute's name for a key: "vacation 12ab..." is "sieve/track/vacation/12ab...".
    static std::string entry_of(std::string_view key);

private:
    const mail::FilterRequest& request_;
    UnixTime now_;
    std::set<std::string> tracked_;
    std::vector<std::string> forgotten_;
    std::map<std::pair<MailboxId, std::string>, std::string> annotations_;
};

}  // namespace postern::sieve

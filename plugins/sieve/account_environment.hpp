#pragma once
// The facts of an account that a script sees: its mailboxes, what was gathered of its attributes.
#include <map>
#include <set>

#include "postern/mail/account.hpp"
#include "postern/sieve/machine.hpp"

namespace postern::sieve {

class Program;

/// What vacation and duplicate remember: one attribute a key, whose value is the time when it is forgotten.
constexpr std::string_view tracked_prefix = "sieve/track/";

/// Attributes need to be read for scripts that use one of these.
bool needs_attributes(const Program& program);

/// Nothing suspends while a script runs.
class AccountEnvironment : public Environment {
public:
    /// `account` outlives it.
    AccountEnvironment(const mail::Account& account, UnixTime now) : account_(account), now_(now) {}

    /// Attributes of the account and its mailboxes: annotations, and what is tracked.
    void add(std::vector<store::Attribute> attributes);
    /// Entries whose time has passed.
    const std::vector<std::string>& forgotten() const { return forgotten_; }
    /// Tracked from now on.
    void remember(std::string entry) { tracked_.insert(std::move(entry)); }

    UnixTime now() const override { return now_; }
    std::optional<std::string> item(std::string_view name) const override;
    bool mailbox_exists(std::string_view name) const override;
    std::optional<std::string> mailbox_of_id(std::string_view id) const override;
    std::optional<std::string> mailbox_of_use(std::string_view use) const override;
    std::optional<std::string> metadata(std::string_view mailbox, std::string_view entry) const override;
    bool was_tracked(std::string_view key) const override { return tracked_.contains(entry_of(key)); }

    /// The attribute's name for a key: "vacation 12ab..." is "sieve/track/vacation/12ab...".
    static std::string entry_of(std::string_view key);

private:
    const mail::Account& account_;
    UnixTime now_;
    std::set<std::string> tracked_;
    std::vector<std::string> forgotten_;
    std::map<std::pair<MailboxId, std::string>, std::string> annotations_;
};

}  // namespace postern::sieve

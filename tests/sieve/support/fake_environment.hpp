#pragma once
// What a script may ask about the world, as tests say it is.
#include <map>
#include <set>

#include "postern/sieve/engine.hpp"

namespace postern::sieve::test {

std::optional<std::string> look_up(const std::map<std::string, std::string>& map, const std::string& key);

/// Facts that a test sets.
class FakeEnvironment final : public Environment {
public:
    UnixTime now() const override { return time; }
    std::optional<std::string> item(std::string_view name) const override;
    std::string owner() const override { return "anna@example.org"; }
    bool mailbox_exists(std::string_view name) const override {
        return mailboxes.contains(std::string(name));
    }
    std::optional<std::string> mailbox_of_id(std::string_view id) const override;
    std::optional<std::string> mailbox_of_use(std::string_view use) const override;
    std::optional<std::string> metadata(std::string_view mailbox, std::string_view entry) const override;
    bool was_tracked(std::string_view key) const override { return tracked.contains(std::string(key)); }

    UnixTime time = 1'800'000'000;  // Fri, 15 Jan 2027 08:00:00 +0000
    std::map<std::string, std::string> items;
    std::set<std::string> mailboxes{"INBOX", "Lists", "Sent"};
    std::map<std::string, std::string> ids;
    std::map<std::string, std::string> uses{{"\\sent", "Sent"}};
    std::map<std::string, std::string> annotations;  ///< "mailbox entry"
    std::set<std::string> tracked;
};

}  // namespace postern::sieve::test

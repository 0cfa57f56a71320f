#pragma once
// A provider in memory with a real maildrop: deletions are marks until the session is closed with commit, one session a
// maildrop, numbers that live for one session. What it does wrong is a set of switches.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "postern/gateway/connector.hpp"

namespace postern::gateway::test {

class FakeProvider {
public:
    struct Message {
        std::string uidl;
        std::string content;
        std::uint64_t serial = 0;  ///< which message it is, whatever its id
        bool hidden = false;       ///< still there, and in no listing any more
    };
    struct Listing {  ///< one that said of itself that it was complete
        UnixTime at = 0;
        std::set<std::uint64_t> serials;
        bool ended_well = false;  ///< its session came to QUIT: what it showed is known to who asked
    };

    // Switches.
    bool has_ids = true;
    bool has_header_fetch = true;
    std::size_t window = 4;
    std::optional<int> expire_days;
    std::chrono::seconds login_delay{0};
    std::optional<Fault> open_fault;
    std::optional<Fault> pull_fault;
    std::string incomplete;                        ///< why listings prove nothing
    std::optional<std::uint64_t> break_at_serial;  ///< the line breaks when this message is fetched
    std::optional<std::uint64_t> refuse_serial;    ///< fetching this one is refused, the line lives
    std::function<std::uint64_t(std::uint64_t)> listed_size;
    enum class Commit { works, lost_but_done, lost_and_rolled_back } commit = Commit::works;
    bool ignores_deletes = false;
    bool deletes_at_once = false;  ///< not at the end of the session
    bool hides_fetched = false;    ///< what was fetched in a session that ended well is listed no more
    std::size_t shown = 0;         ///< so many messages a session, 0: all
    bool drop_commits = false;     ///< a lost line is taken for a good end
    std::optional<int> cut_after;  ///< the line breaks at this call, counted from now
    const UnixTime* clock = nullptr;
    std::string password = "secret";
    std::set<std::string> tokens;    ///< access tokens that it takes
    bool refuses_tokens = false;     ///< however good they are
    std::function<void()> on_login;  ///< before the credential is looked at

    // What happened.
    int opens = 0;
    int open_sessions = 0;
    int most_sessions = 0;
    int commits = 0;
    int abandons = 0;
    int full_listings = 0;
    int keep_alive_calls = 0;
    int keep_alives = 0;  ///< of them said to the server
    int fetches = 0;
    int header_fetches = 0;
    std::vector<std::uint64_t> fetched;
    std::vector<std::uint64_t> deleted;                ///< serials that clients removed
    std::map<std::uint64_t, std::string> ever_served;  ///< contents
    std::set<std::uint64_t> removed_by_others;
    std::vector<Listing> listings;
    std::vector<UnixTime> logins;
    /// What an auditor wants to know, beside the tests' own hooks.
    std::function<void(const Message&)> audit_delete;
    std::function<void(const std::vector<std::uint64_t>& fetched)> audit_commit;
    std::function<void(const Message&)> on_delete;  ///< a deletion arrived
    std::function<void()> on_commit;
    std::function<void()> step;  ///< called at the begin and the end of every call: may throw (a crash)

    /// Adds a message at the end; answers its serial.
    std::uint64_t add(std::string content, std::string uidl = "");
    /// Another client removes it.
    void remove(std::uint64_t serial);
    Message* find(std::uint64_t serial);
    bool has(std::uint64_t serial) { return find(serial) != nullptr; }

    std::vector<Message> maildrop;
    std::vector<Message> away;  ///< a part of the queue that is lost for a while

private:
    std::uint64_t next_serial_ = 1;
};

class FakeConnector final : public Connector {
public:
    explicit FakeConnector(FakeProvider& provider) : provider_(provider) {}
    const ConnectorInfo& describe() const override;
    Task<Outcome<std::unique_ptr<RemoteSession>>> open(OpenRequest request) override;

private:
    FakeProvider& provider_;
};

/// A message with a header of its own; the same number gives the same octets.
std::string mail_text(unsigned number, std::size_t octets = 300);

}  // namespace postern::gateway::test

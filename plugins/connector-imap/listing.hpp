#pragma once
// The messages of a folder as FETCH, VANISHED and SEARCH tell of them, and the token that says how far one knows it.
// Pure. gateway.md 4.1: UIDVALIDITY, UIDNEXT, HIGHESTMODSEQ, and how many messages there were.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "connector-imap/responses.hpp"
#include "postern/gateway/remote.hpp"
#include "postern/imap/number_set.hpp"

namespace postern::imap_client {

struct PullToken {
    std::uint32_t uidvalidity = 0;
    std::uint32_t uidnext = 0;
    std::uint64_t modseq = 0;  ///< 0: the folder has none
    std::uint32_t messages = 0;
    std::uint32_t unseen = 0;  ///< as STATUS said; a hint

    static std::optional<PullToken> parse(std::string_view text);
    std::string format() const;
    /// Whether STATUS shows that nothing can have changed. Without modseqs flags may have: `trust_counts` says to believe
    /// the number of unseen messages.
    bool same_as(const MailboxStatus& status, bool trust_counts) const;
};

/// "UIDVALIDITY.UID", a message's id that lasts.
std::string message_id(std::uint32_t uidvalidity, std::uint32_t uid);
std::optional<std::pair<std::uint32_t, std::uint32_t>> parse_message_id(std::string_view id);

class FolderListing {
public:
    struct Entry {
        std::uint32_t uid = 0;
        std::optional<RemoteFlags> flags;
        std::optional<std::uint64_t> size;
        std::optional<UnixTime> date;
    };

    explicit FolderListing(std::uint64_t max_entries) : max_entries_(max_entries) {}

    /// False if there are too many.
    bool add(FetchData data);
    void add_vanished(const imap::NumberSet& uids) { vanished_ = vanished_.united(uids); }
    /// Sorts, puts together what is said twice of a message, forgets what has vanished.
    void finish();

    const std::vector<Entry>& entries() const { return entries_; }
    const imap::NumberSet& vanished() const { return vanished_; }
    /// How many have a UID of at least this.
    std::size_t count_from(std::uint32_t uid) const;
    std::uint32_t highest_uid() const { return entries_.empty() ? 0 : entries_.back().uid; }

private:
    std::uint64_t max_entries_;
    std::vector<Entry> entries_;
    imap::NumberSet vanished_;
};

/// Where a message's ref comes from: session and folder.
struct RefMaker {
    std::uint64_t session = 0;
    std::uint64_t folder = 0;
    std::uint32_t uidvalidity = 0;
    gateway::RemoteRef ref(std::uint32_t uid) const { return {session, folder << 32 | uid}; }
};

/// Everything that is there: `present`, with what is known of each.
std::vector<gateway::RemoteItem> present_items(const FolderListing& listing, const imap::NumberSet* present,
                                               RefMaker refs);
/// What changed since a token that knew UIDs below `uidnext`.
std::vector<gateway::RemoteItem> changed_items(const FolderListing& listing, std::uint32_t uidnext,
                                               RefMaker refs);

}  // namespace postern::imap_client

#pragma once
// Searches whose results a client is kept informed of (RFC 5267 section 4.3).
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/ext/search_option.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

/// One search of the selected mailbox, and what the client believes its result to be.
struct LiveSearch {
    std::string tag;
    bool uid = false;
    SearchNode tree;                     ///< without message numbers: they mean what they meant then
    std::shared_ptr<SearchOrder> order;  ///< null: mailbox order
    std::vector<Uid> result;             ///< in the order told

    /// Where each of these (ascending) is in the result; result.size() where it is not.
    std::vector<std::size_t> find(const std::vector<Uid>& uids) const;
};

/// Those of one selected mailbox.
struct LiveSearches {
    static constexpr std::size_t most = 32;  ///< further ones are refused
    std::vector<LiveSearch> searches;
    /// Every change up to this one has been looked at.
    Modseq known = 0;

    LiveSearch* find(std::string_view tag);
};

inline constexpr SlotKey<LiveSearches> live_searches{"live searches"};

/// Those of the session's selected mailbox; null if there are none.
LiveSearches* live_searches_of(Session& session);

std::vector<Uid> uids_of(const SelectedMailbox& selected, std::span<const mail::Slot> slots);

/// The tree with message numbers and saved sets replaced by the UIDs they stand for now.
Result<SearchNode> without_numbers(Session& session, const SearchNode& tree);

/// "(0 3:4)" or "(2 7 5 9:10)": places, and what comes or goes there, step after step.
class UpdateList {
public:
    /// `numbers` as a set in its order; `position` from 1, or 0 where the order is the mailbox's.
    void add(std::size_t position, std::string_view numbers);
    bool empty() const { return text_.empty(); }
    std::string to_string() const { return "(" + text_ + ")"; }

private:
    std::string text_;
};

/// "* ESEARCH (TAG "B01") UID ADDTO (0 32768:32769)"
void write_update(Session& session, const LiveSearch& search, std::string_view name, const UpdateList& list);

}  // namespace postern::imap

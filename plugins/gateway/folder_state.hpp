#pragma once
// What is agreed with the provider about one folder: which mailbox it is here, how far both sides are known, and the flags
// that both had last (gateway.md 4.1). Kept as an attribute of the account; written after what it speaks of was done, so
// that a crash in between only means to look again.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/imap/number_set.hpp"
#include "postern/mail/types.hpp"

namespace postern::gateway {

/// Flags of one message at one side.
struct FlagState {
    mail::FlagBits bits = 0;
    std::vector<std::string> keywords;  ///< as written; equal in any case
    bool operator==(const FlagState&) const = default;
};

/// What makes one FlagState of another.
struct FlagChange {
    mail::FlagBits set = 0;
    mail::FlagBits cleared = 0;
    std::vector<std::string> keywords_set;
    std::vector<std::string> keywords_cleared;
    bool empty() const {
        return set == 0 && cleared == 0 && keywords_set.empty() && keywords_cleared.empty();
    }
    auto operator<=>(const FlagChange&) const = default;
};
FlagChange change_between(const FlagState& from, const FlagState& to);

/// Three ways, each flag by itself: a side that differs from what was agreed wins; here, if both do.
FlagState merge_flags(const FlagState& agreed, const FlagState& here, const FlagState& there);

struct FolderState {
    std::uint32_t key = 0;  ///< names the folder in receipts; never used twice for a source
    MailboxId mailbox{};
    std::string remote_id;
    std::string name;  ///< of the mailbox here, when both sides agreed
    std::string token;
    UnixTime listed_at = 0;  ///< last full listing
    Modseq looked_at = 0;    ///< changes here up to this one are accounted for
    bool selectable = true;
    imap::UidSet bound;                            ///< messages here that are also there
    std::array<imap::UidSet, 5> flags;             ///< agreed; by bit of mail::Flag
    std::map<std::string, imap::UidSet> keywords;  ///< agreed; lower case

    /// nullopt if it is not what format() gave.
    static std::optional<FolderState> parse(std::string_view text);
    std::string format() const;

    FlagState agreed(Uid uid) const;
    void agree(Uid uid, const FlagState& state);
    void forget(Uid uid);

    /// Receipt::uidl of a message there.
    std::string receipt_id(std::string_view remote_id) const {
        return receipt_prefix() + std::string(remote_id);
    }
    std::string receipt_prefix() const { return std::to_string(key) + ' '; }
};

}  // namespace postern::gateway

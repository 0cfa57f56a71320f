#pragma once
// Flags of messages as text, without making the text anew for each message.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postern/imap/flags.hpp"
#include "postern/mail/mailbox.hpp"

namespace postern::imap {

// The bits of the mail model and of the grammar are the same; \Recent is the grammar's alone.
static_assert(static_cast<int>(mail::answered) == flag_answered &&
              static_cast<int>(mail::flagged) == flag_flagged &&
              static_cast<int>(mail::deleted) == flag_deleted && static_cast<int>(mail::seen) == flag_seen &&
              static_cast<int>(mail::draft) == flag_draft);

/// Valid for one open mailbox; cheap to construct, fills as it is used.
class FlagText {
public:
    /// Inside of the list: "\Answered \Seen work". Valid until the next call.
    std::string_view text(const mail::Mailbox& mailbox, mail::FlagBits flags, bool recent,
                          mail::KeywordSet keywords);

private:
    static constexpr std::size_t most_texts = 4096;

    struct Text {
        std::vector<std::uint16_t> set;  ///< ids of sets are given again
        std::string text;
    };
    std::unordered_map<std::uint64_t, Text> with_keywords_;
};

}  // namespace postern::imap

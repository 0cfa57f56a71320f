#include "flag_text.hpp"

#include <algorithm>
#include <array>

#include "postern/imap/response_writer.hpp"

namespace postern::imap {

namespace {

constexpr std::size_t combinations = 64;

/// Every combination of system flags, written out once.
const std::array<std::string, combinations> system_texts = [] {
    std::array<std::string, combinations> all;
    for (std::size_t bits = 0; bits < combinations; ++bits) {
        Flags flags;
        flags.system = static_cast<std::uint8_t>(bits);
        all[bits] = flags_text(flags);
    }
    return all;
}();

}  // namespace

std::string_view FlagText::text(const mail::Mailbox& mailbox, mail::FlagBits flags, bool recent,
                                mail::KeywordSet keywords) {
    const std::size_t bits = (flags & 31U) | (recent ? std::size_t{flag_recent} : 0U);
    if (keywords == 0) return system_texts[bits];
    const std::uint64_t key = (std::uint64_t{keywords} << 8U) | bits;
    if (with_keywords_.size() >= most_texts) with_keywords_.clear();
    Text& known = with_keywords_[key];
    const auto set = mailbox.keyword_set(keywords);
    if (known.text.empty() || !std::ranges::equal(known.set, set)) {
        known.set.assign(set.begin(), set.end());
        known.text = system_texts[bits];
        for (const std::uint16_t index : set) {
            if (!known.text.empty()) known.text += ' ';
            known.text += mailbox.keywords()[index];
        }
    }
    return known.text;
}

}  // namespace postern::imap

#include "connector-pop3/listing.hpp"

#include <algorithm>
#include <charconv>

namespace postern::pop3 {

namespace {

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

// Cuts a decimal number off the front.
std::optional<std::uint64_t> cut_number(std::string_view& text) {
    text = trim(text);
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
    if (!text.empty() && !blank(text.front())) return std::nullopt;
    return value;
}

}  // namespace

std::optional<Stat> parse_stat(std::string_view text) {
    const auto count = cut_number(text);
    if (!count) return std::nullopt;
    const auto octets = cut_number(text);
    if (!octets) return std::nullopt;
    return Stat{*count, *octets};
}

std::optional<NumberedValue> parse_numbered(std::string_view line) {
    const auto number = cut_number(line);
    if (!number || *number == 0) return std::nullopt;
    return NumberedValue{*number, trim(line)};
}

void Listing::set_stat(std::optional<Stat> stat) {
    stat_ = stat;
    if (!stat_) mark_partial("STAT does not parse");
}

void Listing::mark_partial(std::string_view reason) {
    if (reason_.empty()) reason_ = reason;
}

Listing::Entry* Listing::find(std::uint64_t number) {
    if (cursor_ < entries_.size() && entries_[cursor_].number == number) return &entries_[cursor_++];
    const auto found = by_number_.find(number);
    if (found == by_number_.end()) return nullptr;
    cursor_ = found->second + 1;
    return &entries_[found->second];
}

Listing::Entry* Listing::add(std::uint64_t number) {
    if (full()) {
        mark_partial("too many messages listed");
        return nullptr;
    }
    if (!by_number_.try_emplace(number, entries_.size()).second) {
        mark_partial("a message number is listed twice");
        return nullptr;
    }
    return &entries_.emplace_back(Entry{number, {}, std::nullopt});
}

void Listing::add_uidl_line(std::string_view line) {
    const auto parsed = parse_numbered(line);
    if (!parsed) return mark_partial("a UIDL line does not parse");
    Entry* entry = add(parsed->number);
    if (entry == nullptr) return;
    if (parsed->value.size() > max_uidl) return mark_partial("a unique id is too long");
    entry->uidl = parsed->value;
    if (entry->uidl.empty()) mark_partial("a unique id is empty");
}

void Listing::add_size_line(std::string_view line) {
    const auto parsed = parse_numbered(line);
    if (!parsed) return mark_partial("a LIST line does not parse");
    Entry* entry = find(parsed->number);
    if (entry == nullptr && !uses_uidl_) entry = add(parsed->number);
    // Listed by LIST alone: mail that came between the two commands (gateway.md 2.1). It waits for the next session.
    if (entry == nullptr) return;
    std::string_view value = parsed->value;
    entry->size = cut_number(value);
}

void Listing::check_numbers() {
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& a, const Entry& b) { return a.number < b.number; });
    // A fresh session has no deleted marks, so numbers run from 1 without gaps (RFC 1939 section 4).
    if (!entries_.empty() && entries_.back().number != entries_.size()) {
        mark_partial("message numbers have gaps");
    }
}

void Listing::check_count() {
    if (!stat_) return;
    const std::uint64_t count = entries_.size();
    if (count < stat_->count) mark_partial("fewer messages listed than STAT says");
    const std::uint64_t tail = std::max<std::uint64_t>(5, stat_->count / 100);
    if (count > stat_->count + tail) mark_partial("far more messages listed than STAT says");
}

std::string Listing::finish() {
    check_numbers();
    check_count();
    return reason_;
}

}  // namespace postern::pop3

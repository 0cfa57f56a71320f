#pragma once
// The answers to STAT, LIST and UIDL (RFC 1939 sections 5 and 7), read tolerantly: blanks within and around, ids with
// spaces or octets above 126, ids longer than 70 octets, further fields after a size.
//
//     S: 2 320          S: 1 120          S: 1 whqtswO00WBw418f9t5JxYwZ
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace postern::pop3 {

/// Longer ids are not ids but noise; the listing is then not complete.
constexpr std::size_t max_uidl = 1000;
/// A line of LIST or UIDL, terminator excluded.
constexpr std::size_t max_listing_line = 2048;

struct Stat {
    std::uint64_t count = 0;
    std::uint64_t octets = 0;
};
/// The text after +OK.
std::optional<Stat> parse_stat(std::string_view text);

struct NumberedValue {
    std::uint64_t number = 0;
    std::string_view value;  ///< trimmed; "" if there is none
};
/// One line of LIST or UIDL, or the text after +OK of "UIDL 7".
std::optional<NumberedValue> parse_numbered(std::string_view line);

/// STAT, LIST and UIDL of one session put together.
class Listing {
public:
    struct Entry {
        std::uint64_t number = 0;
        std::string uidl;
        std::optional<std::uint64_t> size;
    };

    explicit Listing(std::uint64_t max_entries) : max_entries_(max_entries) {}

    void set_stat(std::optional<Stat> stat);
    void add_uidl_line(std::string_view line);
    void add_size_line(std::string_view line);
    /// A command failed or its answer had no end.
    void mark_partial(std::string_view reason);
    /// Set when the server has no UIDL: entries come from LIST alone.
    void without_uidl() { uses_uidl_ = false; }

    bool full() const { return entries_.size() >= max_entries_; }
    /// Applies the rules of gateway.md 2.1. "" if complete, else why not. Sorts by number.
    std::string finish();

    const std::optional<Stat>& stat() const { return stat_; }
    const std::vector<Entry>& entries() const { return entries_; }
    std::vector<Entry>& entries() { return entries_; }

private:
    Entry* find(std::uint64_t number);
    Entry* add(std::uint64_t number);
    void check_numbers();
    void check_count();

    std::uint64_t max_entries_;
    bool uses_uidl_ = true;
    std::optional<Stat> stat_;
    std::vector<Entry> entries_;
    std::unordered_map<std::uint64_t, std::size_t> by_number_;
    std::size_t cursor_ = 0;  ///< LIST follows UIDL's order: the next entry is nearly always the one
    std::string reason_;
};

}  // namespace postern::pop3

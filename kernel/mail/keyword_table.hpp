#pragma once
// Keywords of a mailbox: a dictionary of names and the interned sets of them (mailbox.hpp, KeywordSet).
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "postern/mail/types.hpp"

namespace postern::mail {

constexpr std::size_t max_keywords = 4096;       ///< different names in one mailbox
constexpr std::size_t max_keyword_length = 256;  ///< octets

class KeywordTable {
public:
    KeywordTable();

    const std::vector<std::string>& names() const { return names_; }
    /// Ids of sets are below this.
    std::size_t set_count() const { return sets_.size(); }
    /// Ascending indexes into names().
    std::span<const std::uint16_t> set(KeywordSet id) const { return sets_[id]; }
    std::optional<std::uint16_t> find(std::string_view name) const;

    /// The index of a name, new or known (case-insensitive). Not set if the table is full.
    std::optional<std::uint16_t> add(std::string_view name);
    /// The id of a set; `indexes` in any order, doubles allowed, each below names().size().
    KeywordSet intern(std::vector<std::uint16_t> indexes);
    KeywordSet united(KeywordSet set, KeywordSet with);
    KeywordSet without(KeywordSet set, KeywordSet removed);

    /// So many sets have been interned that looking which are still in use is worth while.
    bool is_crowded() const { return sets_.size() - free_.size() > enough_; }
    /// Forgets the sets that are not `used` (by id): their ids will stand for others.
    void keep(const std::vector<bool>& used);

private:
    static constexpr std::size_t least_enough = 128;

    std::vector<std::string> names_;
    std::unordered_map<std::string, std::uint16_t> by_name_;  // folded to lower case
    std::vector<std::vector<std::uint16_t>> sets_;
    std::map<std::vector<std::uint16_t>, KeywordSet> by_set_;
    std::vector<KeywordSet> free_;  // ids without a set
    std::size_t enough_ = least_enough;
};

}  // namespace postern::mail

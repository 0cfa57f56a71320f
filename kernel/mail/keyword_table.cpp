#include "kernel/mail/keyword_table.hpp"

#include <algorithm>
#include <iterator>

namespace postern::mail {

namespace {

std::string folded(std::string_view name) {
    std::string lower(name);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return lower;
}

}  // namespace

KeywordTable::KeywordTable() : sets_(1) {
    by_set_.emplace(std::vector<std::uint16_t>{}, 0);
}

std::optional<std::uint16_t> KeywordTable::find(std::string_view name) const {
    const auto found = by_name_.find(folded(name));
    if (found == by_name_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::uint16_t> KeywordTable::add(std::string_view name) {
    if (const auto known = find(name)) return known;
    if (names_.size() >= max_keywords) return std::nullopt;
    const auto index = static_cast<std::uint16_t>(names_.size());
    names_.emplace_back(name);
    by_name_.emplace(folded(name), index);
    return index;
}

KeywordSet KeywordTable::intern(std::vector<std::uint16_t> indexes) {
    std::sort(indexes.begin(), indexes.end());
    indexes.erase(std::unique(indexes.begin(), indexes.end()), indexes.end());
    const auto known = by_set_.find(indexes);
    if (known != by_set_.end()) return known->second;
    auto id = static_cast<KeywordSet>(sets_.size());
    if (free_.empty()) {
        sets_.push_back(indexes);
    } else {
        id = free_.back();
        free_.pop_back();
        sets_[id] = indexes;
    }
    by_set_.emplace(std::move(indexes), id);
    return id;
}

void KeywordTable::keep(const std::vector<bool>& used) {
    free_.clear();
    for (KeywordSet id = 1; id < sets_.size(); ++id) {
        if (used[id]) continue;
        by_set_.erase(sets_[id]);
        sets_[id] = {};
        free_.push_back(id);
    }
    by_set_.emplace(std::vector<std::uint16_t>{}, 0);
    enough_ = std::max(least_enough, 2 * (sets_.size() - free_.size()));
}

KeywordSet KeywordTable::united(KeywordSet set, KeywordSet with) {
    if (with == 0 || set == with) return set;
    if (set == 0) return with;
    std::vector<std::uint16_t> all;
    std::set_union(sets_[set].begin(), sets_[set].end(), sets_[with].begin(), sets_[with].end(),
                   std::back_inserter(all));
    return intern(std::move(all));
}

KeywordSet KeywordTable::without(KeywordSet set, KeywordSet removed) {
    if (set == 0 || removed == 0) return set;
    std::vector<std::uint16_t> rest;
    std::set_difference(sets_[set].begin(), sets_[set].end(), sets_[removed].begin(), sets_[removed].end(),
                        std::back_inserter(rest));
    return intern(std::move(rest));
}

}  // namespace postern::mail

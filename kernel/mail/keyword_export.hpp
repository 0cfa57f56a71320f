#pragma once
#include <unordered_map>

#include "kernel/mail/change_record.hpp"
#include "kernel/mail/keyword_table.hpp"

namespace postern::mail {

/// Puts keyword sets of a mailbox by name into a record, each once.
class KeywordExport {
public:
    KeywordExport(const KeywordTable& table, Change& change) : table_(table), change_(change) {
        change_.keyword_sets.resize(1);
        sets_.emplace(0, 0);
    }

    /// The set's index in the record.
    std::uint32_t local(KeywordSet set) {
        if (set == 0) return 0;
        const auto [at, fresh] = sets_.emplace(set, static_cast<std::uint32_t>(change_.keyword_sets.size()));
        if (fresh) {
            auto& indexes = change_.keyword_sets.emplace_back();
            for (const auto index : table_.set(set)) indexes.push_back(name(index));
        }
        return at->second;
    }

private:
    std::uint16_t name(std::uint16_t index) {
        const auto [at, fresh] = names_.emplace(index, static_cast<std::uint16_t>(change_.keywords.size()));
        if (fresh) change_.keywords.push_back(table_.names()[index]);
        return at->second;
    }

    const KeywordTable& table_;
    Change& change_;
    std::unordered_map<KeywordSet, std::uint32_t> sets_;
    std::unordered_map<std::uint16_t, std::uint16_t> names_;
};

}  // namespace postern::mail

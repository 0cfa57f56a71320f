#pragma once
// The resident attributes of an account in memory, kept current by its log.
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/mail/change_record.hpp"
#include "postern/store/records.hpp"

namespace postern::mail {

/// What entries that are resident begin with.
constexpr std::string_view resident_prefix = ".";

class AttributeTable {
public:
    explicit AttributeTable(const std::vector<store::Attribute>& resident);

    /// Null if there is none.
    const std::string* find(MailboxId mailbox, std::string_view entry) const;
    /// Applies one log row.
    void apply(const Change& change, MailboxId mailbox);

private:
    struct Before {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const {
            if (a.first != b.first) return a.first < b.first;
            return std::string_view(a.second) < std::string_view(b.second);
        }
    };
    std::map<std::pair<MailboxId, std::string>, std::string, Before> values_;
};

/// The log rows that tell of these writes, one for each mailbox. What the server keeps for itself is not told.
std::vector<store::NewChange> changes_of(const std::vector<store::AttributeWrite>& writes);

}  // namespace postern::mail

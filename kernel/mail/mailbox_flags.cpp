// STORE: from slots and wanted flags to one log row.
#include <unordered_map>

#include "kernel/mail/account.hpp"
#include "kernel/mail/keyword_export.hpp"
#include "kernel/mail/mailbox.hpp"
#include "kernel/mail/view.hpp"

namespace postern::mail {

namespace {

constexpr FlagBits every_flag = answered | flagged | deleted | seen | draft;

/// Messages that get the same flags, as ranges.
class FlagGroups {
public:
    explicit FlagGroups(const MailboxState& state) : state_(state), columns_(state.columns()) {}

    void add(Slot slot, FlagBits flags, KeywordSet keywords) {
        const std::uint64_t key = (std::uint64_t{keywords} << 8) | flags;
        if (groups_.empty() || key != groups_[last_].key) find_group(key);
        Group& group = groups_[last_];
        const Uid uid = columns_.uid[slot];
        // What lies between two messages and is dead may be covered: it stays dead.
        if (!group.ranges.empty() && state_.alive().next(group.before + 1) == slot) {
            group.ranges.back().last = uid;
        } else {
            group.ranges.push_back({uid, uid});
        }
        group.before = slot;
    }

    void write(Change& change) const {
        KeywordExport keywords(state_.keywords(), change);
        for (const Group& group : groups_) {
            change.groups.push_back({static_cast<FlagBits>(group.key & 0xff),
                                     keywords.local(static_cast<KeywordSet>(group.key >> 8)),
                                     static_cast<std::uint32_t>(group.ranges.size())});
            change.ranges.insert(change.ranges.end(), group.ranges.begin(), group.ranges.end());
        }
    }

private:
    struct Group {
        std::uint64_t key;
        std::vector<UidRange> ranges;
        Slot before = no_slot;
    };

    void find_group(std::uint64_t key) {
        const auto [at, fresh] = index_.emplace(key, groups_.size());
        if (fresh) groups_.push_back({key, {}, no_slot});
        last_ = at->second;
    }

    const MailboxState& state_;
    Columns columns_;
    std::vector<Group> groups_;
    std::unordered_map<std::uint64_t, std::size_t> index_;
    std::size_t last_ = 0;
};

/// `may`: those that may be changed.
FlagBits new_flags(const StoreFlagsRequest& request, FlagBits now, FlagBits may) {
    const FlagBits named = request.flags & every_flag & may;
    switch (request.mode) {
        case StoreFlagsRequest::Mode::add:
            return now | named;
        case StoreFlagsRequest::Mode::remove:
            return static_cast<FlagBits>(now & ~named);
        case StoreFlagsRequest::Mode::replace:
            break;
    }
    return static_cast<FlagBits>((now & ~may) | named);
}

KeywordSet new_keywords(KeywordTable& table, StoreFlagsRequest::Mode mode, KeywordSet now,
                        KeywordSet wanted) {
    switch (mode) {
        case StoreFlagsRequest::Mode::add:
            return table.united(now, wanted);
        case StoreFlagsRequest::Mode::remove:
            return table.without(now, wanted);
        case StoreFlagsRequest::Mode::replace:
            break;
    }
    return wanted;
}

}  // namespace

Result<KeywordSet> MailboxImpl::wanted_keywords(const StoreFlagsRequest& request) {
    KeywordTable& table = state_.keywords();
    std::vector<std::uint16_t> indexes;
    for (const auto& name : request.keywords) {
        if (name.empty() || name.size() > max_keyword_length) return Error(Errc::invalid, "not a keyword");
        const bool remove = request.mode == StoreFlagsRequest::Mode::remove;
        const auto index = remove ? table.find(name) : table.add(name);
        if (index) {
            indexes.push_back(*index);
        } else if (!remove) {
            return Error(Errc::too_large, "the mailbox has too many keywords");
        }
    }
    return table.intern(std::move(indexes));
}

Result<bool> MailboxImpl::prepare_flags(const StoreFlagsRequest& request, StoreFlagsResult& result,
                                        store::Transaction& transaction) {
    result = {};
    if (!exists_) return Error(Errc::not_found, "the mailbox was deleted");
    FlagRights rights;
    GuardedOperation operation = guarded(GuardedOperation::Kind::store_flags, request.slots, request.cause);
    operation.flags = request.flags;
    operation.keywords = !request.keywords.empty();
    operation.flag_rights = &rights;
    auto allowed = account_.ask_guards(operation);
    if (!allowed) return allowed.error();
    auto wanted = wanted_keywords(request);
    if (!wanted) return wanted.error();
    const Columns columns = state_.columns();
    FlagGroups groups(state_);
    Change change;
    change.kind = ChangeKind::flags;
    for (const Slot slot : request.slots) {
        if (!state_.alive().test(slot)) {
            result.gone.push_back(slot);
            continue;
        }
        if (request.unchanged_since && columns.modseq[slot] > *request.unchanged_since) {
            result.modified.push_back(slot);
            continue;
        }
        const FlagBits before = columns.flags[slot];
        const FlagBits flags = new_flags(request, before, rights.flags);
        KeywordSet keywords = columns.keywords[slot];
        if (rights.keywords) keywords = new_keywords(state_.keywords(), request.mode, keywords, *wanted);
        if (flags == before && keywords == columns.keywords[slot]) continue;
        groups.add(slot, flags, keywords);
        change.counters.unseen += ((before & seen) != 0) - ((flags & seen) != 0);
        change.counters.deleted += ((flags & deleted) != 0) - ((before & deleted) != 0);
        result.changed.push_back(slot);
    }
    if (result.changed.empty()) return false;
    groups.write(change);
    change.recent_from = unsaved_recent();
    transaction.changes.push_back({id_, encode_change(change), 0, change.counters});
    transaction.durable = !account_.options().asynchronous_flags;
    return true;
}

Task<Result<StoreFlagsResult>> MailboxImpl::store_flags(StoreFlagsRequest request) {
    const Pin pin(*this);
    StoreFlagsResult result;
    auto write = account_.new_write(request.cause);
    if (request.silent_for) write->origin.silent_view = static_cast<ViewImpl*>(request.silent_for)->number();
    write->prepare = [this, &request, &result](store::Transaction& transaction) {
        return prepare_flags(request, result, transaction);
    };
    auto committed = co_await account_.write(write);
    if (!committed) co_return committed.error();
    if (!result.changed.empty()) result.modseq = committed->last_modseq;
    co_return result;
}

}  // namespace postern::mail

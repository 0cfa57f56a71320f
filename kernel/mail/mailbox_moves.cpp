// EXPUNGE, COPY and MOVE: placements removed and added; the content stays where it is.
#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/keyword_export.hpp"
#include "kernel/mail/mailbox.hpp"

namespace postern::mail {

std::vector<Slot> MailboxImpl::still_living(std::span<const Slot> slots) const {
    std::vector<Slot> living;
    living.reserve(slots.size());
    for (const Slot slot : slots) {
        if (state_.alive().test(slot)) living.push_back(slot);
    }
    return living;
}

GuardedOperation MailboxImpl::guarded(GuardedOperation::Kind kind, std::span<const Slot> slots,
                                      const Cause& cause) const {
    GuardedOperation operation{};
    operation.kind = kind;
    operation.account = &account_;
    operation.mailbox = &info();
    operation.messages = slots.size();
    const auto [messages, bytes] = account_.pending();
    operation.pending_messages = messages;
    operation.pending_bytes = bytes;
    operation.cause = &cause;
    return operation;
}

Change MailboxImpl::placements_of(std::span<const Slot> slots, UnixTime saved) const {
    Change change;
    change.kind = ChangeKind::added;
    change.saved = saved;
    KeywordExport keywords(state_.keywords(), change);
    const Columns columns = state_.columns();
    change.added.reserve(slots.size());
    for (const Slot slot : slots) {
        change.added.push_back({columns.message[slot], columns.flags[slot],
                                keywords.local(columns.keywords[slot]), columns.size[slot],
                                columns.internal_date[slot], columns.zone[slot]});
    }
    change.counters = counters_of(change.added);
    return change;
}

Change MailboxImpl::removal_of(std::span<const Slot> slots) const {
    Change change;
    change.kind = ChangeKind::expunged;
    const Columns columns = state_.columns();
    for (const Slot slot : slots) {
        const Uid uid = columns.uid[slot];
        if (!change.ranges.empty() && change.ranges.back().last + 1 == uid) {
            change.ranges.back().last = uid;
        } else {
            change.ranges.push_back({uid, uid});
        }
        change.counters.total -= 1;
        change.counters.unseen -= (columns.flags[slot] & seen) == 0;
        change.counters.deleted -= (columns.flags[slot] & deleted) != 0;
        change.counters.bytes -= columns.size[slot];
    }
    change.recent_from = unsaved_recent();
    return change;
}

std::vector<store::ReferenceChange> MailboxImpl::references_of(std::span<const Slot> slots, int delta) const {
    std::vector<store::ReferenceChange> references;
    references.reserve(slots.size());
    const Columns columns = state_.columns();
    for (const Slot slot : slots) references.push_back({columns.message[slot], delta});
    return references;
}

Result<bool> MailboxImpl::prepare_expunge(const ExpungeRequest& request, ExpungeResult& result,
                                          store::Transaction& transaction) {
    result = {};
    if (!exists_) return Error(Errc::not_found, "the mailbox was deleted");
    const Columns columns = state_.columns();
    std::vector<Slot> slots = request.slots ? still_living(*request.slots) : living();
    if (!request.force) {
        std::erase_if(slots, [&](Slot slot) { return (columns.flags[slot] & deleted) == 0; });
    }
    if (!slots.empty()) {
        auto allowed = account_.ask_guards(guarded(GuardedOperation::Kind::expunge, slots, request.cause));
        if (!allowed) return allowed.error();
        const Change change = removal_of(slots);
        transaction.changes.push_back({id_, encode_change(change), 0, change.counters});
        transaction.references = references_of(slots, -1);
        result.uids.reserve(slots.size());
        for (const Slot slot : slots) result.uids.push_back(columns.uid[slot]);
    }
    transaction.last_copy = request.last_copy;
    transaction.receipts = request.receipts;
    transaction.fence = request.fence;
    return !slots.empty() || !request.receipts.empty();
}

Task<Result<ExpungeResult>> MailboxImpl::expunge(ExpungeRequest request) {
    const Pin pin(*this);
    ExpungeResult result;
    auto write = account_.new_write(request.cause);
    write->prepare = [this, &request, &result](store::Transaction& transaction) {
        return prepare_expunge(request, result, transaction);
    };
    auto committed = co_await account_.write(write);
    if (!committed) co_return committed.error();
    if (!result.uids.empty()) result.modseq = committed->last_modseq;
    co_return result;
}

namespace {

/// What may not be set in the destination is not set there.
void restrict_flags(Change& added, const FlagRights& rights) {
    for (AddedMessage& message : added.added) {
        message.flags &= rights.flags;
        if (!rights.keywords) message.keyword_set = 0;
    }
    added.counters = counters_of(added.added);
}

}  // namespace

Result<bool> MailboxImpl::prepare_transfer(const TransferRequest& request, TransferResult& result,
                                           store::Transaction& transaction) {
    result = {};
    const MailboxInfo* destination = account_.find_mailbox(request.destination);
    if (!exists_) return Error(Errc::not_found, "the mailbox was deleted");
    if (!destination) return Error(Errc::not_found, "there is no such destination");
    result.uidvalidity = destination->uidvalidity;
    const std::vector<Slot> slots = still_living(request.slots);
    if (slots.empty()) return false;
    Change added = placements_of(slots, account_.now());
    GuardedOperation operation = guarded(GuardedOperation::Kind::transfer, slots, request.cause);
    operation.destination = destination;
    operation.move = request.move;
    operation.added_messages = request.move ? 0 : slots.size();
    operation.bytes = request.move ? 0 : static_cast<std::uint64_t>(added.counters.bytes);
    for (const AddedMessage& message : added.added) {
        operation.flags |= message.flags;
        operation.keywords = operation.keywords || message.keyword_set != 0;
    }
    FlagRights rights;
    operation.flag_rights = &rights;
    auto allowed = account_.ask_guards(operation);
    if (!allowed) return allowed.error();
    restrict_flags(added, rights);
    transaction.changes.push_back({request.destination, encode_change(added),
                                   static_cast<std::uint32_t>(slots.size()), added.counters});
    if (request.move) {
        // A placement more and one less: no reference changes.
        const Change removed = removal_of(slots);
        transaction.changes.push_back({id_, encode_change(removed), 0, removed.counters});
    } else {
        transaction.references = references_of(slots, +1);
    }
    const Columns columns = state_.columns();
    result.source.reserve(slots.size());
    for (const Slot slot : slots) result.source.push_back(columns.uid[slot]);
    return true;
}

Task<Result<TransferResult>> MailboxImpl::transfer(TransferRequest request) {
    const Pin pin(*this);
    TransferResult result;
    auto write = account_.new_write(request.cause);
    write->prepare = [this, &request, &result](store::Transaction& transaction) {
        return prepare_transfer(request, result, transaction);
    };
    auto committed = co_await account_.write(write);
    if (!committed) co_return committed.error();
    if (result.source.empty()) co_return result;
    const Uid first = committed->first_uids.front();
    result.destination.reserve(result.source.size());
    for (std::size_t i = 0; i < result.source.size(); ++i) {
        result.destination.push_back(first + static_cast<Uid>(i));
    }
    if (request.move) result.modseq = committed->last_modseq;
    co_return result;
}

}  // namespace postern::mail

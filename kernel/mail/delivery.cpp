// Delivery: from octets to one transaction with content, record, placement and receipt.
#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/content_codec.hpp"
#include "kernel/mail/keyword_export.hpp"
#include "kernel/mail/mailbox.hpp"
#include "postern/mime/record.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::mail {

/// A delivery with everything computed that does not depend on the account's state.
struct AccountImpl::Prepared {
    std::vector<store::Content> contents;     // of the new messages, in order
    std::vector<store::NewMessage> messages;  // the new ones
    std::vector<StoredMessagePtr> existing;   // one each for those that are restored
    Change change;
    std::vector<MessageId> ids;  // of all, in order
};

namespace {

std::uint64_t octets_of(const DeliveryRequest& request) {
    std::uint64_t octets = 0;
    for (const NewMail& mail : request.messages) octets += mail.content ? mail.content->size() : 0;
    return octets;
}

/// Adds the mail's keywords to the record and answers the index of their set.
std::uint32_t add_keywords(Change& change, const std::vector<std::string>& names) {
    if (names.empty()) return 0;
    std::vector<std::uint16_t> set;
    for (const auto& name : names) {
        auto at = std::find(change.keywords.begin(), change.keywords.end(), name);
        if (at == change.keywords.end()) at = change.keywords.insert(at, name);
        set.push_back(static_cast<std::uint16_t>(at - change.keywords.begin()));
    }
    const auto known = std::find(change.keyword_sets.begin(), change.keyword_sets.end(), set);
    if (known != change.keyword_sets.end()) {
        return static_cast<std::uint32_t>(known - change.keyword_sets.begin());
    }
    change.keyword_sets.push_back(std::move(set));
    return static_cast<std::uint32_t>(change.keyword_sets.size() - 1);
}

struct Encoded {
    std::vector<store::Content> contents;
    std::vector<std::string> records;
};

/// The part that costs: hash, record, compression. Any thread.
Encoded encode(const DeliveryRequest& request) {
    Encoded encoded;
    for (const NewMail& mail : request.messages) {
        if (mail.existing) continue;
        encoded.contents.push_back(encode_content(*mail.content));
        encoded.records.push_back(mime::build_record(*mail.content));
    }
    return encoded;
}

Result<void> check(const DeliveryRequest& request) {
    if (request.messages.empty()) return Error(Errc::invalid, "a delivery without messages");
    for (const NewMail& mail : request.messages) {
        if (!mail.content && !mail.existing) return Error(Errc::invalid, "a delivery without content");
        if (mail.content && mail.content->size() > 0xffffffffULL)
            return Error(Errc::too_large, "the message is too large");
        for (const auto& keyword : mail.keywords) {
            if (keyword.empty() || keyword.size() > max_keyword_length)
                return Error(Errc::invalid, "not a keyword");
        }
    }
    return {};
}

}  // namespace

Task<Result<std::shared_ptr<AccountImpl::Prepared>>> AccountImpl::prepare_delivery(
    std::shared_ptr<DeliveryRequest> request) {
    auto prepared = std::make_shared<Prepared>();
    auto existing = co_await find_existing(request, prepared);
    if (!existing) co_return existing.error();
    Encoded encoded;
    if (octets_of(*request) <= core_.options.inline_limit) {
        encoded = encode(*request);
    } else {
        std::function<Result<Encoded>()> job = [request]() -> Result<Encoded> { return encode(*request); };
        auto done =
            co_await run_on_lane<Encoded>(core_.runtime, LaneKind::cpu, core_.ids.next(), std::move(job));
        if (!done) co_return done.error();
        encoded = std::move(*done);
    }
    prepared->contents = std::move(encoded.contents);
    Change& change = prepared->change;
    change.kind = ChangeKind::added;
    change.keyword_sets.resize(1);
    change.saved = core_.now();
    std::size_t fresh = 0;
    std::size_t restored = 0;
    for (const NewMail& mail : request->messages) {
        AddedMessage added;
        if (mail.existing) {
            added.message = *mail.existing;
            added.size = static_cast<std::uint32_t>(prepared->existing[restored++]->record.size());
        } else {
            added.message = MessageId{core_.ids.next()};
            added.size = static_cast<std::uint32_t>(mail.content->size());
            prepared->messages.push_back(
                {added.message, prepared->contents[fresh].hash, std::move(encoded.records[fresh])});
            ++fresh;
        }
        added.flags = mail.flags & (answered | flagged | deleted | seen | draft);
        added.keyword_set = add_keywords(change, mail.keywords);
        added.internal_date = mail.internal_date.value_or(change.saved);
        added.zone = mail.internal_date ? mail.zone : std::int16_t{0};
        prepared->ids.push_back(added.message);
        change.added.push_back(added);
    }
    change.counters = counters_of(change.added);
    co_return prepared;
}

/// Loads what is restored: its size is needed, and that it is there.
Task<Result<void>> AccountImpl::find_existing(std::shared_ptr<DeliveryRequest> request,
                                              std::shared_ptr<Prepared> prepared) {
    std::vector<MessageId> ids;
    for (const NewMail& mail : request->messages) {
        if (mail.existing) ids.push_back(*mail.existing);
    }
    if (ids.empty()) co_return Result<void>{};
    auto loaded = co_await load_messages(std::move(ids));
    if (!loaded) co_return loaded.error();
    for (const auto& message : *loaded) {
        if (!message) co_return Error(Errc::not_found, "the message to restore is gone");
    }
    prepared->existing = std::move(*loaded);
    co_return Result<void>{};
}

WriteRequestPtr AccountImpl::delivery_write(DeliveryRequest& request, Prepared& prepared) const {
    auto write = new_write(request.cause);
    store::Transaction& transaction = write->transaction;
    transaction.fence = request.fence;
    transaction.contents = std::move(prepared.contents);
    transaction.messages = prepared.messages;
    for (const MessageId id : prepared.ids) transaction.references.push_back({id, +1});
    transaction.changes.push_back({request.mailbox, encode_change(prepared.change),
                                   static_cast<std::uint32_t>(prepared.ids.size()),
                                   prepared.change.counters});
    for (std::size_t i = 0; i < request.messages.size(); ++i) {
        auto& receipt = request.messages[i].receipt;
        if (!receipt) continue;
        receipt->receipt.message = prepared.ids[i];
        transaction.receipts.push_back(std::move(*receipt));
    }
    return write;
}

Result<bool> AccountImpl::remove_replaced(const DeliveryRequest& request, store::Transaction& transaction) {
    ExpungeRequest removal;
    removal.slots = request.replaced;
    removal.force = true;
    removal.cause = request.cause;
    ExpungeResult removed;
    auto& mailbox = static_cast<MailboxImpl&>(*request.replaced_in);
    auto prepared = mailbox.prepare_expunge(removal, removed, transaction);
    if (!prepared) return prepared;
    if (removed.uids.size() != request.replaced.size())
        return Error(Errc::not_found, "the message to be replaced is gone");
    return true;
}

void AccountImpl::make_dependent(WriteRequest& write, std::shared_ptr<const DeliveryRequest> request) const {
    auto delivery = std::make_shared<const store::Transaction>(std::move(write.transaction));
    write.prepare = [this, request, delivery](store::Transaction& transaction) -> Result<bool> {
        const MailboxInfo* mailbox = table_.find(request->mailbox);
        if (!mailbox) return Error(Errc::not_found, "there is no such mailbox");
        auto allowed = ask_guards(guarded_delivery(*request, *mailbox));
        if (!allowed) return allowed.error();
        if (request->replaced_in) {
            auto removed = remove_replaced(*request, transaction);
            if (!removed) return removed;
        }
        transaction.fence = delivery->fence;
        transaction.contents = delivery->contents;
        transaction.messages = delivery->messages;
        transaction.receipts = delivery->receipts;
        // The new rows come first: their UIDs are the first ones the store answers.
        transaction.references.insert(transaction.references.begin(), delivery->references.begin(),
                                      delivery->references.end());
        transaction.changes.insert(transaction.changes.begin(), delivery->changes.begin(),
                                   delivery->changes.end());
        return true;
    };
}

/// Whoever hears of a new message asks for it at once.
void AccountImpl::cache_delivered(const DeliveryRequest& request, Prepared& prepared) {
    auto message = prepared.messages.begin();
    for (const NewMail& mail : request.messages) {
        if (mail.existing) continue;
        if (mail.content->size() <= store::content_chunk_size && !mail.content->empty()) {
            core_.contents.put({id_, message->content, 0}, mail.content, mail.content->size());
        }
        keep_message({message->id, message->content, 1, 0, std::move(message->record)});
        ++message;
    }
}

/// A delivery that was let through, until it is written or has failed.
class AccountImpl::Pending {
public:
    Pending(AccountImpl& account, const GuardedOperation& operation)
        : account_(account), messages_(operation.added_messages), bytes_(operation.bytes) {
        account_.pending_messages_ += messages_;
        account_.pending_bytes_ += bytes_;
    }
    ~Pending() {
        account_.pending_messages_ -= messages_;
        account_.pending_bytes_ -= bytes_;
    }
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;

private:
    AccountImpl& account_;
    std::uint64_t messages_;
    std::uint64_t bytes_;
};

GuardedOperation AccountImpl::guarded_delivery(const DeliveryRequest& request,
                                               const MailboxInfo& mailbox) const {
    GuardedOperation operation{};
    operation.kind = GuardedOperation::Kind::deliver;
    operation.account = this;
    operation.mailbox = &mailbox;
    operation.messages = request.messages.size();
    // What is replaced makes room: only the difference counts.
    std::uint64_t freed = 0;
    for (const Slot slot : request.replaced) freed += request.replaced_in->columns().size[slot];
    operation.added_messages = operation.messages - std::min(operation.messages, request.replaced.size());
    operation.bytes = octets_of(request) - std::min(octets_of(request), freed);
    operation.pending_messages = pending_messages_;
    operation.pending_bytes = pending_bytes_;
    for (const NewMail& mail : request.messages) {
        operation.flags |= mail.flags;
        operation.keywords = operation.keywords || !mail.keywords.empty();
    }
    operation.cause = &request.cause;
    return operation;
}

Result<bool> AccountImpl::admit(DeliveryRequest& request, GuardedOperation& operation) const {
    FlagRights rights;
    operation.flag_rights = &rights;
    auto allowed = ask_guards(operation);
    if (!allowed) return allowed.error();
    for (NewMail& mail : request.messages) {
        mail.flags &= rights.flags;
        if (!rights.keywords) mail.keywords.clear();
    }
    return std::any_of(core_.guards.begin(), core_.guards.end(),
                       [&](StoreGuard* guard) { return guard->depends_on_state(operation); });
}

Task<Result<DeliveryResult>> AccountImpl::deliver(DeliveryRequest request) {
    auto valid = check(request);
    if (!valid) co_return valid.error();
    const MailboxInfo* mailbox = table_.find(request.mailbox);
    if (!mailbox) co_return Error(Errc::not_found, "there is no such mailbox");
    GuardedOperation operation = guarded_delivery(request, *mailbox);
    auto narrow = admit(request, operation);
    if (!narrow) co_return narrow.error();
    const bool dependent = *narrow || request.replaced_in;
    std::optional<Pending> pending;
    if (!dependent) pending.emplace(*this, operation);

    DeliveryResult result;
    result.uidvalidity = mailbox->uidvalidity;
    auto shared = std::make_shared<DeliveryRequest>(std::move(request));
    auto prepared = co_await prepare_delivery(shared);
    if (!prepared) co_return prepared.error();
    auto request_to_write = delivery_write(*shared, **prepared);
    cache_delivered(*shared, **prepared);
    std::optional<MailboxImpl::Pin> pin;
    if (shared->replaced_in) pin.emplace(static_cast<MailboxImpl&>(*shared->replaced_in));
    if (dependent) make_dependent(*request_to_write, shared);
    auto committed = co_await write(request_to_write);
    if (!committed) co_return committed.error();
    for (std::size_t i = 0; i < (*prepared)->ids.size(); ++i) {
        result.uids.push_back(committed->first_uids.front() + static_cast<Uid>(i));
    }
    result.messages = (*prepared)->ids;
    result.modseq = committed->last_modseq;
    if (pin) result.expunge_modseq = result.modseq--;
    co_return result;
}

}  // namespace postern::mail

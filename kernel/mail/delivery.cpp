// Delivery: from octets to one transaction with content, record, placements and receipt.
#include <algorithm>
#include <list>
#include <map>

#include "kernel/mail/account.hpp"
#include "kernel/mail/content_codec.hpp"
#include "kernel/mail/keyword_export.hpp"
#include "kernel/mail/mailbox.hpp"
#include "postern/mime/record.hpp"
#include "postern/runtime/lane.hpp"

namespace postern::mail {

/// Deliveries of one transaction with everything computed that does not depend on the account's state.
struct AccountImpl::Prepared {
    struct Part {
        Change change;
        std::vector<MessageId> ids;  // of all its messages, in order
    };
    std::vector<std::shared_ptr<const std::string>> octets;  // of the new messages
    std::vector<store::Content> contents;                    // in step
    std::vector<store::NewMessage> messages;                 // in step
    std::vector<StoredMessagePtr> existing;                  // one each for those that are restored
    std::vector<Part> parts;                                 // one a request
};

namespace {

using Requests = std::vector<DeliveryRequest>;
using Octets = std::vector<std::shared_ptr<const std::string>>;

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

/// Finds the new messages among those of a transaction: what several requests share is one.
class NewMessages {
public:
    explicit NewMessages(const Requests& requests) : shared_(requests.size() > 1) {
        for (const DeliveryRequest& request : requests) {
            for (const NewMail& mail : request.messages) {
                if (mail.existing) continue;
                if (index(mail) == octets_.size()) octets_.push_back(mail.content);
            }
        }
        next_ = 0;
    }
    Octets take_octets() { return std::move(octets_); }
    /// To be asked for each new message, in order.
    std::size_t index(const NewMail& mail) {
        if (!shared_) return next_++;
        return known_.try_emplace(mail.content.get(), known_.size()).first->second;
    }

private:
    bool shared_;
    Octets octets_;
    std::map<const std::string*, std::size_t> known_;
    std::size_t next_ = 0;
};

struct Encoded {
    std::vector<store::Content> contents;
    std::vector<std::string> records;
};

/// The part that costs: hash, record, compression. Any thread.
Encoded encode(const Octets& octets) {
    Encoded encoded;
    for (const auto& content : octets) {
        encoded.contents.push_back(encode_content(*content));
        encoded.records.push_back(mime::build_record(*content));
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

Result<void> check(const Requests& requests) {
    if (requests.empty()) return Error(Errc::invalid, "no deliveries");
    for (const DeliveryRequest& request : requests) {
        auto valid = check(request);
        if (!valid) return valid;
    }
    const auto replaces = [](const DeliveryRequest& request) { return request.replaced_in != nullptr; };
    if (std::ranges::count_if(requests, replaces) > 1)
        return Error(Errc::invalid, "two deliveries of a transaction replace messages");
    return {};
}

}  // namespace

Task<Result<std::shared_ptr<AccountImpl::Prepared>>> AccountImpl::prepare_delivery(
    std::shared_ptr<Requests> requests) {
    auto prepared = std::make_shared<Prepared>();
    auto existing = co_await find_existing(requests, prepared);
    if (!existing) co_return existing.error();
    NewMessages fresh(*requests);
    prepared->octets = fresh.take_octets();
    std::uint64_t total = 0;
    for (const auto& content : prepared->octets) total += content->size();
    Encoded encoded;
    if (total <= core_.options.inline_limit) {
        encoded = encode(prepared->octets);
    } else {
        std::function<Result<Encoded>()> job = [prepared]() -> Result<Encoded> {
            return encode(prepared->octets);
        };
        auto done =
            co_await run_on_lane<Encoded>(core_.runtime, LaneKind::cpu, core_.ids.next(), std::move(job));
        if (!done) co_return done.error();
        encoded = std::move(*done);
    }
    prepared->contents = std::move(encoded.contents);
    for (std::size_t i = 0; i < prepared->octets.size(); ++i) {
        prepared->messages.push_back(
            {MessageId{core_.ids.next()}, prepared->contents[i].hash, std::move(encoded.records[i])});
    }
    const UnixTime now = core_.now();
    std::size_t restored = 0;
    for (const DeliveryRequest& request : *requests) {
        Prepared::Part& part = prepared->parts.emplace_back();
        part.change.kind = ChangeKind::added;
        part.change.keyword_sets.resize(1);
        part.change.saved = now;
        for (const NewMail& mail : request.messages) {
            AddedMessage added;
            if (mail.existing) {
                added.message = *mail.existing;
                added.size = static_cast<std::uint32_t>(prepared->existing[restored++]->record.size());
            } else {
                added.message = prepared->messages[fresh.index(mail)].id;
                added.size = static_cast<std::uint32_t>(mail.content->size());
            }
            added.flags = mail.flags & (answered | flagged | deleted | seen | draft);
            added.keyword_set = add_keywords(part.change, mail.keywords);
            added.internal_date = mail.internal_date.value_or(now);
            added.zone = mail.internal_date ? mail.zone : std::int16_t{0};
            part.ids.push_back(added.message);
            part.change.added.push_back(added);
        }
        part.change.counters = counters_of(part.change.added);
    }
    co_return prepared;
}

/// Loads what is restored: its size is needed, and that it is there.
Task<Result<void>> AccountImpl::find_existing(std::shared_ptr<Requests> requests,
                                              std::shared_ptr<Prepared> prepared) {
    std::vector<MessageId> ids;
    for (const DeliveryRequest& request : *requests) {
        for (const NewMail& mail : request.messages) {
            if (mail.existing) ids.push_back(*mail.existing);
        }
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

WriteRequestPtr AccountImpl::delivery_write(Requests& requests, Prepared& prepared) const {
    auto write = new_write(requests.front().cause);
    store::Transaction& transaction = write->transaction;
    transaction.contents = std::move(prepared.contents);
    transaction.messages = prepared.messages;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        DeliveryRequest& request = requests[i];
        const Prepared::Part& part = prepared.parts[i];
        if (request.fence) transaction.fence = request.fence;
        for (const MessageId id : part.ids) transaction.references.push_back({id, +1});
        transaction.changes.push_back({request.mailbox, encode_change(part.change),
                                       static_cast<std::uint32_t>(part.ids.size()), part.change.counters});
        for (std::size_t j = 0; j < request.messages.size(); ++j) {
            auto& receipt = request.messages[j].receipt;
            if (!receipt) continue;
            receipt->receipt.message = part.ids[j];
            transaction.receipts.push_back(std::move(*receipt));
        }
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

/// Asks the guards again about all of them, each as if those before it were written.
Result<void> AccountImpl::ask_again(const Requests& requests) const {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    for (const DeliveryRequest& request : requests) {
        const MailboxInfo* mailbox = table_.find(request.mailbox);
        if (!mailbox) return Error(Errc::not_found, "there is no such mailbox");
        GuardedOperation operation = guarded_delivery(request, *mailbox);
        operation.pending_messages += messages;
        operation.pending_bytes += bytes;
        auto allowed = ask_guards(operation);
        if (!allowed) return allowed;
        messages += operation.added_messages;
        bytes += operation.bytes;
    }
    return {};
}

void AccountImpl::make_dependent(WriteRequest& write, std::shared_ptr<const Requests> requests) const {
    auto delivery = std::make_shared<const store::Transaction>(std::move(write.transaction));
    write.prepare = [this, requests, delivery](store::Transaction& transaction) -> Result<bool> {
        auto allowed = ask_again(*requests);
        if (!allowed) return allowed.error();
        for (const DeliveryRequest& request : *requests) {
            if (!request.replaced_in) continue;
            auto removed = remove_replaced(request, transaction);
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
void AccountImpl::cache_delivered(Prepared& prepared) {
    for (std::size_t i = 0; i < prepared.messages.size(); ++i) {
        store::NewMessage& message = prepared.messages[i];
        const auto& content = prepared.octets[i];
        if (content->size() <= store::content_chunk_size && !content->empty()) {
            core_.contents.put({id_, message.content, 0}, content, content->size());
        }
        keep_message({message.id, message.content, 1, 0, std::move(message.record)});
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
    std::vector<DeliveryRequest> one;
    one.push_back(std::move(request));
    auto results = co_await deliver_together(std::move(one));
    if (!results) co_return results.error();
    co_return std::move(results->front());
}

Task<Result<std::vector<DeliveryResult>>> AccountImpl::deliver_together(
    std::vector<DeliveryRequest> requests) {
    auto valid = check(requests);
    if (!valid) co_return valid.error();
    std::vector<DeliveryResult> results;
    std::list<Pending> pending;
    bool dependent = false;
    std::shared_ptr<Mailbox> replaced_in;
    for (DeliveryRequest& request : requests) {
        const MailboxInfo* mailbox = table_.find(request.mailbox);
        if (!mailbox) co_return Error(Errc::not_found, "there is no such mailbox");
        GuardedOperation operation = guarded_delivery(request, *mailbox);
        auto narrow = admit(request, operation);
        if (!narrow) co_return narrow.error();
        if (request.replaced_in) replaced_in = request.replaced_in;
        dependent = dependent || *narrow || request.replaced_in;
        pending.emplace_back(*this, operation);
        results.emplace_back().uidvalidity = mailbox->uidvalidity;
    }
    std::optional<MailboxImpl::Pin> pin;
    if (replaced_in) pin.emplace(static_cast<MailboxImpl&>(*replaced_in));
    // Asked about again when it is written, they would count twice.
    if (dependent) pending.clear();

    auto shared = std::make_shared<std::vector<DeliveryRequest>>(std::move(requests));
    auto prepared = co_await prepare_delivery(shared);
    if (!prepared) co_return prepared.error();
    auto request_to_write = delivery_write(*shared, **prepared);
    cache_delivered(**prepared);
    if (dependent) make_dependent(*request_to_write, shared);
    auto committed = co_await write(request_to_write);
    if (!committed) co_return committed.error();
    for (std::size_t i = 0; i < results.size(); ++i) {
        DeliveryResult& result = results[i];
        result.messages = std::move((*prepared)->parts[i].ids);
        for (std::size_t j = 0; j < result.messages.size(); ++j) {
            result.uids.push_back(committed->first_uids[i] + static_cast<Uid>(j));
        }
        result.modseq = committed->first_modseq + i;
        if ((*shared)[i].replaced_in) result.expunge_modseq = committed->last_modseq;
    }
    co_return results;
}

}  // namespace postern::mail

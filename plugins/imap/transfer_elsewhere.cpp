#include "transfer_elsewhere.hpp"

#include <algorithm>

#include "postern/mail/whole_content.hpp"
#include "postern/mail/withdraw.hpp"

namespace postern::imap {

namespace {

/// Octets that one COPY between accounts may carry in memory.
constexpr std::uint64_t most_octets = 256ULL << 20;

/// The slots that still live, with what of a message is not in its octets.
struct Taken {
    std::vector<mail::Slot> slots;
    std::vector<Uid> uids;
    std::vector<MessageId> ids;
    std::vector<mail::NewMail> mails;
    std::uint64_t octets = 0;
};

Taken take(const mail::Mailbox& mailbox, const std::vector<mail::Slot>& slots) {
    Taken taken;
    const mail::Columns columns = mailbox.columns();
    for (const mail::Slot slot : slots) {
        if (!columns.is_alive(slot)) continue;
        mail::NewMail mail;
        mail.flags = columns.flags[slot];
        for (const std::uint16_t keyword : mailbox.keyword_set(columns.keywords[slot]))
            mail.keywords.push_back(mailbox.keywords()[keyword]);
        mail.internal_date = columns.internal_date[slot];
        mail.zone = columns.zone[slot];
        taken.slots.push_back(slot);
        taken.uids.push_back(columns.uid[slot]);
        taken.ids.push_back(columns.message[slot]);
        taken.mails.push_back(std::move(mail));
        taken.octets += columns.size[slot];
    }
    return taken;
}

/// Leaves of the result what was `removed` here (ascending); the rest's UIDs in the destination.
std::vector<Uid> keep_removed(mail::TransferResult& result, const std::vector<Uid>& removed) {
    std::vector<Uid> unwanted;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < result.source.size(); ++i) {
        if (!std::ranges::binary_search(removed, result.source[i])) {
            unwanted.push_back(result.destination[i]);
            continue;
        }
        result.source[kept] = result.source[i];
        result.destination[kept++] = result.destination[i];
    }
    result.source.resize(kept);
    result.destination.resize(kept);
    return unwanted;
}

}  // namespace

Task<Result<mail::TransferResult>> transfer_elsewhere(mail::Account* account,
                                                      std::shared_ptr<mail::Mailbox> source,
                                                      mail::TransferRequest request) {
    Taken taken = take(*source, request.slots);
    mail::TransferResult result;
    if (taken.slots.empty()) co_return result;
    if (taken.octets > most_octets)
        co_return Error(Errc::too_large, "[LIMIT] Those are too many messages at once for another account");
    std::vector<MessageId> ids = taken.ids;
    auto stored = co_await source->account().load_messages(std::move(ids));
    if (!stored) co_return stored.error();
    for (std::size_t i = 0; i < taken.mails.size(); ++i) {
        mail::StoredMessagePtr message = (*stored)[i];
        if (!message) co_return Error(Errc::temporary, "a message cannot be read now");
        auto content = co_await mail::read_whole(&source->account(), std::move(message));
        if (!content) co_return content.error();
        taken.mails[i].content = std::move(*content);
    }
    mail::DeliveryRequest delivery;
    delivery.mailbox = request.destination;
    delivery.messages = std::move(taken.mails);
    delivery.cause = request.cause;
    auto delivered = co_await account->deliver(std::move(delivery));
    if (!delivered) co_return delivered.error();
    result.uidvalidity = delivered->uidvalidity;
    result.source = std::move(taken.uids);
    result.destination = std::move(delivered->uids);
    if (!request.move) co_return result;
    mail::ExpungeRequest removal;
    removal.slots = std::move(taken.slots);
    removal.force = true;
    removal.cause = request.cause;
    const MailboxId destination = request.destination;
    auto removed = co_await source->expunge(std::move(removal));
    // What another session took away meanwhile was not moved from here, and must not be there twice.
    std::vector<Uid> unwanted = keep_removed(result, removed ? removed->uids : std::vector<Uid>{});
    if (!unwanted.empty()) {
        auto withdrawn = co_await mail::withdraw(account, destination, std::move(unwanted));
        static_cast<void>(withdrawn);  // a message too many is the lesser evil
    }
    if (!removed) co_return removed.error();
    result.modseq = removed->modseq;
    co_return result;
}

}  // namespace postern::imap

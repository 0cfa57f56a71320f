// What the user has sent comes back from lists, and from himself: he has seen it (gateway.md 1.1, Sent).
#include <algorithm>

#include "gateway/sync_session.hpp"
#include "postern/mime/header.hpp"
#include "postern/mime/sort.hpp"

namespace postern::gateway {

namespace {
/// So many of the newest messages in Sent are looked at: what comes back comes soon.
constexpr std::size_t newest_sent = 200;
}  // namespace

// At most once for each change of Sent, and only where something new is about to arrive.
Task<Outcome<void>> SyncSession::look_at_sent() {
    const mail::MailboxInfo* sent = nullptr;
    for (const auto& info : context_.account->mailboxes()) {
        const bool is_one = std::ranges::find(info.special_use, "\\Sent") != info.special_use.end();
        if (is_one && (sent == nullptr || sent->total == 0)) sent = &info;
    }
    if (sent == nullptr || sent->total == 0 || sent->highest_modseq == sent_modseq_)
        co_return Outcome<void>{};
    const Modseq modseq = sent->highest_modseq;
    const MailboxId id = sent->id;
    auto opened = co_await context_.account->open_mailbox(id);
    if (!opened) co_return store_fault(opened.error());
    const mail::Mailbox& mailbox = **opened;
    std::vector<MessageId> messages;
    for (mail::Slot slot = mailbox.slot_count(); slot > 0 && messages.size() < newest_sent; --slot) {
        if (mailbox.columns().is_alive(slot - 1)) messages.push_back(mailbox.columns().message[slot - 1]);
    }
    auto loaded = co_await context_.account->load_messages(std::move(messages));
    if (!loaded) co_return store_fault(loaded.error());
    sent_ids_.clear();
    for (const auto& message : *loaded) {
        if (message == nullptr) continue;
        const std::uint64_t hash = message->record.message_id_hash();
        if (hash != 0) sent_ids_.insert(hash);
    }
    sent_modseq_ = modseq;
    co_return Outcome<void>{};
}

bool SyncSession::was_sent_here(std::string_view content) const {
    const std::string_view header = content.substr(0, mime::header_length(content));
    const std::string_view field = mime::first_value(header, "Message-ID");
    if (field.data() == nullptr) return false;
    const auto ids = mime::message_ids(field, 1);
    return !ids.empty() && sent_ids_.contains(mime::message_id_hash(ids.front()));
}

// Among what is about to be stored.
Task<Outcome<void>> SyncSession::mark_own(Batch* batch) {
    const bool any_new = std::ranges::any_of(
        batch->messages, [](const mail::NewMail& message) { return (message.flags & mail::seen) == 0; });
    if (!any_new) co_return Outcome<void>{};
    auto looked = co_await look_at_sent();
    if (!looked) co_return looked.error();
    for (mail::NewMail& message : batch->messages) {
        if ((message.flags & mail::seen) == 0 && !sent_ids_.empty() && was_sent_here(*message.content))
            message.flags |= mail::seen;
    }
    co_return Outcome<void>{};
}

}  // namespace postern::gateway

#include "metadata_updates.hpp"

namespace postern::imap {

namespace {

constexpr SlotKey<ChangedEntries> changed_entries{"changed annotations"};

void note(Session& session, const mail::AccountEvent& event) {
    ChangedEntries& changed = session.slots().get(changed_entries);
    if (event.kind == mail::AccountEvent::Kind::mailbox_deleted) changed.by_mailbox.erase(event.mailbox);
    if (event.kind != mail::AccountEvent::Kind::attribute || event.session == session.id()) return;
    if (!event.name.starts_with("/private/") && !event.name.starts_with("/shared/")) return;
    changed.by_mailbox[event.mailbox].insert(event.name);
    session.wake();
}

}  // namespace

void MetadataMode::entered(Session& session) {
    ChangedEntries& changed = session.slots().get(changed_entries);
    changed.watch = session.account()->watch([&session](const auto& event) { note(session, event); });
}

Task<Result<void>> MetadataAnnouncer::tell(Session* session) {
    ChangedEntries& changed = session->slots().get(changed_entries);
    const auto told = std::move(changed.by_mailbox);
    changed.by_mailbox.clear();
    ResponseWriter out = session->writer();
    for (const auto& [mailbox, entries] : told) {
        const mail::MailboxInfo* info = session->account()->find_mailbox(mailbox);
        if (mailbox != MailboxId{} && info == nullptr) continue;
        out.untagged().atom("METADATA").mailbox(info == nullptr ? std::string() : info->name);
        for (const std::string& entry : entries) out.astring(entry);
        out.end_line();
    }
    auto sent = co_await session->drain();
    co_return sent;
}

}  // namespace postern::imap

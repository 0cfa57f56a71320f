// What an account writes for itself: snapshots of its mailboxes, the end of its log, the \Recent cursors.
#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/snapshot.hpp"

namespace postern::mail {

namespace {

/// A mailbox that only receives is opened for a moment when its tail is this many times what would renew the snapshot
/// of an open one.
constexpr std::size_t unopened_factor = 8;

}  // namespace

void AccountImpl::rows_applied() {
    renew_snapshots();
    for (auto& [mailbox, rows] : unopened_rows_) {
        if (rows < unopened_factor * core_.options.snapshot_rows) continue;
        rows = 0;
        if (!table_.find(MailboxId{mailbox})) continue;
        core_.runtime.spawn(core_.executor, "mail snapshot",
                            shorten_tail(MailboxId{mailbox}, shared_from_this()));
    }
}

void AccountImpl::renew_snapshots() {
    for (const auto& [key, hub] : hubs_) {
        MailboxImpl& mailbox = *hub.mailbox;
        const std::size_t enough = core_.options.snapshot_rows + mailbox.state().alive().count() / 16;
        if (mailbox.rows_since_snapshot() < enough) continue;
        mailbox.set_rows_since_snapshot(0);
        core_.runtime.spawn(core_.executor, "mail snapshot", renew_snapshot(hub.mailbox, shared_from_this()));
    }
}

/// Opening a mailbox with a long tail renews its snapshot.
Task<void> AccountImpl::shorten_tail(MailboxId mailbox, [[maybe_unused]] std::shared_ptr<AccountImpl> self) {
    auto opened = co_await open_mailbox_impl(mailbox);
    if (!opened && opened.error().code != Errc::not_found) {
        core_.log.warning("cannot open a mailbox to renew its snapshot",
                          {{"account", value_of(id_)}, {"error", opened.error().to_string()}});
    }
}

Task<void> AccountImpl::renew_snapshot(std::shared_ptr<MailboxImpl> mailbox,
                                       [[maybe_unused]] std::shared_ptr<AccountImpl> self) {
    // Every row of the mailbox up to the account's counter has been applied.
    const Modseq modseq = change_seq_;
    const Modseq kept = core_.options.log_rows;
    const Modseq prune = modseq > kept ? modseq - kept : 0;
    std::function<Result<void>(store::StoreSession&)> call =
        [id = id_, box = mailbox->id(), modseq, prune,
         data = SnapshotCodec::encode(mailbox->state())](store::StoreSession& session) {
            auto put = session.put_snapshot(id, box, modseq, data, prune);
            // Also the rows that belong to no mailbox: subscriptions, mailboxes that are gone.
            return put ? session.put_snapshot(id, MailboxId{}, 0, {}, prune) : put;
        };
    auto stored = co_await core_.lanes.write<void>(id_, std::move(call));
    if (!stored && stored.error().code != Errc::not_found) {
        core_.log.warning("cannot renew the snapshot of a mailbox", {{"account", value_of(id_)},
                                                                     {"mailbox", value_of(mailbox->id())},
                                                                     {"error", stored.error().to_string()}});
    }
}

/// The cursor alone, when no other change has carried it. Losing it costs nothing but a few \Recent too many.
void AccountImpl::save_recent(MailboxImpl& mailbox) {
    Change change;
    change.kind = ChangeKind::recent;
    change.recent_from = mailbox.unsaved_recent();
    mailbox.recent_saved();
    const Cause cause;
    auto request = new_write(cause);
    request->transaction.changes.push_back({mailbox.id(), encode_change(change), 0, {}});
    request->transaction.durable = false;
    core_.runtime.spawn(core_.executor, "mail recent", write_quietly(request, shared_from_this()));
}

Task<void> AccountImpl::write_quietly(WriteRequestPtr request,
                                      [[maybe_unused]] std::shared_ptr<AccountImpl> self) {
    auto written = co_await write(std::move(request));
    if (!written) core_.log.debug("a \\Recent cursor was not saved", {{"account", value_of(id_)}});
}

}  // namespace postern::mail

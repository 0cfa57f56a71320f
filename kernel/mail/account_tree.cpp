// The mailbox tree: create, rename, delete, subscribe, special use. Each is one transaction that holds only if the
// account is as we know it.
#include <algorithm>

#include "kernel/mail/account.hpp"
#include "kernel/mail/mailbox_creation.hpp"

namespace postern::mail {

namespace {

const std::string inbox_name = "INBOX";

GuardedOperation guarded(GuardedOperation::Kind kind, const Account& account, const MailboxInfo* mailbox,
                         std::string_view name, const Cause& cause) {
    GuardedOperation operation{};
    operation.kind = kind;
    operation.account = &account;
    operation.mailbox = mailbox;
    operation.name = name;
    operation.cause = &cause;
    return operation;
}

}  // namespace

Result<void> AccountImpl::check_new_name(const std::string& name) const {
    auto valid = check_name(name);
    if (!valid) return valid;
    if (table_.find(name)) return Error(Errc::already_exists, "there is a mailbox of that name");
    return {};
}

Result<bool> AccountImpl::prepare_create(const std::string& name, const CreateOptions& options,
                                         MailboxId& created, store::Transaction& transaction) const {
    auto fresh = check_new_name(name);
    if (!fresh) return fresh.error();
    MailboxCreation creation(table_, core_.ids, now(), transaction);
    creation.add_parents(name);
    created = creation.add(name, join_uses(options.special_use));
    auto operation = guarded(GuardedOperation::Kind::create_mailbox, *this, nullptr, name, options.cause);
    operation.added_mailboxes = transaction.creates.size();
    auto allowed = ask_guards(operation);
    if (!allowed) return allowed.error();
    return true;
}

Task<Result<MailboxId>> AccountImpl::create_mailbox(std::string name, CreateOptions options) {
    name = canonical_name(name);
    MailboxId created{};
    auto request = new_write(options.cause);
    request->prepare = [this, &name, &options, &created](store::Transaction& transaction) {
        return prepare_create(name, options, created, transaction);
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return created;
}

Result<bool> AccountImpl::prepare_rename(const std::string& from, const std::string& to, const Cause& cause,
                                         store::Transaction& transaction) const {
    const MailboxInfo* mailbox = table_.find(from);
    if (!mailbox) return Error(Errc::not_found, "there is no such mailbox");
    auto fresh = check_new_name(to);
    if (!fresh) return fresh.error();
    if (to.starts_with(from + hierarchy_delimiter)) {
        return Error(Errc::invalid, "a mailbox cannot be moved below itself");
    }
    MailboxCreation(table_, core_.ids, now(), transaction).add_parents(to);
    auto operation = guarded(GuardedOperation::Kind::rename_mailbox, *this, mailbox, to, cause);
    operation.added_mailboxes = transaction.creates.size();
    auto allowed = ask_guards(operation);
    if (!allowed) return allowed.error();
    for (const MailboxInfo* info : table_.subtree(from)) {
        Change change;
        change.kind = ChangeKind::mailbox_renamed;
        change.old_name = info->name;
        change.name = to + info->name.substr(from.size());
        auto valid = check_new_name(change.name);
        if (!valid) return valid.error();
        transaction.renames.push_back({info->id, change.name, encode_change(change)});
    }
    return true;
}

/// INBOX stays, empty; its messages go into the new mailbox (RFC 3501 section 6.3.5).
Result<bool> AccountImpl::prepare_rename_inbox(MailboxImpl& inbox, const std::string& to, const Cause& cause,
                                               store::Transaction& transaction) const {
    auto fresh = check_new_name(to);
    if (!fresh) return fresh.error();
    MailboxCreation creation(table_, core_.ids, now(), transaction);
    creation.add_parents(to);
    const MailboxId id = creation.add(to, "");
    auto operation = guarded(GuardedOperation::Kind::rename_mailbox, *this, &inbox.info(), to, cause);
    operation.added_mailboxes = transaction.creates.size();
    auto allowed = ask_guards(operation);
    if (!allowed) return allowed.error();
    const std::vector<Slot> slots = inbox.living();
    if (slots.empty()) return true;
    const Change added = inbox.placements_of(slots, now());
    transaction.changes.push_back(
        {id, encode_change(added), static_cast<std::uint32_t>(slots.size()), added.counters});
    const Change removed = inbox.removal_of(slots);
    transaction.changes.push_back({inbox.id(), encode_change(removed), 0, removed.counters});
    return true;
}

Task<Result<void>> AccountImpl::rename_mailbox(std::string from, std::string to, Cause cause) {
    from = canonical_name(from);
    to = canonical_name(to);
    const MailboxInfo* mailbox = table_.find(from);
    if (!mailbox) co_return Error(Errc::not_found, "there is no such mailbox");
    std::shared_ptr<MailboxImpl> inbox;
    if (from == inbox_name) {
        auto opened = co_await open_mailbox_impl(mailbox->id);
        if (!opened) co_return opened.error();
        inbox = *opened;
    }
    auto request = new_write(cause);
    request->prepare = [this, &from, &to, &cause, &inbox](store::Transaction& transaction) {
        return inbox ? prepare_rename_inbox(*inbox, to, cause, transaction)
                     : prepare_rename(from, to, cause, transaction);
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Result<bool> AccountImpl::prepare_delete(MailboxImpl& mailbox, const Cause& cause,
                                         store::Transaction& transaction) const {
    if (!mailbox.exists()) return Error(Errc::not_found, "there is no such mailbox");
    const MailboxInfo& info = mailbox.info();
    const std::vector<Slot> slots = mailbox.living();
    const bool parent = table_.has_children(info.name);
    if (parent && slots.empty()) return Error(Errc::invalid, "the mailbox has mailboxes below it");
    auto operation = guarded(GuardedOperation::Kind::delete_mailbox, *this, &info, info.name, cause);
    operation.messages = slots.size();
    auto allowed = ask_guards(operation);
    if (!allowed) return allowed.error();
    transaction.references = mailbox.references_of(slots, -1);
    transaction.last_copy = store::LastCopy::delete_remote;
    if (parent) {
        const Change removed = mailbox.removal_of(slots);
        transaction.changes.push_back({info.id, encode_change(removed), 0, removed.counters});
    } else {
        Change change;
        change.kind = ChangeKind::mailbox_deleted;
        change.name = info.name;
        transaction.deletes.push_back({info.id, encode_change(change)});
    }
    return true;
}

Task<Result<void>> AccountImpl::delete_mailbox(std::string name, Cause cause) {
    name = canonical_name(name);
    if (name == inbox_name) co_return Error(Errc::invalid, "INBOX cannot be deleted");
    const MailboxInfo* info = table_.find(name);
    if (!info) co_return Error(Errc::not_found, "there is no such mailbox");
    auto opened = co_await open_mailbox_impl(info->id);
    if (!opened) co_return opened.error();
    const std::shared_ptr<MailboxImpl> mailbox = *opened;
    auto request = new_write(cause);
    request->prepare = [this, &mailbox, &cause](store::Transaction& transaction) {
        return prepare_delete(*mailbox, cause, transaction);
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<void>> AccountImpl::set_subscribed(std::string name, bool subscribed, Cause cause) {
    name = canonical_name(name);
    auto valid = check_name(name);
    if (!valid) co_return valid;
    auto request = new_write(cause);
    request->prepare = [this, &name, subscribed](store::Transaction& transaction) -> Result<bool> {
        if (table_.subscribed(name) == subscribed) return false;
        add_subscription(transaction, name, subscribed);
        return true;
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<void>> AccountImpl::set_special_use(MailboxId mailbox, std::vector<std::string> uses,
                                                Cause cause) {
    auto request = new_write(cause);
    request->prepare = [this, mailbox, &uses](store::Transaction& transaction) -> Result<bool> {
        const MailboxInfo* info = table_.find(mailbox);
        if (!info) return Error(Errc::not_found, "there is no such mailbox");
        if (info->special_use == uses) return false;
        Change change;
        change.kind = ChangeKind::special_use;
        change.uses = join_uses(uses);
        transaction.special_uses.push_back({mailbox, change.uses, encode_change(change)});
        return true;
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

Task<Result<void>> AccountImpl::make_default_mailboxes() {
    const Cause cause{"kernel", "create account", login_, 0};
    auto request = new_write(cause);
    request->prepare = [this](store::Transaction& transaction) -> Result<bool> {
        if (table_.find(inbox_name)) return false;
        MailboxCreation(table_, core_.ids, now(), transaction).add_defaults();
        return true;
    };
    auto committed = co_await write(request);
    if (!committed) co_return committed.error();
    co_return Result<void>{};
}

}  // namespace postern::mail

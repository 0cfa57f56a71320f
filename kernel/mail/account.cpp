#include "kernel/mail/account.hpp"

#include <algorithm>

#include "kernel/mail/snapshot.hpp"

namespace postern::mail {

Result<AccountLoad> load_account(store::StoreSession& session, AccountId account) {
    auto view = session.load_account(account);
    if (!view) return view.error();
    // Read later than the view, so newer if anything: what the log then says again changes nothing.
    auto resident = session.read_attributes(account, std::nullopt, resident_prefix);
    if (!resident) return resident.error();
    return AccountLoad{std::move(*view), std::move(*resident)};
}

AccountImpl::AccountImpl(CoreContext& core, const AccountLoad& load)
    : core_(core),
      id_(load.view.account.id),
      login_(load.view.account.login),
      change_seq_(load.view.account.change_seq),
      table_(load.view),
      attributes_(load.resident),
      writer_(core, id_, *this),
      index_(core, *this),
      at_home_(&core.runtime.core_of(value_of(id_)).context() == &core.executor.context()) {}

AccountImpl::~AccountImpl() = default;

const MailboxInfo* AccountImpl::find_mailbox(std::string_view name) const {
    return table_.find(canonical_name(name));
}

WriteRequestPtr AccountImpl::new_write(const Cause& cause) const {
    auto request = std::make_shared<WriteRequest>(core_.executor);
    request->origin.session = cause.session;
    request->transaction.account = id_;
    request->transaction.now = core_.now();
    return request;
}

Task<Result<store::CommitResult>> AccountImpl::write(WriteRequestPtr request) {
    auto result = co_await writer_.write(std::move(request), shared_from_this());
    if (result && result->last_modseq != 0 && core_.committed) core_.committed(id_, result->last_modseq);
    co_return result;
}

Task<Result<void>> AccountImpl::refresh() {
    auto result = co_await writer_.refresh(shared_from_this());
    co_return result;
}

void AccountImpl::look(Modseq modseq) {
    writer_.look(modseq, shared_from_this());
}

Result<void> AccountImpl::ask_guards(const GuardedOperation& operation) const {
    for (StoreGuard* guard : core_.guards) {
        auto allowed = guard->check(operation);
        if (!allowed) return allowed;
    }
    return {};
}

void AccountImpl::apply(const store::ChangeRow& row, const Origin& origin) {
    change_seq_ = row.modseq;
    auto change = decode_change(row.data);
    if (!change) {
        core_.log.error(
            "a log row does not decode",
            {{"account", value_of(id_)}, {"modseq", row.modseq}, {"error", change.error().to_string()}});
        return;
    }
    const MailboxInfo* info = table_.find(row.mailbox);
    const std::string name = observers_.empty() || !info ? change->name : info->name;
    MailboxInfo last;
    if (info && change->kind == ChangeKind::mailbox_deleted) last = *info;
    table_.apply(*change, row.mailbox, row.modseq, row.first_uid);
    attributes_.apply(*change, row.mailbox);
    if (change->kind == ChangeKind::added && core_.options.index_least > 0 && at_home_) {
        index_.messages_added(change->added.size(), shared_from_this());
    }
    for (Opening* opening : openings_) {
        if (opening->mailbox == row.mailbox) opening->rows.push_back(row);
    }
    apply_to_mailbox(*change, row, origin, std::move(last));
    if (!observers_.empty()) tell_observers(*change, row, origin, name);
}

void AccountImpl::apply_to_mailbox(const Change& change, const store::ChangeRow& row, const Origin& origin,
                                   MailboxInfo last) {
    const auto hub = hubs_.find(value_of(row.mailbox));
    if (hub == hubs_.end()) {
        ++unopened_rows_[value_of(row.mailbox)];
        return;
    }
    const std::shared_ptr<MailboxImpl> mailbox = hub->second.mailbox;
    if (change.kind == ChangeKind::mailbox_deleted) {
        hubs_.erase(hub);
        mailbox->mark_deleted(std::move(last));
        return;
    }
    auto applied = mailbox->apply(change, row, origin);
    if (applied) return;
    core_.log.error("a log row does not fit its mailbox", {{"account", value_of(id_)},
                                                           {"mailbox", value_of(row.mailbox)},
                                                           {"modseq", row.modseq},
                                                           {"error", applied.error().to_string()}});
    hubs_.erase(value_of(row.mailbox));  // whoever opens it next has it from the store
}

Task<Result<void>> AccountImpl::reload() {
    std::function<Result<AccountLoad>(store::StoreSession&)> call = [id = id_](store::StoreSession& session) {
        return load_account(session, id);
    };
    auto load = co_await core_.lanes.read<AccountLoad>(std::move(call));
    if (!load) co_return load.error();
    // Everything is read before anything is replaced: a failure half way must leave the old state to try again from.
    std::unordered_map<std::uint64_t, Loaded> states;
    const MailboxTable table(load->view);
    for (;;) {
        const MailboxId next = next_to_reload(table, states);
        if (next == MailboxId{}) break;
        auto loaded = co_await load_state(next);
        if (!loaded) co_return loaded.error();
        states.emplace(value_of(next), std::move(*loaded));
    }
    AttributeTable attributes(load->resident);
    replace_all(table, load->view.account.change_seq, std::move(attributes), std::move(states));
    co_return Result<void>{};
}

/// An open mailbox that still exists and has not been read yet; 0 if there is none.
MailboxId AccountImpl::next_to_reload(const MailboxTable& table,
                                      const std::unordered_map<std::uint64_t, Loaded>& states) const {
    for (const auto& [id, hub] : hubs_) {
        if (table.find(MailboxId{id}) && !states.contains(id)) return MailboxId{id};
    }
    return MailboxId{};
}

void AccountImpl::replace_all(const MailboxTable& table, Modseq change_seq, AttributeTable attributes,
                              std::unordered_map<std::uint64_t, Loaded> states) {
    const MailboxTable old = table_;
    table_ = table;
    attributes_ = std::move(attributes);
    change_seq_ = change_seq;
    for (Opening* opening : openings_) opening->least = change_seq;
    std::vector<std::shared_ptr<MailboxImpl>> open;
    for (const auto& [id, hub] : hubs_) open.push_back(hub.mailbox);
    for (const auto& mailbox : open) {
        const auto state = states.find(value_of(mailbox->id()));
        if (state != states.end()) {
            mailbox->replace(std::move(state->second.state), state->second.change_seq);
        } else {
            hubs_.erase(value_of(mailbox->id()));
            const MailboxInfo* last = old.find(mailbox->id());
            mailbox->mark_deleted(last ? *last : MailboxInfo{});
        }
    }
}

std::shared_ptr<MailboxImpl> AccountImpl::open_hub(MailboxId id) {
    const auto found = hubs_.find(value_of(id));
    if (found == hubs_.end()) return nullptr;
    found->second.last_used = std::chrono::steady_clock::now();
    return found->second.mailbox;
}

Task<Result<std::shared_ptr<Mailbox>>> AccountImpl::open_mailbox(MailboxId mailbox) {
    auto opened = co_await open_mailbox_impl(mailbox);
    if (!opened) co_return opened.error();
    co_return std::shared_ptr<Mailbox>(std::move(*opened));
}

Task<Result<AccountImpl::Loaded>> AccountImpl::load_state(MailboxId mailbox) {
    std::function<Result<Loaded>(store::StoreSession&)> call =
        [id = id_, mailbox](store::StoreSession& session) -> Result<Loaded> {
        auto load = session.load_mailbox(id, mailbox);
        if (!load) return load.error();
        auto state = restore_state(*load);
        if (!state) return state.error();
        return Loaded{std::move(*state), load->change_seq, load->tail.size()};
    };
    auto loaded = co_await core_.lanes.read<Loaded>(std::move(call));
    co_return loaded;
}

Task<Result<std::shared_ptr<MailboxImpl>>> AccountImpl::open_mailbox_impl(MailboxId mailbox) {
    if (auto hub = open_hub(mailbox)) co_return hub;
    if (!table_.find(mailbox)) co_return Error(Errc::not_found, "there is no such mailbox");
    // What is applied to the account while the state is being read must reach the mailbox as well.
    struct Listening {
        std::vector<Opening*>& all;
        Opening opening;
        Listening(std::vector<Opening*>& list, MailboxId id) : all(list), opening{id, {}, 0} {
            all.push_back(&opening);
        }
        ~Listening() { std::erase(all, &opening); }
    };
    const auto self = shared_from_this();
    Listening listening(openings_, mailbox);
    auto loaded = co_await load_state(mailbox);
    if (!loaded) co_return loaded.error();
    if (loaded->change_seq < listening.opening.least) {
        co_return Error(Errc::temporary, "the account was read anew meanwhile");
    }
    if (loaded->change_seq > change_seq_) {
        auto current = co_await refresh();
        if (!current) co_return current.error();
        if (loaded->change_seq > change_seq_) co_return Error(Errc::temporary, "the log cannot be read");
    }
    if (auto hub = open_hub(mailbox)) co_return hub;
    if (!table_.find(mailbox)) co_return Error(Errc::not_found, "the mailbox was deleted");
    co_return make_hub(mailbox, std::move(*loaded), listening.opening);
}

Result<std::shared_ptr<MailboxImpl>> AccountImpl::make_hub(MailboxId id, Loaded loaded,
                                                           const Opening& opening) {
    auto hub = std::make_shared<MailboxImpl>(*this, id, std::move(loaded.state), loaded.change_seq);
    hub->set_rows_since_snapshot(loaded.tail);
    for (const auto& row : opening.rows) {
        auto change = decode_change(row.data);
        if (!change) return change.error();
        auto applied = hub->apply(*change, row, {});
        if (!applied) return applied.error();
    }
    hubs_[value_of(id)] = {hub, std::chrono::steady_clock::now()};
    unopened_rows_.erase(value_of(id));
    renew_snapshots();
    return hub;
}

bool AccountImpl::mailboxes_in_use() const {
    return std::any_of(hubs_.begin(), hubs_.end(),
                       [](const auto& entry) { return entry.second.mailbox.use_count() > 1; });
}

void AccountImpl::sweep(std::chrono::steady_clock::time_point now) {
    for (auto hub = hubs_.begin(); hub != hubs_.end();) {
        MailboxImpl& mailbox = *hub->second.mailbox;
        if (hub->second.mailbox.use_count() > 1) {
            hub->second.last_used = now;
        } else if (mailbox.unsaved_recent()) {
            save_recent(mailbox);  // closed by a later sweep
        } else if (now - hub->second.last_used >= core_.options.keep_mailbox) {
            hub = hubs_.erase(hub);
            continue;
        }
        ++hub;
    }
}

}  // namespace postern::mail

#include "kernel/mail/service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

#include "kernel/mail/mailbox_creation.hpp"

namespace postern::mail {

namespace {

constexpr std::chrono::seconds sweep_interval{10};

/// Counts an account that is being opened on a foreign core; for good, if it is kept.
class GuestCount {
public:
    explicit GuestCount(std::atomic<std::size_t>* count) : count_(count) {
        if (count_) count_->fetch_add(1, std::memory_order_acq_rel);
    }
    ~GuestCount() {
        if (count_) count_->fetch_sub(1, std::memory_order_acq_rel);
    }
    void keep() { count_ = nullptr; }
    GuestCount(const GuestCount&) = delete;
    GuestCount& operator=(const GuestCount&) = delete;

private:
    std::atomic<std::size_t>* count_;
};

}  // namespace

MailServiceImpl::MailServiceImpl(Runtime& runtime, store::Store& store, Logger& log, MailOptions options,
                                 std::vector<StoreGuard*> guards)
    : runtime_(runtime),
      log_(log),
      options_(std::move(options)),
      guards_(std::move(guards)),
      store_(store),
      lanes_(runtime, store) {
    std::stable_sort(guards_.begin(), guards_.end(),
                     [](const StoreGuard* a, const StoreGuard* b) { return a->order() < b->order(); });
    for (std::size_t i = 0; i < runtime.core_count(); ++i) {
        CoreContext context{runtime,
                            lanes_,
                            log_,
                            ids_,
                            options_,
                            guards_,
                            runtime.core(i),
                            LruCache<MessageKey, StoredMessagePtr, CacheHash>(options_.message_cache),
                            LruCache<ContentKey, ChunkPtr, CacheHash>(options_.content_cache),
                            LruCache<IndexBlockKey, search::BlockPtr, CacheHash>(options_.index_cache)};
        if (runtime.core_count() > 1)
            context.committed = [this, i](AccountId account, Modseq modseq) {
                tell_cores(i, account, modseq);
            };
        cores_.push_back(std::make_unique<Core>(std::move(context)));
    }
}

MailServiceImpl::~MailServiceImpl() = default;

UnixTime MailServiceImpl::now() const {
    return cores_.front()->context.now();
}

Result<void> MailServiceImpl::start() {
    runtime_.spawn(runtime_.core(0), "mail purge", purge_now_and_then());
    if (!store_.capabilities().shared) return {};
    return store_.listen([this](AccountId account, Modseq modseq) { look(account, modseq); });
}

MailServiceImpl::Core& MailServiceImpl::core_of(AccountId account) {
    return *cores_[runtime_.core_index(value_of(account))];
}

/// Somebody else wrote; says the store, on a thread of its own.
void MailServiceImpl::look(AccountId account, Modseq modseq) {
    if (account == AccountId{}) {
        for (const auto& core : cores_) {
            boost::asio::post(core->context.executor, [&core = *core] { look_everywhere(core); });
        }
        return;
    }
    tell_core(core_of(account), account, modseq);
    if (guests_.load(std::memory_order_acquire) == 0) return;
    for (const auto& core : cores_) {
        if (core.get() != &core_of(account)) tell_core(*core, account, modseq);
    }
}

/// Another core may have the account open beside the one that has just written.
void MailServiceImpl::tell_cores(std::size_t from, AccountId account, Modseq modseq) {
    if (guests_.load(std::memory_order_acquire) == 0) return;
    for (std::size_t i = 0; i < cores_.size(); ++i) {
        if (i != from) tell_core(*cores_[i], account, modseq);
    }
}

void MailServiceImpl::tell_core(Core& core, AccountId account, Modseq modseq) {
    boost::asio::post(core.context.executor, [&core, account, modseq] {
        ++core.looks;
        const auto open = core.accounts.find(value_of(account));
        if (open != core.accounts.end()) open->second.account->look(modseq);
    });
}

void MailServiceImpl::look_everywhere(Core& core) {
    ++core.looks;
    for (const auto& [id, open] : core.accounts) open.account->look(0);
}

std::shared_ptr<AccountImpl> MailServiceImpl::already_open(Core& core, AccountId account) {
    const auto open = core.accounts.find(value_of(account));
    if (open == core.accounts.end()) return nullptr;
    open->second.last_used = std::chrono::steady_clock::now();
    return open->second.account;
}

Task<Result<std::shared_ptr<Account>>> MailServiceImpl::open(AccountId account) {
    auto opened = co_await open_on(&core_of(account), account);
    co_return opened;
}

Task<Result<std::shared_ptr<Account>>> MailServiceImpl::open_here(AccountId account) {
    const auto executor = co_await boost::asio::this_coro::executor;
    Core* here = &core_of(account);
    for (const auto& core : cores_) {
        if (&core->context.executor.context() == &executor.context()) here = core.get();
    }
    auto opened = co_await open_on(here, account);
    co_return opened;
}

Task<Result<std::shared_ptr<Account>>> MailServiceImpl::open_on(Core* on, AccountId account) {
    Core& core = *on;
    sweep(core);
    if (auto open = already_open(core, account)) co_return std::shared_ptr<Account>(std::move(open));
    // Counted before it is read: from then on its own core tells of what it writes.
    const bool guest = on != &core_of(account);
    GuestCount count(guest ? &guests_ : nullptr);
    const std::uint64_t looks = core.looks;
    std::function<Result<AccountLoad>(store::StoreSession&)> call = [account](store::StoreSession& session) {
        return load_account(session, account);
    };
    auto load = co_await lanes_.read<AccountLoad>(std::move(call));
    if (!load) co_return load.error();
    std::shared_ptr<AccountImpl> opened = already_open(core, account);
    if (!opened) {
        opened = std::make_shared<AccountImpl>(core.context, *load);
        core.accounts[value_of(account)] = {opened, std::chrono::steady_clock::now(), guest};
        count.keep();
        // Told of something while the account was not there to be told.
        if (core.looks != looks) opened->look(0);
    }
    if (!opened->find_mailbox("INBOX")) {
        auto made = co_await opened->make_default_mailboxes();
        if (!made) co_return made.error();
    }
    co_return std::shared_ptr<Account>(std::move(opened));
}

/// Closes what nobody has used for a while. Now and then, by whoever opens an account: without openings nothing
/// grows either.
void MailServiceImpl::sweep(Core& core) {
    const auto now = std::chrono::steady_clock::now();
    if (now < core.next_sweep) return;
    core.next_sweep = now + sweep_interval;
    for (auto open = core.accounts.begin(); open != core.accounts.end();) {
        AccountImpl& account = *open->second.account;
        account.sweep(now);
        if (open->second.account.use_count() > 1 || account.mailboxes_in_use()) {
            open->second.last_used = now;
        } else if (account.open_mailbox_count() == 0 &&
                   now - open->second.last_used >= options_.keep_account) {
            if (open->second.guest) guests_.fetch_sub(1, std::memory_order_release);
            open = core.accounts.erase(open);
            continue;
        }
        ++open;
    }
}

Task<Result<AccountId>> MailServiceImpl::create_account(NewAccount account) {
    store::AccountRow row;
    row.id = AccountId{new_id()};
    row.login = std::move(account.login);
    row.secret = std::move(account.secret);
    row.settings = std::move(account.settings);
    const AccountId id = row.id;
    store::Transaction mailboxes;
    mailboxes.account = id;
    mailboxes.now = now();
    const MailboxTable empty(store::AccountView{});
    MailboxCreation(empty, ids_, mailboxes.now, mailboxes).add_defaults();
    std::function<Result<void>(store::StoreSession&)> call =
        [row = std::move(row), mailboxes = std::move(mailboxes)](store::StoreSession& session) {
            auto created = session.create_account(row);
            // Should the mailboxes fail, the account's first opening makes them.
            if (created) session.commit(std::span(&mailboxes, 1));
            return created;
        };
    auto created = co_await lanes_.write<void>(id, std::move(call));
    if (!created) co_return created.error();
    co_return id;
}

Task<Result<store::AccountRow>> MailServiceImpl::find_account(std::string login) {
    std::function<Result<store::AccountRow>(store::StoreSession&)> call =
        [login = std::move(login)](store::StoreSession& session) { return session.find_account(login); };
    auto row = co_await lanes_.read<store::AccountRow>(std::move(call));
    co_return row;
}

Task<Result<void>> MailServiceImpl::update_account(AccountId account, std::optional<std::string> secret,
                                                   std::optional<std::string> settings) {
    std::function<Result<void>(store::StoreSession&)> call =
        [account, secret = std::move(secret), settings = std::move(settings)](store::StoreSession& session) {
            return session.update_account(account, secret, settings);
        };
    auto updated = co_await lanes_.write<void>(account, std::move(call));
    co_return updated;
}

}  // namespace postern::mail

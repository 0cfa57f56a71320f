#pragma once
// The kernel's mail service: accounts by id on their cores, over one store.
#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "kernel/mail/account.hpp"
#include "kernel/mail/core_context.hpp"
#include "postern/mail/account.hpp"

namespace postern::mail {

/// Registered under MailService::interface_id. Destroyed after the runtime's cores have stopped, before the store.
class MailServiceImpl final : public MailService {
public:
    /// `store`, `runtime` and `log` outlive it. Guards are asked in the order of their order().
    MailServiceImpl(Runtime& runtime, store::Store& store, Logger& log, MailOptions options,
                    std::vector<StoreGuard*> guards);
    ~MailServiceImpl() override;

    /// Starts to purge what was expunged long ago, and to follow what other processes write, if the store is shared.
    Result<void> start();
    Task<Result<AccountId>> create_account(NewAccount account) override;
    Task<Result<store::AccountRow>> find_account(std::string login) override;
    Task<Result<void>> update_account(AccountId account, std::optional<std::string> secret,
                                      std::optional<std::string> settings) override;
    Task<Result<std::shared_ptr<Account>>> open(AccountId account) override;
    Task<Result<std::shared_ptr<Account>>> open_here(AccountId account) override;

    Task<Result<void>> put_source(store::SourceRow source) override;
    Task<Result<void>> delete_source(AccountId account, SourceId source) override;
    Task<Result<std::vector<store::SourceRow>>> list_sources(AccountId account) override;
    Task<Result<std::vector<store::SourceRow>>> due_sources(UnixTime now, std::size_t limit) override;
    Task<Result<std::uint64_t>> acquire_lease(AccountId account, SourceId source, std::string owner,
                                              UnixTime now, UnixTime until) override;
    Task<Result<void>> release_lease(AccountId account, SourceId source, std::uint64_t number,
                                     std::string facts, UnixTime next_poll_at) override;

    std::uint64_t new_id() override { return ids_.next(); }
    UnixTime now() const override;

private:
    /// One core's open accounts. That core's thread only.
    struct Core {
        explicit Core(CoreContext context_) : context(std::move(context_)) {}
        struct Open {
            std::shared_ptr<AccountImpl> account;
            std::chrono::steady_clock::time_point last_used;
            bool guest = false;  // its own core is another
        };
        CoreContext context;
        std::unordered_map<std::uint64_t, Open> accounts;
        std::chrono::steady_clock::time_point next_sweep{};
        std::uint64_t looks = 0;  // how often the store said that something was written
    };

    Core& core_of(AccountId account);
    Task<Result<std::shared_ptr<Account>>> open_on(Core* on, AccountId account);
    std::shared_ptr<AccountImpl> already_open(Core& core, AccountId account);
    void look(AccountId account, Modseq modseq);
    void tell_cores(std::size_t from, AccountId account, Modseq modseq);
    static void tell_core(Core& core, AccountId account, Modseq modseq);
    static void look_everywhere(Core& core);
    void sweep(Core& core);
    Task<Result<bool>> purge_step();
    Task<void> purge_now_and_then();

    Runtime& runtime_;
    Logger& log_;
    MailOptions options_;
    std::vector<StoreGuard*> guards_;
    store::Store& store_;
    IdGenerator ids_;
    StoreLanes lanes_;
    std::vector<std::unique_ptr<Core>> cores_;
    std::atomic<std::size_t> guests_{0};  // accounts open on a core that is not their own
};

}  // namespace postern::mail

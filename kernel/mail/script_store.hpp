#pragma once
// Sieve scripts in the store.
#include "kernel/mail/store_lanes.hpp"
#include "postern/mail/scripts.hpp"

namespace postern::mail {

class ScriptStoreImpl final : public ScriptStore {
public:
    /// All outlive it. Destroyed after the runtime's cores have stopped, before the store.
    ScriptStoreImpl(Runtime& runtime, store::Store& store, MailService& service)
        : lanes_(runtime, store), service_(service) {}

    Task<Result<std::vector<store::Script>>> read(AccountId account) override;
    Task<Result<void>> write(std::shared_ptr<Account> account, std::vector<store::ScriptWrite> writes,
                             Cause cause) override;

private:
    StoreLanes lanes_;
    MailService& service_;
};

}  // namespace postern::mail

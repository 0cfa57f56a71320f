#include "kernel/mail/script_store.hpp"

namespace postern::mail {

Task<Result<std::vector<store::Script>>> ScriptStoreImpl::read(AccountId account) {
    using Scripts = std::vector<store::Script>;
    std::function<Result<Scripts>(store::StoreSession&)> call = [account](store::StoreSession& session) {
        return session.read_scripts(account);
    };
    auto scripts = co_await lanes_.read<Scripts>(std::move(call));
    co_return scripts;
}

Task<Result<void>> ScriptStoreImpl::write(std::shared_ptr<Account> account,
                                          std::vector<store::ScriptWrite> writes, Cause cause) {
    store::Transaction transaction;
    transaction.account = account->id();
    transaction.now = service_.now();
    transaction.scripts = std::move(writes);
    std::function<Result<void>(store::StoreSession&)> call =
        [transaction = std::move(transaction)](store::StoreSession& session) -> Result<void> {
        const auto written = std::move(session.commit({&transaction, 1}).front());
        if (!written) return written.error();
        return {};
    };
    const AccountId id = account->id();
    auto written = co_await lanes_.write<void>(id, std::move(call));
    if (!written) co_return written;
    // Through the account's log, so that every node learns of it. Without an answer to the client nothing was promised.
    std::vector<store::AttributeWrite> versions(1);
    versions.front().attribute.entry = scripts_version_entry;
    versions.front().attribute.value = std::to_string(service_.new_id());
    auto told = co_await account->write_attributes(std::move(versions), std::move(cause));
    co_return told;
}

}  // namespace postern::mail

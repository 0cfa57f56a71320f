#include "gateway/arrivals.hpp"

namespace postern::gateway {

void Arrivals::signed_in(const Identity& identity) {
    if (engine_ == nullptr || engine_->runtime().stopping()) return;
    Runtime& runtime = engine_->runtime();
    const Executor core = runtime.core_of(value_of(identity.account));
    runtime.spawn(core, "gateway arrival", wake_sources(identity.account));
}

Task<void> Arrivals::wake_sources(AccountId account) {
    auto rows = co_await engine_->mail().list_sources(account);
    if (!rows) co_return;
    for (auto& row : *rows) {
        // Without a credential, or with one that was refused, there is nothing to look at.
        const bool works = !row.sealed_credential.empty() && !credential_is_refused(row.facts);
        if (!works || !SourceConfig::parse(row.config).linked) continue;
        const auto worker = engine_->worker_of(std::move(row));
        if (worker) worker->note_presence();
    }
}

}  // namespace postern::gateway

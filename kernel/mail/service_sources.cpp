// Sources of gateway accounts: passed on to the store.
#include "kernel/mail/service.hpp"

namespace postern::mail {

Task<Result<void>> MailServiceImpl::put_source(store::SourceRow source) {
    const AccountId account = source.account;
    std::function<Result<void>(store::StoreSession&)> call =
        [source = std::move(source)](store::StoreSession& session) { return session.put_source(source); };
    auto done = co_await lanes_.write<void>(account, std::move(call));
    co_return done;
}

Task<Result<void>> MailServiceImpl::delete_source(AccountId account, SourceId source) {
    std::function<Result<void>(store::StoreSession&)> call = [account, source](store::StoreSession& session) {
        return session.delete_source(account, source);
    };
    auto done = co_await lanes_.write<void>(account, std::move(call));
    co_return done;
}

Task<Result<std::vector<store::SourceRow>>> MailServiceImpl::list_sources(AccountId account) {
    using Rows = std::vector<store::SourceRow>;
    std::function<Result<Rows>(store::StoreSession&)> call = [account](store::StoreSession& session) {
        return session.list_sources(account);
    };
    auto rows = co_await lanes_.read<Rows>(std::move(call));
    co_return rows;
}

Task<Result<std::vector<store::SourceRow>>> MailServiceImpl::due_sources(UnixTime now, std::size_t limit) {
    using Rows = std::vector<store::SourceRow>;
    std::function<Result<Rows>(store::StoreSession&)> call = [now, limit](store::StoreSession& session) {
        return session.due_sources(now, limit);
    };
    auto rows = co_await lanes_.read<Rows>(std::move(call));
    co_return rows;
}

Task<Result<std::uint64_t>> MailServiceImpl::acquire_lease(AccountId account, SourceId source,
                                                           std::string owner, UnixTime now, UnixTime until) {
    std::function<Result<std::uint64_t>(store::StoreSession&)> call =
        [account, source, owner = std::move(owner), now, until](store::StoreSession& session) {
            return session.acquire_lease(account, source, owner, now, until);
        };
    auto number = co_await lanes_.write<std::uint64_t>(account, std::move(call));
    co_return number;
}

Task<Result<void>> MailServiceImpl::release_lease(AccountId account, SourceId source, std::uint64_t number,
                                                  std::string facts, UnixTime next_poll_at) {
    std::function<Result<void>(store::StoreSession&)> call =
        [account, source, number, facts = std::move(facts), next_poll_at](store::StoreSession& session) {
            return session.release_lease(account, source, number, facts, next_poll_at);
        };
    auto done = co_await lanes_.write<void>(account, std::move(call));
    co_return done;
}

}  // namespace postern::mail

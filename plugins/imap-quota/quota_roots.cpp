#include "quota_roots.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view prefix = "user/";

}  // namespace

bool QuotaRoots::is_administrator(const Session& session) const {
    return session.identity() != nullptr && administrators_.contains(session.identity()->login);
}

std::string QuotaRoots::root_of(const mail::Account& account) {
    return std::string(prefix) + account.login();
}

Task<Result<std::shared_ptr<mail::Account>>> QuotaRoots::find(Session* session, std::string root) const {
    const Error unknown(Errc::not_found, "[NONEXISTENT] There is no such quota root");
    const std::string own = root_of(*session->account());
    if (!root.starts_with(prefix) || (root != own && !is_administrator(*session))) co_return unknown;
    AccountId id = session->identity()->account;
    if (root != own) {
        std::string login = root.substr(prefix.size());
        auto row = co_await mail_->find_account(std::move(login));
        if (!row && row.error().code == Errc::not_found) co_return unknown;
        if (!row) co_return row.error();
        id = row->id;
    }
    auto account = co_await mail_->open_here(id);
    co_return account;
}

Task<Result<void>> QuotaRoots::write(Session* session, std::shared_ptr<mail::Account> account) const {
    const mail::QuotaLimits limits = quota_->limits(*account);
    std::array<std::uint64_t, mail::quota_resources> usage{};
    for (std::size_t i = 0; i < usage.size(); ++i) {
        const auto resource = static_cast<mail::QuotaResource>(i);
        if (!limits[resource]) continue;
        auto used = co_await quota_->usage(account, resource);
        if (!used) co_return used.error();
        usage[i] = *used;
    }
    ResponseWriter out = session->writer();
    out.untagged().atom("QUOTA").astring(root_of(*account)).open();
    for (std::size_t i = 0; i < usage.size(); ++i) {
        const auto resource = static_cast<mail::QuotaResource>(i);
        if (limits[resource]) out.atom(to_string(resource)).number(usage[i]).number(*limits[resource]);
    }
    out.close().end_line();
    co_return Result<void>();
}

}  // namespace postern::imap

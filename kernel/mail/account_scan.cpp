#include "kernel/mail/account_scan.hpp"

namespace postern::mail {

namespace {

constexpr std::size_t at_once = 200;

Result<ScannedAccounts> look(store::StoreSession& session, const std::string& after,
                             const std::string& prefix) {
    auto rows = session.list_accounts(after, at_once);
    if (!rows) return rows.error();
    ScannedAccounts out;
    out.more = rows->size() == at_once;
    for (store::AccountRow& row : *rows) {
        auto attributes = session.read_attributes(row.id, MailboxId{}, prefix);
        if (!attributes) return attributes.error();
        out.last = row.login;
        if (!attributes->empty()) out.found.push_back({row.id, std::move(row.login), std::move(*attributes)});
    }
    return out;
}

}  // namespace

Task<Result<ScannedAccounts>> AccountScanImpl::scan(std::string after, std::string prefix) {
    std::function<Result<ScannedAccounts>(store::StoreSession&)> call =
        [after = std::move(after), prefix = std::move(prefix)](store::StoreSession& session) {
            return look(session, after, prefix);
        };
    auto found = co_await lanes_.read<ScannedAccounts>(std::move(call));
    co_return found;
}

}  // namespace postern::mail

// verify [LOGIN]: what the kernel's verifier finds, for one account or all.
#include <iostream>

#include "kernel/mail/verify.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/store_access.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// Findings of one account, printed; the number of them.
std::size_t verify_one(store::StoreSession& session, const store::AccountRow& account) {
    auto findings = mail::verify_account(session, account.id);
    std::vector<std::string> lines;
    if (findings) {
        lines = std::move(*findings);
    } else {
        lines.push_back("cannot be verified: " + findings.error().to_string());
    }
    for (const auto& line : lines) std::cout << account.login << ": " << line << '\n';
    return lines.size();
}

int conclude(std::size_t accounts, std::size_t findings) {
    const std::string result = findings == 0 ? "no mistakes found" : std::to_string(findings) + " findings";
    std::cout << accounts << (accounts == 1 ? " account: " : " accounts: ") << result << '\n';
    return findings == 0 ? 0 : 1;
}

}  // namespace

int verify(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl verify [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    if (call.arguments.size() == 1) {
        const auto account = access->session->find_account(call.arguments[0]);
        if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
        return conclude(1, verify_one(*access->session, *account));
    }
    std::string after;
    std::size_t count = 0;
    std::size_t findings = 0;
    while (true) {
        const auto accounts = access->session->list_accounts(after, accounts_at_once);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) findings += verify_one(*access->session, account);
        count += accounts->size();
        if (accounts->size() < accounts_at_once) return conclude(count, findings);
        after = accounts->back().login;
    }
}

}  // namespace posternctl

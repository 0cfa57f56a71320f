// verify [LOGIN]: what the kernel's verifier finds, for one account or all.
#include "kernel/mail/verify.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/progress.hpp"
#include "tools/posternctl/store_access.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// Counts what it has found.
class Verification {
public:
    explicit Verification(store::StoreSession& session) : session_(session) {}

    void verify(const store::AccountRow& account) {
        progress_.show(accounts_);
        auto findings = mail::verify_account(session_, account.id);
        std::vector<std::string> lines;
        if (findings) {
            lines = std::move(*findings);
        } else {
            lines.push_back("cannot be verified: " + findings.error().to_string());
        }
        if (!lines.empty()) progress_.clear();
        for (const auto& line : lines)
            report_.add("findings", {{"login", account.login}, {"text", line}}, account.login + ": " + line);
        findings_ += lines.size();
        ++accounts_;
    }
    int finish() {
        progress_.clear();
        report_.set("accounts", accounts_);
        report_.say(std::to_string(accounts_) + (accounts_ == 1 ? " account: " : " accounts: ") +
                    (findings_ == 0 ? "no mistakes found" : std::to_string(findings_) + " findings"));
        return report_.finish(findings_ == 0 ? 0 : 1);
    }

private:
    store::StoreSession& session_;
    Report report_{"findings"};
    Progress progress_{0};
    std::size_t accounts_ = 0;
    std::size_t findings_ = 0;
};

}  // namespace

int verify(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl verify [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    Verification verification(*access->session);
    if (call.arguments.size() == 1) {
        const auto account = access->session->find_account(call.arguments[0]);
        if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
        verification.verify(*account);
        return verification.finish();
    }
    std::string after;
    while (true) {
        const auto accounts = access->session->list_accounts(after, accounts_at_once);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) verification.verify(account);
        if (accounts->size() < accounts_at_once) return verification.finish();
        after = accounts->back().login;
    }
}

}  // namespace posternctl

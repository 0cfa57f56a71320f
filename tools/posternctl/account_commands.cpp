// account list|add|password|remove, hash
#include <iomanip>
#include <sstream>

#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/password_hasher.hpp"
#include "kernel/mail/id_generator.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

std::string make_secret(const config::AuthSection& settings, const std::string& password) {
    auth::ArgonHasher hasher(settings.hash_memory, static_cast<std::uint64_t>(settings.hash_passes));
    return auth::SecretMaker(hasher, settings).make(password);
}

/// The login argument, or "" after printing the usage.
std::string only_login(const Invocation& call, const char* command) {
    if (call.arguments.size() == 1 && !call.arguments[0].empty()) return call.arguments[0];
    fail(std::string("usage: posternctl account ") + command + " LOGIN", 2);
    return "";
}

std::string line_of(const store::AccountRow& account) {
    std::ostringstream line;
    line << std::left << std::setw(40) << account.login << ' ' << std::right << std::setw(9)
         << account.used_count << " messages " << std::setw(11) << show_size(account.used_bytes)
         << (account.secret.empty() ? "" : "  local password");
    return line.str();
}

}  // namespace

int account_list(const Invocation& call) {
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    Report report({"accounts"});
    std::string after;
    while (true) {
        const auto accounts = access->session->list_accounts(after, accounts_at_once);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) {
            report.add("accounts",
                       {{"login", account.login},
                        {"messages", account.used_count},
                        {"octets", account.used_bytes},
                        {"local_password", !account.secret.empty()}},
                       line_of(account));
        }
        if (accounts->size() < accounts_at_once) return report.finish();
        after = accounts->back().login;
    }
}

int account_add(const Invocation& call) {
    const auto login = only_login(call, "add");
    if (login.empty()) return 2;
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto password = read_new_password();
    if (!password) return 1;
    mail::IdGenerator ids;
    store::AccountRow account;
    account.id = AccountId{ids.next()};
    account.login = login;
    account.secret = make_secret(access->setup.config.auth, *password);
    // The server makes INBOX and the others when it opens the account.
    const auto created = access->session->create_account(account);
    if (!created) return fail(login + ": " + created.error().to_string());
    Report report;
    report.set("login", login);
    report.say("account " + login + " made");
    return report.finish();
}

int account_password(const Invocation& call) {
    const auto login = only_login(call, "password");
    if (login.empty()) return 2;
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto account = access->session->find_account(login);
    if (!account) return fail(login + ": " + account.error().to_string());
    const auto password = read_new_password();
    if (!password) return 1;
    const auto updated = access->session->update_account(
        account->id, make_secret(access->setup.config.auth, *password), std::nullopt);
    if (!updated) return fail(login + ": " + updated.error().to_string());
    Report report;
    report.set("login", login);
    report.say("password of " + login + " set");
    return report.finish();
}

int account_remove(const Invocation& call) {
    if (call.arguments.size() != 2 || call.arguments[1] != "--yes") {
        return fail("usage: posternctl account remove LOGIN --yes (all mail of the account is gone at once)",
                    2);
    }
    const auto& login = call.arguments[0];
    const auto access = open_store(call.config, Purpose::alone);
    if (!access) return 1;
    const auto account = access->session->find_account(login);
    if (!account) return fail(login + ": " + account.error().to_string());
    const auto removed = access->session->delete_account(account->id);
    if (!removed) return fail(login + ": " + removed.error().to_string());
    Report report;
    report.set("login", login);
    report.set("messages", account->used_count);
    report.say("account " + login + " removed with " + std::to_string(account->used_count) + " messages");
    return report.finish();
}

int hash_password(const Invocation& /*call*/) {
    const auto password = read_new_password();
    if (!password) return 1;
    auth::ArgonHasher hasher(64ULL << 20, 2);
    const std::string hash = auth::SecretMaker(hasher, {}).make(*password);
    Report report;
    report.set("hash", hash);
    report.say(hash);
    return report.finish();
}

}  // namespace posternctl

// account list|add|password|remove, hash
#include <iomanip>
#include <iostream>

#include "kernel/auth/account_secret.hpp"
#include "kernel/auth/password_hasher.hpp"
#include "kernel/mail/id_generator.hpp"
#include "tools/posternctl/commands.hpp"
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

}  // namespace

int account_list(const Invocation& call) {
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    std::string after;
    while (true) {
        const auto accounts = access->session->list_accounts(after, accounts_at_once);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) {
            std::cout << std::left << std::setw(40) << account.login << ' ' << std::right << std::setw(9)
                      << account.used_count << " messages " << std::setw(11) << show_size(account.used_bytes)
                      << (account.secret.empty() ? "" : "  local password") << '\n';
        }
        if (accounts->size() < accounts_at_once) return 0;
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
    std::cout << "account " << login << " made\n";
    return 0;
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
    std::cout << "password of " << login << " set\n";
    return 0;
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
    std::cout << "account " << login << " removed with " << account->used_count << " messages\n";
    return 0;
}

int hash_password(const Invocation& /*call*/) {
    const auto password = read_new_password();
    if (!password) return 1;
    auth::ArgonHasher hasher(64ULL << 20, 2);
    std::cout << auth::SecretMaker(hasher, {}).make(*password) << '\n';
    return 0;
}

}  // namespace posternctl

#include "tools/posternctl/source_access.hpp"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <thread>

#include "tools/posternctl/commands.hpp"

namespace posternctl {

using namespace postern;

std::optional<ChosenSource> choose_source(StoreAccess& access, const std::string& login,
                                          const std::string& remote_login) {
    const auto account = access.session->find_account(login);
    if (!account) {
        fail(login + ": " + account.error().to_string());
        return std::nullopt;
    }
    const auto sources = access.session->list_sources(account->id);
    if (!sources) {
        fail(login + ": " + sources.error().to_string());
        return std::nullopt;
    }
    std::vector<ChosenSource> found;
    for (const auto& row : *sources) {
        auto config = gateway::SourceConfig::parse(row.config);
        if (!remote_login.empty() && config.remote_login != remote_login) continue;
        found.push_back({account->login, row, std::move(config)});
    }
    if (found.size() == 1) return std::move(found.front());
    if (found.empty()) {
        fail(login + " has no source" + (remote_login.empty() ? "" : " of the name " + remote_login));
    } else {
        fail(login + " has several sources: name one as `posternctl source list " + login + "` does");
    }
    return std::nullopt;
}

ProviderEntry find_provider(const StoreAccess& access, const std::string& key) {
    const ConfigNode accounts = access.setup.config.root["accounts"];
    for (const std::string& wanted : {key, std::string("*")}) {
        for (const auto& [name, node] : accounts.fields()) {
            std::string lower = name;
            for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
            if (lower == wanted) return {lower, node};
        }
    }
    return {};
}

std::string domain_of(const std::string& login) {
    const auto at = login.rfind('@');
    if (at == std::string::npos) return "*";
    std::string domain = login.substr(at + 1);
    for (char& c : domain) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return domain;
}

std::optional<gateway::OAuthProvider> find_oauth(const StoreAccess& access, const ProviderEntry& entry) {
    const std::string& name = entry.node["oauth"].text();
    if (name.empty()) return std::nullopt;
    Diagnostics checked_before;
    return gateway::OAuthProvider::read(name, access.setup.config.root["oauth"][name], checked_before);
}

std::optional<auth::KeySealer> open_sealer(const StoreAccess& access) {
    auto sealer = auth::KeySealer::open_file(access.setup.config.server.master_key);
    if (sealer) return std::move(*sealer);
    fail(sealer.error().text);
    return std::nullopt;
}

namespace {

/// Longer than a session lasts.
constexpr auto patience = std::chrono::seconds(200);
constexpr auto between_tries = std::chrono::milliseconds(20);
constexpr UnixTime lease_time = 60;

Result<std::uint64_t> take_lease(StoreAccess& access, const store::SourceRow& source) {
    const auto end = std::chrono::steady_clock::now() + patience;
    const std::string owner = "posternctl " + std::to_string(getpid());
    while (true) {
        const UnixTime now = std::time(nullptr);
        auto lease = access.session->acquire_lease(source.account, source.id, owner, now, now + lease_time);
        const bool taken = !lease && lease.error().code == Errc::conflict;
        if (!taken || std::chrono::steady_clock::now() >= end) return lease;
        std::this_thread::sleep_for(between_tries);
    }
}

}  // namespace

Result<void> edit_source(StoreAccess& access, const store::SourceRow& source,
                         const std::function<Result<void>(store::SourceRow&)>& change) {
    const auto lease = take_lease(access, source);
    if (!lease) return lease.error();
    const auto rows = access.session->list_sources(source.account);
    if (!rows) return rows.error();
    for (store::SourceRow row : *rows) {
        if (row.id != source.id) continue;
        auto done = change(row);
        if (done) done = access.session->put_source(row);
        const auto released =
            access.session->release_lease(row.account, row.id, *lease, row.facts, row.next_poll_at);
        return done ? released : done;
    }
    return Error(Errc::not_found, "the source is not there any more");
}

int store_secret(StoreAccess& access, const ChosenSource& chosen, const std::string& secret) {
    auto sealer = open_sealer(access);
    if (!sealer) return 1;
    const auto done = edit_source(access, chosen.row, [&](store::SourceRow& row) -> Result<void> {
        row.sealed_credential = sealer->seal(gateway::credential_context(row), secret);
        row.facts = gateway::facts_after_new_credential(row.facts);
        row.next_poll_at = 0;
        return {};
    });
    return done ? 0 : fail(done.error().to_string());
}

}  // namespace posternctl

#include "tools/posternctl/source_access.hpp"

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

int store_secret(StoreAccess& access, const ChosenSource& chosen, const std::string& secret) {
    auto sealer = open_sealer(access);
    if (!sealer) return 1;
    const auto sources = access.session->list_sources(chosen.row.account);
    if (!sources) return fail(sources.error().to_string());
    for (store::SourceRow row : *sources) {
        if (row.id != chosen.row.id) continue;
        row.sealed_credential = sealer->seal(gateway::credential_context(row), secret);
        row.facts = gateway::facts_after_new_credential(row.facts);
        row.next_poll_at = 0;
        const auto saved = access.session->put_source(row);
        return saved ? 0 : fail(saved.error().to_string());
    }
    return fail("the source is not there any more");
}

}  // namespace posternctl

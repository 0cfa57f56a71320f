// source add|remove|password: remote mailboxes of an account that has a password of its own.
#include <algorithm>
#include <ctime>

#include "kernel/mail/id_generator.hpp"
#include "postern/gateway/connector.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/source_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// Until it has a credential.
constexpr UnixTime far_away = 253'402'300'799;  // the end of the year 9999

struct AddArguments {
    std::string login;
    std::string remote_login;
    std::string provider;  ///< key; "": the domain of remote_login
    std::string mailbox;
};

std::optional<AddArguments> parse_add(const std::vector<std::string>& words) {
    AddArguments out;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool option = words[i] == "--provider" || words[i] == "--mailbox";
        if (!option) {
            if (words[i].empty() || words[i].starts_with("--")) return std::nullopt;
            names.push_back(words[i]);
            continue;
        }
        if (i + 1 == words.size()) return std::nullopt;
        (words[i] == "--mailbox" ? out.mailbox : out.provider) = words[i + 1];
        ++i;
    }
    if (names.size() != 2) return std::nullopt;
    out.login = names[0];
    out.remote_login = names[1];
    return out;
}

bool mirrors_account(const StoreAccess& access, const std::string& connector) {
    const auto* found = access.setup.plugins->lookup().find<gateway::Connector>(connector);
    return found != nullptr && (found->describe().abilities & gateway::hierarchy) != 0;
}

/// Why the account may not have this source; "" if it may.
std::string objection(const StoreAccess& access, const std::vector<store::SourceRow>& present,
                      const store::SourceRow& wanted) {
    const auto config = gateway::SourceConfig::parse(wanted.config);
    for (const auto& row : present) {
        const auto other = gateway::SourceConfig::parse(row.config);
        if (!other.linked) return "it is the mailbox of a provider; only an account of its own can have more";
        if (other.provider == config.provider && other.remote_login == config.remote_login)
            return "it has this source";
        // Such a source is the other side of the whole account: what another brings would be sent there.
        if (mirrors_account(access, row.connector) || mirrors_account(access, wanted.connector))
            return "a source with folders is the only one of its account";
    }
    if (!config.mailbox.empty() && mirrors_account(access, wanted.connector))
        return "a source with folders has no mailbox of its own";
    return "";
}

}  // namespace

int source_add(const Invocation& call) {
    const auto arguments = parse_add(call.arguments);
    if (!arguments) {
        return fail("usage: posternctl source add LOGIN NAME-THERE [--provider KEY] [--mailbox MAILBOX]", 2);
    }
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto account = access->session->find_account(arguments->login);
    if (!account) return fail(arguments->login + ": " + account.error().to_string());
    if (account->secret.empty()) return fail(arguments->login + " has no password of its own");
    const bool named = !arguments->provider.empty();
    const auto entry =
        find_provider(*access, named ? arguments->provider : domain_of(arguments->remote_login));
    if (!entry.node.exists() || (named && entry.key != arguments->provider)) {
        return fail("`accounts:` has no entry for " +
                    (named ? arguments->provider : arguments->remote_login));
    }
    const bool token = find_oauth(*access, entry).has_value();
    mail::IdGenerator ids;
    ChosenSource chosen;
    chosen.config.provider = entry.key;
    chosen.config.remote_login = arguments->remote_login;
    if (entry.node["login"].text() == "local-part") {
        chosen.config.remote_login.erase(
            std::min(chosen.config.remote_login.rfind('@'), chosen.config.remote_login.size()));
    }
    chosen.config.mailbox = arguments->mailbox;
    chosen.config.linked = true;
    if (token) chosen.config.credential = gateway::CredentialKind::oauth_token;
    chosen.config.created_at = std::time(nullptr);
    chosen.row.account = account->id;
    chosen.row.id = SourceId{ids.next()};
    chosen.row.connector = entry.node["source"].text();
    chosen.row.config = chosen.config.format();
    chosen.row.epoch = 1;
    chosen.row.next_poll_at = far_away;
    const auto present = access->session->list_sources(account->id);
    if (!present) return fail(present.error().to_string());
    const auto why = objection(*access, *present, chosen.row);
    if (!why.empty()) return fail(arguments->login + ": " + why);
    std::optional<std::string> password;
    if (!token && !(password = read_new_password())) return 1;
    const auto saved = access->session->put_source(chosen.row);
    if (!saved) return fail(saved.error().to_string());
    Report report;
    report.set("login", account->login);
    report.set("remote_login", chosen.config.remote_login);
    report.set("needs_consent", token);
    if (token) {
        report.say("source added; it begins after `posternctl source authorize " + account->login + ' ' +
                   one_line(chosen.config.remote_login) + "`");
        return report.finish();
    }
    const int status = store_secret(*access, chosen, *password);
    if (status != 0) return status;
    report.say("source added");
    return report.finish();
}

int source_remove(const Invocation& call) {
    const auto& words = call.arguments;
    if (words.size() != 3 || words[2] != "--yes") {
        return fail(
            "usage: posternctl source remove LOGIN NAME-THERE --yes (what was collected stays, as local "
            "mail)",
            2);
    }
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto chosen = choose_source(*access, words[0], words[1]);
    if (!chosen) return 1;
    if (!chosen->config.linked) return fail(words[0] + " is the mailbox of this provider itself");
    const auto removed = access->session->delete_source(chosen->row.account, chosen->row.id);
    if (!removed) return fail(removed.error().to_string());
    Report report;
    report.set("login", words[0]);
    report.set("remote_login", chosen->config.remote_login);
    report.say("source removed");
    return report.finish();
}

int source_password(const Invocation& call) {
    const auto& words = call.arguments;
    if (words.empty() || words.size() > 2) {
        return fail("usage: posternctl source password LOGIN [NAME-THERE]", 2);
    }
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto chosen = choose_source(*access, words[0], words.size() == 2 ? words[1] : "");
    if (!chosen) return 1;
    if (chosen->config.credential != gateway::CredentialKind::password) {
        return fail("this source has no password: `posternctl source authorize`");
    }
    if (!chosen->config.linked) return fail(words[0] + " signs in with it: that sets the new one");
    const auto password = read_new_password();
    if (!password) return 1;
    const int status = store_secret(*access, *chosen, *password);
    if (status != 0) return status;
    Report report;
    report.set("login", words[0]);
    report.set("remote_login", chosen->config.remote_login);
    report.say("password set; it is tried at once");
    return report.finish();
}

}  // namespace posternctl

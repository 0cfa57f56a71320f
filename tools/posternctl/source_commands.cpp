// source list [LOGIN], show, release, cancel LOGIN: remote mailboxes that accounts are collected from.
#include <algorithm>
#include <ctime>
#include <iostream>
#include <map>

#include "postern/gateway/brake.hpp"
#include "postern/gateway/source_config.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t page = 500;
constexpr UnixTime longest_wait = 365 * 86400;
constexpr std::size_t most_shown = 50;  ///< messages of each kind

/// The value in "key=value" lines; "" if there is none.
std::string fact(const store::SourceRow& source, std::string_view key) {
    std::string_view rest = source.facts;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        if (line.starts_with(key) && line.substr(key.size()).starts_with('=')) {
            return std::string(line.substr(key.size() + 1));
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return "";
}

bool brake_holds(const store::SourceRow& source) {
    return !fact(source, gateway::vanish_held_fact).empty() ||
           !fact(source, gateway::delete_held_fact).empty();
}

std::string when(const std::string& seconds) {
    return seconds.empty() ? "never" : show_time(std::atoll(seconds.c_str()));
}

std::string show_next(UnixTime when) {
    if (when == 0) return "now";
    // Years away: it waits for somebody, not for a moment.
    return when - std::time(nullptr) > longest_wait ? "never" : show_time(when);
}

void show(const std::string& login, const store::SourceRow& source) {
    const auto config = gateway::SourceConfig::parse(source.config);
    std::cout << login << "  " << source.connector << "  " << one_line(config.remote_login);
    if (!config.mailbox.empty()) std::cout << "  into " << one_line(config.mailbox);
    if (gateway::credential_is_refused(source.facts)) {
        const bool token = config.credential == gateway::CredentialKind::oauth_token;
        std::cout << (token ? "  needs the user's consent" : "  password refused");
    } else if (source.sealed_credential.empty()) {
        std::cout << "  not authorized yet";
    }
    std::cout << "  polled " << when(fact(source, gateway::polled_fact)) << "  next "
              << show_next(source.next_poll_at);
    const auto error = fact(source, gateway::error_fact);
    const auto since = fact(source, gateway::failing_since_fact);
    if (!error.empty()) {
        std::cout << "  fails since" << (since.empty() ? "" : ' ' + when(since)) << ": " << one_line(error);
    }
    const auto vanish = fact(source, gateway::vanish_held_fact);
    if (!vanish.empty()) std::cout << "  held: what is missing there stays here, since " << when(vanish);
    const auto deletions = fact(source, gateway::delete_held_fact);
    if (!deletions.empty()) std::cout << "  held: deletions there, since " << when(deletions);
    std::cout << '\n';
}

/// What a receipt in this state waits for; null if for nothing.
const char* waits_for(store::ReceiptState state) {
    switch (state) {
        case store::ReceiptState::listed:
            return "to be fetched";
        case store::ReceiptState::deferred:
            return "cannot be fetched";
        case store::ReceiptState::delete_wanted:
            return "to be deleted there";
        case store::ReceiptState::delete_sent:
            return "deletion not confirmed";
        case store::ReceiptState::suspect:
            return "missing there";
        default:
            return nullptr;
    }
}

Result<void> show_waiting(store::StoreSession& session, const store::SourceRow& source) {
    const auto receipts = session.read_receipts(source.account, source.id, store::any_receipt_state);
    if (!receipts) return receipts.error();
    std::map<std::string, std::size_t> counts;
    std::size_t stored = 0;
    for (const auto& receipt : *receipts) {
        if (receipt.state == store::ReceiptState::stored) ++stored;
        const char* what = waits_for(receipt.state);
        if (what == nullptr || ++counts[what] > most_shown) continue;
        std::cout << "  " << what << ": " << one_line(receipt.uidl) << "  " << show_size(receipt.size_listed)
                  << "  first seen " << show_time(receipt.first_seen);
        if (!receipt.last_error.empty()) std::cout << "  " << one_line(receipt.last_error);
        std::cout << '\n';
    }
    std::cout << "  in step: " << stored << '\n';
    for (const auto& [what, count] : counts) std::cout << "  " << what << ": " << count << " in all\n";
    return {};
}

Result<void> show_sources(store::StoreSession& session, const store::AccountRow& account) {
    const auto sources = session.list_sources(account.id);
    if (!sources) return sources.error();
    for (const auto& source : *sources) show(account.login, source);
    return {};
}

}  // namespace

int source_list(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl source list [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    if (call.arguments.size() == 1) {
        const auto account = access->session->find_account(call.arguments[0]);
        if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
        const auto shown = show_sources(*access->session, *account);
        return shown ? 0 : fail(shown.error().to_string());
    }
    std::string after;
    while (true) {
        const auto accounts = access->session->list_accounts(after, page);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) {
            const auto shown = show_sources(*access->session, account);
            if (!shown) return fail(shown.error().to_string());
        }
        if (accounts->size() < page) return 0;
        after = accounts->back().login;
    }
}

int source_show(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl source show LOGIN", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto sources = access->session->list_sources(account->id);
    if (!sources) return fail(sources.error().to_string());
    for (const auto& source : *sources) {
        show(account->login, source);
        const auto shown = show_waiting(*access->session, source);
        if (!shown) return fail(shown.error().to_string());
    }
    return 0;
}

namespace {

/// Leaves a note for the gateway, which looks for it while a brake holds.
int decide(const Invocation& call, std::string_view entry, const char* done) {
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto sources = access->session->list_sources(account->id);
    if (!sources) return fail(sources.error().to_string());
    if (std::none_of(sources->begin(), sources->end(), brake_holds)) {
        return fail(call.arguments[0] + ": nothing is held");
    }
    store::Transaction transaction;
    transaction.account = account->id;
    store::AttributeWrite write;
    write.attribute.entry = entry;
    transaction.attributes.push_back(std::move(write));
    const auto written = std::move(access->session->commit({&transaction, 1}).front());
    if (!written) return fail(written.error().to_string());
    std::cout << done;
    return 0;
}

}  // namespace

int source_release(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl source release LOGIN", 2);
    return decide(call, gateway::brake_release_entry, "released; the next poll does what was held\n");
}

int source_cancel(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl source cancel LOGIN", 2);
    return decide(call, gateway::brake_cancel_entry,
                  "cancelled; the next poll brings back what was to be deleted\n");
}

}  // namespace posternctl

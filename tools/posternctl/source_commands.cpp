// source list [LOGIN], show, release, cancel LOGIN: remote mailboxes that accounts are collected from.
#include <algorithm>
#include <ctime>
#include <map>

#include "postern/gateway/brake.hpp"
#include "postern/gateway/source_config.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
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

/// "" if it can sign in there.
const char* missing_credential(const store::SourceRow& source, const gateway::SourceConfig& config) {
    if (gateway::credential_is_refused(source.facts)) {
        const bool token = config.credential == gateway::CredentialKind::oauth_token;
        return token ? "needs the user's consent" : "password refused";
    }
    return source.sealed_credential.empty() ? "not authorized yet" : "";
}

boost::json::value json_fact_time(const std::string& seconds) {
    return seconds.empty() ? boost::json::value() : json_time(std::atoll(seconds.c_str()));
}

boost::json::object as_json(const std::string& login, const store::SourceRow& source) {
    const auto config = gateway::SourceConfig::parse(source.config);
    const bool waits_for_somebody = source.next_poll_at - std::time(nullptr) > longest_wait;
    return {{"login", login},
            {"connector", source.connector},
            {"remote_login", config.remote_login},
            {"mailbox", config.mailbox},
            {"credential", missing_credential(source, config)},
            {"polled_at", json_fact_time(fact(source, gateway::polled_fact))},
            {"next_poll_at", waits_for_somebody ? boost::json::value() : json_time(source.next_poll_at)},
            {"failing_since", json_fact_time(fact(source, gateway::failing_since_fact))},
            {"failure", fact(source, gateway::error_fact)},
            {"missing_held_since", json_fact_time(fact(source, gateway::vanish_held_fact))},
            {"deletions_held_since", json_fact_time(fact(source, gateway::delete_held_fact))}};
}

std::string line_of(const std::string& login, const store::SourceRow& source) {
    const auto config = gateway::SourceConfig::parse(source.config);
    std::string line = login + "  " + source.connector + "  " + one_line(config.remote_login);
    if (!config.mailbox.empty()) line += "  into " + one_line(config.mailbox);
    const std::string credential = missing_credential(source, config);
    if (!credential.empty()) line += "  " + credential;
    line +=
        "  polled " + when(fact(source, gateway::polled_fact)) + "  next " + show_next(source.next_poll_at);
    const auto error = fact(source, gateway::error_fact);
    const auto since = fact(source, gateway::failing_since_fact);
    if (!error.empty())
        line += "  fails since" + (since.empty() ? "" : ' ' + when(since)) + ": " + one_line(error);
    const auto vanish = fact(source, gateway::vanish_held_fact);
    if (!vanish.empty()) line += "  held: what is missing there stays here, since " + when(vanish);
    const auto deletions = fact(source, gateway::delete_held_fact);
    if (!deletions.empty()) line += "  held: deletions there, since " + when(deletions);
    return line;
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

/// What waits, a line each and as an array.
Result<boost::json::object> show_waiting(Report& report, store::StoreSession& session,
                                         const store::SourceRow& source) {
    const auto receipts = session.read_receipts(source.account, source.id, store::any_receipt_state);
    if (!receipts) return receipts.error();
    std::map<std::string, std::size_t> counts;
    std::size_t stored = 0;
    boost::json::array waiting;
    for (const auto& receipt : *receipts) {
        if (receipt.state == store::ReceiptState::stored) ++stored;
        const char* what = waits_for(receipt.state);
        if (what == nullptr || ++counts[what] > most_shown) continue;
        std::string line = std::string("  ") + what + ": " + one_line(receipt.uidl) + "  " +
                           show_size(receipt.size_listed) + "  first seen " + show_time(receipt.first_seen);
        if (!receipt.last_error.empty()) line += "  " + one_line(receipt.last_error);
        report.say(line);
        waiting.push_back(boost::json::object{{"state", what},
                                              {"uidl", receipt.uidl},
                                              {"octets", receipt.size_listed},
                                              {"first_seen", json_time(receipt.first_seen)},
                                              {"error", receipt.last_error}});
    }
    report.say("  in step: " + std::to_string(stored));
    boost::json::object totals;
    for (const auto& [what, count] : counts) {
        report.say("  " + what + ": " + std::to_string(count) + " in all");
        totals[what] = count;
    }
    return boost::json::object{
        {"in_step", stored}, {"waiting", std::move(waiting)}, {"waiting_in_all", std::move(totals)}};
}

Result<void> show_sources(Report& report, store::StoreSession& session, const store::AccountRow& account) {
    const auto sources = session.list_sources(account.id);
    if (!sources) return sources.error();
    for (const auto& source : *sources)
        report.add("sources", as_json(account.login, source), line_of(account.login, source));
    return {};
}

}  // namespace

int source_list(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl source list [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    Report report({"sources"});
    if (call.arguments.size() == 1) {
        const auto account = access->session->find_account(call.arguments[0]);
        if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
        const auto shown = show_sources(report, *access->session, *account);
        return shown ? report.finish() : fail(shown.error().to_string());
    }
    std::string after;
    while (true) {
        const auto accounts = access->session->list_accounts(after, page);
        if (!accounts) return fail(accounts.error().to_string());
        for (const auto& account : *accounts) {
            const auto shown = show_sources(report, *access->session, account);
            if (!shown) return fail(shown.error().to_string());
        }
        if (accounts->size() < page) return report.finish();
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
    Report report({"sources"});
    for (const auto& source : *sources) {
        report.say(line_of(account->login, source));
        auto entry = as_json(account->login, source);
        const auto waiting = show_waiting(report, *access->session, source);
        if (!waiting) return fail(waiting.error().to_string());
        for (const auto& member : *waiting) entry[member.key()] = member.value();
        report.list("sources", std::move(entry));
    }
    return report.finish();
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
    Report report;
    report.set("login", call.arguments[0]);
    report.say(done);
    return report.finish();
}

}  // namespace

int source_release(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl source release LOGIN", 2);
    return decide(call, gateway::brake_release_entry, "released; the next poll does what was held");
}

int source_cancel(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl source cancel LOGIN", 2);
    return decide(call, gateway::brake_cancel_entry,
                  "cancelled; the next poll brings back what was to be deleted");
}

}  // namespace posternctl

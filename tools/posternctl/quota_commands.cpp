// quota show LOGIN, quota set LOGIN ..., quota reset LOGIN: limits of one account.
#include <cctype>
#include <sstream>

#include "kernel/mail/attribute_table.hpp"
#include "postern/mail/quota.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/store_access.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// "STORAGE 1024 MESSAGE 10": {"storage": 1024, "message": 10}
boost::json::value json_limits(const std::string& text) {
    boost::json::object out;
    std::istringstream words(text);
    std::string resource;
    std::uint64_t limit = 0;
    while (words >> resource >> limit) {
        for (char& c : resource) c = c == '-' ? '_' : static_cast<char>(std::tolower(c));
        out[resource] = limit;
    }
    return out;
}

/// Changes the limits in the account's log, where a running server finds them.
int write_limits(const Invocation& call, std::optional<std::string> limits) {
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    store::Transaction transaction;
    transaction.account = account->id;
    store::AttributeWrite write;
    write.attribute.entry = mail::quota_entry;
    write.attribute.value = limits.value_or("");
    write.remove = !limits;
    transaction.attributes.push_back(std::move(write));
    transaction.changes = mail::changes_of(transaction.attributes);
    const auto written = std::move(access->session->commit({&transaction, 1}).front());
    if (!written) return fail(written.error().to_string());
    Report report;
    report.set("login", call.arguments[0]);
    return report.finish();
}

}  // namespace

int quota_show(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl quota show LOGIN", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto own = access->session->read_attributes(account->id, MailboxId{}, mail::quota_entry);
    if (!own) return fail(own.error().to_string());
    Report report;
    report.set("login", account->login);
    report.set("messages", account->used_count);
    report.set("octets", account->used_bytes);
    report.set("limits", own->empty() ? boost::json::value() : json_limits(own->front().value));
    const std::string limits = own->empty()                 ? "limits of the settings"
                               : own->front().value.empty() ? "no limits"
                                                            : own->front().value;
    report.say(account->login + "  " + std::to_string(account->used_count) + " messages  " +
               std::to_string(account->used_bytes) + " octets  " + limits);
    return report.finish();
}

int quota_set(const Invocation& call) {
    std::string text;
    for (std::size_t i = 1; i < call.arguments.size(); ++i) text += call.arguments[i] + ' ';
    const auto limits = mail::QuotaLimits::from_text(text);
    if (call.arguments.empty() || !limits) {
        return fail(
            "usage: posternctl quota set LOGIN [STORAGE KILOBYTES] [MESSAGE N] [MAILBOX N] "
            "[ANNOTATION-STORAGE KILOBYTES]",
            2);
    }
    return write_limits(call, limits->to_text());
}

int quota_reset(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl quota reset LOGIN", 2);
    return write_limits(call, std::nullopt);
}

}  // namespace posternctl

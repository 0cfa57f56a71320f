// held list [LOGIN], held cancel LOGIN ID: messages that wait to be sent (RFC 4865).
#include <algorithm>

#include "submission/held_message.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// "ID  LOGIN  leaves 2026-11-22 10:30  from anna@example.org to ben@far.example"
void show(Report& report, const store::AccountRow& account, const submission::HeldMessage& held) {
    std::string line = std::to_string(value_of(held.message)) + "  " + account.login + "  leaves " +
                       show_time(held.next_try);
    if (held.tries > 0) line += "  tried " + std::to_string(held.tries) + " times";
    line += "  from " + one_line(held.mail.sender) + " to";
    boost::json::array recipients;
    for (const mail::EnvelopeRecipient& to : held.mail.recipients) {
        line += ' ' + one_line(to.address);
        recipients.emplace_back(to.address);
    }
    report.add("held",
               {{"id", json_id(value_of(held.message))},
                {"login", account.login},
                {"leaves_at", json_time(held.next_try)},
                {"tries", held.tries},
                {"sender", held.mail.sender},
                {"recipients", std::move(recipients)}},
               line);
}

Result<std::size_t> show_all(Report& report, store::StoreSession& session, const store::AccountRow& account) {
    const auto attributes =
        session.read_attributes(account.id, MailboxId{}, std::string(submission::held_prefix));
    if (!attributes) return attributes.error();
    for (const store::Attribute& attribute : *attributes) {
        const auto held = submission::HeldMessage::from_text(attribute.entry, attribute.value);
        if (held)
            show(report, account, *held);
        else
            report.add("damaged", {{"login", account.login}, {"entry", attribute.entry}},
                       account.login + "  damaged: " + one_line(attribute.entry));
    }
    return attributes->size();
}

}  // namespace

int held_list(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl held list [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    Report report({"held", "damaged"});
    std::size_t count = 0;
    std::string after;
    for (bool more = true; more;) {
        std::vector<store::AccountRow> accounts;
        if (call.arguments.empty()) {
            auto page = access->session->list_accounts(after, accounts_at_once);
            if (!page) return fail(page.error().to_string());
            accounts = std::move(*page);
            more = accounts.size() == accounts_at_once;
        } else {
            auto account = access->session->find_account(call.arguments[0]);
            if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
            accounts.push_back(std::move(*account));
            more = false;
        }
        for (const store::AccountRow& account : accounts) {
            after = account.login;
            const auto shown = show_all(report, *access->session, account);
            if (!shown) return fail(shown.error().to_string());
            count += *shown;
        }
    }
    report.say(std::to_string(count) + (count == 1 ? " message is held" : " messages are held"));
    return report.finish();
}

int held_cancel(const Invocation& call) {
    if (call.arguments.size() != 2) return fail("usage: posternctl held cancel LOGIN ID", 2);
    const auto access = open_store(call.config, Purpose::write);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const std::string entry = std::string(submission::held_prefix) + call.arguments[1];
    const auto found = access->session->read_attributes(account->id, MailboxId{}, entry);
    if (!found) return fail(found.error().to_string());
    const bool there =
        std::any_of(found->begin(), found->end(), [&](const auto& one) { return one.entry == entry; });
    if (!there) return fail("no such message is held; `posternctl held list` shows them");
    store::Transaction transaction;
    transaction.account = account->id;
    store::AttributeWrite write;
    write.attribute.entry = entry;
    write.remove = true;
    transaction.attributes.push_back(std::move(write));
    const auto written = std::move(access->session->commit({&transaction, 1}).front());
    if (!written) return fail(written.error().to_string());
    Report report;
    report.set("id", call.arguments[1]);
    report.say("cancelled; the message stays in the mailbox Scheduled");
    return report.finish();
}

}  // namespace posternctl

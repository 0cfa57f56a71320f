// held list [LOGIN], held cancel LOGIN ID: messages that wait to be sent (RFC 4865).
#include <algorithm>
#include <iostream>

#include "submission/held_message.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

/// "ID  LOGIN  leaves 2026-11-22 10:30  from anna@example.org to ben@far.example"
void show(const store::AccountRow& account, const submission::HeldMessage& held) {
    std::cout << value_of(held.message) << "  " << account.login << "  leaves " << show_time(held.next_try);
    if (held.tries > 0) std::cout << "  tried " << held.tries << " times";
    std::cout << "  from " << one_line(held.mail.sender) << " to";
    for (const mail::EnvelopeRecipient& to : held.mail.recipients) std::cout << ' ' << one_line(to.address);
    std::cout << '\n';
}

Result<std::size_t> show_all(store::StoreSession& session, const store::AccountRow& account) {
    const auto attributes =
        session.read_attributes(account.id, MailboxId{}, std::string(submission::held_prefix));
    if (!attributes) return attributes.error();
    for (const store::Attribute& attribute : *attributes) {
        const auto held = submission::HeldMessage::from_text(attribute.entry, attribute.value);
        if (held)
            show(account, *held);
        else
            std::cout << account.login << "  damaged: " << one_line(attribute.entry) << '\n';
    }
    return attributes->size();
}

}  // namespace

int held_list(const Invocation& call) {
    if (call.arguments.size() > 1) return fail("usage: posternctl held list [LOGIN]", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
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
            const auto shown = show_all(*access->session, account);
            if (!shown) return fail(shown.error().to_string());
            count += *shown;
        }
    }
    std::cout << count << (count == 1 ? " message is held\n" : " messages are held\n");
    return 0;
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
    std::cout << "cancelled; the message stays in the mailbox Scheduled\n";
    return 0;
}

}  // namespace posternctl

// mailbox list|create|rename|remove: the mailboxes of an account.
#include <algorithm>

#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/mail_access.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

mail::Cause cause_of(const mail::Account& account, std::string command) {
    return {"posternctl", std::move(command), account.login(), 0};
}

Task<Result<void>> create(std::shared_ptr<mail::Account> account, std::string name) {
    mail::Account::CreateOptions options;
    options.cause = cause_of(*account, "mailbox create");
    auto made = co_await account->create_mailbox(name, std::move(options));
    if (!made) co_return made.error();
    mail::Cause cause = cause_of(*account, "mailbox create");
    auto subscribed = co_await account->set_subscribed(std::move(name), true, std::move(cause));
    co_return subscribed;
}

Task<Result<void>> rename(std::shared_ptr<mail::Account> account, std::string from, std::string to) {
    mail::Cause cause = cause_of(*account, "mailbox rename");
    auto renamed = co_await account->rename_mailbox(std::move(from), std::move(to), std::move(cause));
    co_return renamed;
}

Task<Result<void>> remove(std::shared_ptr<mail::Account> account, std::string name) {
    mail::Cause cause = cause_of(*account, "mailbox remove");
    auto removed = co_await account->delete_mailbox(std::move(name), std::move(cause));
    co_return removed;
}

/// Changes an account through the server's own service. Answers the exit status.
int change(const Invocation& call,
           const std::function<Task<Result<void>>(std::shared_ptr<mail::Account>)>& task,
           const std::string& done) {
    const auto access = open_store(call.config, Purpose::alone);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    MailAccess mail(*access);
    const auto opened = mail.open(account->id);
    if (!opened) return fail(opened.error().to_string());
    const auto changed = mail.run(task(mail.account()));
    if (!changed) return fail(changed.error().to_string());
    Report report;
    report.set("login", account->login);
    report.set("mailbox", call.arguments[1]);
    report.say(done);
    return report.finish();
}

}  // namespace

int mailbox_list(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl mailbox list LOGIN", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto view = access->session->load_account(account->id);
    if (!view) return fail(view.error().to_string());
    Report report({"mailboxes"});
    for (const store::MailboxRow& mailbox : view->mailboxes) {
        const bool subscribed =
            std::count(view->subscriptions.begin(), view->subscriptions.end(), mailbox.name) > 0;
        std::string line = one_line(mailbox.name) + "  " + std::to_string(mailbox.total) + " messages  " +
                           std::to_string(mailbox.unseen) + " unseen  " + show_size(mailbox.bytes);
        if (!mailbox.special_use.empty()) line += "  " + mailbox.special_use;
        if (!subscribed) line += "  not subscribed";
        report.add("mailboxes",
                   {{"name", mailbox.name},
                    {"messages", mailbox.total},
                    {"unseen", mailbox.unseen},
                    {"octets", mailbox.bytes},
                    {"special_use", mailbox.special_use},
                    {"subscribed", subscribed},
                    {"uidvalidity", mailbox.uidvalidity},
                    {"uidnext", mailbox.uidnext}},
                   line);
    }
    return report.finish();
}

int mailbox_create(const Invocation& call) {
    const auto& words = call.arguments;
    if (words.size() != 2) return fail("usage: posternctl mailbox create LOGIN NAME", 2);
    return change(
        call, [&](auto account) { return create(std::move(account), words[1]); },
        "mailbox " + words[1] + " made");
}

int mailbox_rename(const Invocation& call) {
    const auto& words = call.arguments;
    if (words.size() != 3) return fail("usage: posternctl mailbox rename LOGIN FROM TO", 2);
    return change(
        call, [&](auto account) { return rename(std::move(account), words[1], words[2]); },
        "mailbox " + words[1] + " is " + words[2] + " now");
}

int mailbox_remove(const Invocation& call) {
    const auto& words = call.arguments;
    if (words.size() != 3 || words[2] != "--yes") {
        return fail(
            "usage: posternctl mailbox remove LOGIN NAME --yes (`message restore` brings its mail back)", 2);
    }
    return change(
        call, [&](auto account) { return remove(std::move(account), words[1]); },
        "mailbox " + words[1] + " removed");
}

}  // namespace posternctl

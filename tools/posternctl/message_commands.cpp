// message list LOGIN, message restore LOGIN ID|all [MAILBOX]: expunged messages come back until they are purged.
#include "postern/mime/decode.hpp"
#include "postern/mime/record.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/mail_access.hpp"
#include "tools/posternctl/output.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t most = 100'000;

/// "ID  expunged TIME  SENDER  SUBJECT"
void show(Report& report, const store::MessageRow& message) {
    std::string line =
        std::to_string(value_of(message.id)) + "  expunged " + show_time(message.unreferenced_at);
    boost::json::object entry{{"id", json_id(value_of(message.id))},
                              {"expunged_at", json_time(message.unreferenced_at)}};
    const auto record = mime::RecordView::decode(message.record);
    if (record) {
        const std::string subject = mime::decode_header(record->field(mime::FieldId::subject));
        line += "  " + one_line(record->from_display()) + "  " + one_line(subject);
        entry["sender"] = record->from_display();
        entry["subject"] = subject;
    }
    report.add("messages", std::move(entry), line);
}

/// Puts `messages` into a mailbox, through the same service as the server.
Task<Result<std::size_t>> restore(mail::Account* account, std::string mailbox_name,
                                  std::vector<MessageId> messages) {
    const auto* mailbox = account->find_mailbox(mailbox_name);
    if (mailbox == nullptr) co_return Error(Errc::not_found, "there is no mailbox " + mailbox_name);
    mail::DeliveryRequest request;
    request.mailbox = mailbox->id;
    for (const auto message : messages) {
        mail::NewMail mail;
        mail.existing = message;
        request.messages.push_back(std::move(mail));
    }
    auto delivered = co_await account->deliver(std::move(request));
    if (!delivered) co_return delivered.error();
    co_return delivered->uids.size();
}

}  // namespace

int message_list(const Invocation& call) {
    if (call.arguments.size() != 1) return fail("usage: posternctl message list LOGIN", 2);
    const auto access = open_store(call.config, Purpose::read);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto messages = access->session->list_unreferenced(account->id, 0, most);
    if (!messages) return fail(messages.error().to_string());
    Report report({"messages"});
    for (const auto& message : *messages) show(report, message);
    report.say(std::to_string(messages->size()) + " messages can be restored");
    return report.finish();
}

int message_restore(const Invocation& call) {
    if (call.arguments.size() < 2 || call.arguments.size() > 3) {
        return fail("usage: posternctl message restore LOGIN ID|all [MAILBOX]", 2);
    }
    const auto access = open_store(call.config, Purpose::alone);
    if (!access) return 1;
    const auto account = access->session->find_account(call.arguments[0]);
    if (!account) return fail(call.arguments[0] + ": " + account.error().to_string());
    const auto known = access->session->list_unreferenced(account->id, 0, most);
    if (!known) return fail(known.error().to_string());
    std::vector<MessageId> wanted;
    for (const auto& message : *known) {
        const bool chosen =
            call.arguments[1] == "all" || call.arguments[1] == std::to_string(value_of(message.id));
        if (chosen) wanted.push_back(message.id);
    }
    if (wanted.empty()) return fail("no such message can be restored; `posternctl message list` shows them");
    const std::string mailbox = call.arguments.size() == 3 ? call.arguments[2] : "INBOX";
    MailAccess mail(*access);
    const auto opened = mail.open(account->id);
    if (!opened) return fail(opened.error().to_string());
    const auto restored = mail.run(restore(mail.account().get(), mailbox, std::move(wanted)));
    if (!restored) return fail(restored.error().to_string());
    Report report;
    report.set("messages", *restored);
    report.set("mailbox", mailbox);
    report.say(std::to_string(*restored) + " messages restored into " + mailbox);
    return report.finish();
}

}  // namespace posternctl

// message list LOGIN, message restore LOGIN ID|all [MAILBOX]: expunged messages come back until they are purged.
#include <iostream>

#include "kernel/mail/service.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/record.hpp"
#include "tools/posternctl/commands.hpp"
#include "tools/posternctl/store_access.hpp"
#include "tools/posternctl/terminal.hpp"

namespace posternctl {

using namespace postern;

namespace {

constexpr std::size_t most = 100'000;

/// "ID  expunged TIME  SENDER  SUBJECT"
void show(const store::MessageRow& message) {
    std::cout << value_of(message.id) << "  expunged " << show_time(message.unreferenced_at);
    const auto record = mime::RecordView::decode(message.record);
    if (record) {
        std::cout << "  " << one_line(record->from_display()) << "  "
                  << one_line(mime::decode_header(record->field(mime::FieldId::subject)));
    }
    std::cout << '\n';
}

/// Puts `messages` into a mailbox, through the same service as the server.
Task<Result<std::size_t>> restore(mail::MailService* service, AccountId account_id, std::string mailbox_name,
                                  std::vector<MessageId> messages) {
    auto opened = co_await service->open(account_id);
    if (!opened) co_return opened.error();
    const auto account = *opened;
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

Result<std::size_t> restore_through_service(StoreAccess& access, AccountId account,
                                            const std::string& mailbox, std::vector<MessageId> messages) {
    auto& runtime = *access.setup.runtime;
    runtime.open_lane(LaneKind::store, 2, 1000);
    runtime.open_lane(LaneKind::cpu, 1, 1000);
    runtime.start();
    const auto facade = runtime.facade(std::make_shared<runtime::LeaseLedger>(), *access.log);
    auto service = std::make_unique<mail::MailServiceImpl>(
        *facade, *access.store, *access.log, mail::MailOptions{}, std::vector<mail::StoreGuard*>{});
    auto result = runtime::run_and_wait(facade->core_of(value_of(account)),
                                        restore(service.get(), account, mailbox, std::move(messages)));
    runtime.stop();
    service.reset();
    return result;
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
    for (const auto& message : *messages) show(message);
    std::cout << messages->size() << " messages can be restored\n";
    return 0;
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
    const auto restored = restore_through_service(*access, account->id, mailbox, std::move(wanted));
    if (!restored) return fail(restored.error().to_string());
    std::cout << *restored << " messages restored into " << mailbox << '\n';
    return 0;
}

}  // namespace posternctl

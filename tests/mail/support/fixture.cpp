#include "tests/mail/support/fixture.hpp"

namespace postern::mail::test {

std::string message_text(unsigned number, std::size_t octets) {
    const std::string n = std::to_string(number);
    std::string text = "From: Anna <anna@example.org>\r\nTo: Ben <ben@example.org>\r\nSubject: Letter " + n +
                       "\r\nDate: Mon, 02 Nov 2026 10:00:00 +0100\r\nMessage-ID: <" + n +
                       "@example.org>\r\n\r\n";
    for (unsigned line = 0; text.size() < octets; ++line) {
        text += "Line " + std::to_string(line) + " of letter " + n + ", about nothing in particular.\r\n";
    }
    return text;
}

MailFixture::MailFixture()
    : service_(runtime_, *store_, log_,
               [this] {
                   MailOptions options;
                   options.clock = [this] { return clock_; };
                   return options;
               }(),
               {}) {
    must(service_.start());
    NewAccount fresh;
    fresh.login = "anna";
    id_ = must(runtime_.run(service_.create_account(fresh)));
    account_ = open(service_);
}

std::shared_ptr<Account> MailFixture::open(MailServiceImpl& service) {
    return must(runtime_.run(service.open(id_)));
}

std::shared_ptr<Mailbox> MailFixture::open_mailbox(Account& account, std::string_view name) {
    return must(runtime_.run(account.open_mailbox(account.find_mailbox(name)->id)));
}

DeliveryResult MailFixture::deliver(Account& account, std::string_view mailbox, unsigned messages,
                                    FlagBits flags) {
    DeliveryRequest request;
    request.mailbox = account.find_mailbox(mailbox)->id;
    for (unsigned i = 0; i < messages; ++i) {
        NewMail mail;
        mail.content = std::make_shared<const std::string>(message_text(next_message_++));
        mail.flags = flags;
        request.messages.push_back(std::move(mail));
    }
    return must(runtime_.run(account.deliver(std::move(request))));
}

StoreFlagsResult MailFixture::store_flags(Mailbox& mailbox, std::vector<Slot> slots,
                                          StoreFlagsRequest::Mode mode, FlagBits flags,
                                          std::vector<std::string> keywords, View* silent_for) {
    StoreFlagsRequest request;
    request.slots = std::move(slots);
    request.mode = mode;
    request.flags = flags;
    request.keywords = std::move(keywords);
    request.silent_for = silent_for;
    return must(runtime_.run(mailbox.store_flags(std::move(request))));
}

ExpungeResult MailFixture::expunge(Mailbox& mailbox, std::vector<Slot> slots) {
    ExpungeRequest request;
    request.slots = std::move(slots);
    request.force = true;
    return must(runtime_.run(mailbox.expunge(std::move(request))));
}

std::string MailFixture::content(Account& account, const Mailbox& mailbox, Slot slot) {
    const std::vector<MessageId> ids{mailbox.columns().message[slot]};
    const auto messages = must(runtime_.run(account.load_messages(ids)));
    std::string whole;
    for (;;) {
        const auto part = must(
            runtime_.run(account.read_content(messages.front(), whole.size(), store::content_chunk_size)));
        if (part.empty()) return whole;
        whole += part;
    }
}

store::MailboxRow MailFixture::row(std::string_view name) {
    auto session = must(store_->connect());
    for (const auto& mailbox : must(session->load_account(id_)).mailboxes) {
        if (mailbox.name == name) return mailbox;
    }
    ADD_FAILURE() << "no row of " << name;
    return {};
}

}  // namespace postern::mail::test

// What filters decided, done.
#include <algorithm>

#include "delivery/service.hpp"

namespace postern::delivery {

using mail::DeliveryOutcome;
using mail::FilterActions;
using mail::FilterRequest;

mail::Cause Service::cause_of(const FilterRequest& request) const {
    mail::Cause cause;
    cause.protocol = "delivery";
    cause.command = "DELIVER";
    cause.login = request.recipient.login;
    return cause;
}

Task<Result<bool>> Service::send_redirects(const FilterRequest* request,
                                           std::vector<mail::OutgoingMail> redirects) {
    bool all = true;
    for (mail::OutgoingMail& redirect : redirects) {
        if (relay_ == nullptr || !relay_->available(request->recipient.login)) {
            host_.log().warning("a redirect has no way out; the message is kept",
                                {{"login", request->recipient.login}});
            co_return false;
        }
        auto answer =
            co_await relay_->send(request->account->id(), request->recipient.login, std::move(redirect));
        if (!answer) co_return Error(Errc::temporary, answer.error().text);
        for (const mail::RelayAnswer::Recipient& to : answer->recipients) {
            if (to.accepted()) continue;
            if (!to.refused()) co_return Error(Errc::temporary, to.text);
            all = false;
        }
        const auto& last = answer->final;
        if (last.code != 0 && !last.accepted()) {
            if (!last.refused()) co_return Error(Errc::temporary, last.text);
            all = false;
        }
    }
    co_return all;
}

Task<void> Service::send_notices(AccountId account, std::string login,
                                 std::vector<mail::OutgoingMail> notices) {
    for (mail::OutgoingMail& notice : notices) {
        if (relay_ == nullptr || !relay_->available(login)) co_return;
        auto answer = co_await relay_->send(account, login, std::move(notice));
        const bool left = answer && answer->final.accepted();
        if (!left)
            host_.log().warning(
                "a notice could not leave",
                {{"login", login}, {"error", answer ? answer->final.text : answer.error().text}});
    }
}

Task<MailboxId> Service::find_mailbox(const FilterRequest* request, const FilterActions::Store* store) {
    mail::Account& account = *request->account;
    if (!store->special_use.empty()) {
        for (const mail::MailboxInfo& mailbox : account.mailboxes()) {
            if (std::ranges::find(mailbox.special_use, store->special_use) != mailbox.special_use.end())
                co_return mailbox.id;
        }
    }
    const std::string name = store->mailbox.empty() ? request->mailbox : store->mailbox;
    if (const mail::MailboxInfo* mailbox = account.find_mailbox(name)) co_return mailbox->id;
    if (store->create) {
        mail::Account::CreateOptions options;
        options.cause = cause_of(*request);
        if (!store->special_use.empty()) options.special_use.push_back(store->special_use);
        auto made = co_await account.create_mailbox(name, std::move(options));
        if (made) {
            mail::Cause cause = cause_of(*request);
            auto subscribed = co_await account.set_subscribed(name, true, std::move(cause));
            if (!subscribed) host_.log().warning("a new mailbox is not subscribed", {{"mailbox", name}});
            co_return *made;
        }
        if (const mail::MailboxInfo* mailbox = account.find_mailbox(name)) co_return mailbox->id;
        host_.log().warning("a filter's mailbox cannot be made; INBOX takes its place",
                            {{"login", request->recipient.login}, {"error", made.error().text}});
    }
    const mail::MailboxInfo* inbox = account.find_mailbox("INBOX");
    co_return inbox != nullptr ? inbox->id : MailboxId{};
}

Task<Result<DeliveryOutcome::Stored>> Service::store_one(const FilterRequest* request,
                                                         const mail::NewMail* keep,
                                                         FilterActions::Store store) {
    MailboxId mailbox = co_await find_mailbox(request, &store);
    for (int attempt = 0;; ++attempt) {
        mail::DeliveryRequest delivery;
        delivery.mailbox = mailbox;
        delivery.cause = cause_of(*request);
        mail::NewMail message = *keep;
        message.content = store.content ? store.content : request->content;
        message.flags |= store.flags;
        message.keywords.insert(message.keywords.end(), store.keywords.begin(), store.keywords.end());
        delivery.messages.push_back(std::move(message));
        auto done = co_await request->account->deliver(std::move(delivery));
        if (done) {
            DeliveryOutcome::Stored stored;
            stored.mailbox = mailbox;
            const mail::MailboxInfo* info = request->account->find_mailbox(mailbox);
            if (info != nullptr) stored.name = info->name;
            stored.uidvalidity = done->uidvalidity;
            stored.uid = done->uids.front();
            stored.message = done->messages.front();
            co_return stored;
        }
        // The mailbox was deleted, or takes nothing: INBOX does.
        const mail::MailboxInfo* inbox = request->account->find_mailbox("INBOX");
        const bool elsewhere =
            done.error().code == Errc::not_found || done.error().code == Errc::permission_denied;
        if (attempt > 0 || !elsewhere || inbox == nullptr || inbox->id == mailbox) co_return done.error();
        mailbox = inbox->id;
    }
}

Task<DeliveryOutcome> Service::store(const FilterRequest* request, const mail::NewMail* keep,
                                     std::vector<FilterActions::Store> stores) {
    DeliveryOutcome outcome;
    outcome.kind = stores.empty() ? DeliveryOutcome::Kind::forwarded : DeliveryOutcome::Kind::stored;
    // The same message several times into one mailbox is there once: the last says with which flags.
    const auto same_content = [](const FilterActions::Store& one, const FilterActions::Store& other) {
        if (!one.content || !other.content) return one.content == other.content;
        return *one.content == *other.content;
    };
    std::vector<FilterActions::Store> distinct;
    for (FilterActions::Store& next : stores) {
        std::erase_if(distinct, [&](const FilterActions::Store& earlier) {
            return earlier.mailbox == next.mailbox && earlier.special_use == next.special_use &&
                   same_content(earlier, next);
        });
        distinct.push_back(std::move(next));
    }
    bool first = true;
    for (FilterActions::Store& next : distinct) {
        mail::NewMail mail = *keep;
        // A receipt belongs to one message.
        if (!std::exchange(first, false)) mail.receipt.reset();
        auto stored = co_await store_one(request, &mail, std::move(next));
        if (!stored && mail.receipt && stored.error().code == Errc::conflict) {
            outcome.kind = DeliveryOutcome::Kind::duplicate;
            co_return outcome;
        }
        if (!stored) co_return failed_with(stored.error());
        outcome.stored.push_back(std::move(*stored));
    }
    co_return outcome;
}

}  // namespace postern::delivery

// What filters decided, done.
#include <algorithm>

#include "delivery/service.hpp"

namespace postern::delivery {

using mail::DeliveryOutcome;
using mail::FilterActions;
using mail::FilterRequest;

namespace {

/// The mailbox takes nothing, but another one may.
bool is_elsewhere(const Error& error) {
    return error.code == Errc::not_found || error.code == Errc::permission_denied;
}

}  // namespace

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

mail::NewMail Service::message_of(const FilterRequest& request, const mail::NewMail& keep,
                                  const FilterActions::Store& store) {
    mail::NewMail message = keep;
    message.content = store.content ? store.content : request.content;
    message.flags |= store.flags;
    message.keywords.insert(message.keywords.end(), store.keywords.begin(), store.keywords.end());
    return message;
}

DeliveryOutcome::Stored Service::stored_in(const FilterRequest& request, MailboxId mailbox,
                                           const mail::DeliveryResult& result) {
    DeliveryOutcome::Stored stored;
    stored.mailbox = mailbox;
    const mail::MailboxInfo* info = request.account->find_mailbox(mailbox);
    if (info != nullptr) stored.name = info->name;
    stored.uidvalidity = result.uidvalidity;
    stored.uid = result.uids.front();
    stored.message = result.messages.front();
    return stored;
}

Task<Result<DeliveryOutcome::Stored>> Service::store_one(const FilterRequest* request,
                                                         const mail::NewMail* keep, MailboxId mailbox,
                                                         FilterActions::Store store) {
    for (int attempt = 0;; ++attempt) {
        mail::DeliveryRequest delivery;
        delivery.mailbox = mailbox;
        delivery.cause = cause_of(*request);
        delivery.messages.push_back(message_of(*request, *keep, store));
        auto done = co_await request->account->deliver(std::move(delivery));
        if (done) co_return stored_in(*request, mailbox, *done);
        // The mailbox was deleted, or takes nothing: INBOX does.
        const mail::MailboxInfo* inbox = request->account->find_mailbox("INBOX");
        if (attempt > 0 || !is_elsewhere(done.error()) || inbox == nullptr || inbox->id == mailbox)
            co_return done.error();
        mailbox = inbox->id;
    }
}

Task<Result<std::vector<DeliveryOutcome::Stored>>> Service::store_together(
    const FilterRequest* request, const mail::NewMail* keep, const std::vector<Destination>* destinations) {
    std::vector<mail::DeliveryRequest> deliveries;
    for (const Destination& destination : *destinations) {
        mail::DeliveryRequest& delivery = deliveries.emplace_back();
        delivery.mailbox = destination.mailbox;
        delivery.cause = cause_of(*request);
        delivery.messages.push_back(message_of(*request, *keep, destination.store));
        // A receipt belongs to one message.
        if (deliveries.size() > 1) delivery.messages.front().receipt.reset();
    }
    auto done = co_await deliveries_->deliver_together(request->account->id(), std::move(deliveries));
    if (!done) co_return done.error();
    std::vector<DeliveryOutcome::Stored> stored;
    for (std::size_t i = 0; i < done->size(); ++i)
        stored.push_back(stored_in(*request, (*destinations)[i].mailbox, (*done)[i]));
    co_return stored;
}

Task<std::vector<Service::Destination>> Service::find_mailboxes(const FilterRequest* request,
                                                                std::vector<FilterActions::Store> stores) {
    const auto same_content = [](const FilterActions::Store& one, const FilterActions::Store& other) {
        if (!one.content || !other.content) return one.content == other.content;
        return *one.content == *other.content;
    };
    std::vector<Destination> destinations;
    for (FilterActions::Store& store : stores) {
        const MailboxId mailbox = co_await find_mailbox(request, &store);
        // The same message several times into one mailbox is there once: the last says with which flags.
        std::erase_if(destinations, [&](const Destination& earlier) {
            return earlier.mailbox == mailbox && same_content(earlier.store, store);
        });
        destinations.push_back({mailbox, std::move(store)});
    }
    co_return destinations;
}

Task<DeliveryOutcome> Service::store(const FilterRequest* request, const mail::NewMail* keep,
                                     std::vector<FilterActions::Store> stores) {
    DeliveryOutcome outcome;
    outcome.kind = stores.empty() ? DeliveryOutcome::Kind::forwarded : DeliveryOutcome::Kind::stored;
    auto destinations = co_await find_mailboxes(request, std::move(stores));
    const auto settle = [&outcome, keep](Error error) {
        const bool came_before = keep->receipt && error.code == Errc::conflict;
        if (came_before)
            outcome.kind = DeliveryOutcome::Kind::duplicate;
        else
            outcome = failed_with(std::move(error));
    };
    if (destinations.size() > 1) {
        auto together = co_await store_together(request, keep, &destinations);
        if (together) {
            outcome.stored = std::move(*together);
            co_return outcome;
        }
        if (!is_elsewhere(together.error())) {
            settle(together.error());
            co_return outcome;
        }
    }
    // One alone; or one of them takes nothing, and which one shows when they are stored one by one.
    mail::NewMail mail = *keep;
    for (Destination& destination : destinations) {
        auto stored = co_await store_one(request, &mail, destination.mailbox, std::move(destination.store));
        if (!stored) {
            settle(stored.error());
            co_return outcome;
        }
        outcome.stored.push_back(std::move(*stored));
        mail.receipt.reset();
    }
    co_return outcome;
}

}  // namespace postern::delivery

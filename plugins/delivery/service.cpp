#include "delivery/service.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "delivery/content.hpp"
#include "postern/runtime/event.hpp"
#include "postern/runtime/run_on.hpp"

namespace postern::delivery {

using mail::DeliveryOutcome;
using mail::FilterActions;
using mail::FilterRequest;

namespace {

std::string hexadecimal(std::uint64_t number) {
    char text[16];
    const auto end = std::to_chars(text, text + sizeof text, number, 16).ptr;
    return {text, end};
}

DeliveryOutcome rejected(Errc code, std::string text) {
    DeliveryOutcome outcome;
    outcome.kind = DeliveryOutcome::Kind::rejected;
    outcome.error = Error(code, std::move(text));
    return outcome;
}

}  // namespace

/// Recipients of one message that are served in parallel. On the core of whoever waits.
struct Service::Waiting {
    explicit Waiting(Executor core) : executor(std::move(core)), all_done(executor) {}
    Executor executor;
    Event all_done;
    std::size_t open = 0;
};

DeliveryOutcome failed_with(Error error) {
    DeliveryOutcome outcome;
    switch (error.code) {
        case Errc::permission_denied:
        case Errc::too_large:
        case Errc::invalid:
            outcome.kind = DeliveryOutcome::Kind::rejected;
            break;
        case Errc::over_quota:
            break;
        default:
            error.code = Errc::temporary;
    }
    outcome.error = std::move(error);
    return outcome;
}

Result<void> Service::resolve_interfaces(const Lookup& lookup) {
    mail_ = lookup.find<mail::MailService>();
    if (mail_ == nullptr) return Error(Errc::not_found, "nothing provides mailboxes (postern.mail.service)");
    deliveries_ = lookup.find<mail::GroupedDelivery>();
    if (deliveries_ == nullptr)
        return Error(Errc::not_found, "nothing delivers together (postern.mail.grouped_delivery)");
    quota_ = lookup.find<mail::QuotaService>();
    relay_ = lookup.find<mail::MailRelay>();
    filters_.clear();
    for (const auto& filter : lookup.all<mail::DeliveryFilter>()) filters_.push_back(filter.object);
    std::ranges::stable_sort(filters_, {}, [](const auto* filter) { return filter->order(); });
    recipients_ = std::make_unique<Recipients>(settings_, *mail_);
    return {};
}

Task<Result<mail::ResolvedRecipient>> Service::resolve(mail::EnvelopeRecipient recipient,
                                                       std::uint64_t octets) {
    auto resolved = co_await recipients_->find(std::move(recipient));
    if (!resolved || quota_ == nullptr) co_return resolved;
    const Executor home = host_.runtime().core_of(value_of(resolved->account));
    auto question = has_room(resolved->account, octets);
    auto room = co_await run_on(home, std::move(question));
    if (!room && room.error().code == Errc::not_found) recipients_->forget(resolved->login);
    if (!room) co_return room.error();
    if (!*room) co_return Error(Errc::over_quota, "The mailbox is full");
    co_return resolved;
}

/// Only a first look, for the sake of whoever would send it in vain; the guards decide when it is stored.
Task<Result<bool>> Service::has_room(AccountId account, std::uint64_t octets) {
    auto open = co_await mail_->open(account);
    if (!open) co_return open.error();
    const mail::QuotaLimits limits = quota_->limits(**open);
    const auto& storage = limits[mail::QuotaResource::storage];
    const auto& messages = limits[mail::QuotaResource::message];
    const std::uint64_t wanted = (*open)->used_bytes() + std::max<std::uint64_t>(octets, 1);
    if (storage && (wanted + 1023) / 1024 > *storage) co_return false;
    co_return !messages || (*open)->used_count() < *messages;
}

Task<std::vector<DeliveryOutcome>> Service::deliver(mail::Envelope envelope,
                                                    std::vector<mail::ResolvedRecipient> recipients,
                                                    std::shared_ptr<const std::string> content) {
    const auto shared = std::make_shared<const mail::Envelope>(std::move(envelope));
    std::vector<std::shared_ptr<Item>> items;
    for (auto& recipient : recipients) {
        auto item = std::make_shared<Item>();
        item->envelope = shared;
        item->recipient = std::move(recipient);
        item->content = content;
        items.push_back(std::move(item));
    }
    if (items.size() == 1) {
        const Executor home = host_.runtime().core_of(value_of(items[0]->recipient.account));
        auto task = deliver_one(items[0]);
        items[0]->outcome = co_await run_on(home, std::move(task));
    } else if (!items.empty()) {
        const Executor here = co_await boost::asio::this_coro::executor;
        auto waiting = std::make_shared<Waiting>(here);
        waiting->open = items.size();
        for (const auto& item : items) {
            const Executor home = host_.runtime().core_of(value_of(item->recipient.account));
            host_.runtime().spawn(home, "delivery", deliver_and_tell(item, waiting));
        }
        while (waiting->open > 0) co_await waiting->all_done.wait();
    }
    std::vector<DeliveryOutcome> outcomes;
    for (const auto& item : items) outcomes.push_back(std::move(item->outcome));
    co_return outcomes;
}

Task<void> Service::deliver_and_tell(std::shared_ptr<Item> item, std::shared_ptr<Waiting> waiting) {
    item->outcome = co_await deliver_one(item);
    boost::asio::post(waiting->executor, [waiting] {
        if (--waiting->open == 0) waiting->all_done.notify();
    });
}

Task<DeliveryOutcome> Service::deliver_one(std::shared_ptr<Item> item) {
    const mail::ResolvedRecipient& recipient = item->recipient;
    if (goes_in_circles(*item->content, recipient.envelope.address, settings_.max_hops))
        co_return rejected(Errc::invalid, "The message goes round in circles");
    auto account = co_await mail_->open(recipient.account);
    if (!account && account.error().code == Errc::not_found) recipients_->forget(recipient.login);
    if (!account) co_return failed_with(account.error());
    const UnixTime now = mail_->now();
    Stamped stamped = stamp(*item->envelope, recipient, *item->content, hexadecimal(mail_->new_id()), now);
    FilterRequest request;
    request.envelope = *item->envelope;
    request.recipient = recipient;
    request.content = std::move(stamped.content);
    request.return_path_octets = stamped.return_path_octets;
    const mail::MailboxInfo* named =
        recipient.detail.empty() ? nullptr : (*account)->find_mailbox(recipient.detail);
    request.mailbox = named != nullptr ? named->name : "INBOX";
    request.account = std::move(*account);
    mail::NewMail keep;
    keep.internal_date = now;
    if (settings_.drop_duplicates && !item->envelope->id.empty())
        keep.receipt = arrival(*item->envelope, recipient.envelope.address, now);
    auto outcome = co_await deliver_to(std::move(request), std::move(keep));
    co_return outcome;
}

Task<Result<std::optional<FilterActions>>> Service::ask_filters(FilterRequest request) {
    for (mail::DeliveryFilter* filter : filters_) {
        FilterRequest copy = request;
        auto answer = co_await filter->filter(std::move(copy));
        if (answer && !*answer) continue;
        if (answer || answer.error().code == Errc::temporary) co_return answer;
        host_.log().error("a delivery filter failed; the message is kept",
                          {{"login", request.recipient.login}, {"error", answer.error().text}});
        co_return std::optional<FilterActions>();
    }
    co_return std::optional<FilterActions>();
}

Task<DeliveryOutcome> Service::deliver_to(FilterRequest request, mail::NewMail keep) {
    FilterRequest question = request;
    auto decided = co_await ask_filters(std::move(question));
    if (!decided) co_return failed_with(decided.error());
    FilterActions actions;
    if (*decided)
        actions = std::move(**decided);
    else
        actions.stores.emplace_back();
    if (actions.reject && request.envelope.can_reject)
        co_return rejected(Errc::permission_denied, std::move(*actions.reject));
    auto sent = co_await send_redirects(&request, std::move(actions.redirects));
    if (!sent) co_return failed_with(sent.error());
    // Whoever cannot pass it on or refuse it keeps it.
    const bool kept = !*sent || (actions.reject && actions.notices.empty());
    if (kept && actions.stores.empty()) actions.stores.emplace_back();
    auto outcome = co_await store(&request, &keep, std::move(actions.stores));
    const bool stands =
        outcome.kind == DeliveryOutcome::Kind::stored || outcome.kind == DeliveryOutcome::Kind::forwarded;
    if (!stands) co_return outcome;
    if (!actions.attributes.empty()) {
        mail::Cause cause = cause_of(request);
        auto written =
            co_await request.account->write_attributes(std::move(actions.attributes), std::move(cause));
        if (!written)
            host_.log().error("what a filter remembers was not written",
                              {{"login", request.recipient.login}, {"error", written.error().text}});
    }
    if (!actions.notices.empty()) {
        auto notices =
            send_notices(request.account->id(), request.recipient.login, std::move(actions.notices));
        host_.runtime().spawn(host_.runtime().core_of(value_of(request.account->id())), "notices",
                              std::move(notices));
    }
    co_return outcome;
}

}  // namespace postern::delivery

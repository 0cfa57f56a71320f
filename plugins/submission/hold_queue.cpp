#include "submission/hold_queue.hpp"

#include "postern/mail/withdraw.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/run_on.hpp"

namespace postern::submission {

namespace {

/// Between two looks at the clock.
constexpr std::chrono::seconds tick{2};
/// Between two looks at all accounts: what another server took and left.
constexpr UnixTime look_again = 3600;
/// The same if the store did not answer.
constexpr UnixTime look_soon = 10;

Task<Result<MailboxId>> scheduled(mail::Account* account, mail::Cause cause) {
    if (const mail::MailboxInfo* mailbox = account->find_mailbox(held_mailbox)) co_return mailbox->id;
    mail::Account::CreateOptions options;
    options.cause = cause;
    auto made = co_await account->create_mailbox(held_mailbox, std::move(options));
    if (!made) co_return made;
    auto subscribed = co_await account->set_subscribed(held_mailbox, true, std::move(cause));
    static_cast<void>(subscribed);  // it is there, and found by its name
    co_return made;
}

}  // namespace

mail::Cause HoldQueue::cause(const mail::Account& account) const {
    return {"submission", "FUTURERELEASE", account.login(), 0};
}

void HoldQueue::start() {
    if (enabled()) host_.runtime().spawn(host_.runtime().core_of(0), "held messages", run());
}

bool HoldQueue::has_room(AccountId account) const {
    const std::lock_guard lock(mutex_);
    const auto found = counts_.find(value_of(account));
    return found == counts_.end() || found->second < most_;
}

void HoldQueue::remember(Identity owner, const HeldMessage& held) {
    const std::lock_guard lock(mutex_);
    std::string entry = held.entry();
    for (const auto& [time, other] : waiting_) {
        if (other.entry == entry && other.owner.account == owner.account) return;
    }
    ++counts_[value_of(owner.account)];
    waiting_.emplace(held.next_try, Waiting{std::move(owner), std::move(entry)});
}

std::optional<HoldQueue::Waiting> HoldQueue::next_due() {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() || waiting_.begin()->first > mail_->now()) return std::nullopt;
    Waiting next = std::move(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
    const auto count = counts_.find(value_of(next.owner.account));
    if (--count->second == 0) counts_.erase(count);
    return next;
}

Task<Result<void>> HoldQueue::hold(Identity owner, HeldMessage held,
                                   std::shared_ptr<const std::string> content) {
    const Executor home = host_.runtime().core_of(value_of(owner.account));
    auto task = hold_at_home(std::move(owner), std::move(held), std::move(content));
    auto done = co_await run_on(home, std::move(task));
    co_return done;
}

Task<Result<void>> HoldQueue::hold_at_home(Identity owner, HeldMessage held,
                                           std::shared_ptr<const std::string> content) {
    auto account = co_await mail_->open(owner.account);
    if (!account) co_return account.error();
    mail::Cause why = cause(**account);
    auto mailbox = co_await scheduled(account->get(), why);
    if (!mailbox) co_return mailbox.error();
    mail::DeliveryRequest request;
    request.mailbox = *mailbox;
    request.cause = why;
    mail::NewMail& message = request.messages.emplace_back();
    message.content = std::move(content);
    message.flags = mail::seen;
    auto stored = co_await (*account)->deliver(std::move(request));
    if (!stored) co_return stored.error();
    held.message = stored->messages.front();
    held.next_try = held.release_at;
    // From here on it will be sent.
    auto written = co_await write(account->get(), &held, false);
    if (!written) {
        auto withdrawn = co_await mail::withdraw(account->get(), *mailbox, std::move(stored->uids));
        static_cast<void>(withdrawn);  // it only lies there
        co_return written;
    }
    remember(std::move(owner), held);
    co_return Result<void>();
}

Task<Result<void>> HoldQueue::write(mail::Account* account, const HeldMessage* held, bool remove) {
    std::vector<store::AttributeWrite> writes(1);
    writes.front().attribute.entry = held->entry();
    writes.front().attribute.value = remove ? "" : held->to_text();
    writes.front().remove = remove;
    mail::Cause why = cause(*account);
    auto written = co_await account->write_attributes(std::move(writes), std::move(why));
    co_return written;
}

Task<void> HoldQueue::run() {
    while (!host_.runtime().stopping()) {
        co_await step();
        auto slept = co_await sleep_for(tick);
        if (!slept) co_return;
    }
}

Task<void> HoldQueue::step() {
    if (mail_->now() >= next_look_) {
        const bool found = co_await find_all();
        next_look_ = mail_->now() + (found ? look_again : look_soon);
    }
    while (auto due = next_due()) {
        const Executor home = host_.runtime().core_of(value_of(due->owner.account));
        // One slow smart host must not hold up the others.
        host_.runtime().spawn(home, "held message", release(std::move(*due)));
    }
}

Task<bool> HoldQueue::find_all() {
    std::string after;
    for (bool more = true; more;) {
        if (host_.runtime().stopping()) co_return false;
        std::string from = after;
        std::string prefix(held_prefix);
        auto page = co_await accounts_->scan(std::move(from), std::move(prefix));
        if (!page) co_return false;
        for (const mail::ScannedAccounts::Found& found : page->found) find_in(found);
        after = std::move(page->last);
        more = page->more;
    }
    co_return true;
}

void HoldQueue::find_in(const mail::ScannedAccounts::Found& found) {
    for (const store::Attribute& attribute : found.attributes) {
        const auto held = HeldMessage::from_text(attribute.entry, attribute.value);
        if (held) {
            remember({found.account, found.login}, *held);
        } else {
            host_.log().error("a held message is damaged and is not sent",
                              {{"login", found.login}, {"entry", attribute.entry}});
        }
    }
}

}  // namespace postern::submission

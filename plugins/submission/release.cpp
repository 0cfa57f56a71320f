// Held messages whose time has come.
#include <algorithm>

#include "postern/mail/trace.hpp"
#include "postern/mail/whole_content.hpp"
#include "postern/runtime/log.hpp"
#include "submission/hold_queue.hpp"

namespace postern::submission {

namespace {

/// Longer than any dialogue with a smart host takes.
constexpr UnixTime claim_lasts = 3600;
constexpr UnixTime give_up_after = 5 * 86400;

/// Seconds until the next attempt.
UnixTime pause_after(unsigned tries) {
    constexpr UnixTime pauses[] = {60, 300, 900, 3600};
    return pauses[std::min<std::size_t>(tries, std::size(pauses) - 1)];
}

mail::Slot find_slot(const mail::Mailbox& mailbox, MessageId message) {
    const auto slots = mailbox.find_messages(std::span(&message, 1));
    return slots.empty() ? mail::no_slot : slots.front();
}

bool is_marked(const mail::Mailbox& mailbox, mail::Slot slot) {
    const auto keyword = mailbox.find_keyword(sending_keyword);
    return keyword && std::ranges::count(mailbox.keyword_set(mailbox.columns().keywords[slot]), *keyword) > 0;
}

/// Marks the message, or takes the mark away; false if somebody else changed it at the same moment.
Task<Result<bool>> mark(mail::Mailbox* mailbox, mail::Slot slot, bool on, mail::Cause cause) {
    mail::StoreFlagsRequest request;
    request.mode = on ? mail::StoreFlagsRequest::Mode::add : mail::StoreFlagsRequest::Mode::remove;
    request.slots = {slot};
    request.keywords = {sending_keyword};
    request.unchanged_since = mailbox->columns().modseq[slot];
    request.cause = std::move(cause);
    auto done = co_await mailbox->store_flags(std::move(request));
    if (!done) co_return done.error();
    co_return done->modified.empty() && done->gone.empty();
}

}  // namespace

/// Only one of several servers gets true.
Task<Result<bool>> HoldQueue::claim(mail::Account* account, mail::Mailbox* mailbox, HeldMessage* held) {
    const mail::Slot slot = find_slot(*mailbox, held->message);
    if (is_marked(*mailbox, slot)) {
        if (held->claimed_at + claim_lasts > mail_->now()) co_return false;
        mail::Cause why = cause(*account);
        auto freed = co_await mark(mailbox, slot, false, std::move(why));
        if (!freed || !*freed) co_return freed;
    }
    mail::Cause why = cause(*account);
    auto marked = co_await mark(mailbox, slot, true, std::move(why));
    if (!marked || !*marked) co_return marked;
    held->claimed_at = mail_->now();
    auto written = co_await write(account, held, false);
    if (!written) co_return written.error();
    co_return true;
}

Task<void> HoldQueue::release(Waiting waiting) {
    auto account = co_await mail_->open(waiting.owner.account);
    if (!account) co_return;  // the next look at all accounts finds it
    std::optional<MailboxId> of_account = MailboxId{};
    std::string entry = waiting.entry;
    auto attributes = co_await (*account)->read_attributes(of_account, std::move(entry));
    std::optional<HeldMessage> held;
    if (attributes) {
        for (const store::Attribute& attribute : *attributes) {
            if (attribute.entry == waiting.entry)
                held = HeldMessage::from_text(attribute.entry, attribute.value);
        }
    }
    if (!held) co_return;  // cancelled
    if (held->next_try > mail_->now()) {
        remember(std::move(waiting.owner), *held);
        co_return;
    }
    const mail::MailboxInfo* info = (*account)->find_mailbox(held_mailbox);
    std::shared_ptr<mail::Mailbox> mailbox;
    if (info != nullptr) {
        auto opened = co_await (*account)->open_mailbox(info->id);
        if (!opened) co_return;
        mailbox = std::move(*opened);
    }
    if (!mailbox || find_slot(*mailbox, held->message) == mail::no_slot) {
        host_.log().info("a held message was taken out of its mailbox and is not sent",
                         {{"login", waiting.owner.login}});
        auto removed = co_await write(account->get(), &*held, true);
        static_cast<void>(removed);
        co_return;
    }
    auto claimed = co_await claim(account->get(), mailbox.get(), &*held);
    if (!claimed || !*claimed) {
        held->next_try = mail_->now() + pause_after(0);
        remember(std::move(waiting.owner), *held);
        co_return;
    }
    std::vector<MessageId> ids{held->message};
    auto stored = co_await (*account)->load_messages(std::move(ids));
    Attempt attempt;
    attempt.text = "the message cannot be read now";
    if (stored && stored->front()) {
        mail::StoredMessagePtr message = stored->front();
        auto content = co_await mail::read_whole(account->get(), std::move(message));
        if (content) {
            mail::OutgoingMail letter = held->mail;
            letter.content = std::move(*content);
            attempt = co_await send(waiting.owner, std::move(letter));
        }
    }
    // That it has left is written before anything else: a crash in between sends it twice.
    const auto line = std::move(attempt.line);
    auto settled = co_await settle(account->get(), mailbox.get(), &*held, std::move(attempt));
    if (line) co_await line->close();
    if (settled && held->claimed_at == 0) remember(std::move(waiting.owner), *held);
}

Task<HoldQueue::Attempt> HoldQueue::send(Identity owner, mail::OutgoingMail letter) {
    auto line = co_await relay_->open(owner.account, owner.login);
    if (!line) co_return Attempt{Attempt::Kind::later, line.error().text};
    const auto recipients = letter.recipients;
    const auto content = letter.content;
    const auto judged = [](const smtp::Reply& reply) {
        return Attempt{reply.code >= 500 ? Attempt::Kind::refused : Attempt::Kind::later, reply.text};
    };
    auto reply = co_await (*line)->sender(std::move(letter), content->size());
    if (!reply) co_return Attempt{Attempt::Kind::later, reply.error().text};
    if (!reply->positive()) co_return judged(*reply);
    std::string refused;
    std::size_t taken = 0;
    for (const mail::EnvelopeRecipient& recipient : recipients) {
        reply = co_await (*line)->recipient(recipient);
        if (!reply) co_return Attempt{Attempt::Kind::later, reply.error().text};
        if (reply->positive()) {
            ++taken;
        } else if (reply->code < 500) {
            co_return judged(*reply);
        } else {
            refused += (refused.empty() ? "" : "\r\n    ") + recipient.address + ": " + reply->text;
        }
    }
    if (taken == 0) co_return Attempt{Attempt::Kind::refused, refused};
    reply = co_await (*line)->content(content);
    if (!reply) co_return Attempt{Attempt::Kind::later, reply.error().text};
    if (!reply->positive()) co_return judged(*reply);
    co_return Attempt{Attempt::Kind::sent, refused, std::move(*line)};
}

/// The message leaves the queue, or is tried again.
Task<Result<void>> HoldQueue::settle(mail::Account* account, mail::Mailbox* mailbox, HeldMessage* held,
                                     Attempt attempt) {
    const bool gives_up = mail_->now() - held->release_at > give_up_after;
    if (attempt.kind == Attempt::Kind::later && !gives_up) {
        host_.log().warning("a held message could not leave; it is tried again",
                            {{"login", account->login()}, {"error", attempt.text}});
        held->claimed_at = 0;
        held->next_try = mail_->now() + pause_after(held->tries++);
        auto written = co_await write(account, held, false);
        const mail::Slot slot = find_slot(*mailbox, held->message);
        if (slot == mail::no_slot) co_return written;
        mail::Cause why = cause(*account);
        auto freed = co_await mark(mailbox, slot, false, std::move(why));
        static_cast<void>(freed);
        co_return written;
    }
    // First of all nobody sends it again.
    auto removed = co_await write(account, held, true);
    if (!removed)
        host_.log().error("a message that has left may be sent again",
                          {{"login", account->login()}, {"error", removed.error().text}});
    const bool sent = attempt.kind == Attempt::Kind::sent;
    if (!attempt.text.empty()) co_await tell_failure(account, held, std::move(attempt.text));
    co_await move_to(account, mailbox, held->message, !sent ? "\\Drafts" : keep_sent_ ? "\\Sent" : "");
    co_return removed;
}

/// Out of the mailbox of held messages; without a special use it is removed.
Task<void> HoldQueue::move_to(mail::Account* account, mail::Mailbox* mailbox, MessageId message,
                              std::string_view special_use) {
    mail::Slot slot = find_slot(*mailbox, message);
    if (slot == mail::no_slot) co_return;
    mail::Cause why = cause(*account);
    auto freed = co_await mark(mailbox, slot, false, why);
    static_cast<void>(freed);
    slot = find_slot(*mailbox, message);
    if (slot == mail::no_slot) co_return;
    std::optional<MailboxId> destination;
    for (const mail::MailboxInfo& info : account->mailboxes()) {
        if (!special_use.empty() && std::ranges::count(info.special_use, special_use) > 0)
            destination = info.id;
    }
    Result<void> done;
    if (destination) {
        mail::TransferRequest move;
        move.slots = {slot};
        move.destination = *destination;
        move.move = true;
        move.cause = std::move(why);
        auto moved = co_await mailbox->transfer(std::move(move));
        if (!moved) done = moved.error();
    } else if (special_use.empty()) {
        mail::ExpungeRequest removal;
        removal.slots.emplace({slot});
        removal.force = true;
        removal.cause = std::move(why);
        auto removed = co_await mailbox->expunge(std::move(removal));
        if (!removed) done = removed.error();
    }
    if (!done)
        host_.log().warning("a message that was held stays in its mailbox",
                            {{"login", account->login()}, {"error", done.error().text}});
}

Task<void> HoldQueue::tell_failure(mail::Account* account, const HeldMessage* held, std::string why) {
    const UnixTime now = mail_->now();
    const std::string& owner = held->mail.sender.empty() ? account->login() : held->mail.sender;
    mail::DeliveryRequest request;
    const mail::MailboxInfo* inbox = account->find_mailbox("INBOX");
    if (inbox == nullptr) co_return;
    request.mailbox = inbox->id;
    request.cause = cause(*account);
    for (char& c : why) {
        if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    request.messages.emplace_back().content = std::make_shared<const std::string>(
        "Date: " + mail::format_date(now) + "\r\nFrom: Mail system <" + owner + ">\r\nTo: " + owner +
        "\r\nSubject: Your scheduled message was not delivered\r\nMessage-ID: <held." +
        std::to_string(value_of(held->message)) + '.' + std::to_string(now) +
        "@submission.invalid>\r\nAuto-Submitted: auto-generated\r\n\r\nA message that was to leave at " +
        mail::format_date(held->release_at) + " was not taken:\r\n\r\n    " + why + "\r\n");
    auto told = co_await account->deliver(std::move(request));
    if (!told)
        host_.log().error("a sender was not told of a failure",
                          {{"login", account->login()}, {"error", told.error().text}});
}

}  // namespace postern::submission

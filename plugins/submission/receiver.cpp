#include "submission/receiver.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>
#include <charconv>

#include "postern/imap/authorised_url.hpp"
#include "postern/imap/url_token.hpp"
#include "postern/runtime/log.hpp"
#include "postern/runtime/run_on.hpp"
#include "postern/smtp/address.hpp"
#include "postern/smtp/command.hpp"
#include "submission/content.hpp"

namespace postern::submission {

using smtp::Reply;

namespace {

/// The smart host's answer as ours: its own enhanced code stays in the text, or gets one.
Reply handed_back(Reply reply) {
    if (!reply.status.empty())
        reply.status.clear();
    else
        reply.status = std::to_string(reply.code / 100) + ".0.0";
    return reply;
}

Reply no_line(const Error& error) {
    if (error.code == Errc::authentication_failed)
        return {451, "4.7.8", "The smart host does not take this account's credential"};
    // RFC 4954 section 6: it is not the password of this line, and another try does not help.
    if (error.code == Errc::permission_denied)
        return {550, "5.7.0", "The provider does not let this server send for you: consent to sending first"};
    return {451, "4.4.1", "The smart host cannot be reached; try again later"};
}

std::string hexadecimal(std::uint64_t number) {
    char text[16];
    return {text, std::to_chars(text, text + sizeof text, number, 16).ptr};
}

Task<void> close_line(std::unique_ptr<mail::RelayLine> line) {
    co_await line->close();
}

bool may_use(const imap::UrlAccess& access, const std::string& login) {
    // RFC 4468 section 3.3: URLs for us, for the user, or for everybody.
    if (access.application == "submit" || access.application == "user")
        return access.user && *access.user == login;
    return access.application == "authuser" || access.application == "anonymous";
}

Task<Result<mail::DeliveryOutcome::Stored>> store_sent(mail::MailService* mail, AccountId id,
                                                       std::string login,
                                                       std::shared_ptr<const std::string> content) {
    auto account = co_await mail->open(id);
    if (!account) co_return account.error();
    const mail::MailboxInfo* sent = (*account)->find_mailbox("Sent");
    for (const mail::MailboxInfo& mailbox : (*account)->mailboxes()) {
        if (std::ranges::find(mailbox.special_use, "\\Sent") == mailbox.special_use.end()) continue;
        sent = &mailbox;
        break;
    }
    if (sent == nullptr) co_return Error(Errc::not_found, "there is no mailbox for sent mail");
    mail::DeliveryOutcome::Stored stored;
    stored.mailbox = sent->id;
    mail::DeliveryRequest request;
    request.mailbox = sent->id;
    request.cause = {"submission", "DATA", std::move(login), 0};
    mail::NewMail message;
    message.content = std::move(content);
    message.flags = mail::seen;
    request.messages.push_back(std::move(message));
    auto done = co_await (*account)->deliver(std::move(request));
    if (!done) co_return done.error();
    stored.uid = done->uids.front();
    co_return stored;
}

}  // namespace

Task<Result<bool>> SubmissionReceiver::owns(std::string address) {
    // The null path: receipts and other answers of machines.
    if (address.empty()) co_return true;
    const auto parts = smtp::split_address(address);
    if (!parts) co_return false;
    const auto more = services_.settings.senders.find(identity_.login);
    if (more != services_.settings.senders.end()) {
        const std::string wanted = smtp::canonical_address(*parts);
        for (const std::string& allowed : more->second) {
            const auto own = smtp::split_address(allowed);
            if (own && smtp::canonical_address(*own) == wanted) co_return true;
        }
    }
    mail::EnvelopeRecipient as_recipient;
    as_recipient.address = std::move(address);
    auto resolved = co_await services_.delivery->resolve(std::move(as_recipient), 0);
    if (resolved) co_return resolved->account == identity_.account;
    // A full mailbox is one's own or not, too; but whose is not known here.
    if (resolved.error().code == Errc::not_found || resolved.error().code == Errc::over_quota)
        co_return false;
    co_return resolved.error();
}

Task<std::optional<Reply>> SubmissionReceiver::begin(smtp::Transaction* transaction) {
    auto own = co_await owns(transaction->envelope.sender);
    if (!own) co_return Reply{451, "4.3.0", "Not now; try again later"};
    if (!*own) co_return Reply{550, "5.7.1", "This sender is not yours"};
    if (services_.relay == nullptr || !services_.relay->has_host(identity_.login)) co_return std::nullopt;
    if (transaction->hold_for || transaction->hold_until) co_return begin_held(*transaction);
    auto refused = co_await open_line(transaction);
    co_return refused;
}

std::optional<std::pair<std::uint64_t, UnixTime>> SubmissionReceiver::longest_hold() const {
    if (!services_.queue.enabled() || !services_.relay->has_host(identity_.login)) return std::nullopt;
    const std::chrono::seconds longest = services_.queue.longest();
    return std::pair(static_cast<std::uint64_t>(longest.count()), services_.mail->now() + longest.count());
}

std::optional<Reply> SubmissionReceiver::begin_held(const smtp::Transaction& transaction) {
    if (!services_.queue.has_room(identity_.account))
        return Reply{552, "5.7.16", "Too many of your messages are held"};
    const mail::Envelope& envelope = transaction.envelope;
    held_.emplace();
    const auto seconds = static_cast<UnixTime>(transaction.hold_for.value_or(0));
    held_->release_at = transaction.hold_until.value_or(services_.mail->now() + seconds);
    held_->mail.sender = envelope.sender;
    held_->mail.id = envelope.id;
    held_->mail.ret = envelope.ret;
    held_->mail.body = envelope.body;
    held_->mail.smtputf8 = envelope.smtputf8;
    return std::nullopt;
}

/// Committed before the client hears yes.
Task<Reply> SubmissionReceiver::hold(std::shared_ptr<const std::string> content) {
    const std::string until = smtp::format_utc(held_->release_at);
    Identity owner = identity_;
    HeldMessage held = std::move(*held_);
    auto done = co_await services_.queue.hold(std::move(owner), std::move(held), std::move(content));
    if (done) co_return Reply{250, "2.0.0", "Held until " + until};
    if (done.error().code == Errc::over_quota) co_return Reply{452, "4.2.2", "Your mailbox is full"};
    co_return Reply{451, "4.3.0", "Not now; try again later"};
}

Task<std::optional<Reply>> SubmissionReceiver::open_line(smtp::Transaction* transaction) {
    core_ = co_await boost::asio::this_coro::executor;
    auto line = co_await services_.relay->open(identity_.account, identity_.login);
    if (!line) co_return no_line(line.error());
    mail::OutgoingMail mail;
    mail.sender = transaction->envelope.sender;
    mail.id = transaction->envelope.id;
    mail.ret = transaction->envelope.ret;
    mail.body = transaction->envelope.body;
    mail.smtputf8 = transaction->envelope.smtputf8;
    line_ = std::move(*line);
    auto reply = co_await line_->sender(std::move(mail), transaction->declared_size);
    if (!reply) {
        line_.reset();
        co_return no_line(reply.error());
    }
    if (reply->positive()) co_return std::nullopt;
    co_return handed_back(std::move(*reply));
}

Task<Reply> SubmissionReceiver::add(smtp::Transaction* /*transaction*/, mail::EnvelopeRecipient recipient) {
    const std::string address = recipient.address;
    if (address.find('@') == std::string::npos && (line_ || held_))
        co_return Reply{501, "5.1.3", "The address needs a domain"};
    if (held_) {
        held_->mail.recipients.push_back(std::move(recipient));
        co_return Reply{250, "2.1.5", '<' + address + "> Recipient ok"};
    }
    if (line_) {
        auto reply = co_await line_->recipient(std::move(recipient));
        if (reply) co_return handed_back(std::move(*reply));
        line_.reset();
        co_return no_line(reply.error());
    }
    auto resolved = co_await services_.delivery->resolve(std::move(recipient), 0);
    if (resolved) {
        local_.push_back(std::move(*resolved));
        co_return Reply{250, "2.1.5", '<' + address + "> Recipient ok"};
    }
    if (resolved.error().code == Errc::not_found)
        co_return Reply{550, "5.7.1", '<' + address + "> There is no way there from here"};
    if (resolved.error().code == Errc::over_quota)
        co_return Reply{452, "4.2.2", '<' + address + "> The mailbox is full"};
    co_return Reply{451, "4.3.0", '<' + address + "> Not now; try again later"};
}

Task<std::vector<Reply>> SubmissionReceiver::finish(smtp::Transaction* transaction,
                                                    std::shared_ptr<const std::string> content) {
    const auto whole = std::make_shared<const std::string>(complete(
        *content, transaction->envelope, hexadecimal(services_.mail->new_id()), services_.mail->now()));
    Reply answer;
    if (held_) {
        // Its copy for the sender is made when it leaves.
        answer = co_await hold(whole);
        std::vector<Reply> only;
        only.push_back(std::move(answer));
        co_return only;
    }
    if (line_) {
        auto reply = co_await line_->content(whole);
        if (reply) {
            answer = handed_back(std::move(*reply));
        } else {
            line_.reset();
            answer = no_line(reply.error());
        }
    } else {
        answer = co_await deliver_here(transaction, whole);
    }
    if (answer.positive() && services_.settings.keep_sent) co_await keep_copy(whole);
    std::vector<Reply> replies;
    replies.push_back(std::move(answer));
    co_return replies;
}

Task<Reply> SubmissionReceiver::deliver_here(smtp::Transaction* transaction,
                                             std::shared_ptr<const std::string> content) {
    mail::Envelope envelope = transaction->envelope;
    // One answer for all: nobody can be refused alone any more.
    envelope.can_reject = local_.size() == 1;
    std::vector<mail::ResolvedRecipient> recipients = std::move(local_);
    local_.clear();
    auto outcomes =
        co_await services_.delivery->deliver(std::move(envelope), std::move(recipients), std::move(content));
    std::size_t done = 0;
    Error why;
    for (const mail::DeliveryOutcome& outcome : outcomes) {
        const bool failed = outcome.kind == mail::DeliveryOutcome::Kind::failed ||
                            outcome.kind == mail::DeliveryOutcome::Kind::rejected;
        if (failed)
            why = outcome.error;
        else
            ++done;
    }
    if (done == outcomes.size()) co_return Reply{250, "2.0.0", "Delivered"};
    // Again for those that have it would double it: who lacks it is in the log.
    if (done > 0) {
        services_.host.log().error("a message was not delivered to all",
                                   {{"login", identity_.login}, {"error", why.text}});
        co_return Reply{250, "2.0.0", "Delivered, but not to all"};
    }
    if (why.code == Errc::over_quota) co_return Reply{452, "4.2.2", "The mailbox is full"};
    if (why.code == Errc::temporary) co_return Reply{451, "4.3.0", "Not now; try again later"};
    co_return Reply{550, "5.7.1", why.text};
}

Task<void> SubmissionReceiver::keep_copy(std::shared_ptr<const std::string> content) {
    const Executor home = services_.host.runtime().core_of(value_of(identity_.account));
    const std::string message_id = message_id_of(*content);
    auto task = store_sent(services_.mail, identity_.account, identity_.login, std::move(content));
    auto stored = co_await run_on(home, std::move(task));
    if (!stored) {
        // It has left: to say no now would send it twice.
        services_.host.log().warning("a sent message has no copy",
                                     {{"login", identity_.login}, {"error", stored.error().text}});
        co_return;
    }
    if (!message_id.empty())
        services_.sent.add(identity_.account, stored->mailbox, message_id, stored->uid,
                           SentCopies::Clock::now());
}

void SubmissionReceiver::reset() {
    local_.clear();
    held_.reset();
    if (!line_) return;
    services_.host.runtime().spawn(core_, "smart host", close_line(std::move(line_)));
}

Task<std::optional<Reply>> SubmissionReceiver::fetch(std::string text, std::uint64_t limit,
                                                     std::string* octets) {
    // RFC 4468 section 3.4
    const Reply unknown{554, "5.6.6", "The URL leads to nothing"};
    auto url = imap::parse_imap_url(text);
    if (!url || !url->absolute) co_return Reply{501, "5.5.4", "This is no IMAP URL"};
    if (url->mechanism != imap::internal_mechanism || !url->access || !may_use(*url->access, identity_.login))
        co_return Reply{554, "5.7.0", "The URL is not for you"};
    if (url->expires && *url->expires < services_.mail->now())
        co_return Reply{554, "5.7.0", "The URL has expired"};
    auto owner = co_await services_.mail->find_account(url->user);
    if (!owner && owner.error().code != Errc::not_found)
        co_return Reply{451, "4.3.0", "Not now; try again later"};
    if (!owner) {
        imap::pretend_to_authorise(*url, text);
        co_return unknown;
    }
    const Executor home = services_.host.runtime().core_of(value_of(owner->id));
    auto task = imap::read_authorised_url(services_.mail, owner->id, std::move(text), std::move(*url),
                                          imap::UrlForm::stored, limit);
    auto content = co_await run_on(home, std::move(task));
    if (!content) co_return Reply{451, "4.3.0", "Not now; try again later"};
    if (!*content) co_return unknown;
    *octets = std::move((*content)->octets);
    co_return std::nullopt;
}

}  // namespace postern::submission

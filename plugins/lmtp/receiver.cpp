#include "lmtp/receiver.hpp"

namespace postern::lmtp {

using mail::DeliveryOutcome;
using smtp::Reply;

Task<std::optional<Reply>> LmtpReceiver::begin(smtp::Transaction* /*transaction*/) {
    recipients_.clear();
    co_return std::nullopt;
}

Task<Reply> LmtpReceiver::add(smtp::Transaction* transaction, mail::EnvelopeRecipient recipient) {
    const std::string address = recipient.address;
    auto resolved = co_await delivery_.resolve(std::move(recipient), transaction->declared_size);
    if (!resolved) co_return refusal(address, resolved.error());
    recipients_.push_back(std::move(*resolved));
    co_return Reply{250, "2.1.5", '<' + address + "> Recipient ok"};
}

Task<std::vector<Reply>> LmtpReceiver::finish(smtp::Transaction* transaction,
                                              std::shared_ptr<const std::string> content) {
    const std::vector<mail::ResolvedRecipient> recipients = std::move(recipients_);
    recipients_.clear();
    mail::Envelope envelope = transaction->envelope;
    std::vector<mail::ResolvedRecipient> copy = recipients;
    auto outcomes = co_await delivery_.deliver(std::move(envelope), std::move(copy), std::move(content));
    std::vector<Reply> replies;
    for (std::size_t i = 0; i < recipients.size() && i < outcomes.size(); ++i)
        replies.push_back(answer(recipients[i], outcomes[i]));
    co_return replies;
}

Reply LmtpReceiver::answer(const mail::ResolvedRecipient& recipient, const DeliveryOutcome& outcome) const {
    const std::string& address = recipient.envelope.address;
    switch (outcome.kind) {
        case DeliveryOutcome::Kind::stored:
        case DeliveryOutcome::Kind::forwarded:
        case DeliveryOutcome::Kind::duplicate:
            log_.debug("delivered", {{"login", recipient.login}, {"stored", outcome.stored.size()}});
            return {250, "2.0.0", '<' + address + "> Delivered"};
        case DeliveryOutcome::Kind::rejected:
            log_.info("refused", {{"login", recipient.login}, {"reason", outcome.error.text}});
            if (outcome.error.code == Errc::too_large) return {552, "5.3.4", outcome.error.text};
            if (outcome.error.code == Errc::invalid) return {554, "5.4.6", outcome.error.text};
            return {550, "5.7.1", outcome.error.text};
        case DeliveryOutcome::Kind::failed:
            break;
    }
    return refusal(address, outcome.error);
}

Reply LmtpReceiver::refusal(const std::string& address, const Error& error) const {
    const std::string who = '<' + address + "> ";
    switch (error.code) {
        case Errc::not_found:
            return {550, "5.1.1", who + "There is no such user"};
        case Errc::over_quota:
            if (settings_.over_quota_is_final) return {552, "5.2.2", who + "The mailbox is full"};
            return {452, "4.2.2", who + "The mailbox is full"};
        default:
            log_.warning("a delivery has to wait", {{"recipient", address}, {"error", error.text}});
            return {451, "4.3.0", who + "Not now; try again later"};
    }
}

}  // namespace postern::lmtp

#pragma once
// What submission does with mail (RFC 6409): it goes at once to the account's smart host, whose answers the client gets. Accounts
// without a smart host can write to each other only.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "postern/mail/delivery.hpp"
#include "postern/mail/relay_line.hpp"
#include "postern/plugin/plugin.hpp"
#include "postern/smtp/server.hpp"
#include "submission/hold_queue.hpp"
#include "submission/sent_copies.hpp"
#include "submission/settings.hpp"

namespace postern::submission {

/// What all connections share.
struct Services {
    explicit Services(Host& host_) : host(host_), queue(host_) {}
    Host& host;
    HoldQueue queue;
    Settings settings;
    SaslMechanisms mechanisms;
    SentCopies sent;
    mail::MailService* mail = nullptr;
    mail::DeliveryService* delivery = nullptr;
    mail::RelayLines* relay = nullptr;  ///< null if nothing relays
};

class SubmissionReceiver final : public smtp::Receiver {
public:
    explicit SubmissionReceiver(Services& services) : services_(services) {}

    void signed_in(const Identity& identity) override { identity_ = identity; }
    std::optional<std::pair<std::uint64_t, UnixTime>> longest_hold() const override;
    Task<std::optional<smtp::Reply>> begin(smtp::Transaction* transaction) override;
    Task<smtp::Reply> add(smtp::Transaction* transaction, mail::EnvelopeRecipient recipient) override;
    Task<std::vector<smtp::Reply>> finish(smtp::Transaction* transaction,
                                          std::shared_ptr<const std::string> content) override;
    void reset() override;
    Task<std::optional<smtp::Reply>> fetch(std::string url, std::uint64_t limit,
                                           std::string* octets) override;

private:
    /// The address is the account's own: mail to it comes there, or the settings say so.
    Task<Result<bool>> owns(std::string address);
    std::optional<smtp::Reply> begin_held(const smtp::Transaction& transaction);
    Task<smtp::Reply> hold(std::shared_ptr<const std::string> content);
    Task<std::optional<smtp::Reply>> open_line(smtp::Transaction* transaction);
    Task<smtp::Reply> deliver_here(smtp::Transaction* transaction,
                                   std::shared_ptr<const std::string> content);
    Task<void> keep_copy(std::shared_ptr<const std::string> content);

    Services& services_;
    Identity identity_;
    Executor core_;  ///< of the connection, and of the line
    std::unique_ptr<mail::RelayLine> line_;
    std::vector<mail::ResolvedRecipient> local_;  ///< without a smart host
    std::optional<HeldMessage> held_;             ///< it is sent later
};

}  // namespace postern::submission

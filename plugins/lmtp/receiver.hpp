#pragma once
// What LMTP does with mail: every recipient is looked up when it is named, and answered for after its commit (RFC 2033
// section 4.2).
#include <vector>

#include "lmtp/settings.hpp"
#include "postern/mail/delivery.hpp"
#include "postern/runtime/log.hpp"
#include "postern/smtp/server.hpp"

namespace postern::lmtp {

class LmtpReceiver final : public smtp::Receiver {
public:
    LmtpReceiver(mail::DeliveryService& delivery, Logger& log, const Settings& settings)
        : delivery_(delivery), log_(log), settings_(settings) {}

    Task<std::optional<smtp::Reply>> begin(smtp::Transaction* transaction) override;
    Task<smtp::Reply> add(smtp::Transaction* transaction, mail::EnvelopeRecipient recipient) override;
    Task<std::vector<smtp::Reply>> finish(smtp::Transaction* transaction,
                                          std::shared_ptr<const std::string> content) override;
    void reset() override { recipients_.clear(); }

private:
    smtp::Reply answer(const mail::ResolvedRecipient& recipient, const mail::DeliveryOutcome& outcome) const;
    smtp::Reply refusal(const std::string& address, const Error& error) const;

    mail::DeliveryService& delivery_;
    Logger& log_;
    const Settings& settings_;
    std::vector<mail::ResolvedRecipient> recipients_;
};

}  // namespace postern::lmtp

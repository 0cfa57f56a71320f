#pragma once
// Content as it is stored: with the fields of delivery before it.
#include <memory>
#include <string>

#include "postern/mail/delivery.hpp"

namespace postern::delivery {

struct Stamped {
    std::shared_ptr<const std::string> content;
    std::size_t return_path_octets = 0;
};
/// Return-Path, Delivered-To, Received, and the message.
Stamped stamp(const mail::Envelope& envelope, const mail::ResolvedRecipient& recipient,
              const std::string& content, std::string_view id, UnixTime now);

/// What tells in the account that a message with this envelope id came for this recipient: written with the message, refused with
/// Errc::conflict if it is there. The store forgets it like the history of a gateway account.
store::ReceiptWrite arrival(const mail::Envelope& envelope, const std::string& recipient, UnixTime now);

/// True if the message was delivered to this address before, or has more Received fields than `max_hops`.
bool goes_in_circles(std::string_view content, std::string_view address, std::size_t max_hops);

}  // namespace postern::delivery

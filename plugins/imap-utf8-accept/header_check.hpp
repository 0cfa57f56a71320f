#pragma once
#include "postern/imap/ext/append_source.hpp"

namespace postern::imap {

/// Messages with 8-bit octets in their header fields are taken from sessions that speak UTF-8 only, by whatever they have
/// enabled (RFC 9755 section 4, RFC 9051 section 6.3.12).
class HeaderCheck final : public AppendFilter {
public:
    Result<void> apply(Session& session, std::shared_ptr<const std::string>& message) override;
};

}  // namespace postern::imap

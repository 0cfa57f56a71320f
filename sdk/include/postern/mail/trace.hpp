#pragma once
// Fields that tell how a message came (RFC 5321 section 4.4).
#include <string>
#include <string_view>

#include "postern/export.hpp"
#include "postern/mail/envelope.hpp"
#include "postern/store/ids.hpp"

namespace postern::mail {

/// "Sun, 22 Nov 2026 12:00:00 +0000".
POSTERN_SDK std::string format_date(UnixTime time);

/// "Received: from HELO (HOST [ADDRESS]) by SERVER (Postern) with LMTP id ID for <RECIPIENT>; DATE", with line ends. `recipient`
/// may be "" (several recipients must not learn of each other).
POSTERN_SDK std::string received_field(const PeerFacts& peer, std::string_view id, std::string_view recipient,
                                       UnixTime time);
/// "Return-Path: <anna@example.org>", with its line end.
POSTERN_SDK std::string return_path_field(std::string_view sender);

}  // namespace postern::mail

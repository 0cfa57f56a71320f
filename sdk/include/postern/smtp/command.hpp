#pragma once
// Command lines of SMTP and LMTP (RFC 5321 section 4.1.1) and the parameters of MAIL and RCPT: SIZE (1870), BODY (6152, 3030),
// RET, ENVID, NOTIFY, ORCPT (3461), AUTH (4954), SMTPUTF8 (6531), HOLDFOR, HOLDUNTIL (4865).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/export.hpp"
#include "postern/mail/envelope.hpp"
#include "postern/smtp/reply.hpp"
#include "postern/store/ids.hpp"

namespace postern::smtp {

/// Longest command line, its end included: RFC 5321's 512 and what the extensions add; room for AUTH (RFC 4954 section 4).
constexpr std::size_t max_command_line = 12288;

/// "MAIL FROM:<...>": the verb in capitals and what follows the blank. Views into the line.
struct Command {
    std::string verb;            ///< "" if the line has none
    std::string_view arguments;  ///< without blanks at both ends
};
/// `line` without its end.
POSTERN_SDK Command split_command(std::string_view line);

/// Words of a line, separated by blanks.
POSTERN_SDK std::vector<std::string_view> split_words(std::string_view text);

/// xtext (RFC 3461 section 4); nullopt if it is none.
POSTERN_SDK std::optional<std::string> decode_xtext(std::string_view text);
POSTERN_SDK std::string encode_xtext(std::string_view text);

struct MailArguments {
    std::string sender;
    bool utf8_address = false;
    std::optional<std::uint64_t> size;
    mail::BodyKind body = mail::BodyKind::seven_bit;
    mail::DsnReturn ret = mail::DsnReturn::unset;
    std::string id;
    bool smtputf8 = false;
    std::optional<std::string> auth;        ///< decoded; "<>" for nobody
    std::optional<std::uint64_t> hold_for;  ///< seconds
    std::optional<UnixTime> hold_until;
};
struct RecipientArguments {
    mail::EnvelopeRecipient recipient;
    bool utf8_address = false;
};

/// What follows "MAIL": "FROM:<anna@example.org> SIZE=1000". The reply that refuses it, or nothing.
POSTERN_SDK std::optional<Reply> parse_mail(std::string_view arguments, MailArguments& out);
/// What follows "RCPT": "TO:<ben@example.org> NOTIFY=NEVER".
POSTERN_SDK std::optional<Reply> parse_recipient(std::string_view arguments, RecipientArguments& out);

/// "2026-11-22T19:00:00Z" (RFC 3339, UTC only; parts of a second are cut off), as HOLDUNTIL has it.
POSTERN_SDK std::optional<UnixTime> parse_utc(std::string_view text);
POSTERN_SDK std::string format_utc(UnixTime time);

/// "BDAT 1000 LAST" (RFC 3030 section 2).
struct ChunkArguments {
    std::uint64_t size = 0;
    bool last = false;
};
POSTERN_SDK std::optional<ChunkArguments> parse_chunk(std::string_view arguments);

/// "NAME=spike.example ADDR=192.0.2.1" of XCLIENT, values decoded; "[UNAVAILABLE]" and "[TEMPUNAVAIL]" are "".
/// nullopt if it is malformed.
POSTERN_SDK std::optional<std::vector<std::pair<std::string, std::string>>> parse_xclient(
    std::string_view arguments);

}  // namespace postern::smtp

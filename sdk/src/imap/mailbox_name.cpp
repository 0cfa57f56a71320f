#include "postern/imap/mailbox_name.hpp"

#include <unicode/normalizer2.h>

#include <algorithm>

#include "postern/imap/lexical.hpp"
#include "postern/imap/modified_utf7.hpp"
#include "postern/mime/decode.hpp"

namespace postern::imap {

bool is_inbox(std::string_view name) {
    return equals_ignore_case(name, "INBOX");
}

Result<std::string> mailbox_from_wire(std::string_view wire, bool utf8) {
    if (is_inbox(wire)) return std::string("INBOX");
    if (utf8) {
        if (!mime::is_utf8(wire)) return Error(Errc::invalid, "mailbox name is not UTF-8");
        return std::string(wire);
    }
    auto name = decode_modified_utf7(wire);
    if (!name) return Error(Errc::invalid, "mailbox name is not valid modified UTF-7");
    return std::move(*name);
}

std::string mailbox_to_wire(std::string_view name, bool utf8) {
    if (utf8 && mime::is_utf8(name)) return std::string(name);
    if (auto wire = encode_modified_utf7(name)) return std::move(*wire);
    std::string out;
    for (const char c : name) {
        out += c >= ' ' && c < 127 ? c : '?';
        if (c == '&') out += '-';
    }
    return out;
}

namespace {

Error refused(const char* why) {
    return {Errc::invalid, std::string("mailbox name ") + why};
}

/// The control characters of C1 and the two separators RFC 9051 section 5.1 names.
bool has_forbidden_character(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto c = static_cast<unsigned char>(name[i]);
        if (c < 0x20 || c == 0x7f || c == '%' || c == '*') return true;
        if (c == 0xc2 && i + 1 < name.size() && static_cast<unsigned char>(name[i + 1]) < 0xa0) return true;
        if (name.substr(i, 3) == "\xe2\x80\xa8" || name.substr(i, 3) == "\xe2\x80\xa9") return true;
    }
    return false;
}

bool is_normalised(std::string_view utf8) {
    if (mime::is_ascii(utf8)) return true;
    UErrorCode status = U_ZERO_ERROR;
    const icu::Normalizer2* form_c = icu::Normalizer2::getNFCInstance(status);
    if (U_FAILURE(status)) return true;
    const icu::StringPiece name(utf8.data(), static_cast<std::int32_t>(utf8.size()));
    return form_c->isNormalizedUTF8(name, status) != 0 || U_FAILURE(status);
}

}  // namespace

Result<void> check_mailbox_name(std::string_view name, const MailboxNameRules& rules) {
    if (name.empty()) return refused("is empty");
    if (name.size() > rules.max_size) return refused("is too long");
    if (!mime::is_utf8(name)) return refused("is not UTF-8");
    if (has_forbidden_character(name)) return refused("holds a character that is not allowed");
    if (rules.normalised && !is_normalised(name)) return refused("is not in Unicode's normal form C");
    if (rules.delimiter == '\0') return {};
    std::size_t depth = 1;
    std::size_t begin = 0;
    for (;;) {
        const std::size_t end = std::min(name.find(rules.delimiter, begin), name.size());
        if (end == begin) return refused("has an empty part");
        if (end - begin > rules.max_component) return refused("has a part that is too long");
        if (depth > rules.max_depth) return refused("has too many levels");
        if (end == name.size()) return {};
        begin = end + 1;
        ++depth;
    }
}

}  // namespace postern::imap

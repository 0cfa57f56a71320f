#include "postern/imap/url_content.hpp"

#include <algorithm>

#include "postern/imap/section_text.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"

namespace postern::imap {

namespace {

bool filters_fields(const ImapUrl& url) {
    return url.section && picks_fields(url.section->kind);
}

/// Takes the range out of [0, length); without one, all of it.
mime::SectionRange window(const ImapUrl& url, mime::SectionRange all) {
    if (!url.range) return all;
    const std::uint64_t begin = std::min(url.range->offset, all.length);
    all.offset += begin;
    all.length = std::min(url.range->length.value_or(all.length), all.length - begin);
    return all;
}

std::string window(const ImapUrl& url, std::string text) {
    mime::SectionRange all;
    all.length = text.size();
    const mime::SectionRange part = window(url, all);
    return text.substr(part.offset, part.length);
}

Task<Result<mail::StoredMessagePtr>> find_message(mail::Account* account, MailboxId mailbox,
                                                  std::uint32_t uid,
                                                  std::optional<std::uint32_t> uidvalidity) {
    auto opened = co_await account->open_mailbox(mailbox);
    if (!opened) co_return opened.error();
    if (uidvalidity && *uidvalidity != (*opened)->info().uidvalidity)
        co_return Error(Errc::not_found, "UIDVALIDITY has changed");
    const mail::Slot slot = (*opened)->find(uid);
    if (slot == mail::no_slot) co_return Error(Errc::not_found, "There is no such message");
    std::vector<MessageId> ids{(*opened)->columns().message[slot]};
    auto loaded = co_await account->load_messages(std::move(ids));
    if (!loaded) co_return loaded.error();
    if (loaded->empty() || !loaded->front()) co_return Error(Errc::not_found, "The message is gone");
    co_return std::move(loaded->front());
}

Task<Result<std::string>> read_range(mail::Account* account, mail::StoredMessagePtr message,
                                     mime::SectionRange range) {
    std::string octets;
    octets.reserve(range.length);
    while (octets.size() < range.length) {
        auto piece = co_await account->read_content(message, range.offset + octets.size(),
                                                    range.length - octets.size());
        if (!piece) co_return piece.error();
        if (piece->empty()) co_return Error(Errc::corrupt, "the message is shorter than its structure says");
        octets += *piece;
    }
    co_return octets;
}

std::string with_fields(const ImapUrl& url, std::string_view block) {
    const std::vector<std::string_view> names(url.section->fields.begin(), url.section->fields.end());
    const auto filter = url.section->kind == Section::Kind::header_fields ? mime::FieldFilter::only
                                                                          : mime::FieldFilter::except;
    std::string text;
    mime::filter_fields(block, names, filter, text);
    return text;
}

/// Text that was encoded has CRLF for every line end (RFC 3516 section 4.3).
std::string with_line_ends(std::string text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
        out += text[i];
    }
    return out;
}

std::string decode(const mime::SectionRange& part, std::string_view octets) {
    std::string decoded = mime::decode_transfer(part.encoding, octets);
    const bool encoded = part.encoding != mime::Encoding::identity;
    return encoded && part.is_text ? with_line_ends(std::move(decoded)) : decoded;
}

}  // namespace

Task<Result<UrlContent>> read_url(mail::Account* account, MailboxId mailbox, ImapUrl url, UrlForm form,
                                  std::uint64_t limit) {
    auto message = co_await find_message(account, mailbox, url.uid, url.uidvalidity);
    if (!message) co_return message.error();
    UrlContent content;
    content.message = *message;
    const std::vector<std::uint32_t> path = url.section ? url.section->part : std::vector<std::uint32_t>();
    const auto kind = url.section ? url.section->kind : Section::Kind::all;
    const auto part = (*message)->record.find_section(path, section_text(kind));
    if (!part) co_return part.error();
    if (!*part) co_return Error(Errc::not_found, "There is no such part");
    const bool decodes = form == UrlForm::decoded && (*part)->kind == mime::PartKind::leaf;
    if (decodes && (*part)->encoding == mime::Encoding::unknown) {
        content.undecodable = true;
        co_return content;
    }
    const bool whole = decodes || filters_fields(url);
    const mime::SectionRange wanted = whole ? **part : window(url, **part);
    if (wanted.length > limit) co_return Error(Errc::too_large, "The part is too large");
    auto octets = co_await read_range(account, *message, wanted);
    if (!octets) co_return octets.error();
    content.octets = std::move(*octets);
    if (filters_fields(url)) content.octets = with_fields(url, content.octets);
    if (decodes) content.octets = decode(**part, content.octets);
    if (whole) content.octets = window(url, std::move(content.octets));
    co_return content;
}

}  // namespace postern::imap

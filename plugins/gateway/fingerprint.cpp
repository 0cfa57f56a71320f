#include "gateway/fingerprint.hpp"

#include <openssl/evp.h>

#include <array>

#include "gateway/settings.hpp"
#include "postern/mime/header.hpp"

namespace postern::gateway {

namespace {

constexpr UnixTime year_1990 = 631152000;
constexpr UnixTime clock_slack = 600;
constexpr std::string_view made_up_prefix = "content ";

bool is_volatile(const std::string& name) {
    static constexpr std::array<std::string_view, 9> names = {"status",      "x-status",     "x-uid",
                                                              "x-uidl",      "x-keywords",   "content-length",
                                                              "return-path", "delivered-to", "x-ymail-osg"};
    if (name.starts_with("x-imap") || name.starts_with("x-mozilla-")) return true;
    return std::find(names.begin(), names.end(), name) != names.end();
}

ContentHash sha256(std::string_view text) {
    ContentHash hash{};
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr);
    return hash;
}

}  // namespace

ContentHash content_hash(std::string_view content) {
    return sha256(content);
}

std::string header_fingerprint(std::string_view message) {
    std::string canonical;
    mime::HeaderReader reader(message);
    for (const mime::Field* field = reader.next(); field != nullptr; field = reader.next()) {
        const std::string name = lower(field->name);
        // A server that moves a maildrop adds Received fields above those it had.
        if (is_volatile(name) || name == "received") continue;
        canonical.append(name).append(":");
        mime::append_unfolded(field->value, canonical);
        canonical += '\n';
    }
    const ContentHash hash = sha256(canonical);
    return {hash.begin(), hash.end()};
}

std::string sender_fingerprint(std::string_view message) {
    static constexpr std::array<std::string_view, 6> names = {"Message-ID", "Date",    "From",
                                                              "To",         "Subject", "Content-Type"};
    const std::string_view header = message.substr(0, mime::header_length(message));
    if (mime::first_value(header, names[0]).empty() && mime::first_value(header, names[1]).empty()) return {};
    std::string canonical;
    for (const std::string_view name : names) {
        mime::append_unfolded(mime::first_value(header, name), canonical);
        canonical += '\n';
    }
    const ContentHash hash = sha256(canonical);
    return {hash.begin(), hash.end()};
}

mime::DateTime arrival_date(std::string_view message, UnixTime first_listed, UnixTime now) {
    const std::string_view header = message.substr(0, mime::header_length(message));
    const auto received = mime::received_date(header);
    if (received && received->utc <= now + clock_slack && received->utc >= year_1990) return *received;
    const std::string_view date = mime::first_value(header, "Date");
    if (date.data() != nullptr) {
        const auto sent = mime::parse_date(date);
        if (sent && sent->utc >= year_1990 && sent->utc <= now + clock_slack) return *sent;
    }
    return {first_listed, 0};
}

std::string made_up_id(std::string_view fingerprint) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string id(made_up_prefix);
    for (const char c : fingerprint) {
        const auto octet = static_cast<unsigned char>(c);
        id += digits[octet >> 4];
        id += digits[octet & 15];
    }
    return id;
}

bool is_made_up(std::string_view id) {
    return id.starts_with(made_up_prefix);
}

}  // namespace postern::gateway

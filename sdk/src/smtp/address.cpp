#include "postern/smtp/address.hpp"

#include <algorithm>

#include "postern/mime/decode.hpp"

namespace postern::smtp {

namespace {

bool is_alnum(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// RFC 5322 section 3.2.3, and UTF8-non-ascii (RFC 6531 section 3.3).
bool is_atext(char c) {
    const auto octet = static_cast<unsigned char>(c);
    return is_alnum(octet) || octet >= 0x80 ||
           std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// Octets of a quoted string at the front, quotes included; 0 if it is none (Quoted-string).
std::size_t quoted_length(std::string_view in) {
    if (!in.starts_with('"')) return 0;
    for (std::size_t i = 1; i < in.size(); ++i) {
        const auto octet = static_cast<unsigned char>(in[i]);
        if (octet == '"') return i + 1;
        if (octet == '\\') ++i;
        if (i >= in.size() || static_cast<unsigned char>(in[i]) < 0x20 || in[i] == 0x7f) return 0;
    }
    return 0;
}

/// Dots may stand anywhere: some providers give such addresses out.
std::size_t dot_string_length(std::string_view in) {
    const auto end = std::ranges::find_if(in, [](char c) { return !is_atext(c) && c != '.'; });
    return static_cast<std::size_t>(end - in.begin());
}

std::size_t local_length(std::string_view in) {
    return in.starts_with('"') ? quoted_length(in) : dot_string_length(in);
}

/// Domain or address literal.
std::size_t domain_length(std::string_view in) {
    if (in.starts_with('[')) {
        const auto end = in.find(']');
        if (end == std::string_view::npos || end == 1) return 0;
        const bool clean = std::ranges::all_of(in.substr(1, end - 1), [](char c) {
            return is_alnum(static_cast<unsigned char>(c)) || c == '.' || c == ':' || c == '-';
        });
        return clean ? end + 1 : 0;
    }
    const auto end = std::ranges::find_if(in, [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return !is_alnum(octet) && octet < 0x80 && c != '-' && c != '.' && c != '_';
    });
    const auto length = static_cast<std::size_t>(end - in.begin());
    const std::string_view domain = in.substr(0, length);
    const bool wrong =
        domain.empty() || domain.starts_with('.') || domain.find("..") != std::string_view::npos;
    return wrong ? 0 : length;
}

struct Lengths {
    std::size_t local = 0;
    std::size_t domain = 0;  // without the @
    std::size_t all() const { return local + (domain > 0 ? domain + 1 : 0); }
};

std::optional<Lengths> address_lengths(std::string_view in) {
    Lengths lengths;
    lengths.local = local_length(in);
    if (lengths.local == 0) return std::nullopt;
    if (lengths.local < in.size() && in[lengths.local] == '@') {
        lengths.domain = domain_length(in.substr(lengths.local + 1));
        if (lengths.domain == 0) return std::nullopt;
    }
    if (lengths.all() > max_address || !mime::is_utf8(in.substr(0, lengths.all()))) return std::nullopt;
    return lengths;
}

/// A source route is accepted and ignored (RFC 5321 section 4.1.1.3).
bool skip_route(std::string_view& in) {
    while (in.starts_with('@')) {
        in.remove_prefix(1);
        const auto length = domain_length(in);
        if (length == 0) return false;
        in.remove_prefix(length);
        const bool more = in.starts_with(",@");
        if (!more && !in.starts_with(':')) return false;
        in.remove_prefix(1);
        if (!more) return true;
    }
    return true;
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    }
    return out;
}

}  // namespace

std::optional<Path> take_path(std::string_view& in, PathKind kind) {
    std::string_view rest = in;
    if (!rest.starts_with('<')) return std::nullopt;
    rest.remove_prefix(1);
    Path path;
    if (kind == PathKind::reverse && rest.starts_with('>')) {
        in = rest.substr(1);
        return path;
    }
    if (!skip_route(rest)) return std::nullopt;
    const auto lengths = address_lengths(rest);
    if (!lengths || lengths->all() >= rest.size() || rest[lengths->all()] != '>') return std::nullopt;
    if (lengths->domain == 0 && kind == PathKind::reverse) return std::nullopt;
    path.address = rest.substr(0, lengths->all());
    path.utf8 =
        std::ranges::any_of(path.address, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
    in = rest.substr(lengths->all() + 1);
    return path;
}

std::optional<AddressParts> split_address(std::string_view address) {
    const auto lengths = address_lengths(address);
    if (!lengths || lengths->all() != address.size()) return std::nullopt;
    AddressParts parts;
    parts.domain = lower(address.substr(address.size() - lengths->domain));
    std::string_view local = address.substr(0, lengths->local);
    if (!local.starts_with('"')) {
        parts.local = local;
        return parts;
    }
    local = local.substr(1, local.size() - 2);
    for (std::size_t i = 0; i < local.size(); ++i) {
        if (local[i] == '\\' && i + 1 < local.size()) ++i;
        parts.local += local[i];
    }
    // "" names nobody.
    if (parts.local.empty()) return std::nullopt;
    return parts;
}

std::string canonical_address(const AddressParts& parts) {
    std::string out;
    if (dot_string_length(parts.local) == parts.local.size()) {
        out = parts.local;
    } else {
        out = '"';
        for (const char c : parts.local) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
    return parts.domain.empty() ? out : out + '@' + parts.domain;
}

}  // namespace postern::smtp

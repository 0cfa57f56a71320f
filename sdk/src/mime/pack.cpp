#include "mime/pack.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "mime/varint.hpp"

namespace postern::mime {

namespace {

// Part of format version 1: never change it, a new dictionary needs a new version of the record.
constexpr std::string_view dictionary =
    R"x(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" )x"
    R"x(("text" "plain" ("charset" "utf-8") NIL NIL "8bit" )x"
    R"x(("text" "plain" ("charset" "UTF-8" "format" "flowed" "delsp" "yes") NIL NIL "quoted-printable" )x"
    R"x(("text" "html" ("charset" "utf-8") NIL NIL "quoted-printable" )x"
    R"x(("text" "html" ("charset" "UTF-8") NIL NIL "base64" )x"
    R"x(("text" "plain" ("charset" "iso-8859-1") NIL NIL "7bit" "windows-1252" )x"
    R"x(("application" "pdf" ("name" ")x"
    R"x(("application" "octet-stream" ("name" ")x"
    R"x(("image" "jpeg" ("name" "image001.jpg") "<image001.)x"
    R"x(("image" "png" ("name" "image001.png") "<image001.)x"
    R"x(("application" "vnd.openxmlformats-officedocument.wordprocessingml.document" ("name" ")x"
    R"x(spreadsheetml.sheet" ("application" "pgp-signature" ("name" "signature.asc") NIL "OpenPGP digital signature" )x"
    R"x(("message" "rfc822" NIL NIL NIL "7bit" ("message" "delivery-status" ("text" "calendar" )x"
    R"x(.pdf") NIL NIL "base64" NIL ("attachment" ("filename" ".docx" ".xlsx" ".png" ".zip")) NIL NIL))x"
    R"x( NIL ("inline" NIL) NIL NIL)("inline" ("filename" " "alternative" ("boundary" "----=_Part_ "mixed" ("boundary" "----=_NextPart_000_)x"
    R"x( "related" ("type" "multipart/alternative" "boundary" "=_ "report" ("report-type" "signed" ("micalg" "pgp-sha256" "protocol" )x"
    R"x(filename*" "utf-8'')") NIL NIL NIL) NIL NIL NIL NIL) NIL NIL NIL)(")x"
    R"x(" "@gmail.com>")(NIL NIL "gmail.com")) ((")x"
    R"x( "MISSING_DOMAIN")) NIL NIL NIL "<)x";

constexpr std::size_t shortest_match = 4;
constexpr std::size_t hash_bits = 12;
constexpr std::size_t largest_window = 60000;  // positions are 16 bit
constexpr std::uint16_t no_position = 0xFFFF;

std::uint32_t load32(const char* p) noexcept {
    std::uint32_t v = 0;
    std::memcpy(&v, p, 4);
    return v;
}
std::size_t hash_of(const char* p) noexcept {
    return (load32(p) * 2654435761U) >> (32 - hash_bits);
}

using PositionTable = std::array<std::uint16_t, std::size_t{1} << hash_bits>;

PositionTable dictionary_positions() {
    PositionTable table;
    table.fill(no_position);
    for (std::size_t i = 0; i + shortest_match <= dictionary.size(); ++i) {
        table[hash_of(dictionary.data() + i)] = static_cast<std::uint16_t>(i);
    }
    return table;
}

constexpr std::uint64_t extended = 15;

void put_head(std::uint64_t literals, std::uint64_t match, std::string& out) {
    out += static_cast<char>(std::min(literals, extended) << 4 | std::min(match, extended));
    if (literals >= extended) put_varint(literals - extended, out);
    if (match >= extended) put_varint(match - extended, out);
}

void put_literals(std::string_view text, std::string& out) {
    put_head(text.size(), 0, out);
    out.append(text);
}

std::size_t common_prefix(const char* a, const char* b, std::size_t limit) noexcept {
    std::size_t n = 0;
    while (n < limit && a[n] == b[n]) ++n;
    return n;
}

}  // namespace

void pack(std::string_view text, std::string_view window, std::string& out) {
    static const PositionTable initial = dictionary_positions();
    if (dictionary.size() + window.size() + text.size() > largest_window) return put_literals(text, out);

    std::string all;
    all.reserve(dictionary.size() + window.size() + text.size());
    all.append(dictionary).append(window).append(text);
    PositionTable table = initial;
    const std::size_t begin = dictionary.size() + window.size();
    const char* const data = all.data();
    for (std::size_t i = dictionary.size(); i + shortest_match <= begin; ++i) {
        table[hash_of(data + i)] = static_cast<std::uint16_t>(i);
    }

    std::size_t literals = begin;  // first octet not written yet
    std::size_t i = begin;
    while (i + shortest_match <= all.size()) {
        std::uint16_t& slot = table[hash_of(data + i)];
        const std::size_t source = slot;
        slot = static_cast<std::uint16_t>(i);
        if (source == no_position || load32(data + source) != load32(data + i)) {
            ++i;
            continue;
        }
        const std::size_t segment_end =
            source < dictionary.size() ? dictionary.size() : (source < begin ? begin : i);
        const std::size_t length =
            common_prefix(data + source, data + i, std::min(segment_end - source, all.size() - i));
        if (length < shortest_match) {
            ++i;
            continue;
        }
        put_head(i - literals, length - shortest_match, out);
        out.append(data + literals, i - literals);
        put_varint(source, out);
        for (std::size_t k = i + 1; k < i + length && k + shortest_match <= all.size(); ++k) {
            table[hash_of(data + k)] = static_cast<std::uint16_t>(k);
        }
        i += length;
        literals = i;
    }
    if (literals < all.size()) put_literals({data + literals, all.size() - literals}, out);
}

bool unpack(std::string_view packed, std::string_view window, std::size_t size, std::string& out) {
    const std::size_t begin = out.size();
    const std::size_t output_base = dictionary.size() + window.size();
    PackedReader in(packed);
    const auto fail = [&] {
        out.resize(begin);
        return false;
    };
    while (out.size() - begin < size) {
        const std::uint8_t head = in.byte();
        const std::uint64_t literal_count = (head >> 4) + (head >> 4 == extended ? in.varint() : 0);
        const std::uint64_t length =
            (head & 15) + ((head & 15) == extended ? in.varint() : 0) + shortest_match;
        const std::string_view literals = in.bytes(literal_count);
        if (!in.ok() || literals.size() > size - (out.size() - begin)) return fail();
        out.append(literals);
        if (out.size() - begin == size) break;
        const std::uint64_t source = in.varint();
        const std::size_t done = out.size() - begin;
        if (!in.ok() || length > size - done) return fail();
        std::string_view from;
        std::uint64_t offset = source;
        if (source < dictionary.size()) {
            from = dictionary;
        } else if (source < output_base) {
            from = window;
            offset -= dictionary.size();
        } else {
            offset -= output_base;
            if (offset > done || length > done - offset) return fail();
            out.reserve(out.size() + length);  // so that the source does not move
            out.append(out, begin + offset, length);
            continue;
        }
        if (length > from.size() - offset) return fail();
        out.append(from.substr(offset, length));
    }
    return in.at_end();
}

}  // namespace postern::mime

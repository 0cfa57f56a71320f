#include "mime/utf8.hpp"

#include <cstring>

#include "postern/mime/decode.hpp"

namespace postern::mime {

std::size_t find_non_ascii(std::string_view s, std::size_t i) noexcept {
    for (; i + 8 <= s.size(); i += 8) {
        std::uint64_t chunk = 0;
        std::memcpy(&chunk, s.data() + i, 8);
        if (chunk & 0x8080808080808080U) break;
    }
    while (i < s.size() && static_cast<unsigned char>(s[i]) < 128) ++i;
    return i;
}

Utf8Step decode_utf8(std::string_view s, std::size_t i) noexcept {
    const auto at = [&](std::size_t k) {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(s[k]));
    };
    const std::uint32_t lead = at(i);
    if (lead < 0x80) return {lead, 1, true, false};
    std::size_t length = 2;
    std::uint32_t low = 0x80, high = 0xBF, value = lead & 0x1F;
    if (lead >= 0xC2 && lead <= 0xDF) {
        length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
        length = 3;
        value = lead & 0x0F;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
        length = 4;
        value = lead & 0x07;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    } else {
        return {0, 1, false, false};
    }
    for (std::size_t k = 1; k < length; ++k) {
        if (i + k >= s.size()) return {0, static_cast<std::uint8_t>(k), false, true};
        const std::uint32_t c = at(i + k);
        if (c < low || c > high) return {0, static_cast<std::uint8_t>(k), false, false};
        low = 0x80;
        high = 0xBF;
        value = value << 6 | (c & 0x3F);
    }
    return {value, static_cast<std::uint8_t>(length), true, false};
}

void append_code_point(std::uint32_t c, std::string& out) {
    const auto put = [&](std::uint32_t v) { out += static_cast<char>(v); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6), put(0x80 | (c & 0x3F));
    } else if (c >= 0xD800 && c <= 0xDFFF) {
        out += replacement_utf8;
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12), put(0x80 | (c >> 6 & 0x3F)), put(0x80 | (c & 0x3F));
    } else if (c <= 0x10FFFF) {
        put(0xF0 | c >> 18), put(0x80 | (c >> 12 & 0x3F)), put(0x80 | (c >> 6 & 0x3F)),
            put(0x80 | (c & 0x3F));
    } else {
        out += replacement_utf8;
    }
}

std::size_t append_valid_utf8(std::string_view text, bool last, std::string& out) {
    std::size_t i = 0, done = 0;
    while ((i = find_non_ascii(text, i)) < text.size()) {
        const Utf8Step step = decode_utf8(text, i);
        if (!step.valid) {
            out.append(text.substr(done, i - done));
            if (step.incomplete && !last) return i;
            out += replacement_utf8;
            done = i + step.length;
        }
        i += step.length;
    }
    out.append(text.substr(done));
    return text.size();
}

std::string_view cut_utf8(std::string_view text, std::size_t octets) noexcept {
    if (text.size() <= octets) return text;
    while (octets > 0 && (static_cast<unsigned char>(text[octets]) & 0xC0) == 0x80) --octets;
    return text.substr(0, octets);
}

bool is_ascii(std::string_view text) noexcept {
    return find_non_ascii(text, 0) == text.size();
}

bool is_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; (i = find_non_ascii(text, i)) < text.size();) {
        const Utf8Step step = decode_utf8(text, i);
        if (!step.valid) return false;
        i += step.length;
    }
    return true;
}

}  // namespace postern::mime

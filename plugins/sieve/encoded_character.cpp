// encoded-character (RFC 5228 section 2.4.2.4): ${hex:40} and ${unicode:40}
#include "base.hpp"

namespace postern::sieve {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void append_utf8_of(std::uint32_t code, std::string& out) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | code >> 6);
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        out += static_cast<char>(0xe0 | code >> 12);
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += static_cast<char>(0xf0 | code >> 18);
        out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
        out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    }
}

/// Hexadecimal numbers between blanks; nothing if it is anything else.
std::optional<std::vector<std::uint32_t>> numbers(std::string_view text, std::size_t most_digits) {
    std::vector<std::uint32_t> out;
    std::size_t digits = 0;
    for (const char c : text) {
        if (is_blank(c)) {
            digits = 0;
            continue;
        }
        const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool digit = lower >= '0' && lower <= '9';
        if (!digit && !(lower >= 'a' && lower <= 'f')) return std::nullopt;
        if (digits++ == 0) out.push_back(0);
        if (digits > most_digits) return std::nullopt;
        out.back() = out.back() * 16 + static_cast<std::uint32_t>(digit ? lower - '0' : lower - 'a' + 10);
    }
    if (out.empty()) return std::nullopt;
    return out;
}

class EncodedCharacter final : public StringSyntax {
public:
    std::string_view capability() const override { return "encoded-character"; }
    int order() const override { return 0; }

    std::string rewrite(Compiler& compiler, const Place& place, std::string text) override {
        std::string out;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length =
                text.compare(at, 2, "${") == 0 ? decode(compiler, place, text, at, out) : 0;
            if (length == 0) out += text[at];
            at += length == 0 ? 1 : length;
        }
        return out;
    }

private:
    /// Length of the sequence at `at`, whose octets are appended; 0 if it is none and stays as it is.
    static std::size_t decode(Compiler& compiler, const Place& place, const std::string& text, std::size_t at,
                              std::string& out) {
        const std::size_t end = text.find('}', at);
        const std::size_t colon = text.find(':', at);
        if (end == std::string::npos || colon == std::string::npos || colon > end) return 0;
        const std::string name = to_lower(std::string_view(text).substr(at + 2, colon - at - 2));
        const bool hex = name == "hex";
        if (!hex && name != "unicode") return 0;
        const auto codes = numbers(std::string_view(text).substr(colon + 1, end - colon - 1), hex ? 2 : 6);
        if (!codes) return 0;
        for (const std::uint32_t code : *codes) {
            if (hex) {
                out += static_cast<char>(code);
            } else if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
                compiler.fail(place, "${unicode:...} has a number that is no character");
            } else {
                append_utf8_of(code, out);
            }
        }
        return end + 1 - at;
    }
};

}  // namespace

void add_encoded_character(Pieces& pieces) {
    pieces.capability("encoded-character");
    pieces.piece<StringSyntax>("encoded-character", std::make_unique<EncodedCharacter>());
}

}  // namespace postern::sieve

// Encoded-words in header values (RFC 2047), read as leniently as users expect: anywhere in the text, of any length, with
// characters split over words.
#include "mime/ascii.hpp"
#include "mime/utf8.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

/// "=?charset*language?B?text?=" taken apart.
struct EncodedWord {
    std::string_view charset;
    bool base64 = false;
    std::string_view text;
    std::size_t end = 0;  ///< index after "?="
};

constexpr std::size_t longest_charset = 80;

/// Reads an encoded-word at s[i], which holds "=?". False if it is none.
bool read_word(std::string_view s, std::size_t i, EncodedWord& word) {
    const std::string_view head = s.substr(i + 2, longest_charset);
    const std::size_t mark = head.find('?');
    if (mark == std::string_view::npos || mark == 0) return false;
    word.charset = head.substr(0, mark);
    if (word.charset.find_first_of(" \t=") != std::string_view::npos) return false;
    word.charset = word.charset.substr(0, word.charset.find('*'));  // RFC 2231 section 5
    std::size_t k = i + 2 + mark + 1;
    if (k + 1 >= s.size() || s[k + 1] != '?') return false;
    const char encoding = to_lower(s[k]);
    if (encoding != 'b' && encoding != 'q') return false;
    word.base64 = encoding == 'b';
    k += 2;
    const std::size_t end = s.find('?', k);
    if (end == std::string_view::npos || end + 1 >= s.size() || s[end + 1] != '=') return false;
    word.text = s.substr(k, end - k);
    word.end = end + 2;
    return true;
}

void append_q(std::string_view text, std::string& out) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '_') {
            out += ' ';
        } else if (text[i] == '=' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 &&
                   hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += text[i];
        }
    }
}

void append_b(std::string_view text, std::string& out) {
    TransferDecoder decoder(Encoding::base64);
    decoder.feed(text, out);
    decoder.finish(out);
}

/// Text outside of encoded-words: 8-bit octets are UTF-8 where that is valid.
void append_plain(std::string_view text, std::string& out) {
    if (is_utf8(text)) {
        out.append(text);
    } else {
        append_utf8("windows-1252", text, out);
    }
}

bool is_all_blank(std::string_view s) noexcept {
    return trim_left(s).empty();
}

void append_decoded(std::string_view s, std::string& out) {
    std::string octets;        // of the words read so far, all of `charset`
    std::string_view charset;  // of the words read so far
    bool after_word = false;
    const auto flush = [&] {
        if (after_word) append_utf8(charset, octets, out);
        octets.clear();
    };
    std::size_t done = 0;
    for (std::size_t i = s.find("=?"); i != std::string_view::npos; i = s.find("=?", i)) {
        EncodedWord word;
        if (!read_word(s, i, word)) {
            i += 2;
            continue;
        }
        const std::string_view between = s.substr(done, i - done);
        const bool adjacent = after_word && is_all_blank(between);
        if (!adjacent || !equal_ascii_nocase(charset, word.charset)) {
            flush();
            if (!adjacent) append_plain(between, out);
            charset = word.charset;
        }
        if (word.base64) {
            append_b(word.text, octets);
        } else {
            append_q(word.text, octets);
        }
        after_word = true;
        i = done = word.end;
    }
    flush();
    append_plain(s.substr(done), out);
}

}  // namespace

void append_decoded_header(std::string_view value, std::string& out) {
    const bool folded = value.find('\n') != std::string_view::npos;
    if (!folded && value.find("=?") == std::string_view::npos && is_utf8(value)) {
        const std::size_t begin = out.size();
        out.append(value);
        for (std::size_t i = begin; i < out.size(); ++i) {
            if (out[i] == '\r' || out[i] == '\0') out[i] = ' ';
        }
        return;
    }
    std::string unfolded;
    if (folded) {
        append_unfolded(value, unfolded);
        value = unfolded;
    }
    const std::size_t begin = out.size();
    append_decoded(value, out);
    for (std::size_t i = begin; i < out.size(); ++i) {
        if (out[i] == '\r' || out[i] == '\n' || out[i] == '\0') out[i] = ' ';
    }
}

std::string decode_header(std::string_view value) {
    std::string out;
    append_decoded_header(value, out);
    return out;
}

}  // namespace postern::mime

// base64 and quoted-printable, decoded in pieces (RFC 2045 section 6.7 and 6.8).
#include <array>

#include "mime/ascii.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

constexpr std::uint8_t not_base64 = 64, padding = 65, blank = 66;

constexpr auto base64_table = [] {
    std::array<std::uint8_t, 256> t{};
    t.fill(not_base64);
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i)
        t[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    t['='] = padding;
    for (const char c : {' ', '\t', '\r', '\n'}) t[static_cast<unsigned char>(c)] = blank;
    return t;
}();

constexpr std::uint8_t value_of(char c) noexcept {
    return base64_table[static_cast<unsigned char>(c)];
}

}  // namespace

void TransferDecoder::feed(std::string_view input, std::string& out) {
    switch (encoding_) {
        case Encoding::base64:
            return feed_base64(input, out);
        case Encoding::quoted_printable:
            return feed_quoted_printable(input, out);
        default:
            out.append(input);
    }
}

void TransferDecoder::feed_base64(std::string_view input, std::string& out) {
    // Room for all, then written without checks.
    const std::size_t begin = out.size();
    out.resize(begin + input.size() / 4 * 3 + 6);
    char* to = out.data() + begin;
    const char* p = input.data();
    const char* const end = p + input.size();
    while (p < end) {
        if (pending_count_ == 0) {
            while (end - p >= 4) {
                const std::uint32_t a = value_of(p[0]), b = value_of(p[1]), c = value_of(p[2]),
                                    d = value_of(p[3]);
                if ((a | b | c | d) >= 64) break;
                const std::uint32_t bits = a << 18 | b << 12 | c << 6 | d;
                *to++ = static_cast<char>(bits >> 16);
                *to++ = static_cast<char>(bits >> 8);
                *to++ = static_cast<char>(bits);
                p += 4;
            }
            if (p == end) break;
        }
        const std::uint8_t v = value_of(*p++);
        if (v < 64) {
            pending_bits_ = pending_bits_ << 6 | v;
            if (++pending_count_ == 4) {
                *to++ = static_cast<char>(pending_bits_ >> 16);
                *to++ = static_cast<char>(pending_bits_ >> 8);
                *to++ = static_cast<char>(pending_bits_);
                pending_count_ = 0;
                pending_bits_ = 0;
            }
        } else if (v == padding) {
            // Ends this quantum; what follows may be another stream, as when encoded pieces were concatenated.
            if (pending_count_ >= 2)
                *to++ = static_cast<char>(pending_bits_ >> (pending_count_ == 3 ? 10 : 4));
            if (pending_count_ == 3) *to++ = static_cast<char>(pending_bits_ >> 2);
            if (pending_count_ == 1) damaged_ = true;
            pending_count_ = 0;
            pending_bits_ = 0;
        } else if (v == not_base64) {
            damaged_ = true;
        }
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
}

// One octet in each mode. Returns false if the octet is to be looked at again in text mode.
bool TransferDecoder::step_quoted_printable(char c, std::string& out) {
    const auto flush = [&] {
        out.append(pending_);
        pending_.clear();
        mode_ = QpMode::text;
        return false;
    };
    const auto drop = [&](std::string_view instead) {
        pending_.clear();
        out.append(instead);
        mode_ = QpMode::text;
        return true;
    };
    const auto hold = [&](QpMode mode) {
        pending_ += c;
        mode_ = mode;
        return true;
    };
    switch (mode_) {
        case QpMode::blanks:  // dropped at the end of a line
            if (is_blank(c)) return hold(QpMode::blanks);
            if (c == '\n') return drop("\n");
            return c == '\r' ? hold(QpMode::blanks_cr) : flush();
        case QpMode::blanks_cr:
            return c == '\n' ? drop("\r\n") : flush();
        case QpMode::equals:
            if (hex_value(c) >= 0) return hold(QpMode::hex);
            [[fallthrough]];
        case QpMode::equals_blanks:
            if (is_blank(c)) return hold(QpMode::equals_blanks);
            if (c == '\r') return hold(QpMode::equals_cr);
            [[fallthrough]];
        case QpMode::equals_cr:
            if (c == '\n') return drop({});  // soft line break
            damaged_ = true;
            return flush();
        case QpMode::hex:
            if (hex_value(c) >= 0) {
                const char decoded = static_cast<char>(hex_value(pending_[1]) * 16 + hex_value(c));
                return drop({&decoded, 1});
            }
            damaged_ = true;
            return flush();
        case QpMode::text:
            break;
    }
    return false;
}

void TransferDecoder::feed_quoted_printable(std::string_view input, std::string& out) {
    std::size_t i = 0;
    while (i < input.size()) {
        if (mode_ != QpMode::text) {
            if (step_quoted_printable(input[i], out)) ++i;
            continue;
        }
        const std::size_t begin = i;
        while (i < input.size() && input[i] != '=' &&
               !(is_blank(input[i]) && (i + 1 == input.size() || is_space(input[i + 1])))) {
            ++i;
        }
        out.append(input.substr(begin, i - begin));
        if (i == input.size()) return;
        if (input[i] == '=' && input.size() - i >= 3 && hex_value(input[i + 1]) >= 0 &&
            hex_value(input[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(input[i + 1]) * 16 + hex_value(input[i + 2]));
            i += 3;
            continue;
        }
        pending_ = input[i];
        mode_ = input[i] == '=' ? QpMode::equals : QpMode::blanks;
        ++i;
    }
}

void TransferDecoder::finish(std::string& out) {
    // The end counts as the end of a line: held blanks and a soft line break vanish.
    if (mode_ == QpMode::hex) {
        damaged_ = true;
        out.append(pending_);
    } else if (mode_ == QpMode::blanks_cr) {
        out += '\r';
    }
    mode_ = QpMode::text;
    pending_.clear();
    if (pending_count_ == 0) return;
    damaged_ = true;
    if (pending_count_ >= 2) out += static_cast<char>(pending_bits_ >> (pending_count_ == 3 ? 10 : 4));
    if (pending_count_ == 3) out += static_cast<char>(pending_bits_ >> 2);
    pending_count_ = 0;
    pending_bits_ = 0;
}

std::string decode_transfer(Encoding encoding, std::string_view body) {
    std::string out;
    TransferDecoder decoder(encoding);
    decoder.feed(body, out);
    decoder.finish(out);
    return out;
}

}  // namespace postern::mime

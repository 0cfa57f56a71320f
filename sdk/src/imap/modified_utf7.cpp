#include "postern/imap/modified_utf7.hpp"

#include <array>
#include <cstdint>

#include "mime/utf8.hpp"

namespace postern::imap {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

constexpr std::array<std::int8_t, 256> make_values() {
    std::array<std::int8_t, 256> out{};
    for (auto& v : out) v = -1;
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        out[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return out;
}
constexpr auto values = make_values();

bool is_direct(unsigned char c) {
    return c >= 0x20 && c <= 0x7e;
}

/// UTF-16 units in, modified base64 out.
class Base64Writer {
public:
    explicit Base64Writer(std::string& out) : out_(out) {}
    void unit(std::uint32_t u) {
        bits_ = (bits_ << 16) | u;
        count_ += 16;
        for (; count_ >= 6; count_ -= 6) out_ += alphabet[(bits_ >> (count_ - 6)) & 0x3f];
    }
    void finish() {
        if (count_ > 0) out_ += alphabet[(bits_ << (6 - count_)) & 0x3f];
    }

private:
    std::string& out_;
    std::uint64_t bits_ = 0;
    unsigned count_ = 0;
};

/// The octets between "&" and "-" as UTF-16, appended as UTF-8. Structural errors only; the canonical form is checked
/// by encoding again.
bool decode_shifted(std::string_view base64, std::string& out) {
    std::uint32_t bits = 0;
    unsigned count = 0;
    std::uint32_t high = 0;
    for (const char c : base64) {
        const int v = values[static_cast<unsigned char>(c)];
        if (v < 0) return false;
        bits = (bits << 6) | static_cast<unsigned>(v);
        count += 6;
        if (count < 16) continue;
        count -= 16;
        const std::uint32_t unit = (bits >> count) & 0xffff;
        if (unit >= 0xdc00 && unit < 0xe000) {
            if (high == 0) return false;
            mime::append_code_point(0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00), out);
            high = 0;
        } else if (high != 0) {
            return false;
        } else if (unit >= 0xd800 && unit < 0xdc00) {
            high = unit;
        } else {
            mime::append_code_point(unit, out);
        }
    }
    return high == 0;
}

}  // namespace

std::optional<std::string> decode_modified_utf7(std::string_view name) {
    std::string out;
    out.reserve(name.size());
    bool shifted = false;
    for (std::size_t i = 0; i < name.size(); ++i) {
        if (!is_direct(static_cast<unsigned char>(name[i]))) return std::nullopt;
        if (name[i] != '&') {
            out += name[i];
            continue;
        }
        const std::size_t end = name.find('-', i);
        if (end == std::string_view::npos) return std::nullopt;
        if (end == i + 1) {
            out += '&';
        } else if (!decode_shifted(name.substr(i + 1, end - i - 1), out)) {
            return std::nullopt;
        } else {
            shifted = true;
        }
        i = end;
    }
    // One mailbox has one name: what another encoder could write differently is refused.
    if (shifted && encode_modified_utf7(out) != name) return std::nullopt;
    return out;
}

std::optional<std::string> encode_modified_utf7(std::string_view utf8) {
    std::string out;
    out.reserve(utf8.size() + 8);
    std::size_t i = 0;
    while (i < utf8.size()) {
        if (is_direct(static_cast<unsigned char>(utf8[i]))) {
            out += utf8[i];
            if (utf8[i++] == '&') out += '-';
            continue;
        }
        out += '&';
        Base64Writer writer(out);
        while (i < utf8.size() && !is_direct(static_cast<unsigned char>(utf8[i]))) {
            const mime::Utf8Step step = mime::decode_utf8(utf8, i);
            if (!step.valid) return std::nullopt;
            i += step.length;
            const std::uint32_t c = step.code_point;
            if (c < 0x10000) {
                writer.unit(c);
            } else {
                writer.unit(0xd800 + ((c - 0x10000) >> 10));
                writer.unit(0xdc00 + ((c - 0x10000) & 0x3ff));
            }
        }
        writer.finish();
        out += '-';
    }
    return out;
}

}  // namespace postern::imap

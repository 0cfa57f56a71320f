// Previews (RFC 8970 section 3.3).
#include <array>

#include "mime/ascii.hpp"
#include "mime/html_text.hpp"
#include "mime/utf8.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/text.hpp"

namespace postern::mime {

namespace {

constexpr std::size_t longest_preview = 200;  // characters
// Octets of an encoded body that are looked at, in turn. HTML begins with style sheets.
constexpr std::array<std::size_t, 2> plain_octets = {1024, 8192};
constexpr std::array<std::size_t, 2> html_octets = {4096, 131072};
constexpr std::size_t readable_octets = 2048;  // of readable text that are enough for a preview

/// Collects characters, white space collapsed, up to the limit.
class PreviewText {
public:
    bool full() const noexcept { return characters_ >= longest_preview; }

    void append(std::string_view text) {
        for (std::size_t i = 0; i < text.size() && !full();) {
            const Utf8Step step = decode_utf8(text, i);
            const std::string_view octets = text.substr(i, step.length);
            i += step.length;
            if (step.valid && is_gap(step.code_point)) {
                gap_ = !out_.empty();
            } else if (!is_invisible(step.code_point)) {
                put(step.valid ? octets : replacement_utf8);
            }
        }
        gap_ = !out_.empty();  // pieces are lines
    }

    std::string take() { return std::move(out_); }

private:
    static bool is_gap(std::uint32_t c) noexcept {
        return c <= 32 || c == 0x7F || (c >= 0x80 && c < 0xA1) || (c >= 0x2000 && c <= 0x200A) ||
               c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
    }
    /// Marketing mail pads its hidden preview lines with these.
    static bool is_invisible(std::uint32_t c) noexcept {
        return c == 0x200B || c == 0x200C || c == 0xFEFF || c == 0x034F || c == 0xAD || c == 0x2060;
    }
    void put(std::string_view octets) {
        if (gap_ && characters_ + 1 < longest_preview) out_ += ' ', ++characters_;
        gap_ = false;
        out_.append(octets);
        ++characters_;
    }

    std::string out_;
    std::size_t characters_ = 0;
    bool gap_ = false;
};

std::string decoded_beginning(const Message& message, const Part& part, std::size_t octets) {
    TransferDecoder transfer(part.encoding);
    CharsetDecoder charset(decode_parameter(message.parameters_of(part), "charset"));
    std::string raw, text;
    const std::string_view body = message.body(part);
    transfer.feed(body.substr(0, octets), raw);
    if (body.size() <= octets) transfer.finish(raw);
    charset.feed(raw, text);
    if (body.size() <= octets) charset.finish(text);
    return text;
}

/// Lines up to the signature; without quoted lines if anything is left then.
std::string plain_preview(std::string_view text, bool& full) {
    PreviewText own, all;
    while (!text.empty() && !own.full()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = trim(text.substr(0, end));
        const bool signature = text.starts_with("-- \n") || text.starts_with("-- \r\n");
        text.remove_prefix(end);
        if (signature) break;
        if (!line.starts_with('>')) own.append(line);
        if (!all.full()) all.append(line);
    }
    full = own.full();
    std::string preview = own.take();
    return preview.empty() ? all.take() : preview;
}

std::string html_preview(std::string_view html, bool& full) {
    std::string text;
    append_html_text(html, readable_octets, text);
    PreviewText preview;
    preview.append(text);
    full = preview.full();
    return preview.take();
}

/// Preview of one part. Looks at its beginning first, at more only if that was not enough.
std::string part_preview(const Message& message, const Part& part, bool html) {
    std::string found;
    for (const std::size_t octets : html ? html_octets : plain_octets) {
        const std::string text = decoded_beginning(message, part, octets);
        bool full = false;
        found = html ? html_preview(text, full) : plain_preview(text, full);
        if (full || octets >= part.body_end - part.body_begin) break;
    }
    return found;
}

}  // namespace

std::string preview(const Message& message) {
    if (message.root().is("multipart", "encrypted")) return {};
    for (const bool html : {false, true}) {
        for (const Part& part : message.parts) {
            if (!part.is_text() || equal_ascii_nocase(part.disposition, "attachment")) continue;
            if (equal_ascii_nocase(part.subtype, "html") != html) continue;
            if (!html && !equal_ascii_nocase(part.subtype, "plain") && part.has_type) continue;
            std::string found = part_preview(message, part, html);
            if (!found.empty()) return found;
        }
    }
    return {};
}

}  // namespace postern::mime

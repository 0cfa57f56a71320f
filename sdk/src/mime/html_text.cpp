#include "mime/html_text.hpp"

#include "mime/ascii.hpp"
#include "mime/utf8.hpp"
#include "postern/mime/header.hpp"

namespace postern::mime {

namespace {

struct NamedReference {
    std::string_view name;
    std::uint32_t code_point;
};
constexpr NamedReference references[] = {
    {"amp", '&'},      {"lt", '<'},       {"gt", '>'},        {"quot", '"'},     {"apos", '\''},
    {"nbsp", ' '},     {"auml", 0xE4},    {"ouml", 0xF6},     {"uuml", 0xFC},    {"Auml", 0xC4},
    {"Ouml", 0xD6},    {"Uuml", 0xDC},    {"szlig", 0xDF},    {"eacute", 0xE9},  {"egrave", 0xE8},
    {"agrave", 0xE0},  {"ccedil", 0xE7},  {"euro", 0x20AC},   {"copy", 0xA9},    {"reg", 0xAE},
    {"trade", 0x2122}, {"ndash", 0x2013}, {"mdash", 0x2014},  {"lsquo", 0x2018}, {"rsquo", 0x2019},
    {"ldquo", 0x201C}, {"rdquo", 0x201D}, {"hellip", 0x2026}, {"bull", 0x2022},  {"middot", 0xB7},
    {"laquo", 0xAB},   {"raquo", 0xBB},   {"zwnj", ' '},      {"shy", 0xAD}};

/// Elements whose content is not text for a reader.
constexpr std::string_view hidden_elements[] = {"style", "script", "title", "head"};

class HtmlReader {
public:
    HtmlReader(std::string_view html, std::size_t limit, std::string& out)
        : s_(html), limit_(limit), out_(out) {}

    void run() {
        const std::size_t begin = out_.size();
        while (i_ < s_.size() && out_.size() - begin < limit_) {
            if (s_[i_] == '<') {
                read_tag();
            } else if (s_[i_] == '&') {
                read_reference();
            } else {
                out_ += s_[i_++];
            }
        }
    }

private:
    void read_tag() {
        if (s_.substr(i_).starts_with("<!--")) return skip_past("-->");
        std::size_t k = i_ + 1;
        const bool closing = k < s_.size() && s_[k] == '/';
        if (closing) ++k;
        if (k >= s_.size() || !(is_alpha(s_[k]) || s_[k] == '!' || s_[k] == '?')) {
            out_ += s_[i_++];  // a lone "<"
            return;
        }
        const std::size_t begin = k;
        while (k < s_.size() && (is_alpha(s_[k]) || is_digit(s_[k]))) ++k;
        const std::string_view name = s_.substr(begin, k - begin);
        skip_past(">");
        if (name.size() < 2 || !(is_inline(name))) out_ += ' ';
        if (closing) return;
        for (const std::string_view hidden : hidden_elements) {
            if (equal_ascii_nocase(name, hidden)) skip_element(hidden);
        }
    }

    static bool is_inline(std::string_view name) noexcept {
        for (const std::string_view n : {"span", "font", "strong", "em", "sup", "sub", "small", "big"}) {
            if (equal_ascii_nocase(n, name)) return true;
        }
        return false;
    }

    void skip_past(std::string_view what) {
        const std::size_t at = s_.find(what, i_);
        i_ = at == std::string_view::npos ? s_.size() : at + what.size();
    }

    /// Up to "</name"; the tag itself is read next.
    void skip_element(std::string_view name) {
        for (std::size_t at = s_.find("</", i_); at != std::string_view::npos; at = s_.find("</", at + 2)) {
            if (equal_ascii_nocase(s_.substr(at + 2, name.size()), name)) {
                i_ = at;
                return;
            }
        }
        i_ = s_.size();
    }

    void read_reference() {
        constexpr std::size_t longest = 10;
        const std::string_view rest = s_.substr(i_ + 1, longest);
        const std::size_t end = rest.find(';');
        if (end == std::string_view::npos || end == 0) {
            out_ += s_[i_++];
            return;
        }
        const std::string_view name = rest.substr(0, end);
        const std::uint32_t c = name[0] == '#' ? number(name.substr(1)) : named(name);
        if (c == 0) {
            out_ += s_[i_++];
            return;
        }
        append_code_point(c, out_);
        i_ += end + 2;
    }

    static std::uint32_t number(std::string_view digits) noexcept {
        const bool hex = !digits.empty() && to_lower(digits[0]) == 'x';
        if (hex) digits.remove_prefix(1);
        std::uint32_t value = 0;
        for (const char c : digits) {
            const int v = hex ? hex_value(c) : (is_digit(c) ? c - '0' : -1);
            if (v < 0 || value > 0x10FFFF) return 0;
            value = value * (hex ? 16 : 10) + static_cast<std::uint32_t>(v);
        }
        return value;
    }

    static std::uint32_t named(std::string_view name) noexcept {
        for (const NamedReference& r : references) {
            if (r.name == name) return r.code_point;
        }
        return 0;
    }

    std::string_view s_;
    std::size_t limit_;
    std::string& out_;
    std::size_t i_ = 0;
};

}  // namespace

void append_html_text(std::string_view html, std::size_t limit, std::string& out) {
    HtmlReader(html, limit, out).run();
}

}  // namespace postern::mime

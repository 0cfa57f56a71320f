// Charsets to UTF-8, by ICU where UTF-8 and ASCII do not suffice.
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "mime/ascii.hpp"
#include "mime/utf8.hpp"
#include "postern/mime/decode.hpp"

namespace postern::mime {

namespace {

constexpr std::size_t longest_name = 60;

struct ConverterCloser {
    void operator()(UConverter* c) const noexcept { ucnv_close(c); }
};
using Converter = std::unique_ptr<UConverter, ConverterCloser>;

/// What mail calls a charset and what it means in practice: senders label text with the subset's name.
struct Alias {
    std::string_view name;
    const char* meaning;
};
constexpr Alias aliases[] = {
    {"iso-8859-1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"gb2312", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"ks_c_5601-1987", "windows-949"},
    {"euc-kr", "windows-949"},
    {"ks_c_5601", "windows-949"},
    {"tis-620", "windows-874"},
    {"iso-8859-8-i", "iso-8859-8"},
    {"cp932", "windows-31j"},
    {"shift_jis", "windows-31j"},
    {"x-sjis", "windows-31j"},
    {"iso-8859-11", "windows-874"},
};

enum class CharsetKind { utf8, fallback, icu };

struct Charset {
    CharsetKind kind = CharsetKind::fallback;
    bool known = false;
    std::string icu_name;
};

/// True if ICU knows the name. Asks its alias table only: a converter of an unknown name would be looked for on disk.
bool icu_knows(const std::string& name) {
    UErrorCode status = U_ZERO_ERROR;
    return ucnv_countAliases(name.c_str(), &status) > 0 && U_SUCCESS(status);
}

Charset find_charset(std::string_view name) {
    name = trim(name);
    Charset c;
    if (name.empty() || name.size() > longest_name) return c;
    if (equal_ascii_nocase(name, "utf-8") || equal_ascii_nocase(name, "utf8")) {
        return {CharsetKind::utf8, true, {}};
    }
    if (equal_ascii_nocase(name, "us-ascii") || equal_ascii_nocase(name, "ascii")) {
        return {CharsetKind::fallback, true, {}};
    }
    for (const Alias& a : aliases) {
        if (equal_ascii_nocase(a.name, name)) return {CharsetKind::icu, true, a.meaning};
    }
    const bool sound = std::ranges::all_of(name, [](char x) {
        return is_digit(x) || is_alpha(x) || x == '-' || x == '_' || x == '.' || x == ':';
    });
    if (!sound) return c;
    c.icu_name = name;
    c.known = icu_knows(c.icu_name);
    if (c.known) c.kind = CharsetKind::icu;
    return c;
}

/// ICU's own substitution gives U+001A in some charsets.
void substitute(const void*, UConverterToUnicodeArgs* args, const char*, std::int32_t,
                UConverterCallbackReason reason, UErrorCode* status) {
    if (reason > UCNV_IRREGULAR) return;  // reset, close, clone: nothing to do
    *status = U_ZERO_ERROR;
    const UChar replacement = 0xFFFD;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, status);
}

Converter open_converter(const char* name) {
    UErrorCode status = U_ZERO_ERROR;
    Converter c(ucnv_open(name, &status));
    if (U_SUCCESS(status)) ucnv_setToUCallBack(c.get(), substitute, nullptr, nullptr, nullptr, &status);
    return U_SUCCESS(status) ? std::move(c) : nullptr;
}

/// A few converters that are not in use, kept by each thread: opening one costs more than converting a header.
class ConverterPool {
public:
    Converter take(const std::string& name) {
        for (Entry& e : entries_) {
            if (e.converter && e.name == name) return std::move(e.converter);
        }
        return open_converter(name.c_str());
    }
    void put_back(std::string name, Converter c) {
        ucnv_reset(c.get());
        Entry& e = entries_[next_++ % entries_.size()];
        e.name = std::move(name);
        e.converter = std::move(c);
    }

private:
    struct Entry {
        std::string name;
        Converter converter;
    };
    std::array<Entry, 8> entries_;
    std::size_t next_ = 0;
};

ConverterPool& pool() {
    thread_local ConverterPool p;
    return p;
}

}  // namespace

struct CharsetDecoder::State {
    Charset charset;
    Converter source;
    Converter target;
    std::string pending;  // an incomplete UTF-8 character
    std::array<UChar, 1024> pivot;
    UChar* pivot_source = pivot.data();
    UChar* pivot_target = pivot.data();

    ~State() {
        if (source) pool().put_back(charset.icu_name, std::move(source));
        if (target) pool().put_back("UTF-8", std::move(target));
    }

    void use_icu(std::string name) {
        charset.icu_name = std::move(name);
        source = pool().take(charset.icu_name);
        target = pool().take("UTF-8");
        charset.kind = source && target ? CharsetKind::icu : CharsetKind::utf8;
    }

    void feed(std::string_view input, bool last, std::string& out) {
        if (charset.kind == CharsetKind::icu) return convert(input, last, out);
        if (!pending.empty()) {
            pending.append(input);
            const std::string joined = std::exchange(pending, {});
            return feed_utf8(joined, last, out);
        }
        feed_utf8(input, last, out);
    }

    void feed_utf8(std::string_view input, bool last, std::string& out) {
        if (charset.kind == CharsetKind::fallback) {
            const std::size_t first = find_non_ascii(input, 0);
            out.append(input.substr(0, first));
            input.remove_prefix(first);
            if (input.empty()) return;
            // The first 8-bit character decides what the text is.
            const Utf8Step step = decode_utf8(input, 0);
            if (step.incomplete && !last) {
                pending = input;
                return;
            }
            if (step.valid) {
                charset.kind = CharsetKind::utf8;
            } else {
                use_icu("windows-1252");
                return feed(input, last, out);
            }
        }
        pending = input.substr(append_valid_utf8(input, last, out));
    }

    void convert(std::string_view input, bool last, std::string& out) {
        const char* from = input.data();
        const char* const from_end = from + input.size();
        std::array<char, 4096> buffer;
        UErrorCode status = U_ZERO_ERROR;
        do {
            status = U_ZERO_ERROR;
            char* to = buffer.data();
            ucnv_convertEx(target.get(), source.get(), &to, to + buffer.size(), &from, from_end, pivot.data(),
                           &pivot_source, &pivot_target, pivot.data() + pivot.size(), false, last, &status);
            out.append(buffer.data(), to);
        } while (status == U_BUFFER_OVERFLOW_ERROR);
    }
};

CharsetDecoder::CharsetDecoder(std::string_view charset) : state_(std::make_unique<State>()) {
    state_->charset = find_charset(charset);
    if (state_->charset.kind == CharsetKind::icu) state_->use_icu(state_->charset.icu_name);
}
CharsetDecoder::~CharsetDecoder() = default;
CharsetDecoder::CharsetDecoder(CharsetDecoder&&) noexcept = default;
CharsetDecoder& CharsetDecoder::operator=(CharsetDecoder&&) noexcept = default;

bool CharsetDecoder::known() const noexcept {
    return state_->charset.known;
}
void CharsetDecoder::feed(std::string_view input, std::string& out) {
    state_->feed(input, false, out);
}
void CharsetDecoder::finish(std::string& out) {
    state_->feed({}, true, out);
}

void append_utf8(std::string_view charset, std::string_view input, std::string& out) {
    if (is_ascii(input) &&
        (charset.empty() || equal_ascii_nocase(charset, "utf-8") || equal_ascii_nocase(charset, "us-ascii") ||
         equal_ascii_nocase(charset, "iso-8859-1"))) {
        out.append(input);
        return;
    }
    CharsetDecoder decoder(charset);
    decoder.feed(input, out);
    decoder.finish(out);
}

bool is_known_charset(std::string_view charset) {
    return find_charset(charset).known;
}

}  // namespace postern::mime

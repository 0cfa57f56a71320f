// Base subject (RFC 5256 section 2.1; grammar in section 5).
#include "mime/ascii.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/sort.hpp"

namespace postern::mime {

namespace {

/// Step 1: tabs become spaces, several become one.
std::string collapse_blanks(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        const char b = c == '\t' ? ' ' : c;
        if (b != ' ' || out.empty() || out.back() != ' ') out += b;
    }
    return out;
}

bool starts_nocase(std::string_view s, std::string_view prefix) noexcept {
    return s.size() >= prefix.size() && equal_ascii_nocase(s.substr(0, prefix.size()), prefix);
}
bool ends_nocase(std::string_view s, std::string_view suffix) noexcept {
    return s.size() >= suffix.size() && equal_ascii_nocase(s.substr(s.size() - suffix.size()), suffix);
}

std::size_t skip_blanks(std::string_view s, std::size_t i) noexcept {
    while (i < s.size() && is_blank(s[i])) ++i;
    return i;
}

/// Index after a subj-blob "[...]" and blanks at i; i if there is none.
std::size_t skip_blob(std::string_view s, std::size_t i) noexcept {
    if (i >= s.size() || s[i] != '[') return i;
    const std::size_t end = s.find_first_of("[]", i + 1);
    if (end == std::string_view::npos || s[end] != ']') return i;
    return skip_blanks(s, end + 1);
}

/// Index after a subj-refwd at i ("Re [list]:"); i if there is none.
std::size_t skip_refwd(std::string_view s, std::size_t i) noexcept {
    std::size_t k = i;
    const std::string_view rest = s.substr(i);
    if (starts_nocase(rest, "re")) {
        k += 2;
    } else if (starts_nocase(rest, "fwd")) {
        k += 3;
    } else if (starts_nocase(rest, "fw")) {
        k += 2;
    } else {
        return i;
    }
    k = skip_blob(s, skip_blanks(s, k));
    return k < s.size() && s[k] == ':' ? k + 1 : i;
}

class SubjectReducer {
public:
    SubjectReducer(std::string_view s, bool& replied) : s_(s), replied_(replied) {}

    std::string_view run() {
        for (;;) {
            remove_trailers();
            remove_leaders();
            // Step 6: "[fwd: subject]" around what is left.
            if (!starts_nocase(s_, "[fwd:") || !s_.ends_with(']')) return s_;
            s_ = s_.substr(5, s_.size() - 6);
            blobs_checked_ = 0;
            replied_ = true;
        }
    }

private:
    // Step 2.
    void remove_trailers() {
        for (;;) {
            while (!s_.empty() && is_blank(s_.back())) s_.remove_suffix(1);
            if (!ends_nocase(s_, "(fwd)")) return;
            s_.remove_suffix(5);
            replied_ = true;
        }
    }

    // Steps 3 to 5. Each round removes something.
    void remove_leaders() {
        while (remove_leader() || remove_blob()) {
        }
    }

    // subj-leader = (*subj-blob subj-refwd) / WSP
    bool remove_leader() {
        if (!s_.empty() && is_blank(s_.front())) {
            drop(1);
            return true;
        }
        if (blobs_checked_ > 0) return false;
        std::size_t i = 0;
        for (std::size_t next = skip_blob(s_, 0); next != i; next = skip_blob(s_, i)) i = next;
        const std::size_t end = skip_refwd(s_, i);
        if (end == i) {
            blobs_checked_ = i;  // no Re: behind these blobs: not to be looked for again from each of them
            return false;
        }
        drop(end);
        replied_ = true;
        return true;
    }

    bool remove_blob() {
        const std::size_t i = skip_blob(s_, 0);
        if (i == 0 || i >= s_.size()) return false;
        drop(i);
        return true;
    }

    void drop(std::size_t count) {
        s_.remove_prefix(count);
        blobs_checked_ -= std::min(blobs_checked_, count);
    }

    std::string_view s_;
    bool& replied_;
    std::size_t blobs_checked_ = 0;
};

}  // namespace

BaseSubject base_subject(std::string_view subject) {
    BaseSubject out;
    const std::string text = collapse_blanks(decode_header(subject));
    out.text = SubjectReducer(text, out.is_reply_or_forward).run();
    return out;
}

}  // namespace postern::mime

// BODYSTRUCTURE and BODY (RFC 3501 section 7.4.2; grammar: "body" in section 9).
#include "mime/ascii.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime {

namespace {

void append_nstring(std::string_view text, std::string& out) {
    if (text.data() == nullptr) {
        out += "NIL";
    } else {
        append_imap_string(text, out);
    }
}

class StructureWriter {
public:
    StructureWriter(const Message& message, const Limits& limits, std::string& out)
        : message_(message), limits_(limits), out_(out) {}

    void body(const Part& part) {
        out_ += '(';
        if (part.kind == PartKind::multipart) {
            multipart(part);
        } else {
            single(part);
        }
        extension(part);
        out_ += ')';
    }

private:
    void multipart(const Part& part) {
        for (std::uint32_t c = part.first_child; c != no_part; c = message_.parts[c].next_sibling) {
            body(message_.parts[c]);
        }
        out_ += ' ';
        append_imap_string(part.subtype, out_);
        out_ += ' ';
        parameters(message_.parameters_of(part));
    }

    void single(const Part& part) {
        const bool text = equal_ascii_nocase(part.type, "text");
        append_imap_string(part.type, out_);
        out_ += ' ';
        append_imap_string(part.subtype, out_);
        out_ += ' ';
        if (text && !part.has_type && !part.opaque && part.parameters_begin == part.parameters_end) {
            out_ += R"(("charset" "us-ascii"))";  // the default of RFC 2045 section 5.2
        } else {
            parameters(message_.parameters_of(part));
        }
        out_ += ' ';
        append_nstring(part.content_id, out_);
        out_ += ' ';
        append_nstring(part.description, out_);
        out_ += ' ';
        append_imap_string(part.encoding_name, out_);
        out_ += ' ';
        out_ += std::to_string(part.body_end - part.body_begin);
        if (part.kind == PartKind::message) {
            const Part& inner = message_.parts[part.first_child];
            out_ += ' ';
            append_envelope(message_, inner, out_, limits_);
            out_ += ' ';
            body(inner);
        }
        if (part.kind == PartKind::message || text) {
            out_ += ' ';
            out_ += std::to_string(part.body_lines);
        }
        out_ += ' ';
        append_nstring(part.md5, out_);
    }

    // Disposition, language, location: common to both forms.
    void extension(const Part& part) {
        out_ += ' ';
        if (part.disposition.data() == nullptr) {
            out_ += "NIL";
        } else {
            out_ += '(';
            append_imap_string(part.disposition, out_);
            out_ += ' ';
            parameters(message_.disposition_parameters_of(part));
            out_ += ')';
        }
        out_ += ' ';
        languages(message_.languages_of(part));
        out_ += ' ';
        append_nstring(part.location, out_);
    }

    void parameters(std::span<const Parameter> list) {
        if (list.empty()) {
            out_ += "NIL";
            return;
        }
        char before = '(';
        for (const Parameter& p : list) {
            out_ += before;
            append_imap_string(p.name, out_);
            out_ += ' ';
            append_imap_string(p.value, out_);
            before = ' ';
        }
        out_ += ')';
    }

    void languages(std::span<const std::string_view> tags) {
        if (tags.empty()) {
            out_ += "NIL";
        } else if (tags.size() == 1) {
            append_imap_string(tags.front(), out_);
        } else {
            char before = '(';
            for (const std::string_view tag : tags) {
                out_ += before;
                append_imap_string(tag, out_);
                before = ' ';
            }
            out_ += ')';
        }
    }

    const Message& message_;
    const Limits& limits_;
    std::string& out_;
};

/// Reads a BODYSTRUCTURE and copies what BODY keeps.
class StructureCutter {
public:
    StructureCutter(std::string_view s, std::string& out) : s_(s), out_(out) {}

    bool run() { return body(0) && i_ == s_.size(); }

private:
    static constexpr int deepest = 1000;

    bool at(char c) const noexcept { return i_ < s_.size() && s_[i_] == c; }
    bool take(char c) {
        if (!at(c)) return false;
        ++i_;
        return true;
    }
    bool copy_char(char c) {
        if (!take(c)) return false;
        out_ += c;
        return true;
    }

    /// Moves over one value: string, list, NIL or number.
    bool skip_value() {
        int depth = 0;
        do {
            if (take('(')) {
                ++depth;
            } else if (take(')')) {
                --depth;
            } else if (at('"')) {
                if (!skip_quoted()) return false;
            } else if (at('{')) {
                if (!skip_literal()) return false;
            } else if (at(' ') && depth > 0) {
                ++i_;
            } else if (!skip_atom()) {
                return false;
            }
        } while (depth > 0);
        return depth == 0;
    }
    bool skip_quoted() {
        for (++i_; i_ < s_.size() && s_[i_] != '"'; ++i_) {
            if (s_[i_] == '\\') ++i_;
        }
        return take('"');
    }
    bool skip_literal() {
        std::size_t size = 0;
        for (++i_; i_ < s_.size() && is_digit(s_[i_]) && size <= s_.size(); ++i_) {
            size = size * 10 + static_cast<std::size_t>(s_[i_] - '0');
        }
        if (!s_.substr(std::min(i_, s_.size())).starts_with("}\r\n")) return false;
        i_ += 3;
        if (size > s_.size() - i_) return false;
        i_ += size;
        return true;
    }
    bool skip_atom() noexcept {
        const std::size_t begin = i_;
        while (i_ < s_.size() && s_[i_] != ' ' && s_[i_] != '(' && s_[i_] != ')') ++i_;
        return i_ > begin;
    }
    bool copy_value() {
        const std::size_t begin = i_;
        if (!skip_value()) return false;
        out_.append(s_.substr(begin, i_ - begin));
        return true;
    }
    bool copy_spaced_value() { return copy_char(' ') && copy_value(); }

    bool body(int depth) {
        if (depth > deepest || !copy_char('(')) return false;
        if (at('(')) {
            while (at('(')) {
                if (!body(depth + 1)) return false;
            }
            if (!copy_spaced_value()) return false;  // subtype
        } else if (!single(depth)) {
            return false;
        }
        while (take(' ')) {  // extension data
            if (!skip_value()) return false;
        }
        return copy_char(')');
    }

    bool single(int depth) {
        const std::size_t begin = i_;
        if (!copy_value() || !copy_spaced_value()) return false;
        const std::string_view media = s_.substr(begin, i_ - begin);
        for (int n = 0; n < 5; ++n) {  // parameters, id, description, encoding, octets
            if (!copy_spaced_value()) return false;
        }
        const std::string_view type = media.substr(0, media.find(' '));
        if (equal_ascii_nocase(type, "\"text\"")) return copy_spaced_value();
        if (!equal_ascii_nocase(media, R"("message" "rfc822")") &&
            !equal_ascii_nocase(media, R"("message" "global")")) {
            return true;
        }
        return copy_spaced_value() && copy_char(' ') && body(depth + 1) && copy_spaced_value();
    }

    std::string_view s_;
    std::string& out_;
    std::size_t i_ = 0;
};

}  // namespace

void append_bodystructure(const Message& message, std::string& out, const Limits& limits) {
    StructureWriter(message, limits, out).body(message.root());
}

bool append_body_of(std::string_view bodystructure, std::string& out) {
    const std::size_t begin = out.size();
    if (StructureCutter(bodystructure, out).run()) return true;
    out.resize(begin);
    return false;
}

}  // namespace postern::mime

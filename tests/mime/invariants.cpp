#include "tests/mime/invariants.hpp"

#include <algorithm>
#include <vector>

#include "postern/mime/decode.hpp"
#include "postern/mime/record.hpp"
#include "postern/mime/sort.hpp"
#include "postern/mime/text.hpp"
#include "postern/mime/wire.hpp"

namespace postern::mime::test {

namespace {

/// A violation, carried to the top. Thrown only in tests.
struct Violation {
    std::string text;
};

void require(bool holds, std::string_view what) {
    if (!holds) throw Violation{std::string(what)};
}

std::uint32_t line_ends(std::string_view s) {
    return static_cast<std::uint32_t>(std::ranges::count(s, '\n'));
}

class ImapValueReader {
public:
    explicit ImapValueReader(std::string_view s) : s_(s) {}
    bool run() { return value(0) && i_ == s_.size(); }
    std::size_t top_level_items() const { return items_; }

private:
    bool value(int depth) {
        if (depth > 500 || i_ >= s_.size()) return false;
        if (s_[i_] == '(') return list(depth);
        if (s_[i_] == '"') return quoted();
        if (s_[i_] == '{') return literal();
        const std::size_t begin = i_;
        while (i_ < s_.size() && s_[i_] != ' ' && s_[i_] != ')' && s_[i_] != '(') ++i_;
        const std::string_view atom = s_.substr(begin, i_ - begin);
        return atom == "NIL" ||
               (!atom.empty() && atom.find_first_not_of("0123456789") == std::string_view::npos);
    }
    bool list(int depth) {
        ++i_;
        for (bool first = true;; first = false) {
            if (i_ < s_.size() && s_[i_] == ')' && !first) break;
            // Lists of addresses and of bodies have no space between elements.
            if (!first && i_ < s_.size() && s_[i_] == ' ') ++i_;
            if (!value(depth + 1)) return false;
            if (depth == 0) ++items_;
        }
        ++i_;
        return true;
    }
    bool quoted() {
        for (++i_; i_ < s_.size() && s_[i_] != '"'; ++i_) {
            const auto u = static_cast<unsigned char>(s_[i_]);
            if (u == 0 || u >= 128 || u == '\r' || u == '\n') return false;
            if (s_[i_] == '\\' && (++i_ >= s_.size() || (s_[i_] != '"' && s_[i_] != '\\'))) return false;
        }
        return i_++ < s_.size();
    }
    bool literal() {
        const std::size_t end = s_.find("}\r\n", i_);
        if (end == std::string_view::npos) return false;
        const std::size_t size = std::stoul(std::string(s_.substr(i_ + 1, end - i_ - 1)));
        i_ = end + 3;
        if (size > s_.size() - i_ || s_.substr(i_, size).find('\0') != std::string_view::npos) return false;
        i_ += size;
        return true;
    }

    std::string_view s_;
    std::size_t i_ = 0, items_ = 0;
};

void check_part(const Message& m, std::uint32_t index) {
    const Part& p = m.parts[index];
    require(p.header_begin <= p.body_begin && p.body_begin <= p.body_end && p.body_end <= m.raw.size(),
            "part offsets");
    require(line_ends(m.header(p)) == p.header_lines, "header lines");
    require(line_ends(m.body(p)) == p.body_lines, "body lines");
    require((p.kind == PartKind::leaf) == (p.first_child == no_part), "only containers have children");
    std::uint32_t count = 0;
    std::uint64_t at = p.body_begin;
    for (std::uint32_t c = p.first_child; c != no_part; c = m.parts[c].next_sibling, ++count) {
        require(c > index && c < m.parts.size(), "child index");
        const Part& child = m.parts[c];
        require(child.parent == index && child.depth == p.depth + 1, "child's parent");
        require(child.header_begin >= at && child.body_end <= p.body_end, "child within its parent");
        if (p.kind == PartKind::message) {
            require(child.header_begin == p.body_begin && child.body_end == p.body_end,
                    "encapsulated message");
        } else {
            const std::string_view gap = m.raw.substr(at, child.header_begin - at);
            require(gap.find("--") != std::string_view::npos &&
                        (gap.ends_with('\n') || child.header_begin == m.raw.size()),
                    "delimiter before a part");
        }
        at = child.body_end;
    }
    require(count == p.child_count, "child count");
    for (const Field& f : m.fields_of(p)) {
        require(f.raw.data() >= m.raw.data() + p.header_begin &&
                    f.raw.data() + f.raw.size() <= m.raw.data() + p.body_begin,
                "field within its header");
    }
}

void check_sections(const Message& m, std::string_view index, std::uint32_t part,
                    std::vector<std::uint32_t>& path, bool as_message) {
    const Part& p = m.parts[part];
    const auto range_is = [&](SectionText text, std::uint64_t begin, std::uint64_t end) {
        const auto found = find_section(index, path, text);
        return found && *found && (*found)->offset == begin && (*found)->length == end - begin;
    };
    if (!as_message) {
        require(range_is(SectionText::whole, p.body_begin, p.body_end), "section of a part");
        require(range_is(SectionText::mime, p.header_begin, p.body_begin), "MIME section");
    }
    if (p.kind == PartKind::message && !as_message) {
        const Part& inner = m.parts[p.first_child];
        require(range_is(SectionText::header, inner.header_begin, inner.body_begin), "HEADER section");
        require(range_is(SectionText::text, inner.body_begin, inner.body_end), "TEXT section");
        return check_sections(m, index, p.first_child, path, true);
    }
    if (p.kind == PartKind::multipart) {
        std::uint32_t number = 0;
        for (std::uint32_t c = p.first_child; c != no_part; c = m.parts[c].next_sibling) {
            path.push_back(++number);
            check_sections(m, index, c, path, false);
            path.pop_back();
        }
        path.push_back(number + 1);
        require(!find_section(index, path, SectionText::whole).value(), "a part too many");
        path.pop_back();
    } else if (as_message) {
        path.push_back(1);
        check_sections(m, index, part, path, false);
        path.pop_back();
    }
}

void check_header_block(std::string_view block) {
    const std::vector<std::string_view> names = {"from", "Subject", "received"};
    std::string only, except, empty_line;
    filter_fields(block, names, FieldFilter::only, only);
    filter_fields(block, names, FieldFilter::except, except);
    filter_fields(block, {}, FieldFilter::only, empty_line);
    require(only.size() + except.size() == block.size() + empty_line.size(), "filters divide the header");
    std::string all;
    filter_fields(block, {}, FieldFilter::except, all);
    require(all == block, "an empty filter changes nothing");
}

void check_text(const Message& m) {
    std::string text;
    append_text(m, TextScope::all, text);
    require(is_utf8(text), "text is UTF-8");
    require(is_utf8(fold(text)), "folded text is UTF-8");
    const std::string shown = preview(m);
    require(is_utf8(shown), "preview is UTF-8");
    const auto characters = std::ranges::count_if(shown, [](char c) { return (c & 0xC0) != 0x80; });
    require(characters <= 200, "preview is short");
    require(shown.find_first_of("\r\n\t") == std::string::npos, "preview is one line");
    for (const Part& p : m.parts) {
        for (const std::string_view name : {"name", "charset"}) {
            require(is_utf8(decode_parameter(m.parameters_of(p), name)), "parameter is UTF-8");
        }
        if (p.kind != PartKind::leaf) continue;
        const std::string_view body = m.body(p);
        TransferDecoder decoder(p.encoding);
        std::string pieces;
        const std::size_t cut = body.size() / 3;
        for (const std::string_view piece :
             {body.substr(0, cut), body.substr(cut, 1), body.substr(std::min(cut + 1, body.size()))}) {
            decoder.feed(piece, pieces);
        }
        decoder.finish(pieces);
        require(pieces == decode_transfer(p.encoding, body), "decoding in pieces");
    }
    for (const Field& f : m.fields_of(m.root())) {
        const std::string value = decode_header(f.value);
        require(is_utf8(value) && value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
                "decoded header");
    }
}

void check_record(const Message& m, const std::string& envelope, const std::string& structure,
                  const std::string& body) {
    const std::string blob = build_record(m);
    const auto opened = RecordView::decode(blob);
    require(opened.has_value(), "record opens");
    const RecordView& r = *opened;
    require(r.size() == m.raw.size() && r.header_length() == m.root().body_begin, "record sizes");
    std::string got;
    require(r.append_envelope(got) && got == envelope, "record envelope");
    got.clear();
    require(r.append_bodystructure(got) && got == structure, "record structure");
    got.clear();
    require(r.append_body(got) && got == body, "record body");
    for (const std::string_view text : {r.base_subject(), r.from_display(), r.to_display(), r.preview()}) {
        require(is_utf8(text), "record text is UTF-8");
    }
    const std::string_view header = m.header(m.root());
    for (const std::string_view name :
         {"from", "to", "cc", "subject", "date", "message-id", "references", "received", "content-type",
          "list-id", "bcc", "x-mailer", "mime-version", "x-foo", "x-unknown"}) {
        std::string expected, answer;
        filter_fields(header, {&name, 1}, FieldFilter::only, expected);
        if (r.append_header_fields({&name, 1}, answer)) {
            require(answer == expected, "header fields from the record");
        } else {
            require(r.coverage(name) == FieldCoverage::not_stored, "coverage");
        }
    }
}

void check_message(std::string_view raw) {
    const Message m = parse_message(raw);
    require(!m.parts.empty() && m.root().header_begin == 0 && m.root().body_end == raw.size(),
            "the message is whole");
    require(header_length(raw) == m.root().body_begin, "header length");
    for (std::uint32_t i = 0; i < m.parts.size(); ++i) check_part(m, i);
    check_header_block(m.header(m.root()));

    std::string envelope, structure, body, index;
    append_envelope(m, m.root(), envelope);
    ImapValueReader reader(envelope);
    require(reader.run() && reader.top_level_items() == 10, "envelope");
    append_bodystructure(m, structure);
    require(is_imap_value(structure), "body structure");
    require(append_body_of(structure, body) && is_imap_value(body), "body");
    std::string again;
    require(append_body_of(body, again) && again == body, "body of body");
    append_structure_index(m, index);
    std::vector<std::uint32_t> path;
    check_sections(m, index, 0, path, true);
    check_text(m);
    check_record(m, envelope, structure, body);
}

}  // namespace

bool is_imap_value(std::string_view text) {
    return ImapValueReader(text).run();
}

std::string violated_invariant(std::string_view raw) {
    try {
        check_message(raw);
    } catch (const Violation& v) {
        return v.text;
    }
    return {};
}

}  // namespace postern::mime::test

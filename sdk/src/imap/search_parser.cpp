#include "postern/imap/search_parser.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "postern/mime/decode.hpp"

namespace postern::imap {

namespace {

using Kind = SearchNode::Kind;

struct FlagKey {
    std::string_view word;
    SystemFlag flag;
    bool set;
};
constexpr std::array<FlagKey, 11> flag_keys{{
    {"ANSWERED", flag_answered, true},
    {"DELETED", flag_deleted, true},
    {"DRAFT", flag_draft, true},
    {"FLAGGED", flag_flagged, true},
    {"RECENT", flag_recent, true},
    {"SEEN", flag_seen, true},
    {"UNANSWERED", flag_answered, false},
    {"UNDELETED", flag_deleted, false},
    {"UNDRAFT", flag_draft, false},
    {"UNFLAGGED", flag_flagged, false},
    {"UNSEEN", flag_seen, false},
}};

enum class Argument : std::uint8_t { field, text, number, date, keyword, uids, header };
struct ArgumentKey {
    std::string_view word;
    Argument argument;
    Kind kind;
};
constexpr std::array<ArgumentKey, 19> argument_keys{{
    {"BCC", Argument::field, Kind::header},
    {"CC", Argument::field, Kind::header},
    {"FROM", Argument::field, Kind::header},
    {"SUBJECT", Argument::field, Kind::header},
    {"TO", Argument::field, Kind::header},
    {"BODY", Argument::text, Kind::body},
    {"TEXT", Argument::text, Kind::text},
    {"LARGER", Argument::number, Kind::larger},
    {"SMALLER", Argument::number, Kind::smaller},
    {"BEFORE", Argument::date, Kind::internal_before},
    {"ON", Argument::date, Kind::internal_on},
    {"SINCE", Argument::date, Kind::internal_since},
    {"SENTBEFORE", Argument::date, Kind::sent_before},
    {"SENTON", Argument::date, Kind::sent_on},
    {"SENTSINCE", Argument::date, Kind::sent_since},
    {"KEYWORD", Argument::keyword, Kind::keyword},
    {"UNKEYWORD", Argument::keyword, Kind::keyword},
    {"UID", Argument::uids, Kind::uid_set},
    {"HEADER", Argument::header, Kind::header},
}};

std::string to_lower(std::string_view s) {
    std::string out(s);
    std::transform(out.begin(), out.end(), out.begin(), ascii_lower);
    return out;
}

SearchNode both(SearchNode a, SearchNode b) {
    std::vector<SearchNode> children;
    children.push_back(std::move(a));
    children.push_back(std::move(b));
    return SearchNode::joined(Kind::conjunction, std::move(children));
}

}  // namespace

const std::vector<std::string_view>& supported_charsets() {
    static const std::vector<std::string_view> names{
        "US-ASCII", "UTF-8", "ISO-8859-1", "ISO-8859-15", "ISO-2022-JP", "WINDOWS-1252", "KOI8-R", "GB18030"};
    return names;
}

SearchParser::SearchParser(SearchKeyLookup extensions, SearchLimits limits)
    : extensions_(std::move(extensions)), limits_(limits) {}

Result<void> SearchParser::set_charset(std::string_view name) {
    if (!mime::is_known_charset(name)) return Error(Errc::unsupported, "charset is not known");
    charset_ = to_upper(name);
    charset_given_ = true;
    return {};
}

Result<SearchNode> SearchParser::program(ArgumentCursor& in) {
    if (in.match_keyword("CHARSET")) {
        if (const auto r = in.space(); !r) return r.error();
        const auto name = in.astring();
        if (!name) return name.error();
        if (const auto r = set_charset(*name); !r) return r.error();
        if (const auto r = in.space(); !r) return r.error();
    }
    return keys(in);
}

Result<SearchNode> SearchParser::keys(ArgumentCursor& in) {
    std::vector<SearchNode> all;
    do {
        auto k = key(in);
        if (!k) return k;
        all.push_back(std::move(*k));
    } while (in.skip_space());
    if (const auto r = in.end(); !r) return r.error();
    return SearchNode::joined(Kind::conjunction, std::move(all));
}

Result<SearchNode> SearchParser::key(ArgumentCursor& in) {
    if (++nodes_ > limits_.nodes) return in.error("too many search keys");
    if (depth_ >= limits_.depth) return in.error("search keys nested too deep");
    const char c = in.peek();
    if (is_digit(c) || c == '*' || (c == '$' && in.features().set_reference)) {
        auto set = in.sequence_set();
        if (!set) return set.error();
        return SearchNode::of_set(Kind::message_set, std::move(*set));
    }
    ++depth_;
    auto out = c == '(' ? list_key(in) : word_key(in);
    --depth_;
    return out;
}

Result<SearchNode> SearchParser::list_key(ArgumentCursor& in) {
    std::vector<SearchNode> all;
    in.skip('(');
    for (;;) {
        auto k = key(in);
        if (!k) return k;
        all.push_back(std::move(*k));
        const auto last = in.list_end();
        if (!last) return last.error();
        if (*last) return SearchNode::joined(Kind::conjunction, std::move(all));
    }
}

Result<SearchNode> SearchParser::word_key(ArgumentCursor& in) {
    const std::string_view spelled = in.peek_atom();
    if (spelled.empty()) return in.expected("a search key");
    const std::string word = to_upper(spelled);
    const std::size_t begin = in.mark();
    in.rewind(begin + word.size());
    for (const FlagKey& k : flag_keys) {
        if (k.word == word)
            return k.set ? SearchNode::of_flag(k.flag) : SearchNode::negated(SearchNode::of_flag(k.flag));
    }
    if (word == "ALL") return SearchNode::of(Kind::all);
    if (word == "OLD") return SearchNode::negated(SearchNode::of_flag(flag_recent));
    if (word == "NEW") {
        return both(SearchNode::of_flag(flag_recent), SearchNode::negated(SearchNode::of_flag(flag_seen)));
    }
    if (word == "NOT" || word == "OR") return logical_key(in, word == "OR");
    const auto* known = std::find_if(argument_keys.begin(), argument_keys.end(),
                                     [&word](const ArgumentKey& k) { return k.word == word; });
    if (known != argument_keys.end()) return argument_key(in, word);
    if (const auto parser = extensions_ ? extensions_(word) : SearchKeyParser())
        return parser(word, in, *this);
    in.rewind(begin);
    return in.error("unknown search key");
}

Result<SearchNode> SearchParser::logical_key(ArgumentCursor& in, bool disjunction) {
    if (const auto r = in.space(); !r) return r.error();
    auto first = key(in);
    if (!first) return first;
    if (!disjunction) return SearchNode::negated(std::move(*first));
    if (const auto r = in.space(); !r) return r.error();
    auto second = key(in);
    if (!second) return second;
    std::vector<SearchNode> children;
    children.push_back(std::move(*first));
    children.push_back(std::move(*second));
    return SearchNode::joined(Kind::disjunction, std::move(children));
}

Result<SearchNode> SearchParser::argument_key(ArgumentCursor& in, const std::string& word) {
    const ArgumentKey k = *std::find_if(argument_keys.begin(), argument_keys.end(),
                                        [&word](const ArgumentKey& entry) { return entry.word == word; });
    if (const auto r = in.space(); !r) return r.error();
    switch (k.argument) {
        case Argument::number: {
            const auto n = in.number64();
            if (!n) return n.error();
            return SearchNode::of_number(k.kind, *n);
        }
        case Argument::date: {
            const auto d = in.date();
            if (!d) return d.error();
            return SearchNode::of_date(k.kind, *d);
        }
        case Argument::keyword: {
            const auto name = in.atom();
            if (!name) return name.error();
            auto node = SearchNode::of_text(k.kind, std::string(*name));
            return word == "KEYWORD" ? std::move(node) : SearchNode::negated(std::move(node));
        }
        case Argument::uids: {
            auto set = in.sequence_set();
            if (!set) return set.error();
            return SearchNode::of_set(k.kind, std::move(*set));
        }
        case Argument::field:
        case Argument::header:
        case Argument::text:
            break;
    }
    std::string field = k.argument == Argument::field ? to_lower(word) : std::string();
    if (k.argument == Argument::header) {
        const auto name = in.astring();
        if (!name) return name.error();
        field = to_lower(*name);
        if (const auto r = in.space(); !r) return r.error();
    }
    auto folded = text(in);
    if (!folded) return folded.error();
    if (k.kind == Kind::header) return SearchNode::of_header(std::move(field), std::move(*folded));
    return SearchNode::of_text(k.kind, std::move(*folded));
}

Result<std::string> SearchParser::text(ArgumentCursor& in) {
    const auto given = in.astring();
    if (!given) return given.error();
    if (mime::is_ascii(*given) && charset_ == "US-ASCII") return mime::fold(*given);
    std::string utf8;
    mime::append_utf8(charset_, *given, utf8);
    return mime::fold(utf8);
}

}  // namespace postern::imap

#include "fuzzy_key.hpp"

#include <algorithm>
#include <optional>

#include "fuzzy_text.hpp"
#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"
#include "postern/mime/sort.hpp"
#include "relevancy.hpp"

namespace postern::imap {

namespace {

using Kind = SearchNode::Kind;

constexpr std::int64_t days_beside = 7;
constexpr std::int64_t percent_beside = 20;

/// A node that is matched nearly. Without one: says that the search is a fuzzy one, and matches everything.
class FuzzyTest final : public SearchExtension {
public:
    FuzzyTest(std::optional<SearchNode> node, FuzzyPattern pattern)
        : node(std::move(node)), pattern(std::move(pattern)) {}
    std::string_view name() const override { return fuzzy_key_name; }
    std::string to_string() const override { return "FUZZY " + (node ? node->to_string() : "all"); }

    const std::optional<SearchNode> node;
    const FuzzyPattern pattern;
};

bool is_common_field(std::string_view name) {
    constexpr std::string_view fields[] = {"subject", "from", "to", "cc", "bcc"};
    return std::ranges::find(fields, name) != std::end(fields);
}

bool is_near_kind(const SearchNode& node) {
    switch (node.kind) {
        case Kind::header:
            return !node.text.empty() && is_common_field(node.name);
        case Kind::body:
        case Kind::text:
            return !node.text.empty();
        case Kind::larger:
        case Kind::smaller:
        case Kind::internal_before:
        case Kind::internal_on:
        case Kind::internal_since:
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            return true;
        default:
            return false;
    }
}

/// The pattern of a subject without "Re:" and the like, unless that is all there is.
FuzzyPattern pattern_of(const SearchNode& node) {
    if (node.kind == Kind::header && node.name == "subject") {
        const mime::BaseSubject base = mime::base_subject(node.text);
        if (!base.text.empty()) return FuzzyPattern(mime::fold(base.text));
    }
    return FuzzyPattern(node.text);
}

SearchNode make_fuzzy(SearchNode node) {
    if (node.kind == Kind::negation) return node;
    if (is_near_kind(node)) {
        FuzzyPattern pattern = pattern_of(node);
        auto test = std::make_shared<FuzzyTest>(std::move(node), std::move(pattern));
        return SearchNode::of_extension(std::move(test));
    }
    for (SearchNode& child : node.children) child = make_fuzzy(std::move(child));
    return node;
}

std::int64_t day_of(std::int64_t local_seconds) {
    constexpr std::int64_t day = 86400;
    return (local_seconds >= 0 ? local_seconds : local_seconds - day + 1) / day;
}

/// `beside` days or percent away from what matches exactly.
int near_score(std::int64_t beside, std::int64_t limit) {
    if (beside <= 0) return 100;
    return beside > limit ? 0 : static_cast<int>(std::max<std::int64_t>(1, 100 - beside * 100 / (limit + 1)));
}

int day_score(const SearchNode& node, std::int64_t day) {
    const std::int64_t wanted = std::chrono::sys_days(node.date).time_since_epoch().count();
    std::int64_t beside = 0;
    if (node.kind == Kind::internal_before || node.kind == Kind::sent_before) {
        beside = day - wanted + 1;
    } else if (node.kind == Kind::internal_since || node.kind == Kind::sent_since) {
        beside = wanted - day;
    } else {
        beside = day > wanted ? day - wanted : wanted - day;
    }
    return near_score(beside, days_beside);
}

int size_score(const SearchNode& node, std::uint64_t size) {
    const bool larger = node.kind == Kind::larger;
    if (larger ? size > node.number : size < node.number) return 100;
    const std::uint64_t off = larger ? node.number - size : size - node.number;
    // At least one octet off: the bounds are exclusive.
    const auto percent = 1 + off * 100 / std::max<std::uint64_t>(1, node.number);
    return near_score(static_cast<std::int64_t>(std::min<std::uint64_t>(percent, 1000)), percent_beside);
}

int header_score(const FuzzyTest& test, const mime::RecordView& record) {
    int best = 0;
    std::string decoded;
    std::string folded;
    mime::HeaderReader reader(record.common_header());
    while (const mime::Field* field = reader.next()) {
        if (!mime::equal_ascii_nocase(field->name, test.node->name)) continue;
        decoded.clear();
        folded.clear();
        mime::append_decoded_header(field->value, decoded);
        mime::append_folded(decoded, folded);
        best = std::max(best, test.pattern.score(folded));
    }
    return best;
}

int score_of(const FuzzyTest& test, const FetchedMessage& message) {
    const mail::Columns& columns = *message.columns;
    const mail::Slot slot = message.slot;
    switch (test.node->kind) {
        case Kind::header:
            return header_score(test, message.stored->record);
        case Kind::larger:
        case Kind::smaller:
            return size_score(*test.node, columns.size[slot]);
        case Kind::internal_before:
        case Kind::internal_on:
        case Kind::internal_since:
            return day_score(*test.node,
                             day_of(columns.internal_date[slot] + std::int64_t{columns.zone[slot]} * 60));
        default: {
            const auto sent = message.stored->record.sent_date();
            return sent ? day_score(*test.node, day_of(sent->local())) : 0;
        }
    }
}

const FuzzyTest& test_of(const SearchExtension& key) {
    return static_cast<const FuzzyTest&>(key);
}

}  // namespace

Result<SearchNode> FuzzyKey::parse(Session& /*session*/, ArgumentCursor& in, SearchParser& parser) {
    if (auto space = in.space(); !space) return space.error();
    auto key = parser.key(in);
    if (!key) return key;
    std::vector<SearchNode> both;
    both.push_back(SearchNode::of_extension(std::make_shared<FuzzyTest>(std::nullopt, FuzzyPattern({}))));
    both.push_back(make_fuzzy(std::move(*key)));
    return SearchNode::joined(Kind::conjunction, std::move(both));
}

Need FuzzyKey::need(const SearchExtension& key) const {
    const FuzzyTest& test = test_of(key);
    if (!test.node) return Need::columns;
    switch (test.node->kind) {
        case Kind::body:
        case Kind::text:
            return Need::content;
        case Kind::header:
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            return Need::record;
        default:
            return Need::columns;
    }
}

bool FuzzyKey::matches(Session& session, const SearchExtension& key, const FetchedMessage& message) const {
    const FuzzyTest& test = test_of(key);
    if (!test.node) return true;
    const int score = score_of(test, message);
    scores_of(session).note(message.slot, key, score);
    return score > 0;
}

bool FuzzyKey::matches_text(Session& session, const SearchExtension& key, const FetchedMessage& message,
                            const SearchedText& text) const {
    const FuzzyTest& test = test_of(key);
    const bool all = test.node->kind == Kind::text;
    int score = test.pattern.score(all ? text.all : text.body);
    // Somewhere in a long text is less than in the subject.
    if (all && score > 0) {
        const int subject = test.pattern.score(mime::fold(message.stored->record.base_subject()));
        score = std::max(subject, score * 4 / 5);
    }
    scores_of(session).note(message.slot, key, score);
    return score > 0;
}

}  // namespace postern::imap

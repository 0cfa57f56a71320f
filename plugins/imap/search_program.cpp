#include "search_program.hpp"

#include <algorithm>

#include "postern/mime/decode.hpp"
#include "postern/mime/header.hpp"

namespace postern::imap {

namespace {

using Kind = SearchNode::Kind;

constexpr std::int64_t seconds_per_day = 86400;

std::int64_t day_of(std::chrono::year_month_day date) {
    return std::chrono::sys_days(date).time_since_epoch().count();
}
std::int64_t day_of(std::int64_t local_seconds) {
    const std::int64_t day = local_seconds / seconds_per_day;
    return local_seconds % seconds_per_day < 0 ? day - 1 : day;
}

Answer answer(bool yes) {
    return yes ? Answer::yes : Answer::no;
}

/// What a test costs, roughly: decides the order within AND and OR.
int cost_of(Kind kind) {
    switch (kind) {
        case Kind::header:
            return 20;
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            return 10;
        case Kind::body:
        case Kind::text:
            return 1000;
        default:
            return 1;
    }
}

}  // namespace

Result<SearchProgram> SearchProgram::compile(Session& session, const SearchNode& tree,
                                             const Registries& registries) {
    SearchProgram program(session, registries);
    auto root = program.compile_node(tree);
    if (!root) return root.error();
    program.root_ = std::move(*root);
    return program;
}

/// Calls `visit` with every test of a text, in a fixed order.
template <class AnyTest, class Visit>
void SearchProgram::each_text(AnyTest& test, const Visit& visit) {
    if (test.node->kind == Kind::body || test.node->kind == Kind::text) visit(test);
    for (auto& child : test.children) each_text(child, visit);
}

std::vector<std::string> SearchProgram::texts() const {
    std::vector<std::string> texts;
    if (needs_body_text_ || needs_all_text_)
        each_text(root_, [&texts](const Test& test) { texts.push_back(test.node->text); });
    return texts;
}

void SearchProgram::narrow(std::vector<mail::TextCandidatesPtr> candidates) {
    auto next = candidates.begin();
    each_text(root_, [&next](Test& test) { test.candidates = std::move(*next++); });
}

Result<SearchProgram::Test> SearchProgram::compile_node(const SearchNode& node) {
    Test test;
    test.node = &node;
    test.cost = cost_of(node.kind);
    Result<void> done;
    switch (node.kind) {
        case Kind::conjunction:
        case Kind::disjunction:
        case Kind::negation:
            done = compile_children(test);
            break;
        case Kind::message_set:
        case Kind::uid_set:
            done = compile_set(test);
            break;
        case Kind::keyword:
            test.keyword = session_->selected()->mailbox->find_keyword(node.text);
            break;
        case Kind::header:
            test.field = mime::field_id(node.name);
            break;
        case Kind::body:
            needs_body_text_ = true;
            break;
        case Kind::text:
            needs_all_text_ = true;
            break;
        case Kind::internal_before:
        case Kind::internal_on:
        case Kind::internal_since:
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            test.day = day_of(node.date);
            break;
        case Kind::extension:
            test.key = registries_->search_keys.find(std::string(node.extension->name()));
            if (test.key == nullptr) return Error(Errc::internal, "a search key has no owner");
            compile_extension(test);
            break;
        default:
            break;
    }
    if (!done) return done.error();
    return test;
}

void SearchProgram::compile_extension(Test& test) {
    const SearchExtension& key = *test.node->extension;
    test.need = test.key->need(key);
    test.cost = test.need == Need::content ? 1000 : test.need == Need::record ? 15 : 2;
    test.bounds = test.key->candidates(*session_, key);
    if (test.need != Need::content) return;
    needs_body_text_ = true;
    needs_all_text_ = true;
}

Result<void> SearchProgram::compile_children(Test& test) {
    test.cost = 0;
    for (const SearchNode& child : test.node->children) {
        auto compiled = compile_node(child);
        if (!compiled) return compiled.error();
        test.cost += compiled->cost;
        if (test.node->kind == Kind::conjunction && compiled->bounds) {
            // The narrowest bound wins; the others are tested.
            if (!test.bounds || compiled->bounds->size() < test.bounds->size())
                test.bounds = compiled->bounds;
        }
        test.children.push_back(std::move(*compiled));
    }
    std::ranges::stable_sort(test.children, {}, &Test::cost);
    return {};
}

Result<void> SearchProgram::compile_set(Test& test) {
    const bool uid = test.node->kind == Kind::uid_set;
    auto slots = session_->resolve(test.node->set, uid);
    if (!slots) return slots.error();
    test.bounds = std::move(*slots);
    test.exact = true;
    return {};
}

Answer SearchProgram::evaluate(const Test& test, const SearchedMessage& m) {
    switch (test.node->kind) {
        case Kind::conjunction:
        case Kind::disjunction:
        case Kind::negation:
            return evaluate_children(test, m);
        case Kind::extension:
            return evaluate_extension(test, m);
        case Kind::header:
            return evaluate_header(test, m);
        case Kind::sent_before:
        case Kind::sent_on:
        case Kind::sent_since:
            return evaluate_sent(test, m);
        case Kind::body:
        case Kind::text:
            return evaluate_text(test, m);
        default:
            return evaluate_columns(test, m.message);
    }
}

Answer SearchProgram::evaluate_text(const Test& test, const SearchedMessage& m) {
    if (m.level < Level::content) {
        const MessageId id = m.message.columns->message[m.message.slot];
        return test.candidates && !test.candidates->may_contain(id) ? Answer::no : Answer::unknown;
    }
    const std::string_view text = test.node->kind == Kind::body ? m.body_text : m.all_text;
    return answer(text.find(test.node->text) != std::string_view::npos);
}

Answer SearchProgram::evaluate_children(const Test& test, const SearchedMessage& m) {
    if (test.node->kind == Kind::negation) {
        const Answer inner = evaluate(test.children.front(), m);
        if (inner == Answer::unknown) return inner;
        return answer(inner == Answer::no);
    }
    const bool all = test.node->kind == Kind::conjunction;
    const Answer decides = all ? Answer::no : Answer::yes;
    bool unknown = false;
    for (const Test& child : test.children) {
        const Answer one = evaluate(child, m);
        if (one == decides) return decides;
        unknown = unknown || one == Answer::unknown;
    }
    if (unknown) return Answer::unknown;
    return all ? Answer::yes : Answer::no;
}

Answer SearchProgram::evaluate_columns(const Test& test, const FetchedMessage& m) const {
    const SearchNode& node = *test.node;
    const mail::Columns& c = *m.columns;
    const mail::Slot s = m.slot;
    const auto internal_day = [&] { return day_of(c.internal_date[s] + std::int64_t{c.zone[s]} * 60); };
    switch (node.kind) {
        case Kind::all:
            return Answer::yes;
        case Kind::none:
            return Answer::no;
        case Kind::message_set:
        case Kind::uid_set:
            return answer(std::ranges::binary_search(*test.bounds, s));
        case Kind::system_flag:
            if (node.flag == flag_recent) return answer(session_->selected()->view->is_recent(s));
            return answer((c.flags[s] & node.flag) != 0);
        case Kind::keyword: {
            if (!test.keyword || c.keywords[s] == 0) return Answer::no;
            const auto set = m.mailbox->keyword_set(c.keywords[s]);
            return answer(std::ranges::find(set, *test.keyword) != set.end());
        }
        case Kind::larger:
            return answer(c.size[s] > node.number);
        case Kind::smaller:
            return answer(c.size[s] < node.number);
        case Kind::internal_before:
            return answer(internal_day() < test.day);
        case Kind::internal_on:
            return answer(internal_day() == test.day);
        case Kind::internal_since:
            return answer(internal_day() >= test.day);
        default:
            return Answer::no;
    }
}

Answer SearchProgram::evaluate_extension(const Test& test, const SearchedMessage& m) const {
    const SearchExtension& key = *test.node->extension;
    if (test.need == Need::content) {
        if (m.level < Level::content) return Answer::unknown;
        const SearchedText text{m.body_text, m.all_text};
        return answer(test.key->matches_text(*session_, key, m.message, text));
    }
    if (test.need == Need::record && m.level < Level::record) return Answer::unknown;
    return answer(test.key->matches(*session_, key, m.message));
}

Answer SearchProgram::evaluate_sent(const Test& test, const SearchedMessage& m) const {
    if (m.level < Level::record) return Answer::unknown;
    const auto sent = m.message.stored->record.sent_date();
    if (!sent) return Answer::no;
    const std::int64_t day = day_of(sent->local());
    if (test.node->kind == Kind::sent_before) return answer(day < test.day);
    if (test.node->kind == Kind::sent_on) return answer(day == test.day);
    return answer(day >= test.day);
}

Answer SearchProgram::evaluate_header(const Test& test, const SearchedMessage& m) {
    if (m.level < Level::record) return Answer::unknown;
    if (m.level >= Level::header) return answer(header_matches(test, m.header));
    const mime::RecordView& record = m.message.stored->record;
    switch (record.coverage(test.node->name)) {
        case mime::FieldCoverage::absent:
            return Answer::no;
        case mime::FieldCoverage::stored:
            return answer(header_matches(test, record.common_header()));
        case mime::FieldCoverage::not_stored:
            break;
    }
    return Answer::unknown;
}

bool SearchProgram::header_matches(const Test& test, std::string_view block) {
    mime::HeaderReader reader(block);
    while (const mime::Field* field = reader.next()) {
        const bool same = test.field == mime::FieldId::other
                              ? mime::equal_ascii_nocase(field->name, test.node->name)
                              : field->id == test.field;
        if (!same) continue;
        if (test.node->text.empty()) return true;
        scratch_.clear();
        folded_.clear();
        mime::append_decoded_header(field->value, scratch_);
        mime::append_folded(scratch_, folded_);
        if (folded_.find(test.node->text) != std::string::npos) return true;
    }
    return false;
}

}  // namespace postern::imap

#include "postern/imap/search.hpp"

#include <iterator>
#include <utility>

#include "postern/imap/date_time.hpp"

namespace postern::imap {

SearchExtension::~SearchExtension() = default;
std::string SearchExtension::to_string() const {
    return std::string(name());
}

SearchNode SearchNode::of(Kind kind) {
    SearchNode n;
    n.kind = kind;
    return n;
}

SearchNode SearchNode::of_flag(SystemFlag flag) {
    SearchNode n = of(Kind::system_flag);
    n.flag = flag;
    return n;
}

SearchNode SearchNode::of_set(Kind kind, SequenceSet set) {
    SearchNode n = of(kind);
    n.set = std::move(set);
    return n;
}

SearchNode SearchNode::of_text(Kind kind, std::string folded) {
    SearchNode n = of(kind);
    n.text = std::move(folded);
    return n;
}

SearchNode SearchNode::of_header(std::string name, std::string folded) {
    SearchNode n = of_text(Kind::header, std::move(folded));
    n.name = std::move(name);
    return n;
}

SearchNode SearchNode::of_number(Kind kind, std::uint64_t number) {
    SearchNode n = of(kind);
    n.number = number;
    return n;
}

SearchNode SearchNode::of_date(Kind kind, std::chrono::year_month_day date) {
    SearchNode n = of(kind);
    n.date = date;
    return n;
}

SearchNode SearchNode::of_extension(std::shared_ptr<const SearchExtension> extension) {
    SearchNode n = of(Kind::extension);
    n.extension = std::move(extension);
    return n;
}

SearchNode SearchNode::negated(SearchNode child) {
    if (child.kind == Kind::negation) return SearchNode(std::move(child.children.front()));
    if (child.kind == Kind::all) return of(Kind::none);
    if (child.kind == Kind::none) return of(Kind::all);
    SearchNode n = of(Kind::negation);
    n.children.push_back(std::move(child));
    return n;
}

SearchNode SearchNode::joined(Kind kind, std::vector<SearchNode> children) {
    if (children.size() == 1) return std::move(children.front());
    SearchNode n = of(kind);
    for (SearchNode& child : children) {
        if (child.kind == kind) {
            n.children.insert(n.children.end(), std::make_move_iterator(child.children.begin()),
                              std::make_move_iterator(child.children.end()));
        } else {
            n.children.push_back(std::move(child));
        }
    }
    return n;
}

namespace {

std::string in_quotes(const std::string& text) {
    return " \"" + text + "\"";
}

const char* kind_name(SearchNode::Kind kind) {
    using Kind = SearchNode::Kind;
    switch (kind) {
        case Kind::all:
            return "all";
        case Kind::none:
            return "none";
        case Kind::conjunction:
            return "and";
        case Kind::disjunction:
            return "or";
        case Kind::negation:
            return "not";
        case Kind::message_set:
            return "numbers";
        case Kind::uid_set:
            return "uids";
        case Kind::system_flag:
            return "flag";
        case Kind::keyword:
            return "keyword";
        case Kind::header:
            return "header";
        case Kind::body:
            return "body";
        case Kind::text:
            return "text";
        case Kind::larger:
            return "larger";
        case Kind::smaller:
            return "smaller";
        case Kind::internal_before:
            return "before";
        case Kind::internal_on:
            return "on";
        case Kind::internal_since:
            return "since";
        case Kind::sent_before:
            return "sent-before";
        case Kind::sent_on:
            return "sent-on";
        case Kind::sent_since:
            return "sent-since";
        case Kind::extension:
            return "extension";
    }
    return "?";
}

std::string operands(const SearchNode& n) {
    using Kind = SearchNode::Kind;
    switch (n.kind) {
        case Kind::all:
        case Kind::none:
            return {};
        case Kind::conjunction:
        case Kind::disjunction:
        case Kind::negation: {
            std::string out;
            for (const SearchNode& child : n.children) out += " " + child.to_string();
            return out;
        }
        case Kind::message_set:
        case Kind::uid_set:
            return " " + n.set.to_string();
        case Kind::system_flag:
            return std::string(" ").append(system_flag_name(n.flag));
        case Kind::keyword:
            return " " + n.text;
        case Kind::header:
            return " " + n.name + in_quotes(n.text);
        case Kind::body:
        case Kind::text:
            return in_quotes(n.text);
        case Kind::larger:
        case Kind::smaller:
            return " " + std::to_string(n.number);
        case Kind::extension:
            return " " + n.extension->to_string();
        default:
            return " " + format_date(n.date);
    }
}

}  // namespace

std::string SearchNode::to_string() const {
    return std::string("(") + kind_name(kind) + operands(*this) + ")";
}

}  // namespace postern::imap

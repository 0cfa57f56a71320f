#include "filter_key.hpp"

#include "filter_values.hpp"
#include "postern/imap/ext/session.hpp"

namespace postern::imap {

namespace {

/// Filters within filters; a loop ends here, too.
constexpr int max_depth = 10;

Error undefined(std::string_view name) {
    return {Errc::not_found, "[UNDEFINED-FILTER " + std::string(name) + "] There is no such filter"};
}

const std::string* find(const FilterValues* filters, std::string_view name) {
    if (filters == nullptr || filters->depth == max_depth) return nullptr;
    const auto found = filters->criteria.find(to_upper(name));
    return found == filters->criteria.end() ? nullptr : &found->second;
}

}  // namespace

Result<SearchNode> FilterKey::parse(Session& session, ArgumentCursor& in, SearchParser& parser) {
    if (auto space = in.space(); !space) return space.error();
    const auto name = in.atom();
    if (!name) return name.error();
    if (name->find('/') != name->npos) return in.error("a filter's name has no slash");
    // What is stored is in UTF-8.
    if (parser.charset() != "US-ASCII" && parser.charset() != "UTF-8")
        return Error(Errc::protocol_violation, "[BADCHARSET (UTF-8)] Filters are in UTF-8");
    FilterValues* filters = find_filters(session);
    const std::string* criteria = find(filters, *name);
    if (criteria == nullptr) return undefined(*name);
    const auto set = parser.set_charset("UTF-8");
    if (!set) return set.error();
    LexicalFeatures features = in.features();
    features.utf8_quoted = true;
    ArgumentCursor text(*criteria, features);
    ++filters->depth;
    auto tree = parser.keys(text);
    --filters->depth;
    if (tree) return tree;
    // The command is right, the filter is not.
    if (tree.error().code != Errc::protocol_violation) return tree;
    return Error(Errc::invalid, "The filter " + std::string(*name) + " is no search: " + tree.error().text);
}

}  // namespace postern::imap

#include "postern/auth/token_introspection.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace postern {

namespace json = boost::json;

namespace {

constexpr unsigned max_depth = 16;

std::string text_of(const json::value& value) {
    const auto& text = value.get_string();
    return {text.data(), text.size()};
}

std::vector<std::string> words_of(const std::string& text) {
    std::vector<std::string> words;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at) words.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

/// One text, or an array of them.
std::vector<std::string> texts_of(const json::value& value) {
    if (value.is_string()) return {text_of(value)};
    std::vector<std::string> out;
    if (!value.is_array()) return out;
    for (const auto& one : value.get_array()) {
        if (one.is_string()) out.push_back(text_of(one));
    }
    return out;
}

/// Seconds; what does not fit is over.
std::int64_t time_of(const json::value& value) {
    if (value.is_int64()) return value.get_int64();
    if (value.is_double() && value.get_double() >= 0 && value.get_double() < 1e15)
        return static_cast<std::int64_t>(value.get_double());
    return 0;
}

}  // namespace

std::string_view TokenFacts::member(std::string_view name) const {
    const auto found = std::ranges::find(members, name, [](const auto& one) { return one.first; });
    return found == members.end() ? std::string_view() : std::string_view(found->second);
}

Result<TokenFacts> parse_introspection(std::string_view body) {
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = max_depth;
    const json::value value = json::parse({body.data(), body.size()}, error, {}, options);
    const auto* object = error ? nullptr : value.if_object();
    const auto* active = object == nullptr ? nullptr : object->if_contains("active");
    if (active == nullptr || !active->is_bool())
        return Error(Errc::protocol_violation, "the answer is none about a token");
    TokenFacts facts;
    facts.active = active->get_bool();
    for (const auto& member : *object) {
        const std::string name(member.key().data(), member.key().size());
        if (name == "exp") facts.expires = time_of(member.value());
        if (name == "aud") facts.audiences = texts_of(member.value());
        // A text with spaces; some servers send an array.
        if (name == "scope") {
            for (const std::string& text : texts_of(member.value()))
                std::ranges::move(words_of(text), std::back_inserter(facts.scopes));
        }
        if (member.value().is_string()) facts.members.emplace_back(name, text_of(member.value()));
    }
    return facts;
}

}  // namespace postern

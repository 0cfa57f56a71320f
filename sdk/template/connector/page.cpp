#include "page.hpp"

#include <algorithm>
// Debian has no compiled Boost.JSON: it is compiled here.
#include <boost/json/src.hpp>

namespace letterbox {

namespace json = boost::json;

namespace {

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_int64() || value->get_int64() < 0) return std::nullopt;
    return static_cast<std::uint64_t>(value->get_int64());
}

std::optional<std::string> id_of(const json::object& object, std::string_view key) {
    const json::value* value = object.if_contains(key);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    std::string id(value->get_string().c_str(), value->get_string().size());
    if (!is_id(id)) return std::nullopt;
    return id;
}

}  // namespace

bool is_id(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

std::optional<Page> parse_page(std::string_view text) {
    json::error_code error;
    const json::value parsed = json::parse(text, error);
    if (error || !parsed.is_object()) return std::nullopt;
    const json::object& object = parsed.get_object();
    const auto total = number_of(object, "total");
    const json::value* messages = object.if_contains("messages");
    if (!total || messages == nullptr || !messages->is_array()) return std::nullopt;
    Page page;
    page.total = *total;
    for (const json::value& message : messages->get_array()) {
        if (!message.is_object()) return std::nullopt;
        auto id = id_of(message.get_object(), "id");
        const auto size = number_of(message.get_object(), "size");
        if (!id || !size) return std::nullopt;
        page.entries.push_back({std::move(*id), *size});
    }
    if (!object.contains("next")) return page;
    auto next = id_of(object, "next");
    if (!next) return std::nullopt;
    page.next = std::move(*next);
    return page;
}

}  // namespace letterbox

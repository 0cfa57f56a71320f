#include "postern/mail/quota.hpp"

#include <algorithm>
#include <charconv>

#include "postern/mime/header.hpp"

namespace postern::mail {

namespace {

constexpr std::array<std::string_view, quota_resources> names{"STORAGE", "MESSAGE", "MAILBOX",
                                                              "ANNOTATION-STORAGE"};
constexpr std::uint64_t max_limit = (std::uint64_t{1} << 63) - 1;

std::string_view next_word(std::string_view& text) {
    const auto begin = std::min(text.find_first_not_of(' '), text.size());
    const auto end = std::min(text.find(' ', begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    text.remove_prefix(end);
    return word;
}

}  // namespace

std::string_view to_string(QuotaResource resource) {
    return names[static_cast<std::size_t>(resource)];
}

std::optional<QuotaResource> quota_resource(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (mime::equal_ascii_nocase(names[i], name)) return static_cast<QuotaResource>(i);
    }
    return std::nullopt;
}

bool QuotaLimits::any() const {
    return std::any_of(values.begin(), values.end(), [](const auto& limit) { return limit.has_value(); });
}

std::string QuotaLimits::to_text() const {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!values[i]) continue;
        if (!text.empty()) text += ' ';
        text += std::string(names[i]) + ' ' + std::to_string(*values[i]);
    }
    return text;
}

Result<QuotaLimits> QuotaLimits::from_text(std::string_view text) {
    QuotaLimits limits;
    for (std::string_view name = next_word(text); !name.empty(); name = next_word(text)) {
        const auto resource = quota_resource(name);
        const std::string_view number = next_word(text);
        std::uint64_t limit = 0;
        const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), limit);
        if (!resource || number.empty() || failed != std::errc() || end != number.data() + number.size() ||
            limit > max_limit) {
            return Error(Errc::invalid, "not a list of limits");
        }
        limits[*resource] = limit;
    }
    return limits;
}

QuotaService::~QuotaService() = default;

}  // namespace postern::mail

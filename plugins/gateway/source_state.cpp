#include "gateway/source_state.hpp"

#include <charconv>
#include <map>

#include "postern/gateway/brake.hpp"

namespace postern::gateway {

namespace {

constexpr std::string_view notice_fact = "notice.";

// "key=value" lines. Keys that a newer version wrote are kept out; values never hold line ends.
using Fields = std::map<std::string, std::string, std::less<>>;

Fields split(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const auto equals = line.find('=');
        if (equals != std::string_view::npos) fields.emplace(line.substr(0, equals), line.substr(equals + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return fields;
}

std::string text_of(const Fields& fields, std::string_view key) {
    const auto found = fields.find(key);
    return found == fields.end() ? std::string() : found->second;
}

template <class Number>
Number number_of(const Fields& fields, std::string_view key) {
    const std::string text = text_of(fields, key);
    Number value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

void put(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out.append(key).append("=");
    for (const char c : value) out += c == '\n' || c == '\r' ? ' ' : c;
    out += '\n';
}

void put(std::string& out, std::string_view key, std::int64_t value) {
    if (value != 0) put(out, key, std::string_view(std::to_string(value)));
}

}  // namespace

SourceConfig SourceConfig::parse(std::string_view text) {
    const Fields fields = split(text);
    SourceConfig config;
    config.provider = text_of(fields, "provider");
    config.remote_login = text_of(fields, "login");
    config.verifier = text_of(fields, "verifier");
    config.created_at = number_of<UnixTime>(fields, "created");
    return config;
}

std::string SourceConfig::format() const {
    std::string out;
    put(out, "provider", provider);
    put(out, "login", remote_login);
    put(out, "verifier", verifier);
    put(out, "created", created_at);
    return out;
}

SourceFacts SourceFacts::parse(std::string_view text) {
    const Fields fields = split(text);
    SourceFacts facts;
    facts.token = text_of(fields, "token");
    facts.listed_at = number_of<UnixTime>(fields, "listed");
    facts.import_listed_at = number_of<UnixTime>(fields, "import_listed");
    facts.polled_at = number_of<UnixTime>(fields, polled_fact);
    facts.login_at = number_of<UnixTime>(fields, "login");
    facts.seen_at = number_of<UnixTime>(fields, "seen");
    facts.session_died_at = number_of<UnixTime>(fields, "died");
    facts.login_delay = number_of<std::int64_t>(fields, "login_delay");
    facts.auth = static_cast<Auth>(number_of<int>(fields, "auth") % 3);
    facts.refusals = number_of<std::uint32_t>(fields, "refusals");
    facts.first_refusal_at = number_of<UnixTime>(fields, "first_refusal");
    facts.verified_at = number_of<UnixTime>(fields, "verified");
    facts.failures = number_of<std::uint32_t>(fields, "failures");
    facts.failing_since = number_of<UnixTime>(fields, failing_since_fact);
    facts.last_error = text_of(fields, error_fact);
    for (auto at = fields.lower_bound(notice_fact); at != fields.end(); ++at) {
        if (!at->first.starts_with(notice_fact)) break;
        facts.notices.emplace(at->first.substr(notice_fact.size()), at->second);
    }
    facts.vanish_held_since = number_of<UnixTime>(fields, vanish_held_fact);
    facts.vanish_held_listings = number_of<std::uint32_t>(fields, "vanish_held_listings");
    facts.delete_held_since = number_of<UnixTime>(fields, delete_held_fact);
    facts.ignores_delete = number_of<int>(fields, "ignores_delete") != 0;
    facts.delete_probe_at = number_of<UnixTime>(fields, "delete_probe");
    facts.deletes_from = number_of<UnixTime>(fields, "deletes_from");
    facts.deletes_until = number_of<UnixTime>(fields, "deletes_until");
    facts.fetch_confirmed = number_of<UnixTime>(fields, "fetch_confirmed");
    facts.keeps_fetched = number_of<int>(fields, "keeps_fetched") != 0;
    return facts;
}

std::string SourceFacts::format() const {
    std::string out;
    put(out, "token", token);
    put(out, "listed", listed_at);
    put(out, "import_listed", import_listed_at);
    put(out, polled_fact, polled_at);
    put(out, "login", login_at);
    put(out, "seen", seen_at);
    put(out, "died", session_died_at);
    put(out, "login_delay", login_delay);
    put(out, "auth", static_cast<std::int64_t>(auth));
    put(out, "refusals", refusals);
    put(out, "first_refusal", first_refusal_at);
    put(out, "verified", verified_at);
    put(out, "failures", failures);
    put(out, failing_since_fact, failing_since);
    put(out, error_fact, last_error);
    for (const auto& [key, told] : notices) put(out, std::string(notice_fact) + key, std::string_view(told));
    put(out, vanish_held_fact, vanish_held_since);
    put(out, "vanish_held_listings", vanish_held_listings);
    put(out, delete_held_fact, delete_held_since);
    put(out, "ignores_delete", ignores_delete ? 1 : 0);
    put(out, "delete_probe", delete_probe_at);
    put(out, "deletes_from", deletes_from);
    put(out, "deletes_until", deletes_until);
    put(out, "fetch_confirmed", fetch_confirmed);
    put(out, "keeps_fetched", keeps_fetched ? 1 : 0);
    return out;
}

}  // namespace postern::gateway

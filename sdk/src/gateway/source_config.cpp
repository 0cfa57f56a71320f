#include "postern/gateway/source_config.hpp"

#include <charconv>

#include "postern/gateway/brake.hpp"

namespace postern::gateway {

namespace {
constexpr std::string_view token_credential = "token";
constexpr std::int64_t refused = 2;
}  // namespace

FieldLines::FieldLines(std::string_view text) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const auto equals = line.find('=');
        if (equals != std::string_view::npos)
            fields_.emplace(line.substr(0, equals), line.substr(equals + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string FieldLines::text(std::string_view key) const {
    const auto found = fields_.find(key);
    return found == fields_.end() ? std::string() : found->second;
}

std::int64_t FieldLines::number(std::string_view key) const {
    const std::string value = text(key);
    std::int64_t number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    return number;
}

void FieldLines::set(std::string_view key, std::string_view value) {
    if (value.empty()) {
        const auto found = fields_.find(key);
        if (found != fields_.end()) fields_.erase(found);
        return;
    }
    std::string& line = fields_[std::string(key)];
    line = value;
    for (char& c : line) {
        if (c == '\n' || c == '\r') c = ' ';
    }
}

void FieldLines::set(std::string_view key, std::int64_t value) {
    set(key, std::string_view(value == 0 ? std::string() : std::to_string(value)));
}

std::string FieldLines::format() const {
    std::string out;
    for (const auto& [key, value] : fields_) out.append(key).append("=").append(value).append("\n");
    return out;
}

SourceConfig SourceConfig::parse(std::string_view text) {
    const FieldLines fields(text);
    SourceConfig config;
    config.provider = fields.text("provider");
    config.remote_login = fields.text("login");
    config.verifier = fields.text("verifier");
    config.mailbox = fields.text("mailbox");
    if (fields.text("credential") == token_credential) config.credential = CredentialKind::oauth_token;
    config.linked = fields.number("linked") != 0;
    config.created_at = fields.number("created");
    return config;
}

std::string SourceConfig::format() const {
    FieldLines fields;
    fields.set("provider", provider);
    fields.set("login", remote_login);
    fields.set("verifier", verifier);
    fields.set("mailbox", mailbox);
    if (credential == CredentialKind::oauth_token) fields.set("credential", token_credential);
    fields.set("linked", linked ? 1 : 0);
    fields.set("created", created_at);
    return fields.format();
}

std::string credential_context(const store::SourceRow& row) {
    const bool token = SourceConfig::parse(row.config).credential == CredentialKind::oauth_token;
    return token ? refresh_token_context(row.account, row.id) : credential_context(row.account, row.id);
}

std::string facts_after_new_credential(std::string_view facts) {
    FieldLines fields(facts);
    for (const auto key : {auth_fact, refusals_fact, first_refusal_fact, error_fact, failing_since_fact}) {
        fields.set(key, std::string_view());
    }
    return fields.format();
}

bool credential_is_refused(std::string_view facts) {
    return FieldLines(facts).number(auth_fact) == refused;
}

}  // namespace postern::gateway

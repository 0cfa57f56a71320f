#include "auth-oauth/plugin.hpp"

#include <algorithm>

namespace postern::oauth {

namespace {

bool has_controls(const std::string& text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_loopback(const std::string& host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

Settings read_settings(const ConfigNode& config, Diagnostics& problems) {
    config.check_keys({"introspection", "client_id", "client_secret", "ca_file", "login", "scope", "audience",
                       "configuration", "cache"},
                      problems);
    Settings out;
    if (const auto text = config.require_string("introspection", problems)) {
        auto url = http::Url::parse(*text);
        if (!url) {
            problems.error(config["introspection"].place(), url.error().text);
        } else if (!url->tls && !is_loopback(url->host)) {
            problems.error(config["introspection"].place(), "tokens are sent over https only");
        } else {
            out.introspection = std::move(*url);
        }
    }
    out.client_id = config.get_string("client_id", "", problems);
    out.client_secret = config.get_string("client_secret", "", problems);
    out.ca_file = config.get_string("ca_file", "", problems);
    out.login = config.get_string("login", "username", problems);
    out.scope = config.get_string("scope", "", problems);
    out.audience = config.get_string("audience", "", problems);
    out.configuration = config.get_string("configuration", "", problems);
    out.cache = config.get_duration("cache", std::chrono::minutes(1), problems);
    for (const char* key : {"scope", "configuration"}) {
        if (has_controls(config.get_string(key, "", problems)))
            problems.error(config[key].place(), std::string("`") + key + "` is a line of text");
    }
    return out;
}

OauthPlugin::OauthPlugin(Host& host) : judge_(settings_, host.log()) {}

void OauthPlugin::configure(const ConfigNode& config, Diagnostics& problems) {
    settings_ = read_settings(config, problems);
}

Result<void> OauthPlugin::declare(Registrar& registrar) {
    registrar.add<SaslMechanism>(oauthbearer.name, oauthbearer_);
    registrar.add<SaslMechanism>(xoauth2.name, xoauth2_);
    return {};
}

Result<void> OauthPlugin::resolve(const Lookup& lookup) {
    auto* dialer = lookup.find<Dialer>();
    services_.mail = lookup.find<mail::MailService>();
    services_.ledger = lookup.find<SignInLedger>();
    if (dialer == nullptr || services_.mail == nullptr || services_.ledger == nullptr)
        return Error(Errc::internal, "the host has no dialer, mail service or ledger of sign-ins");
    judge_.set_dialer(*dialer);
    return {};
}

}  // namespace postern::oauth

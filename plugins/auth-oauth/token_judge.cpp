#include "auth-oauth/token_judge.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "postern/encoding/base64.hpp"

namespace postern::oauth {

namespace {

constexpr std::size_t max_known = 20'000;

std::array<std::uint8_t, 32> digest_of(const std::string& token) {
    std::array<std::uint8_t, 32> out{};
    EVP_Digest(token.data(), token.size(), out.data(), nullptr, EVP_sha256(), nullptr);
    return out;
}

/// One value, as in a form (RFC 6749 section 2.3.1).
std::string encoded(const std::string& text) {
    return http::form_encode({{"", text}}).substr(1);
}

bool has(const std::vector<std::string>& list, const std::string& wanted) {
    return wanted.empty() || std::ranges::find(list, wanted) != list.end();
}

}  // namespace

TokenJudge::TokenJudge(const Settings& settings, Logger& log) : settings_(settings), log_(log) {}

Task<Result<std::string>> TokenJudge::judge(std::string token, Now now) {
    const Digest digest = digest_of(token);
    {
        const std::lock_guard lock(mutex_);
        const auto found = known_.find(digest);
        if (found != known_.end() && now < found->second.until) co_return found->second.login;
    }
    http::Request request = request_for(token);
    auto response = co_await http::send(dialer_, std::move(request));
    if (!response) {
        log_.error("the authorization server cannot be asked", {{"error", response.error().text}});
        co_return Error(Errc::unavailable, "The authorization server cannot be asked now");
    }
    auto known = read(*response, now);
    if (!known) co_return known.error();
    std::string login = known->login;
    remember(digest, std::move(*known), now);
    co_return login;
}

http::Request TokenJudge::request_for(const std::string& token) const {
    http::Request request;
    request.method = "POST";
    request.url = settings_.introspection;
    request.ca_file = settings_.ca_file;
    request.headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept", "application/json"}};
    if (!settings_.client_id.empty()) {
        const std::string credential = encoded(settings_.client_id) + ':' + encoded(settings_.client_secret);
        request.headers.emplace_back("Authorization", "Basic " + encode_base64(credential));
    }
    request.body = http::form_encode({{"token", token}, {"token_type_hint", "access_token"}});
    return request;
}

Result<TokenJudge::Known> TokenJudge::read(const http::Response& response, Now now) const {
    auto facts = response.status == 200 ? parse_introspection(response.body)
                                        : Result<TokenFacts>(Error(Errc::unavailable));
    if (!facts) {
        log_.error("the authorization server does not answer about a token", {{"status", response.status}});
        return Error(Errc::unavailable, "The authorization server cannot be asked now");
    }
    const Error refused(Errc::authentication_failed, "The token is not good");
    if (!facts->active || (facts->expires && *facts->expires <= now)) return refused;
    const std::string_view login = facts->member(settings_.login);
    const bool meant = has(facts->scopes, settings_.scope) && has(facts->audiences, settings_.audience);
    if (login.empty() || !meant) {
        log_.info("a token is not meant for this server",
                  {{"login", login}, {"why", login.empty() ? "it names no account" : "scope or audience"}});
        return refused;
    }
    Known known{std::string(login), now + settings_.cache.count() / 1000};
    if (facts->expires) known.until = std::min(known.until, *facts->expires);
    return known;
}

void TokenJudge::remember(const Digest& digest, Known known, Now now) {
    const std::lock_guard lock(mutex_);
    if (known_.size() >= max_known) {
        std::erase_if(known_, [now](const auto& one) { return one.second.until <= now; });
        if (known_.size() >= max_known) known_.clear();
    }
    known_[digest] = std::move(known);
}

}  // namespace postern::oauth

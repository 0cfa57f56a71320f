#include "gateway/account_state.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace postern::gateway {

using store::bit;
using store::ReceiptState;

namespace {

constexpr UnixTime longest_wait = 365 * seconds_per_day;

/// RFC 3339.
std::string show(UnixTime when) {
    if (when == 0) return "never";
    const std::time_t time = when;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::array<char, 32> buffer{};
    std::strftime(buffer.data(), buffer.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return buffer.data();
}

}  // namespace

ReceiptCounts count_receipts(std::span<const store::Receipt> receipts) {
    ReceiptCounts counts;
    for (const auto& receipt : receipts) {
        const auto state = bit(receipt.state);
        constexpr auto deletions = bit(ReceiptState::delete_wanted) | bit(ReceiptState::delete_sent);
        if ((state & deletions) != 0) ++counts.waiting_deletions;
        if (receipt.state == ReceiptState::suspect) ++counts.missing;
        if (receipt.state == ReceiptState::deferred) ++counts.not_fetched;
    }
    return counts;
}

std::vector<std::pair<std::string, std::string>> describe_source(const Source& source, ReceiptCounts counts,
                                                                 UnixTime now) {
    const SourceFacts& facts = source.facts;
    std::vector<std::pair<std::string, std::string>> out;
    const auto add = [&out](const char* name, std::string value) {
        out.emplace_back(name, std::move(value));
    };
    if (source.provider != nullptr) add("server", source.provider->server.host);
    add("login", source.config.remote_login);
    add("last-poll", show(facts.polled_at));
    // Years away: it waits for somebody, not for a moment.
    const UnixTime next = source.row.next_poll_at;
    add("next-poll", show(next - now > longest_wait ? 0 : next));
    const UnixTime good = facts.failing_since != 0 ? facts.failing_since : now;
    add("lag", std::to_string(now - good));
    if (!facts.last_error.empty()) add("error", facts.last_error);
    const bool token = source.config.credential == CredentialKind::oauth_token;
    if (facts.auth == SourceFacts::Auth::refused && token) add("consent", "needed");
    if (facts.auth == SourceFacts::Auth::refused && !token) add("password", "refused");
    if (facts.login_delay != 0) add("login-delay", std::to_string(facts.login_delay));
    add("waiting-deletions", std::to_string(counts.waiting_deletions));
    add("missing", std::to_string(counts.missing));
    add("not-fetched", std::to_string(counts.not_fetched));
    if (facts.vanish_held_since != 0) add("held-missing", show(facts.vanish_held_since));
    if (facts.delete_held_since != 0) add("held-deletions", show(facts.delete_held_since));
    return out;
}

Task<Result<std::vector<std::pair<std::string, std::string>>>> SourceAccountState::read(
    mail::Account* account) {
    std::vector<std::pair<std::string, std::string>> out;
    if (engine_ == nullptr) co_return out;
    const AccountId id = account->id();
    auto rows = co_await engine_->mail().list_sources(id);
    if (!rows) co_return rows.error();
    for (auto& row : *rows) {
        const SourceId source_id = row.id;
        constexpr store::ReceiptStates states = bit(ReceiptState::delete_wanted) |
                                                bit(ReceiptState::delete_sent) | bit(ReceiptState::suspect) |
                                                bit(ReceiptState::deferred);
        auto receipts = co_await account->read_receipts(source_id, states);
        if (!receipts) co_return receipts.error();
        const auto source = Source::of(std::move(row), engine_->settings());
        const ReceiptCounts counts = count_receipts(*receipts);
        const std::string begin = std::string(prefix()) + '/' + std::to_string(value_of(source_id)) + '/';
        for (auto& [name, value] : describe_source(*source, counts, engine_->mail().now())) {
            out.emplace_back(begin + name, std::move(value));
        }
    }
    co_return out;
}

}  // namespace postern::gateway

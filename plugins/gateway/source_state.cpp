#include "gateway/source_state.hpp"

#include "postern/gateway/brake.hpp"

namespace postern::gateway {

namespace {

constexpr std::string_view notice_fact = "notice.";

}  // namespace

SourceFacts SourceFacts::parse(std::string_view text) {
    const FieldLines fields(text);
    SourceFacts facts;
    facts.token = fields.text("token");
    facts.listed_at = fields.number("listed");
    facts.import_listed_at = fields.number("import_listed");
    facts.polled_at = fields.number(polled_fact);
    facts.login_at = fields.number("login");
    facts.seen_at = fields.number("seen");
    facts.session_died_at = fields.number("died");
    facts.login_delay = fields.number("login_delay");
    facts.auth = static_cast<Auth>(fields.number(auth_fact) % 3);
    facts.refusals = static_cast<std::uint32_t>(fields.number(refusals_fact));
    facts.first_refusal_at = fields.number(first_refusal_fact);
    facts.verified_at = fields.number("verified");
    facts.failures = static_cast<std::uint32_t>(fields.number("failures"));
    facts.failing_since = fields.number(failing_since_fact);
    facts.last_error = fields.text(error_fact);
    for (auto at = fields.all().lower_bound(notice_fact); at != fields.all().end(); ++at) {
        if (!at->first.starts_with(notice_fact)) break;
        facts.notices.emplace(at->first.substr(notice_fact.size()), at->second);
    }
    facts.vanish_held_since = fields.number(vanish_held_fact);
    facts.vanish_held_listings = static_cast<std::uint32_t>(fields.number("vanish_held_listings"));
    facts.delete_held_since = fields.number(delete_held_fact);
    facts.ignores_delete = fields.number("ignores_delete") != 0;
    facts.delete_probe_at = fields.number("delete_probe");
    facts.deletes_from = fields.number("deletes_from");
    facts.deletes_until = fields.number("deletes_until");
    facts.fetches_from = fields.number("fetches_from");
    facts.fetches_until = fields.number("fetches_until");
    facts.keeps_fetched = fields.number("keeps_fetched") != 0;
    return facts;
}

std::string SourceFacts::format() const {
    FieldLines out;
    out.set("token", token);
    out.set("listed", listed_at);
    out.set("import_listed", import_listed_at);
    out.set(polled_fact, polled_at);
    out.set("login", login_at);
    out.set("seen", seen_at);
    out.set("died", session_died_at);
    out.set("login_delay", login_delay);
    out.set(auth_fact, static_cast<std::int64_t>(auth));
    out.set(refusals_fact, refusals);
    out.set(first_refusal_fact, first_refusal_at);
    out.set("verified", verified_at);
    out.set("failures", failures);
    out.set(failing_since_fact, failing_since);
    out.set(error_fact, last_error);
    for (const auto& [key, told] : notices) out.set(std::string(notice_fact) + key, told);
    out.set(vanish_held_fact, vanish_held_since);
    out.set("vanish_held_listings", vanish_held_listings);
    out.set(delete_held_fact, delete_held_since);
    out.set("ignores_delete", ignores_delete ? 1 : 0);
    out.set("delete_probe", delete_probe_at);
    out.set("deletes_from", deletes_from);
    out.set("deletes_until", deletes_until);
    out.set("fetches_from", fetches_from);
    out.set("fetches_until", fetches_until);
    out.set("keeps_fetched", keeps_fetched ? 1 : 0);
    return out.format();
}

}  // namespace postern::gateway
